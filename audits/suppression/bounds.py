"""When a count is small, and what stands in its place.

A count below the exhibit's own smallest cell is replaced by that bound. Counts that would give it
away by subtraction are rounded to the nearest multiple of the bound, or withheld.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

SMALLEST_CELL = 10
# As printed. A rate with all its digits gives back the two counts it was made from.
DECIMALS = 3
FIGURES = ("value", "low", "high", "statistic", "p_value", "p_holm")


def is_small(count: Any, most: int) -> bool:
    """Say whether a count is that of too few people to be shown; 0 is nobody, and shown."""
    return isinstance(count, int) and 0 < count < most


def bounded(count: Any, most: int = SMALLEST_CELL) -> Any:
    """Return the count, or its bound where it is small."""
    return {"fewer_than": most} if is_small(count, most) else count


def is_bounded(count: Any) -> bool:
    """Say whether a bound stands in the place of this count."""
    return isinstance(count, Mapping) and "fewer_than" in count


def about(count: Any, most: int) -> Any:
    """Return a count that is not small, rounded to a multiple of the bound."""
    return {"about": round(count / most) * most} if isinstance(count, int) and count else count


def gives_away(counts: Sequence[int], most: int) -> bool:
    """Say whether the small ones among counts of a known sum could be found by subtraction."""
    small = [count for count in counts if is_small(count, most)]
    return bool(small) and sum(small) < most


def round_figure(measure: dict[str, Any]) -> None:
    """Round a figure and its interval to the digits that are printed."""
    for key in FIGURES:
        if isinstance(measure.get(key), float):
            measure[key] = round(measure[key], DECIMALS)


def withhold(measure: dict[str, Any]) -> None:
    """Take a figure and its interval away, and say so."""
    measure.update(value=None, low=None, high=None, reason="withheld")
    if "estimable" in measure:
        measure["estimable"] = False


def suppress_figure(measure: dict[str, Any] | None, most: int, rounded: bool) -> None:
    """Round a figure of a group; take it away where it rests on few rows, bound in their place."""
    if not measure:
        return
    round_figure(measure)
    if is_small(measure.get("n"), most):
        measure.update(value=None, low=None, high=None, estimable=False, fewer_than=most, n=None)
    elif rounded:
        measure["n"] = about(measure.get("n"), most)
