"""Sums contributions up by a feature's values: in bins of rows, so that no row is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from audits.explaining.attributions import Explained
from audits.explaining.importances import signed

SUMMARY_BINS, DEPENDENCE_BINS = 9, 20
# A bin of fewer rows would show single people; bins are made fewer for that.
ROWS_IN_A_BIN = 10


def summary(explained: Explained, output: int, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return for each feature its bins from low to high with their contributions."""
    return [
        {"feature": name, "bins": list(_bins(explained, output, name, SUMMARY_BINS))}
        for name in names
    ]


def dependence(explained: Explained, output: int, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return for each feature finer bins: how the contribution depends on the value."""
    return [
        {"feature": name, "bins": list(_bins(explained, output, name, DEPENDENCE_BINS))}
        for name in names
    ]


def _bins(explained: Explained, output: int, name: str, most: int) -> Iterator[dict[str, Any]]:
    """Yield bins of about as many rows each, then missing values as a bin of their own.

    A bin of numbers goes from ``low`` to ``high`` and has its median as ``at``; one of text has its
    ``value``, and the rarer values are one bin together.
    """
    import numpy as np

    place = explained.rows.frame.columns.get_loc(name)
    column = explained.rows.frame.iloc[:, place]
    moves = signed(explained, output)[:, place]
    missing = column.isna().to_numpy()
    if column.dtype.kind == "O":
        yield from _by_value(column[~missing].to_numpy(), moves[~missing], most)
    else:
        values, known = column.to_numpy()[~missing], moves[~missing]
        for chosen in quantile_bins(values, most):
            inside = values[chosen]
            yield {
                "kind": "range",
                "low": float(inside.min()),
                "high": float(inside.max()),
                "at": float(np.median(inside)),
                **_told(known[chosen]),
            }
    if missing.any():
        yield {"kind": "missing", **_told(moves[missing])}


def quantile_bins(values: Any, most: int) -> list[Any]:
    """Divide values into at most so many bins of about equal size; equal values stay together."""
    import numpy as np

    wanted = max(1, min(most, len(values) // ROWS_IN_A_BIN))
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) <= wanted:
        return [values == one for one in distinct]
    ends = np.cumsum(counts)
    # The bin of a value is that of the middle of its run in the sorted rows.
    number = ((ends - counts / 2) * wanted / len(values)).astype(int)
    of_value = number[np.searchsorted(distinct, values)]
    return [of_value == one for one in np.unique(number)]


def _by_value(values: Any, moves: Any, most: int) -> Iterator[dict[str, Any]]:
    import numpy as np

    distinct, counts = np.unique(values.astype(str), return_counts=True)
    common = distinct[np.argsort(-counts, kind="stable")][: most - 1]
    for value in common:
        yield {"kind": "value", "value": str(value), **_told(moves[values.astype(str) == value])}
    rest = ~np.isin(values.astype(str), common)
    if rest.any():
        yield {"kind": "others", "values": len(distinct) - len(common), **_told(moves[rest])}


def _told(moves: Any) -> dict[str, Any]:
    import numpy as np

    low, lower, upper, high = np.quantile(moves, [0.05, 0.25, 0.75, 0.95])
    return {
        "rows": len(moves),
        "mean": float(moves.mean()),
        "low_5": float(low),
        "low_25": float(lower),
        "high_75": float(upper),
        "high_95": float(high),
    }
