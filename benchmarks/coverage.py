"""Simulates how often the intervals of rates and of what compares them hold the truth.

Groups are drawn from known rates, the measures' own functions give the limits, and it is counted in
how many of the repeats all limits of one attribute hold the truth together: a nominal 95 % should
be 93 to 98 %.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from audits.measures.intervals import (
    LEVEL,
    Interval,
    Share,
    mover_ratio,
    newcombe,
    range_difference,
    range_ratio,
    sidak,
    wilson,
)
from audits.measures.simultaneous import rate_at_once

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counted = NDArray[np.int64]
    Limits = NDArray[np.float64]

SEED = 7
GROUPS = (2, 5, 40)
SIZES = (15, 30, 50, 100, 300)
RATES = (0.1, 0.5, 0.9)
GAPS = (0.0, 0.1)


@dataclass(frozen=True)
class Case:
    """Groups of one size: the first has the rate, the others lie the gap away from it."""

    groups: int
    size: int
    rate: float
    gap: float

    @property
    def truths(self) -> list[float]:
        """The true rate of each group; the gap points away from the nearer end."""
        other = self.rate + (self.gap if self.rate <= 0.5 else -self.gap)
        return [self.rate, *[round(other, 12)] * (self.groups - 1)]

    def draw(self, repeats: int, stream: int = 0) -> Counted:
        """Return the successes of each group (across) in each repeat (down)."""
        import numpy as np

        key = [SEED, stream, self.groups, self.size, round(100 * self.rate), round(100 * self.gap)]
        return np.random.default_rng(key).binomial(self.size, self.truths, (repeats, self.groups))


@dataclass(frozen=True)
class Coverage:
    """In which share of the repeats the limits held the truth, and how wide they were on average.

    Repeats in which nothing could be estimated are left out.
    """

    kind: str
    groups: int
    size: int
    rate: float
    gap: float
    cover: float
    width: float
    repeats: int


def cases(groups: Sequence[int] = GROUPS, sizes: Sequence[int] = SIZES) -> Iterator[Case]:
    """Yield every case with so many groups of such sizes."""
    for some, size, rate, gap in product(groups, sizes, RATES, GAPS):
        yield Case(some, size, rate, gap)


def one_rate(case: Case, repeats: int) -> Coverage:
    """Wilson's limits of each group's rate, taken one by one."""
    drawn = case.draw(repeats)
    low, high = _looked_up(lambda k: wilson(Share(k, case.size)), drawn)
    held = (low <= case.truths) & (case.truths <= high)
    return _coverage("Rate (Wilson)", case, held.ravel(), high - low)


def all_rates(case: Case, repeats: int) -> Coverage:
    """Limits of all groups' rates together: Wilson's, corrected, at the Sidak level."""
    drawn = case.draw(repeats)
    low, high = _looked_up(lambda k: rate_at_once(Share(k, case.size), case.groups), drawn)
    held = (low <= case.truths) & (case.truths <= high)
    kind = "Rates of all groups (Wilson with continuity correction, Sidak)"
    return _coverage(kind, case, held.all(axis=1), high - low)


def exactly_covered(limits: Callable[[Share], Interval], size: int, rate: float) -> float:
    """Return how often limits hold a rate: the chances of all counts whose limits do, added up."""
    held = (limits(Share(count, size)) for count in range(size + 1))
    return math.fsum(
        math.comb(size, count) * rate**count * (1 - rate) ** (size - count)
        for count, (low, high) in enumerate(held)
        if low <= rate <= high
    )


def differences(case: Case, repeats: int) -> Coverage:
    """Newcombe's limits of all differences from the first group."""
    level, drawn = sidak(LEVEL, case.groups - 1), case.draw(repeats)

    def limits(k: int, reference: int) -> Interval:
        return newcombe(Share(k, case.size), Share(reference, case.size), level)

    low, high = _looked_up(limits, drawn[:, 1:], drawn[:, :1])
    truth = case.truths[1] - case.truths[0]
    held = ((low <= truth + 1e-12) & (truth - 1e-12 <= high)).all(axis=1)
    return _coverage("Differences from a reference (Newcombe, Sidak)", case, held, high - low)


