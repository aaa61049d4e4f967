"""What was filed after the case file was frozen: in the report, and told apart from the rest."""

from __future__ import annotations

import json
from typing import Any

from audits.rendering import exhibits
from audits.services import dossiers
from registry.models import Release
from tests.cast import Cast, an_approved_release, an_exhibit


def gathered(release: Release) -> dict[str, Any]:
    return dossiers.gather(
        version=release.version, release=release, profile="regulator", language="en"
    )


def test_an_exhibit_filed_after_the_approval_is_in_the_report_and_not_in_the_case_file(
    cast: Cast,
) -> None:
    release = an_approved_release(cast)
    drift = an_exhibit(cast, release.version, "drift", verdict="fail")
    dossier = gathered(release)
    assert drift.pk in [one["id"] for one in dossier["evidence"]]
    assert drift.pk not in [one["id"] for one in json.loads(dossier["case_file_text"])["exhibits"]]
    assert dossier["case_file_digest"] == release.case_file.digest


def test_the_exhibit_that_was_decided_on_is_shown_before_a_later_one_of_its_kind() -> None:
    def one(number: int, kind: str = "fairness") -> dict[str, Any]:
        return {"id": number, "kind": kind, "at": f"2026-11-0{number}T00:00:00Z"}

    first, second, third, drift = one(1), one(2), one(3), one(4, "drift")
    fairness, drifted = exhibits.kinds([first, second, third, drift], {1, 2})
    assert (fairness.latest, fairness.earlier, fairness.since) == (second, [first], [third])
    assert (drifted.latest, drifted.earlier, drifted.since) == (drift, [], [])
