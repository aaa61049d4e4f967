"""What becomes of a sealed report: a newer one takes its place, or it is recalled."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from audits.models import Report
from audits.rules.runs import State
from audits.services.overtaken import is_overtaken
from registry.models import Unit, User
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import journal, rights


@journal.verb
def recall(*, report: Report, reason: str, by: User) -> Report:
    """Take a sealed report back; its file stays, and its serial says from now on that it is.

    Asked for again, another is made that says which one was recalled.
    """
    report = (
        Report.objects.select_for_update(of=("self",))
        .select_related("model__unit")
        .get(pk=report.pk)
    )
    units = units_of(report)
    roles = [rights.require(by=by, verb="report.recall", unit=unit) for unit in units]
    objections = _objections(report, reason)
    if objections:
        raise Refused(*objections)
    report.recalled_at, report.recalled_by = timezone.now(), by
    report.recall_reason = reason.strip()
    report.save(update_fields=["recalled_at", "recalled_by", "recall_reason"])
    journal.record(
        "report.recalled",
        by=by,
        subject=report,
        role=", ".join(dict.fromkeys(roles)),
        model=report.model,
        unit=units[0] if report.model is None and len(units) == 1 else None,
        changes={"serial": report.serial, "key": report.key},
        reason=report.recall_reason,
    )
    return report


def _objections(report: Report, reason: str) -> list[Objection]:
    objections = []
    if report.state != State.DONE:
        objections.append(
            Objection(
                "report.not_sealed",
                gettext_noop("Only a sealed report can be recalled; this one has no file."),
            )
        )
    if report.recalled_at is not None:
        objections.append(
            Objection("report.recalled", gettext_noop("This report is recalled already."))
        )
    if not reason.strip():
        objections.append(
            Objection("report.recall_reason", gettext_noop("Say why the report is recalled."))
        )
    return objections


def supersede(report: Report) -> list[str]:
    """Let the newest sealed report on the same thing supersede the others; inside a verb only.

    Returns the serials of those that were superseded now. One as of an asked instant supersedes
    nothing and is not superseded: what it says of then stays true. Of two made out of order the
    one asked for later is the newer; one that was recalled takes no other's place.
    """
    if report.asked_as_of is not None:
        return []
    alike = Report.objects.sealed().like(report).order_by("pk").select_for_update()
    sealed = list(alike)
    standing = [one for one in sealed if one.recalled_at is None]
    if not standing:
        return []
    newest = max(standing, key=lambda one: (one.requested_at, one.pk))
    older = [one for one in sealed if one != newest and one.superseded_by_id is None]
    Report.objects.filter(pk__in=[one.pk for one in older]).update(superseded_by=newest)
    return [one.serial for one in older]


def recalled_on(about: str, profile: str, language: str) -> list[str]:
    """Return the serials of the reports on the same thing that were recalled, oldest first."""
    recalled = Report.objects.filter(
        about=about, profile=profile, language=language, recalled_at__isnull=False
    )
    return list(recalled.order_by("recalled_at", "pk").values_list("serial", flat=True))


def standing_of(serial: str) -> dict[str, Any] | None:
    """Return what anybody may know of a sealed report by its serial; None when there is none.

    ``superseded_by`` is a serial; ``sha256`` is the digest of the sealed file. No names, and not
    why it was recalled; of the model no more than that a release moved since.
    """
    found = (
        Report.objects.sealed()
        .filter(serial=serial.strip().upper())
        .select_related("file", "superseded_by")
        .first()
    )
    if found is None or found.file is None or found.standing is None:
        return None
    return {
        "serial": found.serial,
        "state": found.standing.value,
        "as_of": found.as_of,
        "overtaken": is_overtaken(found),
        "superseded_by": found.superseded_by.serial if found.superseded_by else None,
        "recalled_at": found.recalled_at,
        "sha256": found.file.sha256,
    }


def units_of(report: Report) -> list[Unit]:
    """Return the units whose report it is."""
    return [report.model.unit] if report.model else list(report.units.all())
