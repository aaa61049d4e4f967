"""Which columns came, went or became something else between two tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from audits.measures.drift_features import Shift

Columns = Sequence[Mapping[str, Any]]

# A column of whole numbers turns to one of floats where a single value is missing.
_NUMBERS = frozenset({"integer", "float", "decimal"})


def changed_columns(
    before: Columns, after: Columns, shifts: Sequence[Shift] = ()
) -> list[dict[str, Any]]:
    """Return what changed, column by column: added, removed, or of another type.

    Kinds of numbers are one type, and a column that is empty on one side has none. The values of a
    feature tell as well: text where there were numbers is another type, however it is stored.
    """
    ours, theirs = (
        {str(one["name"]): str(one["type"]) for one in side} for side in (before, after)
    )
    found = {change["column"]: change for change in _changes(ours, theirs)}
    for shift in shifts:
        types = shift.before.type, shift.after.type
        if "empty" not in types and types[0] != types[1]:
            found.setdefault(shift.name, _change(shift.name, "type", *types))
    return list(found.values())


def _changes(ours: Mapping[str, str], theirs: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for name, type in ours.items():
        if name not in theirs:
            yield _change(name, "removed", type, None)
        elif not {type, theirs[name]} & {"empty"} and _kind(type) != _kind(theirs[name]):
            yield _change(name, "type", type, theirs[name])
    for name, type in theirs.items():
        if name not in ours:
            yield _change(name, "added", None, type)


def _kind(type: str) -> str:
    return "number" if type in _NUMBERS else type


def _change(name: str, change: str, before: str | None, after: str | None) -> dict[str, Any]:
    return {"column": name, "change": change, "before": before, "after": after}
