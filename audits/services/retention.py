"""Delete predictions that were handed in, once the rows they were made for are gone or overdue."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from audits.models import Run
from audits.rules.runs import UNDER_WAY
from registry.models import StoredFile
from registry.services import journal, retention


def keep_house() -> None:
    """Do what is due every hour; safe to be killed anywhere and done again."""
    delete_predictions_due()
    seal_plain_predictions()


def delete_predictions_due() -> int:
    """Delete every file of predictions that no run needs any more; return how many were."""
    kept = _with_predictions().exclude(pk__in=_released().values("pk"))
    due = _with_predictions().exclude(predictions__in=kept.values("predictions"))
    files = StoredFile.objects.filter(pk__in=due.values("predictions"))
    return sum(_delete(stored) for stored in files)


def seal_plain_predictions() -> int:
    """Encrypt predictions that an earlier edition of the product kept plain; return how many."""
    plain = _with_predictions().filter(predictions__wrapped_key__isnull=True)
    files = StoredFile.objects.filter(pk__in=plain.values("predictions"))
    return sum(retention.seal(stored) for stored in files)


@journal.verb
def _delete(stored: StoredFile) -> bool:
    """Delete one file of predictions; return False where something else still holds it."""
    released = _released().filter(predictions=stored)
    if retention.let_go(stored, released=released):
        return False
    for run in released.select_related("version__model__unit"):
        journal.record(
            "run.predictions_deleted",
            by=None,
            role="system",
            subject=run,
            model=run.version.model,
            changes={"sha256": stored.sha256},
            reason="The rows they were made for are gone.",
        )
    return True


def _with_predictions() -> QuerySet[Run]:
    return Run.objects.filter(predictions__isnull=False, predictions__erased_at__isnull=True)


def _released() -> QuerySet[Run]:
    """Return the runs that are over and whose rows were deleted or are overdue.

    Where the rows were never kept here (behind a connection), ROWS_KEPT_DAYS count from the run.
    """
    rows_gone = Q(data__rows_deletion__isnull=False) | Q(data__keep_until__lt=timezone.localdate())
    oldest = timezone.now() - timedelta(days=settings.ROWS_KEPT_DAYS)
    never_here = Q(data__keep_until__isnull=True, requested_at__lt=oldest)
    return Run.objects.exclude(state__in=sorted(UNDER_WAY)).filter(rows_gone | never_here)
