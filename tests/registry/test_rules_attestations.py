"""The inventory that is frozen, what an owner may say of it, and what is different by now."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from registry.rules.attestations import (
    LONGEST_WAIT_DAYS,
    MEANINGS,
    SAYINGS,
    Owner,
    Standing,
    drift,
    inventory,
    models_of,
    objections_to_confirming,
    objections_to_round,
    owners,
)
from registry.rules.casefile import canonical

OLGA = Owner(1, "owner", "Olga Winter")
OTTO = Owner(2, "outsider", "Otto Stein")
TODAY = date(2026, 10, 1)


def a_standing(slug: str, owner: Owner = OLGA, **changed: Any) -> Standing:
    said: dict[str, Any] = {
        "slug": slug,
        "name": slug.title(),
        "owner": owner,
        "tier": 2,
        "level": "low",
        "approved": ({"version": "1.0", "environment": "production"},),
        "live": (),
        "next_review_due": "2027-01-01",
        "open_reviews": 0,
        "open_findings": 0,
    }
    return Standing(**said | changed)


def confirming(**changed: Any) -> list[str]:
    said: dict[str, Any] = {
        "says": "confirmed",
        "exceptions": {},
        "mine": ["churn", "mortgage"],
        "seen": "d" * 64,
        "digest": "d" * 64,
        "done": False,
    }
    return [one.code for one in objections_to_confirming(**said | changed)]


def opening(**changed: Any) -> list[str]:
    said: dict[str, Any] = {
        "period": "2026-Q4",
        "starts_on": TODAY,
        "ends_on": TODAY + timedelta(days=91),
        "due_on": TODAY + timedelta(days=30),
        "today": TODAY,
        "taken": False,
        "models": 3,
        "ownerless": [],
    }
    return [one.code for one in objections_to_round(**said | changed)]


def test_the_same_state_gives_the_same_text_in_whatever_order_it_was_read() -> None:
    places = ({"version": "2.0", "environment": "test"}, {"version": "1.0", "environment": "test"})
    one = [a_standing("churn"), a_standing("mortgage", live=places)]
    other = [a_standing("mortgage", live=places[::-1]), a_standing("churn")]
    assert canonical(inventory("retail", one)) == canonical(inventory("retail", other))


def test_everybody_named_as_an_owner_has_to_confirm_their_own() -> None:
    frozen = inventory("retail", [a_standing("churn"), a_standing("mortgage", OTTO)])
    assert owners(frozen) == {1: OLGA, 2: OTTO}
    assert [model["slug"] for model in models_of(frozen, 2)] == ["mortgage"]
    assert models_of(frozen, 3) == []


def test_nothing_drifts_where_nothing_changed() -> None:
    frozen = inventory("retail", [a_standing("churn")])
    found = drift(frozen, frozen)
    assert (found.added, found.gone, found.changed) == ((), (), ())


def test_what_was_added_gone_or_changed_since_is_told_fact_by_fact() -> None:
    frozen = inventory("retail", [a_standing("churn"), a_standing("mortgage")])
    now = inventory("retail", [a_standing("churn", OTTO, tier=1), a_standing("fraud")])
    found = drift(frozen, now)
    assert [model["slug"] for model in found.added] == ["fraud"]
    assert [model["slug"] for model in found.gone] == ["mortgage"]
    [(model, changes)] = found.changed
    assert model["slug"] == "churn"
    facts = {change.fact: (change.before, change.after) for change in changes}
    assert facts["tier"] == (2, 1)
    assert facts["owner.name"] == ("Olga Winter", "Otto Stein")


def test_a_round_is_opened_for_a_period_that_lies_the_right_way_round() -> None:
    assert opening() == []
    assert opening(period=" ") == ["attestation.period"]
    assert opening(period="x" * 61) == ["attestation.period"]
    assert opening(taken=True) == ["attestation.taken"]
    assert opening(starts_on=TODAY, ends_on=TODAY - timedelta(days=1)) == ["attestation.backwards"]


def test_owners_have_a_day_to_come_to_confirm_by() -> None:
    for days in (-1, 0, LONGEST_WAIT_DAYS + 1):
        assert opening(due_on=TODAY + timedelta(days=days)) == ["attestation.due"]
    assert opening(due_on=TODAY + timedelta(days=1)) == []


def test_a_round_needs_models_and_owners_who_can_confirm() -> None:
    assert opening(models=0) == ["attestation.empty"]
    assert opening(ownerless=["Churn"]) == ["attestation.ownerless"]
    assert len(opening(period="", taken=True, models=0, due_on=TODAY)) == 4


def test_an_owner_confirms_with_or_without_exceptions() -> None:
    assert confirming() == []
    exceptions = {"churn": "It runs in test as well."}
    assert confirming(says="confirmed_with_exceptions", exceptions=exceptions) == []
    assert set(MEANINGS) == set(SAYINGS)


def test_exceptions_and_what_is_said_have_to_agree() -> None:
    assert confirming(exceptions={"churn": "It runs in test as well."}) == [
        "attestation.exceptions"
    ]
    assert confirming(says="confirmed_with_exceptions") == ["attestation.exceptions"]


def test_an_exception_says_something_and_is_about_a_model_of_ones_own() -> None:
    said = "confirmed_with_exceptions"
    assert confirming(says=said, exceptions={"churn": "no"}) == ["attestation.exception_text"]
    assert confirming(says=said, exceptions={"fraud": "Not mine, yet wrong."}) == [
        "attestation.not_yours"
    ]


def test_what_is_signed_is_the_inventory_that_was_shown_and_once() -> None:
    assert confirming(seen="e" * 64) == ["attestation.other_digest"]
    assert confirming(says="maybe") == ["attestation.says"]
    assert confirming(done=True, seen="") == ["attestation.done"]
