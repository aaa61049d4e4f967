"""Finds the columns a scoring needs, and writes those that are kept beside the scores."""

from __future__ import annotations

from collections.abc import Sequence

from registry.inspection import cells
from registry.inspection.opened_tables import OpenTable
from registry.rules.refusals import Objection, Refused

# More objections than this help nobody.
MOST_OBJECTIONS = 10


def check_columns(table: OpenTable, names: Sequence[str]) -> None:
    """Refuse for every column that is not there, at once."""
    objections: list[Objection] = []
    for name in dict.fromkeys(names):
        try:
            table.place(name)
        except Refused as refused:
            objections += refused.objections
    if objections:
        raise Refused(*objections[:MOST_OBJECTIONS])


def as_text(table: OpenTable, names: Sequence[str]) -> list[str]:
    """Write columns as text in one spelling, NULL where missing."""
    places = [table.place(name) for name in names]
    facts = cells.examine(table, places)
    return [cells.text(place, facts[place].type) for place in places]


def not_a_number(table: OpenTable, place: int, type: str) -> str:
    """Find a value of a column that is no number, to show it to those who think it has none."""
    found = table.select(
        [f"{cells.text(place, type)} AS v"],
        "WHERE v IS NOT NULL AND TRY_CAST(v AS DOUBLE) IS NULL LIMIT 1",
    )
    return str(found[0][0])[:60] if found else type
