"""What stands against an emergency release, at the first signature and the second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registry.rules.overrides import (
    Signed,
    digest_of,
    ends_at,
    is_signed,
    objections_to_asking,
    objections_to_second,
    roles_missing,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ASKED: dict[str, Any] = {
    "model": "mortgage-approval",
    "version": "1.0",
    "artefact": "a" * 64,
    "environment": "production",
    "days": 5,
    "reason": "An emergency.",
}
DIGEST = digest_of(**ASKED)


def codes(**changed: Any) -> list[str]:
    given: dict[str, Any] = {
        "days": 5,
        "allowed_days": 14,
        "reason": "An emergency.",
        "open_review": False,
        "in_force": False,
    }
    return [one.code for one in objections_to_asking(**given | changed)]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"days": 1}, []),
        ({"days": 14}, []),
        ({"days": 3, "allowed_days": 3}, []),
        ({"days": 0}, ["override.days"]),
        ({"days": -1}, ["override.days"]),
        ({"days": 15}, ["override.days"]),
        ({"days": 15, "allowed_days": 99}, ["override.days"]),
        ({"days": 4, "allowed_days": 3}, ["override.days"]),
        ({"allowed_days": 0}, ["override.not_allowed"]),
        ({"reason": " "}, ["override.no_reason"]),
        ({"open_review": True}, ["override.review_open"]),
        ({"in_force": True}, ["override.exists"]),
        (
            {"days": 15, "reason": "", "open_review": True, "in_force": True},
            [
                "override.days",
                "override.no_reason",
                "override.review_open",
                "override.exists",
            ],
        ),
    ],
)
def test_what_stands_against_asking(changed: dict[str, Any], expected: list[str]) -> None:
    assert codes(**changed) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"first_stands": False}, ["override.first_signature"]),
        ({"same_content": False}, ["override.content_changed"]),
        ({"overtaken": True}, ["override.overtaken"]),
    ],
)
def test_what_came_between_the_signatures(changed: dict[str, Any], expected: list[str]) -> None:
    given = {"first_stands": True, "same_content": True, "overtaken": False}
    assert [one.code for one in objections_to_second(**given | changed)] == expected


def test_both_roles_have_to_sign() -> None:
    assert roles_missing([]) == ["model_risk_manager", "business_owner"]
    assert roles_missing(["business_owner"]) == ["model_risk_manager"]
    assert roles_missing(["business_owner", "model_risk_manager"]) == []


def test_it_is_signed_by_two_people_in_two_roles_over_one_digest() -> None:
    manager = Signed("model_risk_manager", 1, DIGEST)
    owner = Signed("business_owner", 2, DIGEST)
    assert is_signed([manager, owner], DIGEST)
    assert not is_signed([manager], DIGEST)
    assert not is_signed([], DIGEST)
    assert not is_signed([manager, Signed("business_owner", 1, DIGEST)], DIGEST)
    assert not is_signed([manager, Signed("model_risk_manager", 2, DIGEST)], DIGEST)
    assert not is_signed([manager, Signed("business_owner", 2, "b" * 64)], DIGEST)
    assert not is_signed([manager, owner], "b" * 64)


@pytest.mark.parametrize("part", sorted(ASKED))
def test_the_digest_is_over_every_part(part: str) -> None:
    changed = {**ASKED, part: 6 if part == "days" else "other"}
    assert digest_of(**changed) != DIGEST
    assert digest_of(**ASKED) == DIGEST
    assert digest_of(**{**ASKED, "artefact": None}) != DIGEST


def test_it_ends_after_its_days() -> None:
    assert ends_at(NOW, 5) == NOW + timedelta(days=5)
