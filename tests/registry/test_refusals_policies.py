"""What stands against an edition of the policy, proposed or signed for, through all three doors."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.urls import reverse

from registry.models import PolicyEdition, User
from registry.services import policies, policy_approvals, policy_proposals
from registry.services.policy_texts import written
from registry.services.signatures import Proof
from tests.cast import PASSWORD, Cast, api
from tests.registry.pages import signed_in
from tests.registry.policies_at_work import adopted, approve, changed, proposed
from tests.registry.three_doors import Attempt, Row, Table, refused_at_every_door

TABLE = Table()
DOOR = "/api/v1/policies/"


def proposing(by: User, text: str, **other: Any) -> Attempt:
    """Propose a text on the edition in force, unless told otherwise."""
    said = {"text": text, "note": "Asked for.", "based_on": policies.in_force().edition} | other
    return Attempt(
        service=lambda: policy_proposals.propose(by=by, **said),
        api=lambda: api(by).post(DOOR, said),
        page=lambda: signed_in(by).post(reverse("propose_policy"), said | {"propose": ""}),
    )


def approving(edition: PolicyEdition, by: User, **other: Any) -> Attempt:
    """Sign for an edition as it is, unless told otherwise."""
    said = {"digest": edition.digest, "reason": "Read with counsel."} | other
    signed = said | {"password": PASSWORD}
    return Attempt(
        service=lambda: policy_approvals.approve(
            edition=edition, proof=Proof(password=PASSWORD), by=by, **said
        ),
        api=lambda: api(by).post(f"{DOOR}{edition.edition}/approve/", signed),
        page=lambda: signed_in(by).post(reverse("policy", args=[edition.edition]), signed),
    )


def bent(**tiers: Any) -> dict[str, Any]:
    """Return the definition in force with other parts in some tiers, such as ``t3={…}``."""
    definition = copy.deepcopy(policies.in_force().definition)
    for tier, parts in tiers.items():
        definition["tiers"][tier.removeprefix("t")] |= parts
    return definition


@TABLE.row("policy.no_reason", "policy.other_base", "policy.approval_days", "policy.override_days")
def the_edition_it_changes_is_another_and_it_says_too_much(cast: Cast) -> Attempt:
    text = written(changed(approval_days=0, override_days=15))
    return proposing(cast.manager, text, note=" ", based_on=7)


@TABLE.row("policy.unreadable")
def it_is_no_text_of_that_form(cast: Cast) -> Attempt:
    return proposing(cast.manager, "tiers: [")


@TABLE.row("policy.incomplete", "policy.name", "policy.unknown_part")
def whole_parts_of_it_are_not_there(cast: Cast) -> Attempt:
    return proposing(cast.manager, written({"name": 7, "tiers": {}, "plan": {}}))


@TABLE.row(
    "policy.like",
    "policy.circle",
    "policy.circle",
    "policy.evidence",
    "policy.unknown_name",
    "policy.excluded_too_few",
)
def its_tiers_ask_for_what_cannot_be(cast: Cast) -> Attempt:
    evidence = policies.in_force().definition["tiers"]["1"]["evidence"]
    ages = {**evidence, "fairness": {**evidence["fairness"], "max_age_days": 0}}
    return proposing(
        cast.manager,
        written(
            bent(
                t1={"evidence": ages, "data_roles": ["gossip"], "excluded": ["tier"]},
                t2={"like": 3},
                t3={"like": 2},
                t4={"like": 9},
            )
        ),
    )


@TABLE.row(
    "policy.no_stage",
    "policy.stage_shape",
    "policy.stage_name",
    "policy.stage_twice",
    "policy.stage_unknown_part",
    "policy.stage_part",
    "policy.stage_rule",
    "policy.stage_beside",
    "policy.stage_asks",
    "policy.stage",
    "policy.stage_role_twice",
    "policy.stage_panel",
    "policy.stage_again",
)
def its_stages_are_none_that_anybody_could_sign(cast: Cast) -> Attempt:
    def stage(name: str, role: str = "validator", needed: int = 1, **more: Any) -> dict[str, Any]:
        return {"name": name, "role": role, "needed": needed, **more}

    stages = [
        stage("First", beside=True),
        7,
        stage("A" * 101),
        stage("Twice", beside=1),
        stage("Twice", again=True, kind="x", rule="most"),
        {"name": "Roles", "asks": [{"role": "ethics_reviewer", "needed": n} for n in (1, 2)]},
        stage("Panel", needed=3, of=2),
        stage("Nobody", "auditor"),
        {"name": "Nothing", "asks": []},
    ]
    return proposing(cast.manager, written(bent(t1={"stages": []}, t2={"stages": stages})))


@TABLE.row("policy.other_name")
def a_policy_of_another_name_would_never_hold(cast: Cast) -> Attempt:
    return proposing(cast.manager, written({**changed(), "name": "my own"}))


@TABLE.row("policy.environment")
def it_rules_an_environment_there_is_not(cast: Cast) -> Attempt:
    places = {"prodction": {"approval_days": 3}}
    return proposing(cast.manager, written(changed(environments=places)))


@TABLE.row("policy.same")
def it_says_what_holds_already(cast: Cast) -> Attempt:
    return proposing(cast.manager, written(policies.in_force().definition))


@TABLE.row("policy.proposed_already")
def it_is_proposed_already(cast: Cast) -> Attempt:
    return proposing(cast.manager2, proposed(cast).text)


@TABLE.row("policy.outdated", "policy.own_work", "policy.other_digest")
def another_was_adopted_and_it_is_ones_own(cast: Cast) -> Attempt:
    edition = proposed(cast, by=cast.manager, approval_days=60)
    adopted(cast)
    return approving(edition, cast.manager, digest="0" * 64)


@TABLE.row("policy.adopted_already", "policy.signed_already")
def it_is_in_force_already(cast: Cast) -> Attempt:
    return approving(adopted(cast), cast.manager)


@TABLE.row("policy.signed_already")
def one_manager_is_not_two(cast: Cast) -> Attempt:
    edition = proposed(cast)
    approve(edition, cast.manager)
    return approving(edition, cast.manager)


@TABLE.row("policy.no_reason", page_says="This field is required.")
def nobody_signs_without_a_reason(cast: Cast) -> Attempt:
    return approving(proposed(cast), cast.manager, reason=" ")


@pytest.mark.parametrize("row", TABLE.rows, ids=lambda row: row.name)
def test_every_door_refuses_a_policy_alike(
    cast: Cast, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused_at_every_door(row, cast, monkeypatch)
