"""The page of a model card: read it, write it, put a draft into effect."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from registry.rules.cards import LONGEST_SECTION, SECTIONS
from registry.services import cards, rights
from registry.web.forms import Form, refusals_on, show
from registry.web.lookups import version_or_404
from registry.web.requests import PersonRequest


class CardForm(Form):
    """One field for each section, and the revision the writer saw."""

    based_on = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for section in SECTIONS:
            self.fields[section.code] = forms.CharField(
                required=False,
                label=_(section.name),
                help_text=_(section.question),
                max_length=LONGEST_SECTION,
                widget=forms.Textarea({"rows": 4}),
            )

    def sections(self) -> dict[str, str]:
        """Return the texts by the sections' codes."""
        return {section.code: self.cleaned_data[section.code] for section in SECTIONS}


@login_required
def card(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """The card in effect, how complete it is, and its revisions."""
    version = version_or_404(request, slug, number)
    revisions = list(version.card.revisions.select_related("saved_by"))
    shown = next((one for one in revisions if str(one.number) == request.GET.get("revision")), None)
    context = {
        "version": version,
        "model": version.model,
        "tab": "card",
        "revision": shown or version.card.effective or (revisions[0] if revisions else None),
        "revisions": revisions,
        "sections": SECTIONS,
        "may_write": rights.may(by=request.user, verb="card.save", unit=version.model.unit),
    }
    return render(request, "registry/card.html", context)


@login_required
def write_card(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Save the card as a new revision."""
    version = version_or_404(request, slug, number)
    rights.require(by=request.user, verb="card.save", unit=version.model.unit)
    last = version.card.revisions.first()
    before = {"based_on": last.number if last else 0, **(last.sections if last else {})}
    form = CardForm(request.POST or None, initial=before)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            revision = cards.save(
                version=version,
                sections=form.sections(),
                based_on=form.cleaned_data["based_on"],
                by=request.user,
            )
            messages.success(
                request, _("Saved as revision %(number)s.") % {"number": revision.number}
            )
            return redirect("card", slug, number)
    return show(
        request,
        "registry/write_card.html",
        form,
        version=version,
        model=version.model,
        tab="card",
        stays_draft=cards.is_held(version),
    )


@login_required
@require_POST
def card_into_effect(request: PersonRequest, slug: str, number: int, revision: int) -> HttpResponse:
    """Put a draft into effect."""
    version = version_or_404(request, slug, number)
    found = get_object_or_404(
        version.card.revisions.select_related("card__version"), number=revision
    )
    form = Form(request.POST)
    with refusals_on(form):
        cards.make_effective(revision=found, by=request.user)
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect("card", slug, number)
