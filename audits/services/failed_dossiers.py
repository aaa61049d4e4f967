"""Let go of what a report was to state when it failed: nothing that was sealed rests on it."""

from __future__ import annotations

from audits.models import Report
from audits.rules.runs import State
from registry.models import StoredFile
from registry.rules.retention import NEVER_SEALED
from registry.services import journal, retention, retention_holds
from registry.services.tombstones import Thing

ACTION = "report.dossier_deleted"


def let_go(report: Report) -> bool:
    """Erase the dossier of a report that failed; to be called inside a verb that keeps holds out.

    Returns False where a hold, or a report that did not fail, keeps it: it goes when its time is
    over, as those of sealed reports do.
    """
    stored = StoredFile.objects.get(pk=report.dossier_id)
    if stored.erased_at is not None:
        return False
    failed = Report.objects.filter(dossier=stored, state=State.FAILED)
    things = [_thing(one, stored) for one in failed.select_related("model").order_by("pk")]
    holds = retention_holds.standing()
    if any(retention_holds.on(thing, holds) for thing in things):
        return False
    if retention.let_go(stored, things):
        return False
    for thing in things:
        journal.record(
            ACTION,
            by=None,
            role="system",
            subject=thing.record,
            model=thing.model,
            changes={"sha256": stored.sha256},
            reason=f"{NEVER_SEALED}.",
        )
    return True


def _thing(report: Report, stored: StoredFile) -> Thing:
    units = set(report.units.values_list("pk", flat=True))
    return Thing(
        kind="report",
        record=report,
        file=stored,
        title=str(report),
        since=report.requested_at,
        rule=NEVER_SEALED,
        action=ACTION,
        unit_ids=frozenset({report.model.unit_id} if report.model else units),
        version=report.version,
        model=report.model,
        model_ids=frozenset({report.model_id} if report.model_id else ()),
    )
