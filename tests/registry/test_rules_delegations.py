"""What stands against giving one's seat to somebody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registry.rules.delegations import BARRED, LONGEST, Given, objections_to

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SOUND: dict[str, Any] = {
    "giver_id": 1,
    "delegate_id": 2,
    "role": "model_risk_manager",
    "starts_at": NOW,
    "ends_at": NOW + timedelta(days=14),
    "reason": "On leave.",
}


def codes(
    giver_roles: tuple[str, ...] = ("model_risk_manager",),
    delegate_roles: tuple[str, ...] = ("business_owner",),
    **changed: Any,
) -> list[str]:
    given = Given(**SOUND | changed)
    return [
        one.code
        for one in objections_to(
            given, giver_roles=giver_roles, delegate_roles=delegate_roles, now=NOW
        )
    ]


def test_a_sound_delegation_meets_no_objection() -> None:
    assert codes() == []
    assert codes(ends_at=NOW + LONGEST) == []
    assert codes(starts_at=NOW + timedelta(days=30), ends_at=NOW + timedelta(days=40)) == []
    assert codes(starts_at=NOW - timedelta(seconds=59)) == []
    assert codes(delegate_roles=("data_scientist",)) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"delegate_id": 1}, "delegation.oneself"),
        ({"role": "validator"}, "delegation.role"),
        ({"role": "no_such_role"}, "delegation.role"),
        ({"giver_roles": ()}, "delegation.role"),
        ({"role": "data_scientist", "giver_roles": ("data_scientist",)}, "delegation.role"),
        ({"role": "administrator", "giver_roles": ("administrator",)}, "delegation.role"),
        ({"delegate_roles": ()}, "delegation.stranger"),
        ({"delegate_roles": ("data_scientist", "service")}, "delegation.never_together"),
        ({"delegate_roles": ("data_scientist", "deployer")}, "delegation.never_together"),
        ({"starts_at": NOW - timedelta(minutes=2)}, "delegation.start"),
        ({"ends_at": NOW}, "delegation.end"),
        ({"ends_at": NOW - timedelta(days=1)}, "delegation.end"),
        ({"ends_at": NOW + LONGEST + timedelta(seconds=1)}, "delegation.end"),
        ({"reason": " \n"}, "delegation.no_reason"),
    ],
)
def test_each_thing_that_is_wrong_is_said(changed: dict[str, Any], code: str) -> None:
    assert codes(**changed) == [code]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert codes(
        giver_roles=(), delegate_roles=("auditor",), delegate_id=1, ends_at=NOW, reason=""
    ) == [
        "delegation.oneself",
        "delegation.role",
        "delegation.stranger",
        "delegation.never_together",
        "delegation.end",
        "delegation.no_reason",
    ]


def test_who_never_signs_borrows_no_seat() -> None:
    assert {"administrator", "auditor", "deployer", "service"} == BARRED
