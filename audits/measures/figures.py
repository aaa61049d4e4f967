"""One measured figure: its value, its interval, and the reason where there is none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from registry.rules.wording import gettext_noop

TOO_FEW = "too_few"

REASONS: Mapping[str, str] = {
    "no_rows": gettext_noop("There is no row."),
    "no_positives": gettext_noop("There is no row with the positive label."),
    "no_negatives": gettext_noop("There is no row with the negative label."),
    "no_selected": gettext_noop("The model predicts no row as positive."),
    "constant_scores": gettext_noop("Every row has the same score."),
    "constant_predictions": gettext_noop("Every row has the same prediction."),
    "constant_label": gettext_noop("Every row has the same label."),
    "no_spread": gettext_noop("The rows show no spread, so no interval can be given."),
    "one_group": gettext_noop("There is one group only, so there is nothing to compare."),
    "one_feature": gettext_noop("One feature alone counts, so there is no ranking."),
    "largest_is_zero": gettext_noop("The largest rate is 0, so there is no ratio to it."),
    "no_false_positives": gettext_noop(
        "No row is predicted positive wrongly, so there is no ratio to the false positives."
    ),
    "reference_is_zero": gettext_noop(
        "The rate of the reference group is 0, so there is no ratio to it."
    ),
    "reference_not_estimable": gettext_noop("The reference group has no such rate."),
    "no_common_stratum": gettext_noop(
        "No stratum holds people of both this group and the reference group."
    ),
    TOO_FEW: gettext_noop("There are too few rows to judge."),
    "not_measured": gettext_noop("This run does not measure what the check asks for."),
    "no_interval": gettext_noop("No interval is known for this figure, so it decides nothing."),
    "no_numbers": gettext_noop("One side holds no number."),
    "infinite_values": gettext_noop("There are infinite values, or numbers too large to add up."),
    "constant_feature": gettext_noop("Every row of the reference has the same value."),
    "no_labels": gettext_noop("One side has no labels yet."),
    "no_features": gettext_noop("There is no feature that both sides have."),
    "no_common_columns": gettext_noop("The two tables have no column in common."),
    "no_other_data": gettext_noop("The version has no other data to compare with."),
}
"""Why a figure has no value, no interval or no verdict: stable codes, and words for people."""


@dataclass(frozen=True)
class Figure:
    """A figure with its interval at 95 %, both on the figure's own scale.

    ``value`` is ``None`` where the figure cannot be estimated; ``reason`` then says why. A figure
    that is estimated but not to be judged by (``too_few``, ``no_spread``) has a reason as well.
    ``n`` is the number of rows it rests on: its own denominator, not the size of the table.
    ``interval`` names the method that made the limits. Where fewer rows decide whether it may be
    judged by, as those of the smaller class do for a ROC AUC, ``rests_on`` is their number.
    """

    name: str
    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    interval: str = ""
    reason: str = ""
    rests_on: int | None = None

    def judged_from(self, smallest: int) -> Figure:
        """Return the figure, marked as too few to judge by when it rests on fewer rows."""
        rows = self.n if self.rests_on is None else self.rests_on
        if self.value is None or self.reason or rows >= smallest:
            return self
        return replace(self, reason=TOO_FEW)

    def as_dict(self) -> dict[str, object]:
        """Return the figure as JSON-safe values; no NaN and no infinity ever leaves the room."""
        for number in (self.value, self.low, self.high):
            if number is not None and not math.isfinite(number):
                raise ValueError(f"{self.name} is not a finite number.")
        return {
            "name": self.name,
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "interval": self.interval,
            "n": self.n,
            "estimable": self.value is not None,
            "reason": self.reason,
        }


def not_estimable(name: str, reason: str, n: int = 0) -> Figure:
    """Return a figure without a value, and why."""
    return Figure(name, None, n, reason=reason)
