"""Says curves, bins and slices of a performance measurement as page and paper show them alike."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from audits.wording.performance import NAMES
from audits.wording.voices import Voice
from registry.rules.wording import gettext_noop

MISSING = gettext_noop("not recorded")
OTHER = gettext_noop("all other values")
BAND = gettext_noop("%(low)s to %(high)s")
UP_TO = gettext_noop("up to %(high)s")
FROM = gettext_noop("from %(low)s")
ANY = gettext_noop("all")
WORDS = {
    "roc": gettext_noop("ROC curve"),
    "precision_recall": gettext_noop("Precision and recall"),
    "true_positive_rate": gettext_noop("True positive rate"),
    "false_positive_rate": gettext_noop("False positive rate"),
    "precision": gettext_noop("Precision"),
    "recall": gettext_noop("Recall"),
    "selection_rate": gettext_noop("Selection rate"),
    "threshold": gettext_noop("Threshold"),
    "rate": gettext_noop("Rate"),
    "declared": gettext_noop("declared threshold"),
    "mean_score": gettext_noop("Mean score"),
    "observed_rate": gettext_noop("Observed rate"),
    "mean_prediction": gettext_noop("Mean prediction"),
    "mean_outcome": gettext_noop("Mean outcome"),
    "rank_curves": gettext_noop("How well the scores order the rows"),
    "threshold_curve": gettext_noop("What other thresholds would do"),
    "calibration": gettext_noop("Whether the scores mean what they say"),
    "calibration_of_values": gettext_noop("Whether the predictions hold on average"),
    "slice": gettext_noop("%(measure)s by %(column)s, with 95 %% intervals"),
    "beside": gettext_noop("The same figures are in the table below."),
    "absent": gettext_noop("not estimable"),
}
MAIN = {"binary": "accuracy", "multiclass": "accuracy", "regression": "mae"}
"""The figure of the slices that is drawn, by task."""

Facts = Mapping[str, Any]
Row = dict[str, Any]


def tables(content: Facts, voice: Voice) -> dict[str, Any]:
    """Return the tables as text; those of a measurement from before these parts are empty."""
    curves = content.get("curves") or {}
    return {
        "baselines": [_baseline(one, voice) for one in baselines(content)],
        "calibration": [_bin(one, voice) for one in curves.get("calibration") or []],
        "thresholds": [_step(one, voice) for one in _shown(curves.get("thresholds") or [])],
        "slices": slices(content, voice),
        "is_regression": content.get("task") == "regression",
    }


def baselines(content: Facts) -> Sequence[Facts]:
    """Return what the model is held against; older measurements have one at the most."""
    found: Sequence[Facts] = content.get("baselines") or [content.get("baseline") or {}]
    return [one for one in found if one]


def slices(content: Facts, voice: Voice) -> list[dict[str, Any]]:
    """Return each sliced column with a row for each of its slices."""
    found: Sequence[Facts] = content.get("slices") or []
    told = []
    for column in dict.fromkeys(one["column"] for one in found):
        own = [one for one in found if one["column"] == column]
        codes = list(dict.fromkeys(code for one in own for code in one["measures"]))
        rows = [_slice(one, codes, voice) for one in own]
        names = [voice.translate(NAMES.get(code, code)) for code in codes]
        told.append({"name": column, "codes": codes, "columns": names, "rows": rows})
    return told


def slice_name(one: Facts, voice: Voice) -> str:
    """Return the name of a slice; missing and other values are said in the reader's language."""
    if one.get("other"):
        return voice.translate(OTHER)
    if one["value"] is None:
        return voice.translate(MISSING)
    if one.get("low") is not None:
        ends = {key: tidy(one[key], voice) for key in ("low", "high")}
        return voice.translate(BAND) % ends
    return str(one["value"])


def tidy(value: float, voice: Voice) -> str:
    """Write a value of an axis or the end of a band, without needless digits."""
    for decimals in range(5):
        if math.isclose(round(value, decimals), value, rel_tol=1e-9, abs_tol=1e-12):
            return voice.format(value + 0.0, decimals)
    return voice.value(value)


def short(value: float, voice: Voice) -> str:
    """Write a measured value: three decimals, fewer where it is large."""
    size = abs(value)
    return voice.format(value, 3 if size < 10 else 2 if size < 1000 else 0)


def _slice(one: Facts, codes: Sequence[str], voice: Voice) -> Row:
    figures = [one["measures"].get(code) for code in codes]
    return {
        "words": slice_name(one, voice),
        "count": voice.count(one["count"]),
        "too_few": one["too_few"],
        "figures": [(_value(figure, voice), _interval(figure, voice)) for figure in figures],
    }


def _baseline(one: Facts, voice: Voice) -> Row:
    return {**one, "text": short(one["value"], voice)}


def _bin(one: Facts, voice: Voice) -> Row:
    rate = one["rate"]
    return {
        "band": _band(one, voice),
        "rows": voice.count(one["rows"]),
        "mean_score": short(one["mean_score"], voice),
        "positives": voice.count(one.get("positives")),
        "rate": _value(rate, voice),
        "interval": _interval(rate, voice),
        "is_off": None not in (rate.get("low"), rate.get("high"))
        and not rate["low"] <= one["mean_score"] <= rate["high"],
    }


def _band(one: Facts, voice: Voice) -> str:
    """Return the ends of a bin; the outer ones may be withheld."""
    low, high = one["low"], one["high"]
    if low is None and high is None:
        return voice.translate(ANY)
    if low is None:
        return voice.translate(UP_TO) % {"high": tidy(high, voice)}
    if high is None:
        return voice.translate(FROM) % {"low": tidy(low, voice)}
    return voice.translate(BAND) % {"low": tidy(low, voice), "high": tidy(high, voice)}


def _shown(steps: Sequence[Facts]) -> list[Facts]:
    """Return the thresholds at each tenth, and the declared one."""
    return [
        step
        for step in steps
        if step.get("declared") or math.isclose(step["threshold"] * 10 % 1, 0, abs_tol=1e-9)
    ]


def _step(step: Facts, voice: Voice) -> Row:
    tp, fp = step["true_positives"], step["false_positives"]
    fn, tn = step["false_negatives"], step["true_negatives"]

    def share(part: int, whole: int) -> str:
        return voice.format(part / whole, 3) if whole else "–"

    return {
        "threshold": f"{voice.format(step['threshold'], 2)}"
        if math.isclose(step["threshold"] * 100 % 1, 0, abs_tol=1e-9)
        else tidy(step["threshold"], voice),
        "declared": bool(step.get("declared")),
        "selected": voice.count(tp + fp),
        "selection_rate": share(tp + fp, tp + fp + fn + tn),
        "precision": share(tp, tp + fp),
        "recall": share(tp, tp + fn),
        "false_positive_rate": share(fp, fp + tn),
    }


def _value(figure: Facts | None, voice: Voice) -> str:
    if not figure or figure.get("value") is None:
        return "–"
    return short(figure["value"], voice)


def _interval(figure: Facts | None, voice: Voice) -> str:
    if not figure or figure.get("low") is None or figure.get("high") is None:
        return ""
    return voice.translate(BAND) % {
        "low": short(figure["low"], voice),
        "high": short(figure["high"], voice),
    }
