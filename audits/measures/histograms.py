"""Bins that are fixed on the reference, and the rows of both samples in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from audits.measures.drift_samples import one

if TYPE_CHECKING:
    import ibis.expr.types as ir

TENTHS = 10
"""Numbers are put into tenths of the reference."""
FEW_VALUES = 10
"""Numbers with no more values than this in the reference are taken value by value."""
MOST_CATEGORIES = 50
"""So many categories have a bin of their own, the largest of the reference; the rest share one."""

LARGEST = 1.7976931348623157e308

Pair = tuple[int, int]


@dataclass(frozen=True)
class Histogram:
    """Rows before and after, bin by bin.

    Numbers with many values have ``edges``: a bin reaches from above one edge to the next, and the
    outer two have no end. All else has ``categories``, and ``other`` for the values that have no
    bin of their own. ``missing`` are rows without a value, ``not_numbers`` those of a column of
    numbers that hold something else. ``unseen`` are the batch's rows whose category the reference
    does not have.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    edges: tuple[float, ...] = ()
    categories: tuple[str, ...] | None = None
    other: Pair = (0, 0)
    missing: Pair = (0, 0)
    not_numbers: Pair = (0, 0)
    unseen: int = field(default=0)

    def values(self) -> tuple[list[int], list[int]]:
        """Return the counts of all bins that hold values."""
        return [*self.before, self.other[0]], [*self.after, self.other[1]]

    def all(self) -> tuple[list[int], list[int]]:
        """Return the counts of all bins, with one for what is missing and one for no numbers."""
        before, after = self.values()
        beside = (self.missing, self.not_numbers)
        return before + [b for b, _ in beside], after + [a for _, a in beside]

    def as_dict(self) -> dict[str, Any]:
        """Return the histogram as it stands in a measurement."""
        bins: dict[str, Any] = (
            {"edges": list(self.edges)}
            if self.categories is None
            else {"categories": list(self.categories), "other": list(self.other)}
        )
        return {
            **bins,
            "before": list(self.before),
            "after": list(self.after),
            "missing": list(self.missing),
            "not_numbers": list(self.not_numbers),
            "unseen": self.unseen,
        }


def of_texts(ladder: ir.Table) -> Histogram:
    """Put categories into bins: the largest of the reference, the others together."""
    import ibis

    top = ladder.filter(ladder.b > 0).order_by([ibis.desc("b"), "v"]).limit(MOST_CATEGORIES)
    return _by_value(ladder, top.to_pyarrow().to_pylist())


def of_numbers(ladder: ir.Table, rows: int) -> Histogram:
    """Put numbers into tenths of the reference, or value by value where it has few.

    The tenths end at the smallest values under which so many rows lie. Where many rows share a
    value, several ends fall together and there are fewer bins.
    """
    seen = ladder.filter(ladder.b > 0)
    few = seen.order_by("v").limit(FEW_VALUES + 1).to_pyarrow().to_pylist()
    if len(few) <= FEW_VALUES:
        return _by_value(ladder, few)
    edges = _tenths(seen, rows)
    place = sum((ladder.v > edge).cast("int64") for edge in edges)
    placed = ladder.mutate(place=place)
    found = placed.group_by("place").aggregate(b=placed.b.sum(), a=placed.a.sum())
    counts = {row["place"]: row for row in found.to_pyarrow().to_pylist()}
    before, after = (
        tuple(int(counts.get(place, {}).get(side, 0)) for place in range(len(edges) + 1))
        for side in "ba"
    )
    return Histogram(before, after, tuple(edges))


def _tenths(seen: ir.Table, rows: int) -> list[float]:
    import ibis

    upto = ibis.window(order_by="v", preceding=None, following=0)
    running = seen.mutate(upto=seen.b.sum().over(upto))
    ends = {
        f"e{k}": running.v.min(where=running.upto * TENTHS >= k * rows) for k in range(1, TENTHS)
    }
    found = one(running.aggregate(**ends, top=running.v.max()))
    top = found.pop("top")
    edges = sorted({_finite(float(edge)) for edge in found.values()})
    if edges[-1] == top:
        # The last bin would be empty, and its value not told from those under it.
        edges[-1] = _finite(float(one(seen.filter(seen.v < top).aggregate(v=seen.v.max()))["v"]))
    return sorted(set(edges))


def _finite(edge: float) -> float:
    """Return an edge that can be written down; beyond it only what is infinite lies."""
    return max(-LARGEST, min(LARGEST, edge))


def _by_value(ladder: ir.Table, top: Sequence[dict[str, Any]]) -> Histogram:
    totals = one(
        ladder.aggregate(
            b=ladder.b.sum(), a=ladder.a.sum(), unseen=ladder.a.sum(where=ladder.b == 0)
        )
    )
    before, after = (tuple(int(row[side]) for row in top) for side in "ba")
    other = (int(totals["b"] or 0) - sum(before), int(totals["a"] or 0) - sum(after))
    names = tuple(_written(row["v"]) for row in top)
    unseen = int(totals["unseen"] or 0)
    return Histogram(before, after, categories=names, other=other, unseen=unseen)


def _written(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
