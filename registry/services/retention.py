"""Delete people's rows when their time is over or somebody asks for it; what was found stays."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import date

from django.conf import settings
from django.db.models import Model
from django.utils import timezone

from registry.models import Dataset, DatasetVersion, RowsDeletion, StoredFile, Tombstone, User
from registry.rules import retention as rules
from registry.rules.refusals import Objection, Refused
from registry.rules.retention import BY_HAND, PAST_RETENTION, ROWS_GONE, ROWS_PERIOD
from registry.rules.wording import gettext_noop
from registry.services import files, journal, retention_holds, rights, tombstones
from registry.services.tombstones import Thing
from registry.services.tombstones import of_version as tombstones_of

__all__ = [
    "delete_overdue",
    "delete_rows",
    "finish_erasing",
    "holders_of",
    "keep_until",
    "let_go",
    "objection_to_reading",
    "rows_of",
    "seal",
    "seal_plain_rows",
    "tombstones_of",
]

logger = logging.getLogger(__name__)


def keep_until(asked: date | None) -> date:
    """Return the last day of rows that are registered today: the one asked for, or the usual one.

    Raises Refused for a day that is over, or later than ROWS_KEPT_AT_MOST_DAYS from today.
    """
    today = timezone.localdate()
    if asked is None:
        return rules.last_day(today=today, days=settings.ROWS_KEPT_DAYS)
    at_most = settings.ROWS_KEPT_AT_MOST_DAYS
    objections = rules.objections_to_keeping(asked, today=today, at_most_days=at_most)
    if objections:
        raise Refused(*objections)
    return asked


def objection_to_reading(data: DatasetVersion) -> Objection | None:
    """Say that the rows of this data are gone; None while they can be read."""
    return None if data.has_rows else ROWS_GONE


@journal.verb
def delete_rows(*, data: DatasetVersion, reason: str, by: User | None) -> RowsDeletion:
    """Delete the rows of a dataset version for good; its fingerprint and shape stay.

    The key of the file goes with the commit, the bytes right after it; the same content registered
    elsewhere, and still kept there, stays readable there. What rests on the figures stands as it
    did: nothing that was signed speaks of the rows themselves. ``by`` is None for the housekeeping.
    """
    # Before any row: whoever places a hold waits for the row of what is held.
    retention_holds.keep_holds_out()
    Dataset.objects.select_for_update(of=("self",)).get(pk=data.dataset_id)
    data = DatasetVersion.objects.select_related("dataset__unit", "file").get(pk=data.pk)
    unit = data.dataset.unit
    role = rights.require(by=by, verb="dataset.delete_rows", unit=unit)
    thing = rows_of(data, rule=ROWS_PERIOD if by is None else BY_HAND)
    objections = _objections_to_deleting(data, reason)
    objections += retention_holds.objections_to_deleting(thing)
    if objections:
        raise Refused(*objections)
    deletion = RowsDeletion.objects.create(
        data=data,
        sha256=data.file.sha256,
        rows=data.rows,
        reason=reason.strip(),
        deleted_at=timezone.now(),
        deleted_by=by,
    )
    holders = let_go(data.file, [thing])
    journal.record(
        "dataset_version.rows_deleted",
        by=by,
        subject=data,
        role=role,
        unit=unit,
        changes={
            "sha256": deletion.sha256,
            "rows": deletion.rows,
            "keep_until": str(data.keep_until) if data.keep_until else None,
            "same_content_kept_by": [f"{one._meta.model_name} {one.pk}" for one in holders],
        },
        reason=deletion.reason,
    )
    return deletion


def let_go(stored: StoredFile, things: Sequence[Thing]) -> list[Model]:
    """Erase a file unless another record holds it, and lay a tombstone for each thing it was.

    The only way in which bytes that a record names are deleted; to be called inside a verb, which
    tells the journal. ``things`` are the records that give the file up; returns those that do not,
    in which case nothing has happened.
    """
    files.lock(stored.sha256)
    stored = StoredFile.objects.get(pk=stored.pk)
    holders = holders_of(stored, things)
    if holders or stored.erased_at:
        return holders
    tombstones.lay([*things, *_given_up_before(stored, things)])
    # Without its key nobody reads the bytes, not even those in a backup of the store.
    stored.wrapped_key, stored.wrapped_by = None, ""
    stored.erased_at = timezone.now()
    files.leave_over(stored)
    stored.save()
    return []


def holders_of(stored: StoredFile, things: Sequence[Thing]) -> list[Model]:
    """Return every row, of whatever table, that needs these bytes besides the things given.

    A dataset version whose rows were deleted holds nothing any more, and a tombstone never did.
    """
    released = {(type(one.record), one.record.pk) for one in things}
    holders: list[Model] = []
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or relation.related_model is None:
            continue
        table = relation.related_model
        if table is Tombstone:
            continue
        rows = table._default_manager.filter(**{relation.field.name: stored})
        if table is DatasetVersion:
            rows = rows.filter(rows_deletion__isnull=True)
        holders += [row for row in rows if (table, row.pk) not in released]
    return holders


def _given_up_before(stored: StoredFile, things: Sequence[Thing]) -> list[Thing]:
    """Return the rows whose end left these bytes to the other records that needed them then."""
    given = [one.record.pk for one in things if isinstance(one.record, DatasetVersion)]
    told = Tombstone.objects.filter(file=stored, record_kind="datasetversion")
    ended = DatasetVersion.objects.filter(file=stored, rows_deletion__isnull=False)
    ended = ended.exclude(pk__in=given).exclude(pk__in=told.values("record_id"))
    return [
        rows_of(data, rule=BY_HAND if data.rows_deletion.deleted_by_id else ROWS_PERIOD)
        for data in ended.select_related("dataset", "file", "rows_deletion").order_by("pk")
    ]


def rows_of(data: DatasetVersion, *, rule: str) -> Thing:
    """Return the rows of a dataset version as a thing that goes."""
    return Thing(
        kind="rows",
        record=data,
        file=data.file,
        title=str(data),
        since=data.registered_at,
        until=data.keep_until,
        rule=rule,
        action="dataset_version.rows_deleted",
        unit_ids=frozenset({data.dataset.unit_id}),
        model_ids=frozenset(data.links.values_list("version__model", flat=True)),
        dataset_ids=frozenset({data.dataset_id}),
    )


def delete_overdue() -> int:
    """Delete the rows whose last day is over, each on its own; return how many versions' were."""
    deleted = 0
    for data in DatasetVersion.objects.overdue(timezone.localdate()):
        # Somebody may have deleted these rows since they were looked up.
        with suppress(Refused):
            delete_rows(data=data, reason=PAST_RETENTION, by=None)
            deleted += 1
    return deleted


