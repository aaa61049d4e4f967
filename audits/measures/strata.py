"""Fairness given a legitimate factor: the groups within each stratum, and pooled over all strata.

Groups may be answered differently because they differ in something that may decide (a grade, a
region). Within a stratum that is held equal. Whether the factor is legitimate is not for a figure
to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from audits.measures.cells import Cell, Cells
from audits.measures.comparisons import compare
from audits.measures.groups import MISSING, Grouping, groupings
from audits.measures.rows import distinct_words, group_words, need_columns, numbers
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

if TYPE_CHECKING:
    import ibis.expr.types as ir

MAX_STRATA = 20
QUARTILES = (0.25, 0.5, 0.75)
COMPACT = ("selection_rate", "true_positive_rate", "false_positive_rate")
COMPARED = ("demographic_parity_difference", "demographic_parity_ratio")


class Stratum(NamedTuple):
    """The rows that share a value of the factor, counted by group, label and prediction."""

    value: str | None
    cells: Cells


class Factor(NamedTuple):
    """The stratum of each row as text, and the order of the strata if it is not that of texts."""

    words: ir.StringColumn
    order: tuple[str, ...] = ()


def factor(rows: ir.Table, column: str, name: str) -> Factor:
    """Return the strata of a column: its values, or the quartiles of its numbers.

    A column of numbers with more than twenty values is cut at its quartiles, and each part is named
    by its ends; other columns with more than twenty are refused. A missing value stays missing, and
    is a stratum of its own. ``name`` is the column's name for people.
    """
    need_columns(rows, [column])
    words = group_words(rows[column])
    found = distinct_words(words, MAX_STRATA)
    if len(found) <= MAX_STRATA:
        return Factor(words, tuple(sorted(found, key=_number)) if _all_numbers(found) else ())
    if not rows[column].type().is_numeric():
        raise Refused.because(
            "measure.too_many_strata",
            gettext_noop(
                "The column %(column)s holds more than %(limit)d values, too many to be strata."
                " Put its values into classes first, or choose another column."
            ),
            column=name,
            limit=MAX_STRATA,
        )
    return _quartiles(numbers(rows, column, name))


def _quartiles(values: ir.FloatingColumn) -> Factor:
    import ibis

    table = values.name("value").as_table()
    ends = table.aggregate(
        **{f"q{place}": table.value.quantile(part) for place, part in enumerate(QUARTILES)}
    )
    marks = sorted({float(mark) for mark in ends.to_pyarrow().to_pylist()[0].values()})
    names = [f"≤ {marks[0]:g}"]
    names += [f"> {low:g}, ≤ {high:g}" for low, high in zip(marks, marks[1:], strict=False)]
    names.append(f"> {marks[-1]:g}")
    cases = [(values <= mark, name) for mark, name in zip(marks, names, strict=False)]
    words = ibis.cases((values.isnull(), ibis.null("string")), *cases, else_=names[-1])
    return Factor(words, tuple(names))


def _all_numbers(found: Sequence[str]) -> bool:
    return all(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", word) for word in found)


def _number(word: str) -> float:
    return float(word)


def strata_of(cells: Cells, order: Sequence[str] = ()) -> list[Stratum]:
    """Return the strata of cells whose last attribute is the factor; a missing value comes last."""
    places = {value: place for place, value in enumerate(order)}
    parts: dict[str | None, list[Cell]] = {}
    for cell in cells.cells:
        inner = Cell(cell.values[:-1], cell.label, cell.prediction, cell.count)
        parts.setdefault(cell.values[-1], []).append(inner)
    return [
        Stratum(value, Cells(cells.attributes[:-1], tuple(parts[value]), {}))
        for value in sorted(
            parts, key=lambda value: (value is None, places.get(value or "", -1), value or "")
        )
    ]


def stratified(
    column: str, strata: Sequence[Stratum], smallest: int
) -> Iterator[dict[str, object]]:
    """Yield each stratum as it stands in a measurement: the groups of every single attribute."""
    for value, cells in strata:
        yield {
            "column": column,
            "value": MISSING if value is None else value,
            "missing": value is None,
            "count": cells.rows_used,
            "attributes": [
                _compact(grouping)
                for grouping in groupings(cells, smallest)
                if len(grouping.attributes) == 1
            ],
        }


def _compact(grouping: Grouping) -> dict[str, object]:
    kept = ("group", "values", "missing", "count", "too_few", "reference", "impact_ratio")
    groups: list[dict[str, Any]] = grouping.as_dicts()
    return {
        "attribute": grouping.attribute,
        "groups": [
            {
                **{key: group[key] for key in kept},
                "measures": {rate: group["measures"][rate] for rate in COMPACT},
            }
            for group in groups
        ],
        "comparisons": [one for one in compare(grouping) if one["name"] in COMPARED],
    }
