"""The slices of a column: its values, or bands of them where it holds many numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audits.measures.rows import NUMBER, group_words

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST_VALUES = 20
BANDS = 4
OTHER = "other"


@dataclass(frozen=True)
class Slice:
    """Some rows that are measured on their own: one value, a band of numbers, or all the rest."""

    value: str | None
    low: float | None = None
    high: float | None = None
    is_other: bool = False

    def as_dict(self) -> dict[str, object]:
        """Return what a measurement says of the slice."""
        stated: dict[str, object] = {"value": self.value}
        if self.low is not None:
            stated |= {"low": self.low, "high": self.high}
        return stated | {"missing": self.value is None, "other": self.is_other}


@dataclass(frozen=True)
class Cut:
    """How a column is cut: its slices by the code that stands for each in the rows."""

    codes: ir.StringColumn
    slices: dict[str | None, Slice]


def cut(rows: ir.Table, column: str) -> Cut:
    """Cut a column into its slices.

    Up to twenty values are slices of their own. Of more, numbers are cut at their quartiles, equal
    numbers staying together; of anything else the twenty most frequent stand, and the rest together
    are "other". Missing values are a slice in any case.
    """
    words = group_words(rows[column])
    texts = words.name("text").as_table()
    texts = texts.filter(texts.text.notnull())
    counted = texts.group_by("text").aggregate(rows=texts.count())
    facts = counted.aggregate(
        values=counted.count(), numbers=counted.text.re_search(NUMBER).cast("int64").sum()
    )
    found = _rows_of(facts)[0]
    if found["values"] > MOST_VALUES and found["numbers"] == found["values"]:
        return _bands(words, counted)
    return _values(words, counted, found["values"])


def _values(words: ir.StringColumn, counted: ir.Table, values: int) -> Cut:
    import ibis

    top = counted.order_by([ibis.desc("rows"), "text"]).limit(MOST_VALUES)
    names = sorted((row["text"] for row in _rows_of(top)), key=_in_order)
    slices: dict[str | None, Slice] = {
        f"value {place}": Slice(name) for place, name in enumerate(names)
    }
    if values > len(names):
        slices[OTHER] = Slice(OTHER, is_other=True)
    slices[None] = Slice(None)
    if not names:
        return Cut(words, slices)
    branches = [(name, f"value {place}") for place, name in enumerate(names)]
    return Cut(words.cases(*branches, else_=words.notnull().ifelse(OTHER, None)), slices)


def _bands(words: ir.StringColumn, counted: ir.Table) -> Cut:
    import ibis

    numbers = counted.select(number=counted.text.cast("float64"), rows=counted.rows)
    rungs = numbers.group_by("number").aggregate(rows=numbers.rows.sum())
    upto = ibis.window(order_by="number", preceding=None, following=0)
    everything = ibis.window(preceding=None, following=None)
    # Twice the rank in the middle of the rows that tie, so that it is a whole number.
    twice = (2 * rungs.rows.sum().over(upto) - rungs.rows).cast("float64")
    total = rungs.rows.sum().over(everything).cast("float64")
    rungs = rungs.mutate(band=(twice * (BANDS / 2) / total).floor().cast("int64"))
    ends = rungs.group_by("band").aggregate(low=rungs.number.min(), high=rungs.number.max())
    bands = sorted(_rows_of(ends), key=lambda row: float(row["low"]))
    slices: dict[str | None, Slice] = {
        f"band {place}": Slice(f"{band['low']:g} to {band['high']:g}", band["low"], band["high"])
        for place, band in enumerate(bands)
    }
    slices[None] = Slice(None)
    number = words.cast("float64")
    # From the top down, so that each number meets the first band whose lower end it reaches.
    branches = [
        (number >= band["low"], f"band {place}") for place, band in reversed([*enumerate(bands)])
    ]
    return Cut(ibis.cases(*branches, else_=None), slices)


def _in_order(text: str) -> tuple[bool, float, str]:
    """Put numbers first, in their order, and then all other texts."""
    is_number = re.fullmatch(NUMBER, text) is not None
    return not is_number, float(text) if is_number else 0.0, text


def _rows_of(table: ir.Table) -> list[dict[str, Any]]:
    return list(table.to_pyarrow().to_pylist())
