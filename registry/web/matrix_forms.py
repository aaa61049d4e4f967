"""The form to edit the risk matrix: labels, levels by score or by cell, floor and appetite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.rules.matrices import (
    DEFAULT_MATRIX,
    LANGUAGES,
    LEVELS,
    SIDE,
    STEPS,
    Label,
    level,
    shares,
)
from registry.rules.matrix_shapes import LONGEST_LABEL
from registry.templatetags.words import translated
from registry.web.forms import Form

HIGHEST = SIDE * SIDE
AXES = {"likelihood": "likelihoods", "impact": "impacts"}
LANGUAGE_NAMES = {"en": gettext_lazy("English"), "de": gettext_lazy("German")}
STANDARD_NAMES = {step["code"]: step["name"] for step in DEFAULT_MATRIX["levels"]}


def _level_choices(empty: str = "") -> list[tuple[str, str]]:
    none = [("", empty)] if empty else []
    return [*none, *((code, translated(STANDARD_NAMES[code])) for code in LEVELS)]


class MatrixForm(Form):
    """A definition, taken apart into fields and put together again."""

    way = forms.ChoiceField(
        label=gettext_lazy("Levels go"),
        choices=[("scores", gettext_lazy("by score")), ("cells", gettext_lazy("cell by cell"))],
        widget=forms.RadioSelect,
    )
    floor_impact = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        label=gettext_lazy("From this impact on"),
        choices=[("", gettext_lazy("No floor")), *((step, step) for step in STEPS)],
    )
    floor_level = forms.ChoiceField(required=False, label=gettext_lazy("the level is at least"))
    blocks = forms.ChoiceField(required=False, label=gettext_lazy("Blocks a release from"))
    exception = forms.ChoiceField(required=False, label=gettext_lazy("Needs an exception from"))
    reason = forms.CharField(
        required=False, label=gettext_lazy("Reason"), widget=forms.Textarea({"rows": 2})
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput)
    previewed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, definition: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = definition["name"]
        for field, empty in (("floor_level", ""), ("blocks", _("None")), ("exception", _("None"))):
            self.fields[field].choices = _level_choices(empty)
        for axis, names in AXES.items():
            for step, one in enumerate(definition[names], start=1):
                self._ask_for_label(f"{axis}_{step}", one)
        steps = {one["code"]: one for one in definition["levels"]}
        for code in LEVELS:
            self._ask_for_level(code, steps.get(code, {}), shares(definition).get(code))
        for likelihood in STEPS:
            for impact in STEPS:
                self._ask_for_cell(likelihood, impact, level(definition, likelihood, impact))
        self._start_from(definition)

    def _ask_for_label(self, name: str, said: Label, required: bool = True) -> None:
        texts = {"en": said} if isinstance(said, str) else said
        for language in LANGUAGES:
            self.fields[f"{name}_{language}"] = forms.CharField(
                required=required,
                max_length=LONGEST_LABEL,
                initial=texts.get(language, ""),
                label=LANGUAGE_NAMES[language],
            )

    def _ask_for_level(self, code: str, step: Mapping[str, Any], share: float | None) -> None:
        self._ask_for_label(f"level_{code}", step.get("name", ""), required=False)
        for end, label in (("from", _("From score")), ("to", _("To score"))):
            self.fields[f"level_{code}_{end}"] = forms.IntegerField(
                required=False,
                min_value=1,
                max_value=HIGHEST,
                initial=step.get(end),
                label=label,
            )
        self.fields[f"share_{code}"] = forms.FloatField(
            required=False,
            min_value=0,
            max_value=100,
            initial=None if share is None else round(share * 100, 4),
            label=_("At most, in % of the models"),
        )

    def _ask_for_cell(self, likelihood: int, impact: int, code: str) -> None:
        self.fields[f"cell_{likelihood}_{impact}"] = forms.ChoiceField(
            required=False,
            initial=code,
            choices=_level_choices(),
            label=_("Likelihood %(likelihood)s by impact %(impact)s")
            % {"likelihood": likelihood, "impact": impact},
        )

    def _start_from(self, definition: Mapping[str, Any]) -> None:
        floor, appetite = definition.get("floor") or {}, definition.get("appetite") or {}
        for field, value in (
            ("way", "cells" if definition.get("grid") else "scores"),
            ("floor_impact", floor.get("impact", "")),
            ("floor_level", floor.get("level", "high")),
            ("blocks", appetite.get("blocks") or ""),
            ("exception", appetite.get("exception") or ""),
        ):
            self.fields[field].initial = value

    def axis_rows(self) -> list[tuple[str, list[tuple[int, list[BoundField]]]]]:
        """Return the labels of both axes, for the template."""
        return [
            (
                name,
                [(step, [self[f"{axis}_{step}_{one}"] for one in LANGUAGES]) for step in STEPS],
            )
            for axis, name in (("likelihood", _("Likelihood")), ("impact", _("Impact")))
        ]

    def level_rows(self) -> list[tuple[str, list[BoundField]]]:
        """Return the fields of each level, for the template."""
        parts = ("level_{}_en", "level_{}_de", "level_{}_from", "level_{}_to", "share_{}")
        return [(code, [self[part.format(code)] for part in parts]) for code in LEVELS]

    def cell_rows(self) -> list[tuple[int, list[BoundField]]]:
        """Return the grid of cells from very likely down, for the template."""
        return [
            (likelihood, [self[f"cell_{likelihood}_{impact}"] for impact in STEPS])
            for likelihood in reversed(STEPS)
        ]

    def definition(self) -> dict[str, Any]:
        """Return the definition as the form says it; whether it is sound is for the rules."""
        said = self.cleaned_data
        by_score = said["way"] == "scores"
        percents = {code: said[f"share_{code}"] for code in LEVELS}
        told: dict[str, Any] = {
            "name": self.name,
            **{
                names: [self._label(f"{axis}_{step}") for step in STEPS]
                for axis, names in AXES.items()
            },
            "levels": [self._level(code, by_score) for code in LEVELS if self._is_kept(code)],
            "appetite": {
                "blocks": said["blocks"] or None,
                "exception": said["exception"] or None,
                "shares": {
                    code: round(percent / 100, 6)
                    for code, percent in percents.items()
                    if percent is not None
                },
            },
        }
        if not by_score:
            told["grid"] = [[said[f"cell_{row}_{column}"] for column in STEPS] for row in STEPS]
        if said["floor_impact"]:
            told["floor"] = {"impact": said["floor_impact"], "level": said["floor_level"]}
        return told

    def _label(self, name: str) -> dict[str, str]:
        return {language: self.cleaned_data[f"{name}_{language}"] for language in LANGUAGES}

    def _is_kept(self, code: str) -> bool:
        """A level without a label in either language is left out."""
        return any(self._label(f"level_{code}").values())

    def _level(self, code: str, by_score: bool) -> dict[str, Any]:
        step: dict[str, Any] = {"code": code, "name": self._label(f"level_{code}")}
        if by_score:
            step |= {end: self.cleaned_data[f"level_{code}_{end}"] for end in ("from", "to")}
        return step
