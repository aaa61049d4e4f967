"""How far each feature of a batch lies from the reference."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audits.measures.drift_figures import (
    chi_squared,
    chi_squared_p_value,
    cramers_v,
    expected_psi,
    kolmogorov_smirnov,
    ks_p_value,
    psi,
    rate_change,
)
from audits.measures.drift_samples import Filled, Samples, one
from audits.measures.figures import Figure, not_estimable
from audits.measures.histograms import Histogram, of_numbers, of_texts
from audits.measures.intervals import LEVEL, Share

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True)
class Shift:
    """What is known of one column: its bins, the distances of its values, and its gaps."""

    name: str
    type: str
    before: Filled
    after: Filled
    histogram: Histogram
    distance: float | None = None
    wasserstein: Figure | None = None

    def figures(self, level: float = LEVEL) -> list[Figure]:
        """Return the figures of the column with intervals at a level."""
        found = [self.psi("psi", level)]
        if self.type == "number":
            found += [self._ks(level), self.wasserstein or not_estimable("wasserstein", "no_rows")]
        elif self.type == "text":
            found.append(cramers_v(*self.histogram.values(), level))
        gaps = [Share(side.missing, side.rows) for side in (self.before, self.after)]
        return [*found, rate_change("missing_rate_difference", gaps[0], gaps[1], level)]

    def psi(self, name: str, level: float = LEVEL) -> Figure:
        """Return the stability index over all bins, missing values being one."""
        return psi(name, *self.histogram.all(), level)

    def test(self) -> dict[str, Any] | None:
        """Return the test of no drift: its name, statistic and p-value; none without values."""
        if not self.before.filled or not self.after.filled:
            return None
        if self.distance is not None:
            n, m = self.before.numbers, self.after.numbers
            p_value = ks_p_value(self.distance, n, m)
            return {"name": "kolmogorov_smirnov", "statistic": self.distance, "p_value": p_value}
        if self.type != "text":
            return None
        statistic, freedom = chi_squared(*self.histogram.values())
        p_value = chi_squared_p_value(statistic, freedom)
        return {"name": "chi_squared", "statistic": statistic, "p_value": p_value}

    def as_dict(self) -> dict[str, Any]:
        """Return the column as it stands in a measurement, without its figures."""
        return {
            "feature": self.name,
            "type": self.type,
            "rows": {"before": self.before.rows, "after": self.after.rows},
            "missing": {"before": self.before.missing, "after": self.after.missing},
            "infinite": {"before": self.before.infinite, "after": self.after.infinite},
            "expected_without_drift": expected_psi(*self.histogram.all()),
            "test": self.test(),
            "histogram": self.histogram.as_dict(),
        }

    def _ks(self, level: float) -> Figure:
        if self.distance is None:
            return not_estimable("ks", "no_numbers")
        return kolmogorov_smirnov(self.distance, self.before.numbers, self.after.numbers, level)


def feature_shifts(samples: Samples, features: Mapping[str, str]) -> list[Shift]:
    """Return the shift of every feature that both samples have."""
    filled = samples.filled(list(features))
    return [shift_of(samples, column, name, *filled[column]) for column, name in features.items()]


def shift_of(samples: Samples, column: str, name: str, before: Filled, after: Filled) -> Shift:
    """Return the shift of one column; its type is that of the reference."""
    type = before.type if before.filled else after.type
    if type == "number" and not before.filled:
        # Without a reference there are no tenths to put numbers into.
        type = "text"
    with samples.ladder(column, type == "number") as ladder:
        if type != "number":
            histogram = of_texts(ladder)
            histogram = replace(histogram, missing=(before.missing, after.missing))
            return Shift(name, type, before, after, histogram)
        strangers = after.filled - after.numbers
        histogram = replace(
            of_numbers(ladder, before.numbers),
            missing=(before.missing, after.missing),
            not_numbers=(0, strangers),
        )
        distance, wasserstein = _distances(ladder, before, after)
    return Shift(name, type, before, after, histogram, distance, wasserstein)


def _distances(ladder: ir.Table, before: Filled, after: Filled) -> tuple[float | None, Figure]:
    """Return the Kolmogorov-Smirnov and the Wasserstein distance, exact over all values.

    The second is the area between the two distribution functions, over the standard deviation of
    the reference: how many of these the values moved on average; 0 when nothing moved, without an
    upper end. Source: scipy's wasserstein_distance.
    """
    import ibis

    n, m = before.numbers, after.numbers
    if not n or not m:
        return None, not_estimable("wasserstein", "no_numbers")
    upto = ibis.window(order_by="v", preceding=None, following=0)
    steps = ladder.mutate(
        fb=ladder.b.sum().over(upto),
        fa=ladder.a.sum().over(upto),
        width=ladder.v.lead().over(ibis.window(order_by="v")) - ladder.v,
    )
    # In whole numbers, so that no rounding of the two shares is left in the largest distance.
    apart = (steps.fb * m - steps.fa * n).abs()
    wanted = {"apart": apart.max()}
    if not before.infinite and not after.infinite:
        wanted |= {
            "area": (apart.cast("float64") * steps.width).sum(),
            "mean": (steps.b * steps.v).sum() / n,
            "low": steps.v.min(where=steps.b > 0),
            "high": steps.v.max(where=steps.b > 0),
        }
    found = one(steps.aggregate(**wanted))
    return int(found["apart"]) / (n * m), _scaled(ladder, found, before, after)


def _scaled(ladder: ir.Table, found: dict[str, Any], before: Filled, after: Filled) -> Figure:
    n, m = before.numbers, after.numbers
    rows = min(n, m)
    if before.infinite or after.infinite:
        return not_estimable("wasserstein", "infinite_values", rows)
    if found["low"] == found["high"]:
        return not_estimable("wasserstein", "constant_feature", rows)
    away = ladder.v - found["mean"]
    squares = float(one(ladder.aggregate(s=(ladder.b * away * away).sum()))["s"])
    deviation = math.sqrt(squares / (n - 1))
    area = float(found["area"] or 0.0) / n / m
    if not deviation or not math.isfinite(deviation) or not math.isfinite(area):
        return not_estimable("wasserstein", "infinite_values", rows)
    return Figure("wasserstein", area / deviation, rows, reason="no_interval")
