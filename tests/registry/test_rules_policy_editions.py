"""Where an edition of the policy stands, who may approve it, and how people read it."""

from __future__ import annotations

import pytest

from registry.rules.casefile import differences
from registry.rules.policy_editions import (
    Standing,
    is_adopted_by,
    objections_to_approving,
    standing,
)
from registry.rules.policy_readings import HAND_NAMES, STRENGTH_NAMES, readings, unfolded
from registry.rules.releases import HANDS
from registry.rules.signatures import Strength
from tests.registry.definitions import POLICY, with_tier

LIGHT = [{"name": "Look", "role": "validator", "needed": 1}]


@pytest.mark.parametrize(
    ("edition", "adopted", "base", "in_force", "stands"),
    [
        (1, True, None, 1, Standing.IN_FORCE),
        (1, True, None, 3, Standing.SUPERSEDED),
        (2, False, 1, 1, Standing.PROPOSED),
        (2, False, 1, 3, Standing.OUTDATED),
        (4, False, None, 3, Standing.OUTDATED),
    ],
)
def test_where_an_edition_stands(
    edition: int, adopted: bool, base: int | None, in_force: int, stands: Standing
) -> None:
    assert standing(edition, adopted=adopted, base=base, in_force=in_force) is stands


AUTHOR, FIRST, SECOND = 1, 2, 3


@pytest.mark.parametrize(
    ("stands", "signers", "signer", "codes"),
    [
        (Standing.PROPOSED, [], FIRST, []),
        (Standing.PROPOSED, [FIRST], SECOND, []),
        (Standing.PROPOSED, [FIRST], FIRST, ["policy.signed_already"]),
        (Standing.PROPOSED, [], AUTHOR, ["policy.own_work"]),
        (Standing.OUTDATED, [], FIRST, ["policy.outdated"]),
        (Standing.IN_FORCE, [FIRST, SECOND], 4, ["policy.adopted_already"]),
        (Standing.SUPERSEDED, [], AUTHOR, ["policy.adopted_already", "policy.own_work"]),
    ],
)
def test_who_may_approve(
    stands: Standing, signers: list[int], signer: int, codes: list[str]
) -> None:
    objections = objections_to_approving(stands, author=AUTHOR, signers=signers, signer=signer)
    assert [objection.code for objection in objections] == codes


@pytest.mark.parametrize(
    ("signers", "adopted"),
    [
        ([], False),
        ([FIRST], False),
        ([FIRST, FIRST], False),
        ([FIRST, AUTHOR], False),
        ([FIRST, SECOND], True),
    ],
)
def test_two_others_adopt(signers: list[int], adopted: bool) -> None:
    assert is_adopted_by(signers, AUTHOR) is adopted


def test_a_reading_tells_only_what_differs_in_a_place() -> None:
    policy = with_tier(
        "2", environments={"staging": {"stages": LIGHT, "approval_days": 365}, "production": {}}
    )
    first, second, *_rest = readings(policy)
    assert (first.tier, first.places) == (1, ())
    (place,) = second.places
    assert (place.environment, place.parts) == ("staging", ("stages",))


def test_a_change_of_one_tier_is_told_of_each_that_is_like_it() -> None:
    before = with_tier("2", environments={"staging": {"stages": LIGHT}})
    before["tiers"]["3"] = {"like": 2}
    after = with_tier("2", approval_days=30, environments={"staging": {"stages": LIGHT}})
    after["tiers"]["3"] = {"like": 2}
    told = [
        (one.fact, one.before, one.after) for one in differences(unfolded(before), unfolded(after))
    ]
    assert told == [("tiers.2.approval_days", 365, 30), ("tiers.3.approval_days", 365, 30)]


def test_what_is_written_shorter_and_says_the_same_is_no_difference() -> None:
    short = with_tier("2")
    short["tiers"]["3"] = {"like": 2}
    assert list(differences(unfolded(POLICY), unfolded(short))) == []


def test_every_word_of_a_policy_has_a_name_for_people() -> None:
    assert set(HAND_NAMES) == set(HANDS)
    assert set(STRENGTH_NAMES) == set(Strength)
