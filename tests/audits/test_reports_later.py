"""What lies before and after the case file: what changed, and what was filed since."""

from __future__ import annotations

import json
from typing import Any

from audits.rendering import exhibits
from registry.models import ModelVersion, Release
from tests.audits.reporting import stated
from tests.cast import Cast, a_complete_version, an_approved_release, an_exhibit


def gathered(release: Release) -> dict[str, Any]:
    return stated(release=release)


def gathered_of(version: ModelVersion) -> dict[str, Any]:
    return stated(version=version)


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


def test_the_changes_since_the_last_approved_version_are_told(cast: Cast) -> None:
    first = an_approved_release(cast)
    second = a_complete_version(cast, first.version.model, "2.0", threshold=0.7)
    told = gathered_of(second)
    changed = {one["fact"]: (one["before"], one["after"]) for one in told["changes"]}
    assert changed["version.threshold"] == (0.5, 0.7)
    assert changed["version.label"] == ("1.0", "2.0")


def test_a_later_approved_version_is_no_version_before(cast: Cast) -> None:
    first = an_approved_release(cast)
    an_approved_release(cast, a_complete_version(cast, first.version.model, "2.0"))
    assert gathered_of(first.version)["changes"] == []


def test_without_an_approved_version_before_there_are_no_changes(cast: Cast) -> None:
    release = an_approved_release(cast)
    told = gathered_of(release.version)
    assert told["changes"] == []
