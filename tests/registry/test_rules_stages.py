"""Stages: how many of how many, all or any, one after and beside another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.stages import (
    Ask,
    Stage,
    Vote,
    at,
    groups,
    is_complete,
    is_lost,
    is_wanted,
    lost_stage,
    open_stages,
    standing_after,
)

VALIDATION = Stage("Validation", (Ask("validator", 1),))
ETHICS = Stage("Ethics", (Ask("ethics_reviewer", 1),), beside=True)
RISK = Stage("Risk", (Ask("model_risk_manager", 1),))
COMMITTEE = Stage(
    "Committee", (Ask("model_risk_manager", 2, of=3), Ask("business_owner", 1)), again=True
)
EITHER = Stage("Either", (Ask("validator", 2), Ask("model_risk_manager", 1)), rule="any")
SEVERE = (VALIDATION, ETHICS, RISK, COMMITTEE)


def yes(signer: int, place: int, role: str) -> Vote:
    return Vote(signer, place, role)


def no(signer: int, place: int, role: str) -> Vote:
    return Vote(signer, place, role, approves=False)


WALK = [
    yes(1, 0, "validator"),
    yes(2, 1, "ethics_reviewer"),
    yes(3, 2, "model_risk_manager"),
    yes(4, 3, "model_risk_manager"),
    yes(5, 3, "business_owner"),
    yes(6, 3, "model_risk_manager"),
]


@pytest.mark.parametrize(
    ("given_so_far", "open_now"),
    [(0, (0, 1)), (1, (1,)), (2, (2,)), (3, (3,)), (4, (3,)), (5, (3,)), (6, ())],
)
def test_a_severe_release_walks_its_stages(given_so_far: int, open_now: tuple[int, ...]) -> None:
    assert open_stages(SEVERE, WALK[:given_so_far]) == open_now


def test_stages_beside_each_other_open_together_and_close_together() -> None:
    assert list(groups(SEVERE)) == [[0, 1], [2], [3]]
    assert open_stages(SEVERE, [WALK[1]]) == (0,)


def test_votes_of_a_later_stage_do_not_stand_in_for_an_earlier_one() -> None:
    assert open_stages(SEVERE, WALK[2:]) == (0, 1)


def test_all_asks_have_to_be_met_and_of_any_one() -> None:
    managers = [yes(3, 0, "model_risk_manager"), yes(4, 0, "model_risk_manager")]
    assert not is_complete(COMMITTEE, managers)
    assert is_complete(COMMITTEE, [*managers, yes(5, 0, "business_owner")])
    assert is_complete(EITHER, managers[:1])
    assert not is_complete(EITHER, [yes(1, 0, "validator")])
    assert is_complete(EITHER, [yes(1, 0, "validator"), yes(2, 0, "validator")])


def test_a_panel_can_lose_what_it_does_not_need() -> None:
    one_against = [no(3, 0, "model_risk_manager")]
    assert not is_lost(COMMITTEE, one_against)
    assert is_lost(COMMITTEE, [*one_against, no(4, 0, "model_risk_manager")])
    # Without a panel one rejection is the end.
    assert is_lost(COMMITTEE, [no(5, 0, "business_owner")])
    assert is_lost(RISK, one_against)


def test_of_any_every_way_has_to_be_lost() -> None:
    assert not is_lost(EITHER, [no(1, 0, "validator")])
    assert is_lost(EITHER, [no(1, 0, "validator"), no(3, 0, "model_risk_manager")])


def test_the_lost_stage_is_named() -> None:
    assert lost_stage(SEVERE, WALK) is None
    assert lost_stage(SEVERE, [WALK[0], no(2, 1, "ethics_reviewer")]) == 1


def test_a_role_is_wanted_until_its_ask_is_met() -> None:
    managers = [yes(3, 0, "model_risk_manager")]
    assert is_wanted(COMMITTEE, managers, "model_risk_manager")
    managers.append(yes(4, 0, "model_risk_manager"))
    assert not is_wanted(COMMITTEE, managers, "model_risk_manager")
    assert is_wanted(COMMITTEE, managers, "business_owner")
    assert not is_wanted(COMMITTEE, managers, "validator")


@pytest.mark.parametrize(
    ("sent_to", "left"), [(0, 0), (1, 0), (2, 2), (3, 3)], ids=["first", "beside", "risk", "last"]
)
def test_what_is_sent_back_is_signed_anew_with_all_that_ran_beside_it(
    sent_to: int, left: int
) -> None:
    assert standing_after(SEVERE, WALK, sent_to) == WALK[:left]


def test_how_many_complete_a_stage() -> None:
    assert (VALIDATION.needed, COMMITTEE.needed, EITHER.needed) == (1, 3, 1)
    assert COMMITTEE.roles == ("model_risk_manager", "business_owner")


ROLES = ("validator", "model_risk_manager", "business_owner", "ethics_reviewer")
asks = st.builds(
    lambda role, needed, more: Ask(role, needed, needed + more if more else None),
    st.sampled_from(ROLES),
    st.integers(1, 3),
    st.integers(0, 2),
)
some_stages = st.lists(
    st.builds(
        Stage,
        st.just("Stage"),
        st.lists(asks, min_size=1, max_size=3).map(tuple),
        st.sampled_from(["all", "any"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
).map(tuple)
some_votes = st.lists(
    st.builds(
        Vote,
        st.integers(1, 40),
        st.integers(0, 4),
        st.sampled_from(ROLES),
        st.booleans(),
    ),
    max_size=40,
)


@given(some_stages, some_votes)
def test_nothing_opens_before_everything_earlier_is_complete(
    stages: tuple[Stage, ...], votes: list[Vote]
) -> None:
    now = open_stages(stages, votes)
    done = [is_complete(stage, at(votes, place)) for place, stage in enumerate(stages)]
    if not now:
        assert all(done)
        return
    group = next(one for one in groups(stages) if now[0] in one)
    assert all(done[: group[0]])
    assert set(now) == {place for place in group if not done[place]}


@given(some_stages, some_votes)
def test_a_rejection_never_brings_a_release_further(
    stages: tuple[Stage, ...], votes: list[Vote]
) -> None:
    approvals = [vote for vote in votes if vote.approves]
    assert open_stages(stages, votes) == open_stages(stages, approvals)


@given(some_stages, some_votes, st.data())
def test_sending_back_opens_the_stage_again(
    stages: tuple[Stage, ...], votes: list[Vote], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(stages) - 1))
    left = standing_after(stages, votes, place)
    assert all(vote.stage < place for vote in left)
    assert not is_complete(stages[place], at(left, place))
