"""Make a report from its dossier: set the pages, seal them, keep the file."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import Any

from audits.models import Report
from audits.rendering import render
from audits.services import reports, sealing
from audits.services.claims import Claim, ClaimLost, claim
from audits.services.performing import unforeseen
from registry.rules.refusals import Refused
from registry.services import files

log = logging.getLogger(__name__)


def make(*, report_id: int) -> None:
    """Do whatever this report still needs; to be killed and called again at any point."""
    held = claim(Report, report_id)
    if held is None:
        return
    report = Report.objects.select_related("dossier").get(pk=report_id)
    try:
        _make(report, held)
    except ClaimLost as lost:
        log.warning("Gave up %s: another worker has it.", lost)
    except Refused as refusal:
        reports.fail(report=report, attempt=held.attempt, objections=refusal.objections)
    except Exception:
        # As for runs: shown on the report, and on to the log with its traceback.
        reports.fail(report=report, attempt=held.attempt, objections=[unforeseen(report.pk)])
        raise


def _make(report: Report, held: Claim) -> None:
    held.tell("gathering", 5)
    dossier = dossier_of(report)
    held.tell("drawing", 20)
    pages = render(dossier)
    held.tell("sealing", 90)
    sealed = sealing.sealed(pages)
    unsealed = hashlib.sha256(pages).hexdigest()
    reports.finish(report=report, attempt=held.attempt, unsealed=unsealed, sealed=sealed)


def dossier_of(report: Report) -> dict[str, Any]:
    """Return what the report states, as the pages take it, with the serial it has from that."""
    dossier: dict[str, Any] = json.loads(files.read_checked(report.dossier))
    dossier["serial"] = report.serial
    if "case_file_text" in dossier:
        dossier["case_file"] = json.loads(dossier["case_file_text"])
    for exhibit in dossier.get("evidence", []):
        exhibit["content"] = json.loads(exhibit["text"])
    return dossier
