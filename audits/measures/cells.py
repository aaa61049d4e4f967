"""Counts the scored rows in one group-by, into a small frame of weighted cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from audits.measures.counts import Counts
from audits.measures.rows import group_words, label_text, need_columns
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

MAX_GROUPS = 100
MAX_INTERSECTIONS = 1000
MOST_COUNTED = 300_000
"""So many counts are brought back before it is asked whether there are too many groups."""

Values = tuple[str | None, ...]


@dataclass(frozen=True)
class Cell:
    """So many rows share these sensitive values, this label and this prediction.

    A missing sensitive value is ``None``; a value that happens to read "missing" is that text.
    """

    values: Values
    label: int | str
    prediction: int | str
    count: int


@dataclass(frozen=True)
class Cells:
    """All cells, and what became of the rows that are in none."""

    attributes: tuple[str, ...]
    cells: tuple[Cell, ...]
    dropped: Mapping[str, int]

    @property
    def rows_used(self) -> int:
        """Rows that are counted in a cell."""
        return sum(cell.count for cell in self.cells)

    @property
    def rows_in(self) -> int:
        """Rows handed in."""
        return self.rows_used + sum(self.dropped.values())

    def missing(self) -> dict[str, int]:
        """Return for each attribute how many of the rows used lack it."""
        return {
            attribute: sum(cell.count for cell in self.cells if cell.values[place] is None)
            for place, attribute in enumerate(self.attributes)
        }

    def smaller_than(self, limit: int) -> int:
        """Return how many cells hold fewer rows than the limit."""
        return sum(cell.count < limit for cell in self.cells)

    def counts(self) -> Counts:
        """Return the four counts of all binary cells together."""
        return self.by_group(())[()]

    def by_group(self, places: tuple[int, ...]) -> dict[Values, Counts]:
        """Return the four counts of each group of binary cells; missing values come last."""
        tallies: dict[Values, Counter[tuple[int | str, int | str]]] = {}
        for cell in self.cells:
            values = tuple(cell.values[place] for place in places)
            tallies.setdefault(values, Counter())[cell.label, cell.prediction] += cell.count
        return {
            values: Counts(tally[1, 1], tally[0, 1], tally[1, 0], tally[0, 0])
            for values, tally in sorted(tallies.items(), key=lambda item: _order(item[0]))
        }

    def as_dict(self) -> dict[str, object]:
        """Return the cells as a table whose last column, the count, goes without a name."""
        return {
            "columns": [*self.attributes, "label", "prediction"],
            "rows": [
                [*cell.values, cell.label, cell.prediction, cell.count] for cell in self.cells
            ],
        }


def count_cells(outcomes: ir.Table, sensitive: Mapping[str, str] | None = None) -> Cells:
    """Count the rows by sensitive columns, label and prediction.

    ``sensitive`` maps each column to its name for people. A row without a label is left out, and so
    is one without a prediction; both are counted under their reason.
    """
    sensitive = sensitive or {}
    return gathered(_counted(outcomes, sensitive).to_pyarrow().to_pylist(), sensitive)


def count_groups(outcomes: ir.Table, sensitive: Mapping[str, str]) -> Cells:
    """Count the rows as `count_cells` does; refuse columns that make too many groups."""
    counted = within_limits(_counted(outcomes, sensitive), outcomes, sensitive)
    return gathered(counted.to_pylist(), sensitive)


def rows_up_to(outcomes: ir.Table, sensitive: Mapping[str, str], most: int) -> int:
    """Return how many rows there are, no further than ``most``.

    Columns that make too many groups of these rows already are refused before anything is counted
    by each of their values.
    """
    first = outcomes.select(*sensitive).limit(most)
    groups = first.group_by(list(sensitive)).aggregate(rows=first.count())
    found = groups.limit(MAX_INTERSECTIONS + 1).to_pyarrow()
    _refuse_if_many(found, outcomes, sensitive)
    return sum(found["rows"].to_pylist())


def within_limits(
    counted: ir.Table, outcomes: ir.Table, sensitive: Mapping[str, str], most: int = MOST_COUNTED
) -> pa.Table:
    """Bring back counts that have the sensitive columns; refuse those of too many groups.

    Of a column of a hundred thousand different values no more than ``most`` counts come back. Only
    where the counts look like too many groups are the rows asked for them, which tells the columns.
    """
    found = counted.limit(most + 1).to_pyarrow()
    _refuse_if_many(found, outcomes, sensitive)
    if found.num_rows <= most:
        return found
    refuse_too_many_groups(outcomes, sensitive)
    return counted.to_pyarrow()


def gathered(counted: Iterable[Mapping[str, Any]], sensitive: Mapping[str, str]) -> Cells:
    """Return the cells of rows counted by sensitive columns, label and prediction.

    Several counts of one cell are added up.
    """
    kept: Counter[tuple[Values, int | str, int | str]] = Counter()
    dropped = {"label_missing": 0, "prediction_missing": 0}
    for row in counted:
        label, prediction, count = row["label"], row["prediction"], row["rows"]
        if label is None or prediction is None:
            dropped["label_missing" if label is None else "prediction_missing"] += count
        else:
            values = tuple(row[name] for name in sensitive)
            kept[values, _outcome(label), _outcome(prediction)] += count
    if not kept:
        refuse_no_rows(sum(dropped.values()))
    cells = [Cell(*key, count) for key, count in kept.items()]
    cells.sort(key=lambda cell: (_order(cell.values), str(cell.label), str(cell.prediction)))
    return Cells(tuple(sensitive.values()), tuple(cells), dropped)


def refuse_no_rows(rows: int) -> NoReturn:
    """Refuse scored rows of which none can be used."""
    raise Refused.because(
        "measure.no_rows",
        gettext_noop(
            "None of the %(rows)d scored rows has both a label and a prediction. Check the"
            " label column and the scores."
        ),
        rows=rows,
    )


def missing_values(rows: ir.Table, sensitive: Mapping[str, str]) -> dict[str, int]:
    """Return for each sensitive column, by its name, how many of all rows lack it."""
    if not sensitive:
        return {}
    need_columns(rows, sensitive)
    words = {column: group_words(rows[column]) for column in sensitive}
    sums = rows.aggregate(**{column: text.isnull().sum() for column, text in words.items()})
    found = sums.to_pyarrow().to_pylist()[0]
    return {name: int(found[column] or 0) for column, name in sensitive.items()}


def refuse_too_many_groups(outcomes: ir.Table, sensitive: Mapping[str, str]) -> None:
    """Refuse sensitive columns that split the rows into more groups than anyone can judge."""
    objections = [
        Objection(
            "measure.too_many_groups",
            gettext_noop(
                "The sensitive column %(column)s holds more than %(limit)d groups. Put its values"
                " into classes first (ages into bands, say), or leave the column out."
            ),
            {"column": name, "limit": MAX_GROUPS},
        )
        for column, name in sensitive.items()
        if _distinct(outcomes, [column], MAX_GROUPS) > MAX_GROUPS
    ]
    if not objections and _distinct(outcomes, sensitive, MAX_INTERSECTIONS) > MAX_INTERSECTIONS:
        objections = [
            Objection(
                "measure.too_many_intersections",
                gettext_noop(
                    "The sensitive columns %(columns)s together make more than %(limit)d groups."
                    " Choose fewer columns, or put their values into coarser classes."
                ),
                {"columns": ", ".join(sensitive.values()), "limit": MAX_INTERSECTIONS},
            )
        ]
    if objections:
        raise Refused(*objections)


def _refuse_if_many(found: pa.Table, outcomes: ir.Table, sensitive: Mapping[str, str]) -> None:
    groups = found.select(list(sensitive)).group_by(list(sensitive)).aggregate([])
    widest = max(len(groups[column].unique()) for column in sensitive)
    if widest > MAX_GROUPS or groups.num_rows > MAX_INTERSECTIONS:
        refuse_too_many_groups(outcomes, sensitive)


def _counted(outcomes: ir.Table, sensitive: Mapping[str, str]) -> ir.Table:
    keys = [*sensitive, "label", "prediction"]
    return outcomes.group_by(keys).aggregate(rows=outcomes.count())


def _distinct(outcomes: ir.Table, columns: Iterable[str], at_most: int) -> int:
    distinct = outcomes.select(*columns).distinct().limit(at_most + 1)
    return int(distinct.count().to_pyarrow().as_py())


def _outcome(value: Any) -> int | str:
    return value if isinstance(value, int) else label_text(value)


def _order(values: Values) -> tuple[tuple[bool, str], ...]:
    return tuple((value is None, value or "") for value in values)
