"""What a decision would lack under another policy: signatures first of all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from registry.rules.policies import Ruling, ruling
from registry.rules.policy_simulations import Given, objections_to_decision
from registry.rules.stages import Ask, Stage
from tests.registry.definitions import POLICY

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
VALIDATOR, MANAGER, OWNER = "validator", "model_risk_manager", "business_owner"
VALIDATION = Stage("Validation", (Ask(VALIDATOR, 1),))
SIGN_OFF = Stage("Risk sign-off", (Ask(MANAGER, 1),))
COMMITTEE = Stage("Committee", (Ask(MANAGER, 2, 3), Ask(OWNER, 1)), again=True)


def asking(*stages: Stage) -> Ruling:
    return replace(ruling(POLICY, 1), stages=stages)


def lacking(asked: Ruling, *given: Given) -> list[tuple[object, object]]:
    objections = objections_to_decision(asked, given, decided_at=NOW, has_conditions=False, now=NOW)
    assert {one.code for one in objections} <= {"simulation.unsigned"}
    return [(one.params["stage"], str(one).partition("signatures: ")[2]) for one in objections]


def test_the_signatures_that_are_asked_for_are_enough() -> None:
    given = (Given(1, VALIDATOR, "Validation"), Given(2, MANAGER, "Risk sign-off"))
    assert lacking(asking(VALIDATION, SIGN_OFF), *given) == []


def test_what_is_lacking_is_named_stage_by_stage() -> None:
    given = (Given(2, MANAGER, "Risk sign-off"),)
    assert lacking(asking(VALIDATION, SIGN_OFF, COMMITTEE), *given) == [
        ("Validation", "Validator: 1."),
        ("Committee", "Model risk manager: 2; Business owner: 1."),
    ]


def test_a_signature_counts_where_it_was_given_though_an_earlier_stage_could_take_it() -> None:
    first, second = replace(SIGN_OFF, name="First"), replace(SIGN_OFF, name="Second")
    given = (Given(2, MANAGER, "Second"),)
    assert lacking(asking(first, second), *given) == [("Second", "Model risk manager: 1.")]
    given = (Given(2, MANAGER, "Second"), Given(3, MANAGER, "First"))
    assert lacking(asking(first, second), *given) == []


def test_a_stage_of_another_name_takes_a_signature_of_the_role() -> None:
    assert lacking(asking(replace(SIGN_OFF, name="Risk")), Given(2, MANAGER, "Once")) == []


def test_one_signature_fills_one_stage() -> None:
    second = replace(SIGN_OFF, name="Second")
    given = (Given(2, MANAGER, "Risk sign-off"),)
    assert lacking(asking(SIGN_OFF, second), *given) == [("Second", "Model risk manager: 1.")]


def test_one_person_signs_two_stages_only_where_that_is_let() -> None:
    given = (
        Given(2, MANAGER, "Risk sign-off"),
        Given(2, MANAGER, "Committee"),
        Given(3, MANAGER, "Committee"),
        Given(4, OWNER, "Committee"),
    )
    assert lacking(asking(SIGN_OFF, COMMITTEE), *given) == []
    strict = replace(COMMITTEE, again=False)
    assert lacking(asking(SIGN_OFF, strict), *given) == [("Committee", "Model risk manager: 1.")]


def test_one_person_counts_once_in_a_stage() -> None:
    two = Stage("Risk", (Ask(MANAGER, 2),))
    given = (Given(2, MANAGER, "Risk"), Given(2, MANAGER, "Other"))
    assert lacking(asking(two), *given) == [("Risk", "Model risk manager: 1.")]


def test_of_any_ask_one_is_enough() -> None:
    either = replace(COMMITTEE, rule="any")
    assert lacking(asking(either), Given(4, OWNER, "Committee")) == []
    assert lacking(asking(either)) == [("Committee", "Model risk manager: 2; Business owner: 1.")]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"approval_days": 30}, "simulation.expired"),
        ({"conditions_allowed": False}, "simulation.conditions"),
        ({"reauthentication": "second_factor"}, "simulation.weak_signatures"),
        ({"new_edition_closes_gate": True}, "simulation.closes_gate"),
    ],
)
def test_more_than_signatures_is_looked_at(change: dict[str, object], code: str) -> None:
    asked = replace(asking(SIGN_OFF), **change)  # type: ignore[arg-type]
    objections = objections_to_decision(
        asked,
        [Given(2, MANAGER, "Risk sign-off")],
        decided_at=NOW - timedelta(days=30),
        has_conditions=True,
        now=NOW,
    )
    assert [one.code for one in objections] == [code]
    assert str(objections[0])


def test_a_signature_with_a_second_factor_is_strong() -> None:
    asked = replace(asking(SIGN_OFF), reauthentication="second_factor")
    given = Given(2, MANAGER, "Risk sign-off", "password and one-time code")
    assert lacking(asked, given) == []
