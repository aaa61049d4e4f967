"""Claim a row for one worker, report progress on it, and notice when the claim was lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from audits.models import Report, Run
from audits.rules.runs import State

Row = TypeVar("Row", Run, Report)


class ClaimLost(Exception):
    """Another worker has taken the row over; whatever this one does must not count."""


@dataclass
class Claim:
    """One worker's hold on one attempt at a row. Progress is written straight to the row."""

    kind: type[Run] | type[Report]
    row_id: int
    attempt: int

    def tell(self, stage: str, percent: int) -> None:
        """Write stage and percent, and that the worker is alive. Raises ClaimLost."""
        told = self.kind.objects.filter(
            pk=self.row_id, attempt=self.attempt, state=State.RUNNING
        ).update(stage=stage, percent=max(0, min(100, percent)), heard_at=timezone.now())
        if not told:
            raise ClaimLost(f"{self.kind.__name__} {self.row_id}, attempt {self.attempt}")


def lost_before() -> datetime:
    """Return the instant before which a silent worker counts as lost."""
    return timezone.now() - timedelta(seconds=settings.RUN_LOST_AFTER_SECONDS)


def claim(kind: type[Row], row_id: int) -> Claim | None:
    """Take a row that waits, or whose worker fell silent; None when there is nothing to do.

    One UPDATE decides, so of two workers that get the same message one takes the row.
    """
    now = timezone.now()
    waiting = Q(state=State.QUEUED) | Q(state=State.RUNNING, heard_at__lt=lost_before())
    taken = kind.objects.filter(waiting, pk=row_id).update(
        state=State.RUNNING,
        attempt=F("attempt") + 1,
        stage="",
        percent=0,
        started_at=now,
        heard_at=now,
    )
    if not taken:
        return None
    return Claim(kind, row_id, kind.objects.values_list("attempt", flat=True).get(pk=row_id))
