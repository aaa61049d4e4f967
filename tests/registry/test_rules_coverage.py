"""The rules of coverage: what runs is what was approved, or it is told how grave it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registry.rules import coverage as rules
from registry.rules.deployments import Report
from registry.rules.refusals import Objection

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ARTEFACT, OTHER = "a" * 64, "b" * 64
IMAGE, ANOTHER = f"sha256:{ARTEFACT}", f"sha256:{OTHER}"
REPORT = Report("production", "1.0", ARTEFACT, IMAGE, "eu-1", "scores", "/v1", NOON)


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"label": None}, ["unknown_version"]),
        ({"registered": OTHER}, ["other_artefact"]),
        # A vendor's model has no artefact here: whatever digest is reported is another one.
        ({"registered": ""}, ["other_artefact"]),
        ({"images": [IMAGE]}, []),
        ({"images": [ANOTHER, IMAGE]}, []),
        ({"images": [ANOTHER]}, ["other_image"]),
        ({"images": [ANOTHER], "registered": OTHER}, ["other_artefact", "other_image"]),
        ({"allowed": False}, ["not_approved"]),
        ({"allowed": False, "registered": OTHER}, ["other_artefact", "not_approved"]),
        ({"approved_at": NOON + HOUR}, ["before_approval"]),
        ({"approved_at": NOON + timedelta(minutes=4)}, []),
        ({"approved_at": None}, []),
    ],
)
def test_what_runs_is_covered_by_an_approval_of_this_very_artefact(
    changed: dict[str, Any], codes: list[str]
) -> None:
    said = {
        "label": "1.0",
        "registered": ARTEFACT,
        "allowed": True,
        "approved_at": NOON - HOUR,
        "live_from": NOON,
    }
    found = rules.shortcomings(REPORT, **{**said, **changed})
    assert all(str(one) for one in found)
    assert [one.code.removeprefix("deployment.") for one in found] == codes


def test_without_an_image_digest_no_other_image_is_told() -> None:
    found = rules.shortcomings(
        replace(REPORT, image_digest=""),
        label="1.0",
        registered=ARTEFACT,
        images=[ANOTHER],
        allowed=True,
        approved_at=None,
        live_from=NOON,
    )
    assert found == []


def test_a_vendor_model_is_reported_without_a_digest() -> None:
    found = rules.shortcomings(
        replace(REPORT, artefact_sha256=""),
        label="1.0",
        registered="",
        allowed=True,
        approved_at=None,
        live_from=NOON,
    )
    assert found == []


@pytest.mark.parametrize(
    ("codes", "severity"),
    [
        (["deployment.unknown_version"], "critical"),
        (["deployment.other_artefact"], "critical"),
        (["deployment.not_approved"], "critical"),
        (["deployment.approval_ended"], "high"),
        (["deployment.other_image"], "high"),
        (["deployment.other_image", "deployment.not_approved"], "critical"),
        (["deployment.before_approval"], "high"),
        (["deployment.before_approval", "deployment.other_artefact"], "critical"),
        (["something.else"], "critical"),
        ([], "critical"),
    ],
)
def test_what_was_never_approved_is_graver_than_what_was_once(
    codes: list[str], severity: str
) -> None:
    assert rules.severity(codes) == severity


def test_an_approval_that_ended_says_why() -> None:
    reasons = [Objection("gate.expired", "It has expired."), Objection("gate.void", "It changed.")]
    said = str(rules.approval_ended(reasons))
    assert said.endswith("no longer: It has expired. It changed.")


def test_a_finding_about_another_image_alone_is_called_that() -> None:
    assert rules.title(["deployment.other_image"]) == "Live from another container image"
    for codes in (["deployment.other_image", "deployment.other_artefact"], [], ["x"]):
        assert rules.title(codes) == "Live without a valid approval"
