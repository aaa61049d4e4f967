"""The page of a version's evaluation plan: its limits, their history, and the form to revise it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import formset_factory
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.models import ModelVersion
from registry.rules.catalogue import EVIDENCE_KINDS
from registry.rules.plan_shapes import (
    COMMON_MEASURES,
    DIRECTION_NAMES,
    KINDS,
    LARGEST_SEED,
    MOST_CHECKS,
    MOST_ROWS,
    PRESET_NAMES,
)
from registry.services import plans, policies, rights
from registry.services.cards import is_held
from registry.web.forms import Form, refusals_on
from registry.web.lookups import version_or_404
from registry.web.requests import PersonRequest


@login_required
def version_plan(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """The limits in force, kind by kind, and who revised them when."""
    version = version_or_404(request, slug, number)
    context = {
        "version": version,
        "model": version.model,
        "tab": "plan",
        "standing": plans.standing(version),
        "revisions": plans.history(version),
        "edition": policies.in_force(),
        "may_revise": rights.may(by=request.user, verb="plan.revise", unit=version.model.unit),
    }
    return render(request, "registry/plan.html", context)


class CheckForm(Form):
    """One limit; a line without a measure is left out."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of run"), choices=[(kind, EVIDENCE_KINDS[kind]) for kind in KINDS]
    )
    measure = forms.CharField(
        required=False,
        label=gettext_lazy("Measure"),
        max_length=80,
        widget=forms.TextInput({"list": "measures", "autocomplete": "off"}),
    )
    attribute = forms.CharField(required=False, label=gettext_lazy("For whom"), max_length=200)
    direction = forms.ChoiceField(
        label=gettext_lazy("Direction"), choices=list(DIRECTION_NAMES.items())
    )
    limit = forms.FloatField(required=False, label=gettext_lazy("Limit"))
    warn = forms.FloatField(required=False, label=gettext_lazy("Warns at"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, names in (("kind", EVIDENCE_KINDS), ("direction", DIRECTION_NAMES)):
            field = self.fields[name]
            field.choices = [(code, _(names[code])) for code, _name in field.choices]

    def check(self) -> dict[str, Any] | None:
        """Return the check as a plan writes it; None for a line left empty."""
        said = dict(self.cleaned_data)
        said.pop("kind", None)
        return said if said.get("measure") else None


CheckFormSet = formset_factory(
    CheckForm, extra=3, max_num=MOST_CHECKS * len(KINDS), absolute_max=MOST_CHECKS * len(KINDS)
)


class PlanForm(Form):
    """What the figures rest on, the reason, and the revision the writer saw."""

    based_on = forms.IntegerField(widget=forms.HiddenInput)
    reference = forms.CharField(
        required=False,
        label=gettext_lazy("Reference groups"),
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy(
            "One line for each attribute, such as “sex: male”; else the largest group is it."
        ),
    )
    strata = forms.CharField(
        required=False,
        label=gettext_lazy("Legitimate factors"),
        help_text=gettext_lazy(
            "Columns that groups are compared within as well, separated by commas."
        ),
    )
    presets = forms.MultipleChoiceField(
        required=False,
        label=gettext_lazy("Presets"),
        choices=[(code, gettext_lazy(name)) for code, name in PRESET_NAMES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    sample_rows = forms.IntegerField(
        required=False, label=gettext_lazy("Rows to explain"), min_value=1, max_value=MOST_ROWS
    )
    seed = forms.IntegerField(
        required=False,
        label=gettext_lazy("Seed of the explanation"),
        min_value=0,
        max_value=LARGEST_SEED,
    )
    reason = forms.CharField(
        required=False, label=gettext_lazy("Reason"), widget=forms.Textarea({"rows": 2})
    )

    def clean_reference(self) -> dict[str, str]:
        """Return the group of each attribute."""
        lines = [line for line in self.cleaned_data["reference"].splitlines() if line.strip()]
        pairs = [line.partition(":") for line in lines]
        if not all(colon for _attribute, colon, _group in pairs):
            raise forms.ValidationError(_("Write “attribute: group” on each line."))
        return {attribute.strip(): group.strip() for attribute, _colon, group in pairs}

    def clean_strata(self) -> list[str]:
        """Return the columns."""
        return [name.strip() for name in self.cleaned_data["strata"].split(",") if name.strip()]

    def more(self, kind: str) -> dict[str, Any]:
        """Return what a section says besides its checks."""
        said = self.cleaned_data
        parts: dict[str, dict[str, Any]] = {
            "fairness": {
                "reference": said["reference"],
                "strata": said["strata"],
                "presets": said["presets"],
            },
            "explanation": {"sample_rows": said["sample_rows"], "seed": said["seed"]},
        }
        return {
            name: part for name, part in parts.get(kind, {}).items() if part not in (None, {}, [])
        }


@login_required
def revise_plan(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Write the plan as a new revision, starting from the limits in force."""
    version = version_or_404(request, slug, number)
    rights.require(by=request.user, verb="plan.revise", unit=version.model.unit)
    standing = plans.standing(version)
    formset = CheckFormSet(request.POST or None, initial=_lines(standing), prefix="checks")
    form = PlanForm(request.POST or None, initial=_starting_point(version, standing))
    if request.method == "POST" and formset.is_valid() and form.is_valid():
        with refusals_on(form):
            plan = plans.revise(
                version=version,
                content=plans.without_the_policys(version, _content(formset, form)),
                reason=form.cleaned_data["reason"],
                based_on=form.cleaned_data["based_on"],
                by=request.user,
            )
            messages.success(
                request, _("Written down as revision %(number)s.") % {"number": plan.number}
            )
            return redirect("version_plan", slug, number)
    status = 409 if form.refused else (422 if formset.is_bound else 200)
    context = {
        "version": version,
        "model": version.model,
        "tab": "plan",
        "form": form,
        "formset": formset,
        "measures": COMMON_MEASURES,
        "is_held": is_held(version),
    }
    return render(request, "registry/revise_plan.html", context, status=status)


def _lines(standing: list[plans.KindPlan]) -> list[dict[str, Any]]:
    """Start from every check in force, the policy's among them: they may be made stricter."""
    return [
        {"kind": one.kind, **check.as_dict()} for one in standing for check, _source in one.checks
    ]


def _starting_point(version: ModelVersion, standing: list[plans.KindPlan]) -> dict[str, Any]:
    last = plans.newest(version)
    sections = {one.kind: one.section for one in standing}
    fairness, explanation = sections["fairness"], sections["explanation"]
    reference = fairness.get("reference", {})
    return {
        "based_on": last.number if last else 0,
        "reference": "\n".join(f"{attribute}: {group}" for attribute, group in reference.items()),
        "strata": ", ".join(fairness.get("strata", [])),
        "presets": fairness.get("presets", []),
        "sample_rows": explanation.get("sample_rows"),
        "seed": explanation.get("seed"),
    }


def _content(formset: Any, form: PlanForm) -> dict[str, Any]:
    """Return all sections as the form shows them; a kind without a line has no checks."""
    content: dict[str, Any] = {kind: {"checks": [], **form.more(kind)} for kind in KINDS}
    for line in formset:
        check = line.check()
        if check:
            content[line.cleaned_data["kind"]]["checks"].append(check)
    return content