def ratios(case: Case, repeats: int) -> Coverage:
    """MOVER-R limits of all ratios to the first group, where its rate is not 0."""
    level, drawn = sidak(LEVEL, case.groups - 1), case.draw(repeats)
    drawn = drawn[drawn[:, 0] > 0]

    def limits(k: int, reference: int) -> Interval:
        return mover_ratio(Share(k, case.size), Share(reference, case.size), level)

    low, high = _looked_up(limits, drawn[:, 1:], drawn[:, :1])
    truth = case.truths[1] / case.truths[0]
    held = ((low <= truth + 1e-12) & (truth - 1e-12 <= high)).all(axis=1)
    return _coverage("Ratios to a reference (MOVER-R, Sidak)", case, held, high - low)


def impact_ratios(case: Case, repeats: int) -> Coverage:
    """MOVER-R limits of all ratios to the group that happens to have the highest rate."""
    import numpy as np

    level, drawn = sidak(LEVEL, math.comb(case.groups, 2)), case.draw(repeats)
    drawn = drawn[drawn.max(axis=1) > 0]
    best = drawn.argmax(axis=1)[:, np.newaxis]

    def limits(k: int, reference: int) -> Interval:
        return mover_ratio(Share(k, case.size), Share(reference, case.size), level)

    low, high = _looked_up(limits, drawn, np.take_along_axis(drawn, best, axis=1))
    truths = np.array(case.truths)
    truth = truths / truths[best]
    others = np.arange(case.groups) != best
    held = (((low <= truth + 1e-12) & (truth - 1e-12 <= high)) | ~others).all(axis=1)
    return _coverage(
        "Impact ratios to the best group (MOVER-R, Sidak over pairs)",
        case,
        held,
        (high - low)[others],
    )


def largest_differences(case: Case, repeats: int) -> Coverage:
    """Bounds of the largest rate minus the smallest."""
    found = [range_difference(limits) for limits in _together(case, repeats)]
    truth = max(case.truths) - min(case.truths)
    return _bounds("Largest minus smallest rate (bounds)", case, found, truth)


def smallest_ratios(case: Case, repeats: int) -> Coverage:
    """Bounds of the smallest rate over the largest."""
    found = [range_ratio(limits) for limits in _together(case, repeats)]
    truth = min(case.truths) / max(case.truths)
    return _bounds("Smallest over largest rate (bounds)", case, found, truth)


def equalized_odds(case: Case, repeats: int) -> Coverage:
    """Bounds of the greater of two differences, each rate over denominators of this size."""
    mirrored = Case(case.groups, case.size, round(1 - case.rate, 12), case.gap)
    both = zip(
        _together(case, repeats, rates=2), _together(mirrored, repeats, rates=2), strict=True
    )
    found = []
    for limits in both:
        bounds = [range_difference(one) for one in limits]
        found.append(Interval(max(b.low for b in bounds), max(b.high for b in bounds)))
    return _bounds("Equalised odds difference (bounds)", case, found, case.gap)


CLOSED_FORMS: tuple[Callable[[Case, int], Coverage], ...] = (
    one_rate,
    all_rates,
    differences,
    ratios,
    impact_ratios,
    largest_differences,
    smallest_ratios,
    equalized_odds,
)
"""Every kind that is simulated from rates of groups."""


def _together(case: Case, repeats: int, rates: int = 1) -> Iterator[list[Interval]]:
    """Yield the limits of all groups that hold together, repeat by repeat."""
    level = sidak(LEVEL, rates * case.groups)
    limits = [wilson(Share(k, case.size), level) for k in range(case.size + 1)]
    for drawn in case.draw(repeats, stream=rates):
        yield [limits[k] for k in drawn]


def _bounds(kind: str, case: Case, found: Sequence[Interval], truth: float) -> Coverage:
    import numpy as np

    held = np.array([low <= truth + 1e-12 and truth - 1e-12 <= high for low, high in found])
    return _coverage(kind, case, held, np.array([high - low for low, high in found]))


def _looked_up(limits: Callable[..., Interval], *counts: Counted) -> tuple[Limits, Limits]:
    """Return the limits for arrays of counts, asking once for each combination that occurs."""
    import numpy as np

    shaped = np.broadcast_arrays(*counts)
    columns = np.stack([one.ravel() for one in shaped], axis=1)
    combinations, places = np.unique(columns, axis=0, return_inverse=True)
    found = np.array([limits(*map(int, one)) for one in combinations])[places.ravel()]
    return found[:, 0].reshape(shaped[0].shape), found[:, 1].reshape(shaped[0].shape)


def _coverage(kind: str, case: Case, held: Any, widths: Any) -> Coverage:
    cover, width = float(held.mean()), float(widths.mean())
    return Coverage(kind, case.groups, case.size, case.rate, case.gap, cover, width, len(held))
