"""The exhibits that a report shows: each with its exact text, checked against its digest."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from registry.models import Evidence, ModelVersion
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import case_files, files, tombstones


def exhibits_of(
    version: ModelVersion, frozen: list[dict[str, Any]], at: datetime | None
) -> list[dict[str, Any]]:
    """Return the exhibits of the case file, and those that were filed after it was frozen.

    A report that left those out would be silent about what was found since. With ``at`` they are
    those filed by then. Raises Refused with everything that cannot be shown.
    """
    listed = {exhibit["id"] for exhibit in frozen}
    later = [one for one in case_files.exhibits_of(version, at) if one["id"] not in listed]
    filed = {
        one.pk: one
        for one in Evidence.objects.filter(version=version).select_related("file").order_by("pk")
    }
    told, missing = [], []
    for exhibit in [*frozen, *later]:
        evidence = filed.get(exhibit["id"])
        if evidence and tombstones.are_of(evidence):
            # Its bytes were rightly deleted; the tombstones of the version tell of it.
            continue
        try:
            told.append(_with_text(exhibit, evidence))
        except (Refused, UnicodeDecodeError) as gap:
            missing.append(
                Objection(
                    "report.exhibit_missing",
                    gettext_noop("Exhibit %(title)s cannot be shown: %(gap)s"),
                    {"title": exhibit["title"], "gap": str(gap)},
                )
            )
    if missing:
        raise Refused(*missing)
    return told


def _with_text(exhibit: dict[str, Any], evidence: Evidence | None) -> dict[str, Any]:
    if evidence is None or evidence.digest != exhibit["digest"]:
        raise Refused.because("evidence.gone", gettext_noop("it is not what was frozen."))
    text = files.read_checked(evidence.file).decode("utf-8")
    return {
        **exhibit,
        "file_name": f"evidence/{exhibit['id']}-{evidence.file_name}",
        "text": text,
    }
