"""Compare what entries tell with the rows they tell of: what was edited behind the journal's back.

Each kind of row in one query for a batch of entries.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from registry.models import CaseFile, Decision, Evidence, ModelVersion
from registry.rules import row_digests
from registry.rules.journal import COLUMNS, NUMBER, Break, Row, Walk
from registry.services import row_evidence, row_older_entries, row_states
from registry.services.row_tellings import Find, Seen, Told

TABLES: dict[str, QuerySet[Any]] = {
    "decision": Decision.objects.all(),
    "case file": CaseFile.objects.all(),
    "exhibit": Evidence.objects.all(),
    "version": ModelVersion.objects.all(),
    **row_states.ROWS,
}
APPROVED = "release.approved"
FINDERS = {
    **row_older_entries.FINDERS,
    **row_evidence.FINDERS,
    APPROVED: row_states.note_approvals,
}
# What stands in the changes of an entry that holds digests of rows.
MARK = f'"{row_digests.WROTE}":['


def watch(walk: Walk) -> Walk:
    """Have a walk put aside the entries that speak of rows."""
    walk.watched, walk.mark = frozenset(FINDERS), MARK
    return walk


def examine(rows: Sequence[Row], seen: Seen) -> Break | None:
    """Return the first of these entries whose row is not what it tells."""
    by_kind: dict[Find, list[Told]] = {}
    for row in rows:
        try:
            told = _told(row)
            finders = _finders(told)
        except (ValueError, TypeError):
            return Break(row[NUMBER], "what it tells cannot be read")
        for find in finders:
            by_kind.setdefault(find, []).append(told)
    found: list[Break] = []
    for find, all_told in by_kind.items():
        try:
            found += find(all_told, seen)
        # A forger who seals anew may have written what no verb ever tells.
        except (KeyError, IndexError, TypeError, AttributeError, ValueError):
            found.append(Break(all_told[0].number, "what it tells cannot be read"))
    return min(found, key=lambda one: one.number, default=None)


def _told(row: Row) -> Told:
    said = dict(zip(COLUMNS, row, strict=True))
    return Told(
        number=said["number"],
        action=said["action"],
        actor=said["actor"],
        actor_id=said["actor_id"],
        unit=said["unit"],
        subject=said["subject_id"],
        changes=json.loads(said["changes"]),
        reason=said["reason"],
    )


def _finders(told: Told) -> list[Find]:
    """Return what compares an entry: earlier ones hold no digests of what else they wrote."""
    written = row_digests.WROTE in told.changes
    finders: list[Find] = [row_states.find] if written else []
    if told.action == APPROVED:
        finders.append(row_states.note_approvals)
    if find := row_evidence.FINDERS.get(told.action):
        finders.append(find)
    if not written and (find := row_older_entries.FINDERS.get(told.action)):
        finders.append(find)
    return finders


def untold(seen: Seen, last: int) -> Break | None:
    """Return a row that no entry tells of, and that is not from before entries told of such.

    Or one that is not as the last entry about it tells.
    """
    for name, table in TABLES.items():
        numbers = table.order_by("pk").values_list("pk", flat=True)
        for pk in numbers.iterator():
            if not seen.has(name, pk) and not seen.may_be_untold(name, pk):
                return Break(last, f"the database holds {name} {pk}, of which no entry tells")
    return row_states.last_break(seen, last)
