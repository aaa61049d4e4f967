"""The columns of all attached data side by side: type, part in the model, and values missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Facts = Mapping[str, Any]
# More files than this would leave the names of the columns too little room.
MOST_BESIDE = 3


@dataclass(frozen=True)
class Row:
    """One column by name; ``missing`` has a place for each file, None where it lacks the column."""

    name: str
    type: str
    part: str
    missing: list[Any]


@dataclass(frozen=True)
class Columns:
    """The columns of some files."""

    data: Sequence[Facts]
    rows: list[Row]


def columns(subject: Facts) -> list[Columns]:
    """Return the columns of the attached data, a few files to a table."""
    found = subject["data"]
    return [
        Columns(some, list(_rows(some, subject["version"])))
        for some in (found[n : n + MOST_BESIDE] for n in range(0, len(found), MOST_BESIDE))
    ]


def _rows(data: Sequence[Facts], version: Facts) -> Iterator[Row]:
    by_name = [{column["name"]: column for column in one["columns"]} for one in data]
    for name in dict.fromkeys(name for file in by_name for name in file):
        types = dict.fromkeys(file[name]["type"] for file in by_name if name in file)
        yield Row(
            name=name,
            type=" / ".join(types),
            part=_part(name, data, version),
            missing=[file[name]["missing"] if name in file else None for file in by_name],
        )


def _part(name: str, data: Sequence[Facts], version: Facts) -> str:
    if name == version["label_column"]:
        return "outcome"
    if any(name in one["sensitive_columns"] for one in data):
        return "sensitive"
    return "feature" if name in version["features"] else ""
