"""What is said of all features together, and the figures a verdict rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audits.measures.drift_features import Shift
from audits.measures.figures import Figure, not_estimable
from audits.measures.intervals import LEVEL, sidak
from audits.measures.plans import Plan
from audits.measures.significance import holm

SHIFTED = 0.2
"""From here on a feature counts as drifted, where the plan sets no limit on its index."""


def largest_psi(shifts: Sequence[Shift]) -> Figure:
    """Return the largest stability index of all features, 0 and up.

    The limits are the largest of the features' own, which hold for all of them together (Sidak).
    """
    figures = [figure for figure in _indices(shifts) if figure.value is not None]
    if not figures:
        return not_estimable("max_psi", "no_features")
    value = max(figure.value or 0.0 for figure in figures)
    low, high = (max(getattr(one, end) for one in figures) for end in ("low", "high"))
    rows = min(figure.n for figure in figures)
    return Figure("max_psi", value, rows, low, high, "noncentral_chi_squared")


def share_drifted(shifts: Sequence[Shift], plan: Plan) -> Figure:
    """Return the share of features whose index is over the plan's limit, 0 to 1.

    The lower limit counts those that surely are, the upper one those that may be.
    """
    limit = next((check.limit for check in plan.checks if check.measure == "psi"), SHIFTED)
    figures = [figure for figure in _indices(shifts) if figure.value is not None]
    if not figures:
        return not_estimable("share_of_features_drifted", "no_features")
    value, low, high = (
        sum(getattr(one, end) > limit for one in figures) / len(figures)
        for end in ("value", "low", "high")
    )
    rows = min(figure.n for figure in figures)
    return Figure("share_of_features_drifted", value, rows, low, high, "counted_limits")


def compared(shifts: Sequence[Shift], plan: Plan) -> list[dict[str, Any]]:
    """Return the figures of every feature, and those they are judged by.

    The latter have limits that hold for all features together (Sidak), so that forty features do
    not make a false alarm.
    """
    level = sidak(LEVEL, max(1, len(shifts)))
    found = []
    for shift in shifts:
        for figure, together in zip(shift.figures(), shift.figures(level), strict=True):
            shown, safe = (one.judged_from(plan.smallest_group) for one in (figure, together))
            found.append(
                {
                    "attribute": shift.name,
                    **shown.as_dict(),
                    "left_out": [],
                    "judged": {**safe.as_dict(), "left_out": []},
                }
            )
    return found


def holm_adjusted(features: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the features with their p-values read together (Holm)."""
    tests = [feature["test"] for feature in features if feature["test"]]
    for test, adjusted in zip(tests, holm([one["p_value"] for one in tests]), strict=True):
        test["p_holm"] = adjusted
    return features


def _indices(shifts: Sequence[Shift]) -> list[Figure]:
    level = sidak(LEVEL, max(1, len(shifts)))
    return [shift.psi("psi", level) for shift in shifts]
