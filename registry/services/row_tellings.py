"""What entries tell of rows kept elsewhere, and which rows the whole journal told of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.rules.journal import Break
from registry.services.row_names import Names


@dataclass(frozen=True)
class Told:
    """An entry that speaks of rows: its number, who acted, what it is about, and what it says."""

    number: int
    action: str
    actor: str
    actor_id: int | None
    unit: str
    subject: int
    changes: dict[str, Any]
    reason: str


Find = Callable[[Sequence[Told], "Seen"], Iterator[Break]]


@dataclass
class Seen:
    """Which rows the entries told of, by table; a byte for each number that a row may have.

    ``older`` are the tables of whose first rows no entry gives the number.
    """

    rows: dict[str, bytearray] = field(default_factory=dict)
    older: set[str] = field(default_factory=set)
    names: Names = field(default_factory=Names)
    # By condition, the last entry that tells of an offer, and the digest it tells.
    offers: dict[int, tuple[int, str]] = field(default_factory=dict)
    # By release, the last entry that tells of an approval, and until when that holds.
    approvals: dict[int, tuple[int, str]] = field(default_factory=dict)

    def add(self, table: str, pk: int) -> None:
        """Take a row as told of; none has a number below 1."""
        if pk < 1:
            return
        there = self.rows.setdefault(table, bytearray())
        if pk >= len(there):
            there.extend(bytes(pk + 1 - len(there)))
        there[pk] = 1

    def has(self, table: str, pk: int) -> bool:
        """Say whether an entry told of it."""
        there = self.rows.get(table, b"")
        return 0 < pk < len(there) and there[pk] == 1

    def may_be_untold(self, table: str, pk: int) -> bool:
        """Say whether a row may be from before entries gave the numbers of such rows."""
        if table not in self.older or pk < 1:
            return False
        first = self.rows.get(table, bytearray()).find(1)
        return first < 0 or pk < first
