"""The printed extract of the journal: what people did, row by row; what came by itself, counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

Facts = Mapping[str, Any]

# Above this many rows the latest are printed; journal.json holds every entry.
MOST_ROWS = 60
# What no person means to do: it goes along with what they do.
GOES_ALONG = ("event.", "notice.", "delivery.", "mail.")


@dataclass(frozen=True)
class Row:
    """Entries that say the same of the same day: one act, or one act again and again."""

    numbers: tuple[int, int]
    times: int
    at: str
    actor: str
    role: str
    action: str
    subject: str
    reason: str


@dataclass(frozen=True)
class Folded:
    """What the installation did by itself, of one kind."""

    action: str
    times: int
    first: str
    last: str


def parts(entries: Sequence[Facts]) -> dict[str, Any]:
    """Return what the chapter's template reads."""
    rows = list(_rows([one for one in entries if not comes_along(one)]))
    return {
        "entries": len(entries),
        "rows": rows[-MOST_ROWS:],
        "earlier": sum(row.times for row in rows[:-MOST_ROWS]),
        "folded": _folded([one for one in entries if comes_along(one)]),
    }


def comes_along(entry: Facts) -> bool:
    """Say whether an entry tells of no person's act, but of what followed from one."""
    return entry["role"] in ("", "system") or entry["action"].startswith(GOES_ALONG)


def _rows(entries: Sequence[Facts]) -> Iterator[Row]:
    for _alike, group in groupby(entries, key=_alike_key):
        found = list(group)
        first, last = found[0], found[-1]
        yield Row(
            (first["number"], last["number"]),
            len(found),
            first["at"],
            first["actor"],
            first["role"],
            first["action"],
            first["subject"],
            first["reason"],
        )


def _alike_key(entry: Facts) -> tuple[str, ...]:
    told = (entry["actor"], entry["role"], entry["action"], entry["subject"], entry["reason"])
    return (entry["at"][:10], *map(str, told))


def _folded(entries: Sequence[Facts]) -> list[Folded]:
    by_action: dict[str, list[str]] = {}
    for entry in entries:
        by_action.setdefault(entry["action"], []).append(entry["at"])
    found = [Folded(action, len(at), min(at), max(at)) for action, at in by_action.items()]
    return sorted(found, key=lambda one: (-one.times, one.action))
