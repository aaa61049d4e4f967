"""Tombstones: what is left of bytes that were deleted, and where the journal tells of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Model, Q
from django.utils import timezone

from registry.models import (
    Entry,
    Evidence,
    ModelVersion,
    RegisteredModel,
    StoredFile,
    Tombstone,
)
from registry.rules.retention import DELETIONS


@dataclass(frozen=True)
class Thing:
    """One record with its file, or with one of its files: how long it is kept, and by which rule.

    ``until`` is its last day; without one it is kept for as long as it is used. ``unit_ids``,
    ``model_ids`` and ``dataset_ids`` say by holds on what it is kept.
    """

    kind: str
    record: Model
    file: StoredFile
    title: str
    since: datetime
    rule: str
    action: str
    unit_ids: frozenset[int]
    until: date | None = None
    version: ModelVersion | None = None
    model: RegisteredModel | None = None
    model_ids: frozenset[int] = field(default_factory=frozenset)
    dataset_ids: frozenset[int] = field(default_factory=frozenset)

    def is_due(self, on: date) -> bool:
        """Say whether its last day is over."""
        return self.until is not None and self.until < on

    @property
    def unit_id(self) -> int | None:
        """Its unit, where it is of one alone."""
        return min(self.unit_ids) if len(self.unit_ids) == 1 else None

    @property
    def record_kind(self) -> str:
        """The kind of its record, as the journal calls it."""
        return str(self.record._meta.model_name)


def lay(things: Iterable[Thing]) -> None:
    """Keep what is left of these, whose bytes go now; to be called inside a verb."""
    now = timezone.now()
    Tombstone.objects.bulk_create(
        Tombstone(
            kind=thing.kind,
            record_kind=thing.record_kind,
            record_id=thing.record.pk,
            title=thing.title[:300],
            file=thing.file,
            sha256=thing.file.sha256,
            size=thing.file.size,
            version=thing.version,
            model=thing.model,
            unit_id=thing.unit_id,
            unit_ids=sorted(thing.unit_ids),
            since=thing.since,
            at=now,
            rule=thing.rule[:300],
        )
        for thing in things
    )


def are_of(evidence: Evidence) -> bool:
    """Say whether an exhibit's file is rightly gone: deleted under a rule, and not kept again."""
    return evidence.file.erased_at is not None and (
        Tombstone.objects.filter(record_kind="evidence", record_id=evidence.pk).exists()
    )


def of_version(version: ModelVersion, at: datetime | None = None) -> list[dict[str, Any]]:
    """Return what was deleted of a version and of the data attached to it, the oldest first.

    With ``at``, what was by then. Each as ``{"what", "kind", "record_kind", "record_id", "digest",
    "size", "at", "rule", "journal"}``, where ``journal`` is the number of the entry that tells it.
    Reports are left out: one that told of earlier ones would never be the same twice.
    """
    data = version.data_links.values("data")
    found = Tombstone.objects.filter(
        Q(version=version) | Q(record_kind="datasetversion", record_id__in=data)
    )
    found = found.exclude(kind="report").order_by("pk")
    told = list(found.filter(at__lte=at) if at else found)
    numbers = journal_numbers(told)
    return [
        {
            "what": one.title,
            "kind": one.kind,
            "record_kind": one.record_kind,
            "record_id": one.record_id,
            "digest": one.sha256,
            "size": one.size,
            "at": one.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "rule": one.rule,
            "journal": numbers.get(one.pk),
        }
        for one in told
    ]


def journal_numbers(tombstones: Iterable[Tombstone]) -> dict[int, int]:
    """Return by each tombstone's id the number of its entry, in one query.

    The entry is written with the tombstone but numbered at the commit, and names the record and
    the digest; where the same bytes came back and went again, the last entry counts.
    """
    wanted = list(tombstones)
    names = {one.pk: _named(one) for one in wanted}
    entries = Entry.objects.filter(
        action__in=DELETIONS,
        subject_kind__in={kind for kind, _number in names.values()},
        subject_id__in={number for _kind, number in names.values()},
    ).order_by("number")
    told = {
        (entry.subject_kind, entry.subject_id, json.loads(entry.changes)["sha256"]): entry.number
        for entry in entries
    }
    found = {one.pk: told.get((*names[one.pk], one.sha256)) for one in wanted}
    return {pk: number for pk, number in found.items() if number is not None}


def _named(tombstone: Tombstone) -> tuple[str, int | None]:
    """Return what the entry is about: the record, or the tombstone of many rows itself."""
    if tombstone.record_id is None:
        return "tombstone", tombstone.pk
    return tombstone.record_kind, tombstone.record_id
