"""What the audits keep in files: reports, and predictions, which go with their rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from audits.models import Report, Run
from audits.rules.runs import UNDER_WAY
from registry.models import RegisteredModel, StoredFile
from registry.rules.retention import WITH_THEIR_ROWS
from registry.rules.retention_schedule import Facts, Rules, keep_until
from registry.services import journal, keeping, kept_files, retention, retention_holds, uses
from registry.services.kept_files import Source
from registry.services.tombstones import Thing


def keep_house() -> None:
    """Do what is due every hour; safe to be killed anywhere and done again."""
    delete_predictions_due()
    seal_plain_predictions()
    seal_plain_dossiers()
    keeping.delete_due(sources=SOURCES)


def delete_predictions_due() -> int:
    """Delete every file of predictions that no run needs any more; return how many were."""
    today = timezone.localdate()
    kept = _with_predictions().exclude(pk__in=_released(today).values("pk"))
    due = _with_predictions().exclude(predictions__in=kept.values("predictions"))
    files = StoredFile.objects.filter(pk__in=due.values("predictions"))
    return sum(_delete(stored) for stored in files)


def seal_plain_predictions() -> int:
    """Encrypt predictions that an earlier edition of the product kept plain; return how many."""
    plain = _with_predictions().filter(predictions__wrapped_key__isnull=True)
    files = StoredFile.objects.filter(pk__in=plain.values("predictions"))
    return sum(retention.seal(stored) for stored in files)


def seal_plain_dossiers() -> int:
    """Encrypt dossiers that an earlier edition of the product kept plain; return how many."""
    # Not of a report that is being made: it would find its dossier gone from where it lay.
    over = Report.objects.exclude(state__in=sorted(UNDER_WAY))
    plain = StoredFile.objects.filter(wrapped_key__isnull=True, erased_at__isnull=True)
    return sum(map(retention.seal, plain.filter(pk__in=over.values("dossier"))))


@journal.verb
def _delete(stored: StoredFile) -> bool:
    """Delete one file of predictions; return False where something else still holds it."""
    retention_holds.keep_holds_out()
    holds = retention_holds.standing()
    things = list(predictions_due(timezone.localdate(), Rules(), stored))
    if any(retention_holds.on(thing, holds) for thing in things):
        return False
    if retention.let_go(stored, things):
        return False
    for thing in things:
        journal.record(
            thing.action,
            by=None,
            role="system",
            subject=thing.record,
            model=thing.model,
            changes={"sha256": stored.sha256},
            reason="The rows they were made for are gone.",
        )
    return True


def predictions_due(on: date, rules: Rules, stored: StoredFile | None) -> Iterator[Thing]:
    """Give the predictions that go with their rows; their day is that of the rows."""
    runs = _released(on).filter(predictions__erased_at__isnull=True)
    runs = runs.filter(predictions=stored) if stored else runs
    for run in runs.select_related("version__model__unit", "data", "predictions"):
        handed_in = run.predictions
        if handed_in is None:
            continue
        yield Thing(
            kind="predictions",
            record=run,
            file=handed_in,
            title=str(run),
            since=run.requested_at,
            until=on - timedelta(days=1),
            rule=WITH_THEIR_ROWS,
            action="run.predictions_deleted",
            unit_ids=frozenset({run.version.model.unit_id}),
            version=run.version,
            model=run.version.model,
            model_ids=frozenset({run.version.model_id}),
            dataset_ids=frozenset({run.data.dataset_id}),
        )


def reports_due(on: date, rules: Rules, stored: StoredFile | None) -> Iterator[Thing]:
    """Give the sealed reports, and the dossiers they were made from, whose time could be over."""
    limit = kept_files.over_since(on, ["report"], rules)
    for name in ("file", "dossier"):
        found = kept_files.of_file(
            Report.objects.exclude(state__in=sorted(UNDER_WAY)), name, stored
        )
        found = found.filter(requested_at__lt=limit).prefetch_related("units")
        reports = list(found.select_related("model", "version__model", name))
        facts = kept_files.facts_of({one.version_id for one in reports if one.version_id}, on)
        stated = _models_stated(reports)
        for report in reports:
            own = facts.get(report.version_id, Facts(made=on))
            kept = keep_until("report", uses.made(own, report.requested_at), rules)
            units = {unit.pk for unit in report.units.all()}
            yield Thing(
                kind="report",
                record=report,
                file=getattr(report, name),
                title=str(report),
                since=report.requested_at,
                until=kept.until if kept else None,
                rule=kept.rule if kept else "",
                action=f"report.{name}_deleted",
                unit_ids=frozenset({report.model.unit_id} if report.model else units),
                version=report.version,
                model=report.model,
                model_ids=stated[report.pk],
            )


def _models_stated(reports: Collection[Report]) -> dict[int, frozenset[int]]:
    """Return, by report, the models it states: its own, or all that its units had by then."""
    units = {report.pk: {unit.pk for unit in report.units.all()} for report in reports}
    models = RegisteredModel.objects.filter(unit__in=set().union(*units.values()))
    known = list(models.values_list("pk", "unit_id", "registered_at"))
    stated = {}
    for report in reports:
        by = report.asked_as_of or report.requested_at
        there = {pk for pk, unit, at in known if unit in units[report.pk] and at <= by}
        stated[report.pk] = frozenset({report.model_id} if report.model_id else there)
    return stated


def _with_predictions() -> QuerySet[Run]:
    return Run.objects.filter(predictions__isnull=False, predictions__erased_at__isnull=True)


def _released(on: date) -> QuerySet[Run]:
    """Return the runs that are over and whose rows were deleted or are overdue on a day.

    Where the rows were never kept here (behind a connection), ROWS_KEPT_DAYS count from the run.
    """
    rows_gone = Q(data__rows_deletion__isnull=False) | Q(data__keep_until__lt=on)
    oldest = timezone.now() - timedelta(days=settings.ROWS_KEPT_DAYS)
    never_here = Q(data__keep_until__isnull=True, requested_at__lt=oldest)
    return Run.objects.exclude(state__in=sorted(UNDER_WAY)).filter(rows_gone | never_here)


# What the retention task deletes under the schedule; predictions it only foresees.
SOURCES: tuple[Source, ...] = (*kept_files.SOURCES, reports_due)
FORESEEN: tuple[Source, ...] = (*SOURCES, predictions_due)
