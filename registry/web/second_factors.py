"""My account: the second factors a person signs in and signs with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

import segno
from allauth.mfa.adapter import get_adapter
from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from registry.rules.signatures import CONFIRMED_FOR, LONGEST_NAME, Strength
from registry.services import one_time_codes, second_factors, sign_ins, signatures
from registry.services.sign_ins import SignInFailed
from registry.web.forms import Form, refusals_on, show, tell_errors
from registry.web.requests import PersonRequest
from registry.web.signing_forms import ProofFields, show_unsigned

P = ParamSpec("P")
Page = Callable[Concatenate[PersonRequest, P], HttpResponse]

CONFIRMED, SECRET = "confirmed_at", "codes_secret"
# So that a page that asked for it is still in time when its form comes back.
BEFORE_IT_ENDS = timedelta(minutes=1)


def confirmed_at(request: PersonRequest) -> datetime | None:
    """Return when the person last confirmed, in this session, that it is them."""
    kept = request.session.get(CONFIRMED)
    return datetime.fromisoformat(kept) if kept else None


def after_confirming(page: Page[P]) -> Page[P]:
    """Have the person confirm first that it is them, unless they just did."""

    @login_required
    @wraps(page)
    def asked(request: PersonRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        at = confirmed_at(request)
        if at and at > timezone.now() - CONFIRMED_FOR + BEFORE_IT_ENDS:
            return never_cache(page)(request, *args, **kwargs)
        back = request.path if request.method == "GET" else reverse("account")
        return redirect(f"{reverse('confirm')}?{urlencode({'next': back})}")

    return asked


@login_required
def account(request: PersonRequest) -> HttpResponse:
    """What the person signs in and signs with."""
    context = {"enrolled": second_factors.enrolled(request.user)}
    return render(request, "registry/account.html", context)


class ConfirmForm(ProofFields):
    """All a person has to prove themselves with."""


@login_required
def confirm(request: PersonRequest) -> HttpResponse:
    """Ask the person to prove anew who they are."""
    form = ConfirmForm(request.POST or None)
    held = signatures.held_by(request.user)
    enrolled = held.code or held.passkey
    form.about = sign_ins.CONFIRMING
    form.fit_to(request, held, Strength.SECOND_FACTOR if enrolled else Strength.PASSWORD)
    if not enrolled:
        form.fields.pop("code", None)
    if request.method == "POST" and form.is_valid():
        try:
            sign_ins.confirm(proof=form.proof, by=request.user)
        except SignInFailed as failed:
            form.tell(str(failed), failed.part)
        else:
            request.session[CONFIRMED] = timezone.now().isoformat()
            return redirect(_back(request))
    return show_unsigned(request, "registry/confirm.html", form)


def _back(request: PersonRequest) -> str:
    asked = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure())
    return asked if ours else reverse("account")


class CodesForm(Form):
    """The first code of an app."""

    code = forms.CharField(
        label=gettext_lazy("The code your app shows now"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


@after_confirming
def add_codes(request: PersonRequest) -> HttpResponse:
    """Show a secret to an app for codes, and take its first code."""
    form = CodesForm(request.POST or None)
    secret = _secret(request)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            codes = second_factors.activate_codes(
                secret=secret,
                code=form.cleaned_data["code"],
                confirmed_at=confirmed_at(request),
                by=request.user,
            )
            del request.session[SECRET]
            return recovery_codes(request, codes)
    address = get_adapter().build_totp_url(request.user, secret)
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=3, light="#fff")
    spaced = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return show(request, "registry/add_codes.html", form, picture=picture, secret=spaced)


def _secret(request: PersonRequest) -> str:
    """Return the secret of the app being set up; sessions are kept, so it is encrypted there."""
    adapter = get_adapter()
    if SECRET not in request.session:
        request.session[SECRET] = adapter.encrypt(one_time_codes.new_secret())
    return str(adapter.decrypt(request.session[SECRET]))


def recovery_codes(request: PersonRequest, codes: list[str]) -> HttpResponse:
    """Show new recovery codes this once; back to the account where there are none to show."""
    if not codes:
        return redirect("account")
    return render(request, "registry/recovery_codes.html", {"codes": codes})


class PasskeyForm(Form):
    """A passkey's name, and what the browser made."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("By which you know it again, such as “Work laptop”."),
    )
    passkey = forms.CharField(
        label=gettext_lazy("Passkey"),
        required=False,
        max_length=20_000,
        widget=forms.HiddenInput({"data-passkey-answer": ""}),
    )


@after_confirming
def add_passkey(request: PersonRequest) -> HttpResponse:
    """Have the browser make a passkey, and keep it."""
    form = PasskeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            codes = second_factors.add_passkey(
                name=form.cleaned_data["name"],
                answer=form.cleaned_data["passkey"],
                session=request.session.session_key or "",
                confirmed_at=confirmed_at(request),
                by=request.user,
            )
            return recovery_codes(request, codes)
    return show(request, "registry/add_passkey.html", form)


@require_POST
@after_confirming
def remove_factor(request: PersonRequest, pk: int) -> HttpResponse:
    """Take a second factor away."""
    return _done(request, second_factors.remove, factor=pk)


@require_POST
@after_confirming
def renew_recovery_codes(request: PersonRequest) -> HttpResponse:
    """Show new recovery codes; the earlier ones are worth nothing from now on."""
    return _done(request, second_factors.renew_recovery_codes)


def _done(request: PersonRequest, verb: Callable[..., Any], **given: Any) -> HttpResponse:
    form = Form(request.POST)
    with refusals_on(form):
        codes = verb(confirmed_at=confirmed_at(request), by=request.user, **given)
        return recovery_codes(request, codes or [])
    tell_errors(request, form)
    return redirect("account")
