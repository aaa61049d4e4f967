"""Compare what entries tell with the rows they tell of: what was edited behind the journal's back.

Decisions, case files, exhibits, versions and data; each kind in one query for a batch of entries.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.models import CaseFile, DatasetVersion, Decision, Evidence, ModelVersion
from registry.rules import row_digests
from registry.rules.casefile import digest
from registry.rules.journal import ACTION, COLUMNS, NUMBER, Break, Row
from registry.services import personal
from registry.services.openings import Openers

DECISIONS = (
    "release.signed",
    "release.signed_with_conditions",
    "release.rejected",
    "release.sent_back",
    "release.returned",
    "release.withdrawn",
    "release.revoked",
    "release.retired",
)
SUBJECT, CHANGES, ACTOR = (COLUMNS.index(one) for one in ("subject_id", "changes", "actor"))


@dataclass(frozen=True)
class Told:
    """An entry that speaks of a row: its number, the row it is about, and what it says."""

    number: int
    actor: str
    subject: int
    changes: dict[str, Any]


Find = Callable[[Sequence[Told], "Seen"], Iterator[Break]]


@dataclass
class Seen:
    """Which rows the entries told of, by table; a byte for each number that a row may have."""

    rows: dict[str, bytearray] = field(default_factory=dict)

    def add(self, table: str, pk: int) -> None:
        """Take a row as told of."""
        there = self.rows.setdefault(table, bytearray())
        if pk >= len(there):
            there.extend(bytes(pk + 1 - len(there)))
        there[pk] = 1

    def has(self, table: str, pk: int) -> bool:
        """Say whether an entry told of it."""
        there = self.rows.get(table, b"")
        return pk < len(there) and there[pk] == 1


def examine(rows: Sequence[Row], seen: Seen) -> Break | None:
    """Return the first of these entries whose row is not what it tells."""
    by_kind: dict[Find, list[Told]] = {}
    for row in rows:
        try:
            changes = json.loads(row[CHANGES])
        except ValueError:
            return Break(row[NUMBER], "what it tells cannot be read")
        told = Told(row[NUMBER], row[ACTOR], row[SUBJECT], changes)
        by_kind.setdefault(FINDERS[row[ACTION]], []).append(told)
    found: list[Break] = []
    for find, all_told in by_kind.items():
        try:
            found += find(all_told, seen)
        # A forger who seals anew may have written what no verb ever tells.
        except (KeyError, IndexError, TypeError, AttributeError):
            found.append(Break(all_told[0].number, "what it tells cannot be read"))
    return min(found, key=lambda one: one.number, default=None)


def untold(seen: Seen, last: int) -> Break | None:
    """Return a decision or case file that no entry tells of; those before the first are older."""
    for table, name in ((Decision, "decision"), (CaseFile, "case file")):
        first = seen.rows.get(name, bytearray()).find(1)
        if first < 0:
            continue
        rows = table._default_manager.filter(pk__gte=first).order_by("pk")
        for pk in rows.values_list("pk", flat=True).iterator():
            if not seen.has(name, pk):
                return Break(last, f"the database holds {name} {pk}, of which no entry tells")
    return None


def _decisions(told: Sequence[Told], seen: Seen) -> Iterator[Break]:
    # What was told before decisions had a digest in their entries cannot be compared.
    told = [one for one in told if "facts" in one.changes]
    rows = Decision.objects.select_related("case_file").in_bulk(
        [one.changes["decision"] for one in told]
    )
    openers = Openers({personal.person_of(one.actor) for one in told if _sealed(one)})
    for one in told:
        pk = one.changes["decision"]
        seen.add("decision", pk)
        row = rows.get(pk)
        if row is None:
            yield Break(one.number, f"decision {pk}, of which it tells, is not there")
        elif (
            row_digests.digest_of(row, row_digests.DECISION) != one.changes["facts"]
            or row.case_file.digest != row.case_file_digest
            or _named_otherwise(one, row.printed_name, openers)
        ):
            yield Break(one.number, f"decision {pk} is not the one of which it tells")


def _sealed(told: Told) -> bool:
    return personal.is_sealed(told.actor)


def _named_otherwise(told: Told, printed: str, openers: Openers) -> bool:
    """Say whether a row prints another name than its entry; of the erased nobody can say."""
    if not _sealed(told):
        return told.actor != printed
    key = openers.key_of(told.actor)
    return key is not None and personal.open_name(told.actor, key) != printed


def _case_files(told: Sequence[Told], seen: Seen) -> Iterator[Break]:
    named = [(one, one.changes.get("case_file") or one.changes["digest"][1]) for one in told]
    rows = CaseFile.objects.filter(release__in={one.subject for one in told})
    kept = {(row.release_id, row.digest): row for row in rows.order_by("pk").iterator()}
    for one, sha256 in named:
        row = kept.get((one.subject, sha256))
        if row is None:
            yield Break(one.number, f"case file {sha256[:12]}, of which it tells, is not there")
            continue
        seen.add("case file", row.pk)
        if digest(row.text) != sha256:
            yield Break(one.number, f"the text of case file {sha256[:12]} is not what was frozen")


def _exhibits(told: Sequence[Told], seen: Seen) -> Iterator[Break]:
    rows = Evidence.objects.select_related("file").in_bulk([one.subject for one in told])
    for one in told:
        row, changes = rows.get(one.subject), one.changes
        if row is None:
            yield Break(one.number, f"exhibit {one.subject}, of which it tells, is not there")
        elif (
            (row.kind, row.verdict, row.reproduced)
            != (changes["kind"], changes["verdict"], changes["reproduced"])
            or {row.digest, row.file.sha256} != {changes["sha256"]}
            or row_digests.digest_of(row, row_digests.EVIDENCE)
            != changes.get("facts", row_digests.digest_of(row, row_digests.EVIDENCE))
        ):
            yield Break(one.number, f"exhibit {row.pk} is not the one of which it tells")


def _versions(told: Sequence[Told], seen: Seen) -> Iterator[Break]:
    rows = ModelVersion.objects.select_related("artefact", "environment").in_bulk(
        [one.subject for one in told]
    )
    for one in told:
        row = rows.get(one.subject)
        if row is None:
            yield Break(one.number, f"version {one.subject}, of which it tells, is not there")
            continue
        states = {
            "artefact": row.artefact.sha256 if row.artefact else None,
            "format": row.artefact_format or None,
            "code_commit": row.code_commit,
            "environment": row.environment.sha256 if row.environment else None,
            "threshold": row.threshold,
        }
        if differs := _differing(states, one.changes):
            yield Break(one.number, f"version {row.pk} states another {differs} than it tells")


def _data(told: Sequence[Told], seen: Seen) -> Iterator[Break]:
    rows = DatasetVersion.objects.select_related("file").in_bulk([one.subject for one in told])
    for one in told:
        row = rows.get(one.subject)
        if row is None:
            yield Break(one.number, f"data {one.subject}, of which it tells, is not there")
            continue
        states = {
            "sha256": row.file.sha256,
            "rows": row.rows,
            "columns": len(row.columns),
            "role": row.role,
            "sensitive_columns": row.sensitive_columns,
        }
        if differs := _differing(states, one.changes):
            yield Break(one.number, f"data {row.pk} states another {differs} than it tells")


def _differing(states: Mapping[str, Any], changes: Mapping[str, Any]) -> str | None:
    return next((one for one in states if one in changes and states[one] != changes[one]), None)


FINDERS: dict[str, Find] = {
    **dict.fromkeys(DECISIONS, _decisions),
    "release.submitted": _case_files,
    "case_file.renewed": _case_files,
    "evidence.filed": _exhibits,
    "version.registered": _versions,
    "dataset_version.registered": _data,
}
