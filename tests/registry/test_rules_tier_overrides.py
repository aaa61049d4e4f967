"""Another tier than the scored one: what stands against proposing, confirming, withdrawing."""

from __future__ import annotations

from typing import Any

import pytest

from registry.rules.tier_overrides import (
    objections_to_confirming,
    objections_to_proposing,
    objections_to_withdrawing,
)

PROPOSAL: dict[str, Any] = {
    "tier": 3, "now": 2, "scored": True, "waiting": False, "reason": "Used by two clerks only.",
}  # fmt: skip
CONFIRMATION: dict[str, Any] = {
    "standing": "open", "proposed_by": 1, "filled_by": [2], "digest": "a", "digest_now": "a",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"scored": False}, ["override.not_scored"]),
        ({"tier": 0}, ["model.tier"]),
        ({"tier": 5}, ["model.tier"]),
        ({"tier": 2}, ["override.same_tier"]),
        ({"tier": 2, "unconfirmed": True}, []),
        ({"waiting": True}, ["override.waiting"]),
        ({"reason": " "}, ["override.no_reason"]),
        (
            {"scored": False, "tier": 9, "waiting": True, "reason": ""},
            ["override.not_scored", "model.tier", "override.waiting", "override.no_reason"],
        ),
    ],
)
def test_a_proposal_says_another_tier_and_why(changed: dict[str, Any], codes: list[str]) -> None:
    assert [one.code for one in objections_to_proposing(**PROPOSAL | changed)] == codes


@pytest.mark.parametrize(
    ("person", "changed", "codes"),
    [
        (3, {}, []),
        (1, {}, ["override.own_proposal"]),
        (2, {}, ["override.own_scorecard"]),
        (1, {"filled_by": [1]}, ["override.own_proposal", "override.own_scorecard"]),
        (3, {"digest_now": "b"}, ["override.changed"]),
        (3, {"standing": "in_force", "digest_now": "b"}, ["override.not_open"]),
        (3, {"standing": "withdrawn"}, ["override.not_open"]),
    ],
)
def test_a_second_person_confirms_what_they_read(
    person: int, changed: dict[str, Any], codes: list[str]
) -> None:
    found = objections_to_confirming(person, **CONFIRMATION | changed)
    assert [one.code for one in found] == codes


@pytest.mark.parametrize(
    ("standing", "reason", "codes"),
    [
        ("open", "Mistaken.", []),
        ("in_force", "Out of date.", []),
        ("ended", "Again.", ["override.over"]),
        ("withdrawn", " ", ["override.over", "override.no_end_reason"]),
    ],
)
def test_what_is_over_is_not_ended_again(standing: str, reason: str, codes: list[str]) -> None:
    found = objections_to_withdrawing(standing=standing, reason=reason)
    assert [one.code for one in found] == codes
