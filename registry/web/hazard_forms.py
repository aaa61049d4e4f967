"""The forms to assess hazards: one line a hazard, its controls one by one, and what is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BaseFormSet, BoundField, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.models import Evidence, ModelVersion
from registry.rules.catalogue import USE_CASES
from registry.rules.hazard_catalogue import SUGGESTED, SuggestedHazard
from registry.rules.risk import (
    EFFECTIVENESS,
    KNOWLEDGE,
    STARTING_HAZARDS,
    TEXTS,
    Control,
    HazardFacts,
    hazards_asked_for,
    starting_likelihood,
)
from registry.services.registered_models import maintainers_of
from registry.templatetags.words import translated
from registry.web.forms import Form

PLACES = ("likelihood", "impact", "residual_likelihood", "residual_impact")
MOST_CONTROLS = 10
MIDDLE = 3


class Area(forms.CharField):
    """A text of a few lines that may stay empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea({"rows": 2}), **kwargs)


class HazardForm(Form):
    """One hazard: what it is, its place before controls, the controls, its place after them."""

    title = forms.CharField(label=gettext_lazy("Hazard"), max_length=300)
    cause = Area(label=gettext_lazy("Cause"))
    consequence = Area(label=gettext_lazy("Consequence"))
    affected = Area(label=gettext_lazy("Affected people"))
    vulnerable = Area(
        label=gettext_lazy("Vulnerable groups among them"),
        help_text=gettext_lazy(
            "Children, patients, people in debt or in need … or “None, because …”."
        ),
    )
    likelihood_ground = Area(label=gettext_lazy("Ground for this likelihood"))
    impact_ground = Area(label=gettext_lazy("Ground for this impact"))
    controls = Area(label=gettext_lazy("Controls"))
    residual_ground = Area(label=gettext_lazy("Ground for the residual risk"))

    def __init__(
        self,
        *args: Any,
        matrix: Mapping[str, Any],
        exhibits: Sequence[tuple[int, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for axis, names in (("likelihood", "likelihoods"), ("impact", "impacts")):
            choices = [(n, f"{n} {translated(one)}") for n, one in enumerate(matrix[names], 1)]
            for name, label in self._axis(axis):
                self.fields[name] = forms.TypedChoiceField(
                    label=label, choices=choices, coerce=int, initial=1
                )
        self.numbers = range(1, self._controls_asked() + 1)
        for number in self.numbers:
            self._ask_for_control(number, exhibits)

    @staticmethod
    def _axis(axis: str) -> list[tuple[str, str]]:
        labels = {
            "likelihood": (_("Likelihood"), _("Likelihood after controls")),
            "impact": (_("Impact"), _("Impact after controls")),
        }
        before, after = labels[axis]
        return [(axis, before), (f"residual_{axis}", after)]

    def _controls_asked(self) -> int:
        """As many as were sent, or those there are and two more."""
        if not self.is_bound:
            return min(len(self.initial.get("assessed_controls", [])) + 2, MOST_CONTROLS)
        pattern = re.compile(rf"{re.escape(self.prefix or '')}-control_(\d+)_text")
        sent = [int(found[1]) for key in self.data if (found := pattern.fullmatch(key))]
        return min(max(sent, default=0), MOST_CONTROLS)

    def _ask_for_control(self, number: int, exhibits: Sequence[tuple[int, str]]) -> None:
        known = self.initial.get("assessed_controls", [])
        control = known[number - 1] if number <= len(known) else Control("")
        told = {"number": number}
        levels = [(code, _(name)) for code, name in EFFECTIVENESS.items()]
        self.fields[f"control_{number}_text"] = forms.CharField(
            required=False,
            label=_("Control %(number)s") % told,
            max_length=500,
            initial=control.text,
        )
        self.fields[f"control_{number}_design"] = forms.ChoiceField(
            label=_("Design of control %(number)s") % told, choices=levels, initial=control.design
        )
        self.fields[f"control_{number}_operating"] = forms.ChoiceField(
            label=_("Operation of control %(number)s") % told,
            choices=levels,
            initial=control.operating,
        )
        if exhibits:
            self.fields[f"control_{number}_evidence"] = forms.TypedMultipleChoiceField(
                required=False,
                label=_("Evidence for control %(number)s") % told,
                choices=exhibits,
                coerce=int,
                initial=list(control.evidence),
                widget=forms.SelectMultiple({"size": min(len(exhibits), 3)}),
            )

    def control_fields(self) -> Iterator[list[BoundField]]:
        """Yield the fields of each control, for the template."""
        for number in self.numbers:
            yield [self[name] for name in self.fields if name.startswith(f"control_{number}_")]

    @property
    def has_controls(self) -> bool:
        """Whether a control is stated by itself, so that the form shows them unfolded."""
        return any(self[f"control_{number}_text"].value() for number in self.numbers)

    def facts(self) -> HazardFacts | None:
        """Return what the service takes; None for a line left empty or left out."""
        said = self.cleaned_data
        if not said.get("title") or said.get("DELETE"):
            return None
        controls = [self._control(number) for number in self.numbers]
        return HazardFacts(
            title=said["title"],
            controls=said["controls"],
            assessed_controls=tuple(one for one in controls if one != Control("")),
            **{name: said[name] for name in (*PLACES, *TEXTS)},
        )

    def _control(self, number: int) -> Control:
        said, name = self.cleaned_data, f"control_{number}"
        return Control(
            said[f"{name}_text"],
            said[f"{name}_design"],
            said[f"{name}_operating"],
            tuple(said.get(f"{name}_evidence", ())),
        )


class BaseHazardFormSet(BaseFormSet):  # type: ignore[type-arg]
    """All hazards; any of them can be left out."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Say what the box that leaves a line out does."""
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Leave this hazard out")


HazardFormSet = formset_factory(
    HazardForm, formset=BaseHazardFormSet, extra=1, max_num=30, can_delete=True
)


class KnowledgeForm(Form):
    """How strong the knowledge behind the whole assessment is."""

    knowledge = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Strength of knowledge"),
        choices=[
            ("", gettext_lazy("Not stated")),
            *((code, gettext_lazy(name)) for code, name in KNOWLEDGE.items()),
        ],
        help_text=gettext_lazy("Strong: data and experience with this very use. Weak: guesses."),
    )
    knowledge_ground = Area(label=gettext_lazy("Ground for the strength of knowledge"))


class UseCaseForm(Form):
    """Which hazards of the catalogue to add to the form."""

    use_case = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Use case"),
        choices=[
            ("", gettext_lazy("None")),
            *((code, gettext_lazy(USE_CASES[code])) for code in SUGGESTED),
        ],
    )


def exhibits_to_choose(version: ModelVersion) -> list[tuple[int, str]]:
    """Return what a control of this version may name as its evidence."""
    filed = Evidence.objects.filter(version=version).order_by("-pk").values_list("pk", "title")
    return [(pk, f"{title} ({pk})") for pk, title in filed]


def starting_point(version: ModelVersion, use_case: str) -> list[dict[str, Any]]:
    """Return the last assessment or the four hazards every model has, and those of the use case.

    Where few can maintain the model, that they are gone is there in any case: the assessment is
    refused without it.
    """
    last = version.risk.assessments.prefetch_related("hazards").first()
    lines = [_line(hazard.facts) for hazard in last.hazards.all()] if last else []
    maintainers = maintainers_of(version.model)
    asked = STARTING_HAZARDS if last is None else hazards_asked_for(maintainers)
    known = {line["title"] for line in lines}
    lines += [
        {"title": _(title), **_places(starting_likelihood(title, maintainers))}
        for title in asked
        if not known & {title, _(title)}
    ]
    suggested = SUGGESTED.get(use_case, ())
    return lines + [_suggestion(one) for one in suggested if _(one.title) not in known]


def _line(facts: HazardFacts) -> dict[str, Any]:
    names = ("title", "controls", "assessed_controls", *PLACES, *TEXTS)
    return {name: getattr(facts, name) for name in names}


def _suggestion(one: SuggestedHazard) -> dict[str, Any]:
    texts = {name: _(getattr(one, name)) for name in ("cause", "consequence", "affected")}
    return {"title": _(one.title), **texts, **_places(MIDDLE)}


def _places(likelihood: int) -> dict[str, int]:
    """Return a place from which nothing is lowered yet."""
    return {
        "likelihood": likelihood,
        "impact": MIDDLE,
        "residual_likelihood": likelihood,
        "residual_impact": MIDDLE,
    }
