"""Pages of a model's scorecard: what its tier rests on, and the form that fills the card."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.models import RegisteredModel, ScorecardFilling
from registry.rules.scorecards import EDITIONS, LAST, Question
from registry.rules.tier_overrides import BASES, MEANING, STANDINGS
from registry.services import rights, scorecards, tier_overrides, tiers
from registry.web.forms import Form, refusals_on, show
from registry.web.lookups import model_or_404
from registry.web.requests import PersonRequest
from registry.web.signing_forms import ProofFields


class ScorecardForm(Form):
    """The eight questions, each with its level and a ground."""

    based_on = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in LAST.questions:
            self.fields[question.code] = forms.TypedChoiceField(
                label=gettext_lazy(question.name),
                help_text=gettext_lazy(question.asks),
                coerce=int,
                widget=forms.RadioSelect,
                choices=[(n, f"{n}: {_(text)}") for n, text in enumerate(question.levels, start=1)],
            )
            self.fields[ground_of(question)] = forms.CharField(
                required=False,
                label=gettext_lazy("Ground"),
                widget=forms.Textarea({"rows": 2}),
            )

    def pairs(self) -> list[tuple[Any, Any]]:
        """Return each question's two fields, in the order of the card."""
        return [(self[one.code], self[ground_of(one)]) for one in LAST.questions]

    def facts(self) -> dict[str, Any]:
        """Return what the service takes."""
        asked = self.cleaned_data
        return {
            "answers": {one.code: asked[one.code] for one in LAST.questions},
            "grounds": {one.code: asked[ground_of(one)] for one in LAST.questions},
            "based_on": asked["based_on"],
        }


def ground_of(question: Question) -> str:
    """Return the name of the field for a question's ground."""
    return f"{question.code}_ground"


class ProposeForm(Form):
    """Another tier than the scored one."""

    tier = forms.TypedChoiceField(
        label=gettext_lazy("Tier"), coerce=int, choices=[(n, n) for n in (1, 2, 3, 4)]
    )
    reason = forms.CharField(
        label=gettext_lazy("Why the scorecard is not right here"),
        widget=forms.Textarea({"rows": 3}),
    )


class ConfirmForm(ProofFields):
    """What the second signature takes."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)


@login_required
def scorecard(request: PersonRequest, slug: str) -> HttpResponse:
    """What the tier rests on: the card, how the tier came about, and any override."""
    return page(request, model_or_404(request, slug))


def page(
    request: PersonRequest,
    model: RegisteredModel,
    *,
    propose: ProposeForm | None = None,
    confirm: ConfirmForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page of the tier, with a form that was refused in its place."""
    basis = tiers.basis_of(model)
    overrides = list(model.tier_overrides.select_related("proposed_by", "confirmed_by", "ended_by"))
    waiting = next((one for one in overrides if one.standing == "open"), None)
    if waiting and confirm is None:
        digest = tier_overrides.digest_of(waiting)
        confirm = ConfirmForm(initial={"digest": digest})
        confirm.ask_for_proof(request, subject=waiting, digest=digest)
    context = {
        "model": model,
        "tab": "tier",
        "basis": basis,
        "basis_name": _(BASES[basis.kind]),
        "rows": answer_rows(basis.filling) if basis.filling else [],
        "fillings": model.scorecards.select_related("filled_by"),
        "overrides": [(one, _(STANDINGS[one.standing])) for one in overrides],
        "waiting": waiting,
        "meaning": _(MEANING),
        "propose": propose or ProposeForm(prefix="propose"),
        "confirm": confirm,
        "may_fill": rights.may(by=request.user, verb="scorecard.fill", unit=model.unit),
        "may_propose": rights.may(by=request.user, verb="tier.override", unit=model.unit),
        "may_confirm": rights.may(by=request.user, verb="tier.confirm", unit=model.unit),
    }
    return render(request, "registry/scorecard.html", context, status=status)


def answer_rows(filling: ScorecardFilling) -> list[dict[str, Any]]:
    """Return each question with its answer in words."""
    return [
        {
            "name": question.name,
            "asks": question.asks,
            "level": filling.answers[question.code],
            "means": question.levels[filling.answers[question.code] - 1],
            "ground": filling.grounds.get(question.code, ""),
        }
        for question in EDITIONS[filling.edition].questions
    ]


@login_required
def fill_scorecard(request: PersonRequest, slug: str) -> HttpResponse:
    """Fill the card anew, starting from the last filling."""
    model = model_or_404(request, slug)
    rights.require(by=request.user, verb="scorecard.fill", unit=model.unit)
    form = ScorecardForm(request.POST or None, initial=_starting_point(model))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            scorecards.fill(model=model, **form.facts(), by=request.user)
            return redirect("scorecard", slug)
    return show(request, "registry/fill_scorecard.html", form, model=model)


def _starting_point(model: RegisteredModel) -> dict[str, Any]:
    last = model.scorecards.first()
    if last is None:
        return {"based_on": 0}
    grounds = {f"{code}_ground": ground for code, ground in last.grounds.items()}
    return {"based_on": last.number, **last.answers, **grounds}
