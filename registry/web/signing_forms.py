"""What every form that signs asks for: the password again, and a second factor where it takes one.

A page that signs has a form derived from ``ProofFields``, calls ``ask_for_proof`` on it, signs
inside ``signature_on`` with ``form.proof``, ends in ``show_unsigned``, and includes
``parts/proof.html`` below the form's fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from registry.rules.signatures import NOTHING_ENROLLED, Held, Strength
from registry.services import signatures
from registry.services.signatures import Proof, SignatureFailed
from registry.web.forms import Form, refusals_on, show
from registry.web.requests import PersonRequest

PARTS = ("password", "code", "passkey")


class ProofFields(Form):
    """The proof of a signer; which of its fields are shown is up to the person and the policy."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    code = forms.CharField(
        label=gettext_lazy("One-time code"),
        required=False,
        max_length=40,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
        help_text=gettext_lazy("From your app, or one of your recovery codes."),
    )
    passkey = forms.CharField(
        label=gettext_lazy("Passkey"),
        required=False,
        max_length=20_000,
        widget=forms.HiddenInput({"data-passkey-answer": ""}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session = ""
        self.about = ""
        self.unsigned = False
        # Last, below what is signed.
        self.order_fields([name for name in self.fields if name not in PARTS])

    def ask_for_proof(
        self,
        request: PersonRequest,
        *,
        subject: models.Model,
        strength: str = Strength.PASSWORD,
        digest: str = "",
    ) -> None:
        """Show the fields this person needs to sign the subject with the content of this digest."""
        self.about = signatures.about(subject, digest)
        self.fit_to(request, signatures.held_by(request.user), strength)

    def fit_to(self, request: HttpRequest, held: Held, strength: str) -> None:
        """Leave out the fields that are of no use here."""
        self.session = request.session.session_key or ""
        if not held.password:
            del self.fields["password"]
        if held.password and strength != Strength.SECOND_FACTOR:
            del self.fields["code"]
        elif not (held.code or held.passkey):
            self.fields["code"].help_text = gettext_lazy(NOTHING_ENROLLED)
        if not held.passkey or "code" not in self.fields:
            del self.fields["passkey"]

    @property
    def takes_passkey(self) -> bool:
        """Whether the person may answer with a passkey."""
        return "passkey" in self.fields

    @property
    def proof(self) -> Proof:
        """What was given, for the service."""
        given = {name: self.cleaned_data.get(name, "") for name in PARTS}
        return Proof(**given, session=self.session)

    def tell(self, sentence: str, part: str) -> None:
        """Show at its field what was wrong with the proof."""
        self.unsigned = True
        shown = [name for name in (part, *PARTS) if name in self.fields]
        self.add_error(shown[0] if shown else None, sentence)


@contextmanager
def signature_on(form: ProofFields) -> Iterator[None]:
    """Show on the form why a signature failed, or what was refused; the view shows it again."""
    try:
        with refusals_on(form):
            yield
    except SignatureFailed as failed:
        form.tell(str(failed), failed.part)


def show_unsigned(
    request: HttpRequest, template: str, form: ProofFields, **context: Any
) -> HttpResponse:
    """Render a page with a form that signs: 403 after a wrong proof, else as ``show`` does."""
    response = show(request, template, form, **context)
    if form.unsigned:
        response.status_code = 403
    return response