def seal_plain_rows() -> int:
    """Encrypt rows that an earlier edition of the product kept plain; return how many files."""
    plain = DatasetVersion.objects.with_rows().filter(
        keep_until__isnull=False, file__wrapped_key__isnull=True, file__erased_at__isnull=True
    )
    return sum(map(seal, StoredFile.objects.filter(pk__in=plain.values("file"))))


@journal.verb
def seal(stored: StoredFile) -> bool:
    """Encrypt one file that holds rows; return False when it lies broken and has to be restored."""
    try:
        sealed = files.seal(stored)
    except Refused:
        return False
    changes = {"sha256": sealed.sha256, "under": sealed.wrapped_by}
    journal.record("stored_file.sealed", by=None, role="system", subject=sealed, changes=changes)
    return True


def finish_erasing() -> int:
    """Remove what a killed process was about to remove; return of how many files.

    What the store refuses to remove now is tried again with the next call.
    """
    removed = 0
    for digest in StoredFile.objects.filter(has_leftovers=True).values_list("sha256", flat=True):
        try:
            files.sweep(digest)
        except OSError:
            logger.exception("The bytes of %s could not be removed.", digest[:12])
        else:
            removed += 1
    return removed


def _objections_to_deleting(data: DatasetVersion, reason: str) -> list[Objection]:
    objections = []
    if not data.has_rows:
        objections.append(
            Objection(
                "dataset.rows_deleted_already",
                gettext_noop("These rows were deleted already; there is nothing left to do."),
            )
        )
    if data.keep_until is None:
        objections.append(
            Objection(
                "dataset.no_rows_here",
                gettext_noop("No rows of this data are kept here, so none can be deleted here."),
            )
        )
    if not reason.strip():
        objections.append(
            Objection(
                "dataset.deletion_reason",
                gettext_noop("Say why the rows are deleted; it stands in the journal for good."),
            )
        )
    return objections
