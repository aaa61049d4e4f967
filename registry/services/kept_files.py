"""What is kept in files, as things that are due or not: exhibits, artefacts and rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime, time

from django.db.models import Model, QuerySet
from django.utils import timezone

from registry.models import DatasetVersion, Evidence, ModelVersion, StoredFile
from registry.rules.retention import ROWS_PERIOD
from registry.rules.retention_schedule import Facts, Rules, keep_until, shortest
from registry.services import resting, retention, uses
from registry.services.tombstones import Thing

# Gives the things whose files could be due on a day: of all files, or of this one.
Source = Callable[[date, Rules, StoredFile | None], Iterator[Thing]]


def evidence_due(on: date, rules: Rules, stored: StoredFile | None) -> Iterator[Thing]:
    """Give the exhibits whose time could be over."""
    kinds = ("evidence", "automatic_log")
    found = of_file(Evidence.objects.all(), "file", stored)
    found = found.filter(filed_at__lt=over_since(on, kinds, rules))
    exhibits = list(found.select_related("version__model", "file", "data"))
    facts = facts_of({one.version_id for one in exhibits}, on)
    rested_on = resting.rested_on(one for one in exhibits if one.kind == "drift")
    for one in exhibits:
        is_log = one.kind == "drift" and one.pk not in rested_on
        yield of_version(
            one.version,
            uses.made(facts[one.version_id], one.filed_at),
            rules,
            kind="automatic_log" if is_log else "evidence",
            record=one,
            stored=one.file,
            title=one.title,
            since=one.filed_at,
            action="evidence.file_deleted",
            dataset_ids=frozenset({one.data.dataset_id} if one.data else ()),
        )


def artefacts_due(on: date, rules: Rules, stored: StoredFile | None) -> Iterator[Thing]:
    """Give the artefacts and environments of versions whose time could be over."""
    limit = over_since(on, ["artefact"], rules)
    for name in ("artefact", "environment"):
        found = of_file(ModelVersion.objects.all(), name, stored)
        found = found.filter(registered_at__lt=limit)
        versions = list(found.select_related("model", name))
        facts = facts_of({version.pk for version in versions}, on)
        for version in versions:
            yield of_version(
                version,
                facts[version.pk],
                rules,
                kind="artefact",
                record=version,
                stored=getattr(version, name),
                title=f"{version}: {getattr(version, f'{name}_name') or name}",
                since=version.registered_at,
                action=f"model_version.{name}_deleted",
            )


def rows_due(on: date, rules: Rules, stored: StoredFile | None) -> Iterator[Thing]:
    """Give the rows whose last day is over, for the preview; `retention.delete_overdue` ends them.

    Their day was set when they were registered.
    """
    overdue = DatasetVersion.objects.overdue(on).select_related("dataset", "file")
    for data in of_file(overdue, "file", stored):
        yield retention.rows_of(data, rule=ROWS_PERIOD)


SOURCES: tuple[Source, ...] = (evidence_due, artefacts_due)


def of_version(
    version: ModelVersion,
    facts: Facts,
    rules: Rules,
    *,
    kind: str,
    record: Model,
    stored: StoredFile,
    title: str,
    since: datetime,
    action: str,
    dataset_ids: frozenset[int] = frozenset(),
) -> Thing:
    """Return a file of a version as a thing, with the day until which it is kept."""
    kept = keep_until(kind, facts, rules)
    return Thing(
        kind=kind,
        record=record,
        file=stored,
        title=title,
        since=since,
        until=kept.until if kept else None,
        rule=kept.rule if kept else "",
        action=action,
        unit_ids=frozenset({version.model.unit_id}),
        version=version,
        model=version.model,
        model_ids=frozenset({version.model_id}),
        dataset_ids=dataset_ids,
    )


def over_since(on: date, kinds: Iterable[str], rules: Rules) -> datetime:
    """Return an instant such that what was made later cannot be due on a day."""
    day = shortest(kinds, rules).began_by(on)
    return timezone.make_aware(datetime.combine(day, time.max))


def of_file(rows: QuerySet, name: str, stored: StoredFile | None) -> QuerySet:  # type: ignore[type-arg]
    """Narrow rows to those whose bytes are there, or to those of one file."""
    there = rows.filter(**{f"{name}__isnull": False, f"{name}__erased_at__isnull": True})
    return there.filter(**{name: stored}) if stored else there


def facts_of(versions: Collection[int], on: date) -> dict[int, Facts]:
    """Return by each version's id what its records' periods are counted by."""
    return uses.facts_of(uses.versions_of(versions), on=on)
