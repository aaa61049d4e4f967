"""Random walks of a release through the real services: what must hold after every step holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from registry.models import Condition, GateRow, Release, ReleaseMove, User
from registry.rules import casefile
from registry.rules.refusals import Refused
from registry.rules.releases import FINAL, IN_FORCE, MOVES, STANDING, Act, State
from registry.rules.stages import is_complete
from registry.services import cards, conditions, deployments, gates, releases, settling, stages
from registry.services.signatures import SignatureFailed
from tests.cast import (
    Cast,
    a_card,
    a_complete_version,
    a_model,
    a_release,
    an_exhibit,
)
from tests.registry.flow import FOUR_STAGES, PROOF, a_condition, act, policy_with
from tests.registry.lending import lend
from tests.registry.live import a_deployment
from tests.registry.signing import fresh

SIGNERS = (
    "validator",
    "ethics",
    "manager",
    "manager2",
    "manager3",
    "owner",
    "scientist",
    "auditor",
)
ACTS = (
    releases.approve,
    releases.approve_with_conditions,
    releases.reject,
    releases.send_back,
    releases.return_to_author,
)


def walks_of(cast: Cast) -> type[RuleBasedStateMachine]:
    """Return the machine that walks one release of the cast's at a time."""

    class Walk(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            version = a_complete_version(cast, a_model(cast, f"Walk {Release.objects.count()}"))
            self.version = version
            self.release = a_release(cast, version)

        def attempt(self, verb: Any, **given: Any) -> None:
            """Do it, or be refused: a walk that is refused has changed nothing."""
            before = self.traces()
            try:
                verb(**given)
            except (Refused, PermissionDenied) as refusal:
                assert not isinstance(refusal, SignatureFailed)
                assert self.traces() == before

        def traces(self) -> tuple[str, int]:
            state = Release.objects.values_list("state", flat=True).get(pk=self.release.pk)
            return state, self.release.decisions.count()

        @property
        def now(self) -> Release:
            return fresh(self.release)

        @rule(verb=st.sampled_from(ACTS), who=st.sampled_from(SIGNERS), stage=st.integers(0, 3))
        def decide(self, verb: Any, who: str, stage: int) -> None:
            if self.now.case_file is None:
                return
            more: dict[str, Any] = {}
            if verb is releases.send_back:
                more["stage"] = stage
            if verb is releases.approve_with_conditions:
                more["conditions"] = [a_condition(cast)]
            signer: User = getattr(cast, who)
            self.attempt(lambda: act(verb, self.release, signer, **more))

        @rule(who=st.sampled_from(SIGNERS))
        def approve(self, who: str) -> None:
            self.attempt(lambda: act(releases.approve, self.release, getattr(cast, who)))

        @rule()
        def submit_again(self) -> None:
            def again() -> None:
                self.release = a_release(cast, self.version)

            self.attempt(again)

        @rule(verb=st.sampled_from([releases.withdraw, releases.revoke, releases.retire]))
        def end(self, verb: Any) -> None:
            by = cast.scientist if verb is releases.withdraw else cast.manager
            release = self.now
            self.attempt(verb, release=release, reason="Enough.", proof=PROOF, by=by)

        @rule()
        def change_the_card(self) -> None:
            revision = a_card(cast, self.version, factors=f"Said anew {self.now.pk}.")
            self.attempt(cards.make_effective, revision=revision, by=cast.scientist)

        @rule(verdict=st.sampled_from(["pass", "fail"]))
        def measure(self, verdict: str) -> None:
            an_exhibit(cast, self.version, "performance", verdict=verdict)

        @rule()
        def fulfil(self) -> None:
            for condition in Condition.objects.filter(release=self.release).waiting():
                given = {"condition": condition, "text": "Done.", "evidence": None}
                self.attempt(conditions.offer, **given, by=cast.owner)
                self.attempt(
                    conditions.accept, condition=condition, reason="Seen.", by=cast.manager
                )

        @invariant()
        def everything_holds(self) -> None:
            release = self.now
            moves_are_rows_of_the_table(release)
            what_stands_is_signed(release, cast.scientist)
            settled_is_what_is_computed(release)

    return Walk


def moves_are_rows_of_the_table(release: Release) -> None:
    before = ""
    for move in release.moves.order_by("pk"):
        assert move.before == before
        if before:
            assert MOVES[State(before), Act(move.act)] == move.after
        before = move.after
    assert before == release.state


def what_stands_is_signed(release: Release, author: User) -> None:
    if release.state not in STANDING:
        return
    progress = stages.progress_of(release)
    assert progress.open == ()
    for place, stage in enumerate(progress.stages):
        votes = [vote for vote in progress.votes if vote.stage == place]
        assert is_complete(stage, votes)
        assert len({vote.signer_id for vote in votes}) == len(votes)
    assert author.pk not in {vote.signer_id for vote in progress.votes}
    assert casefile.digest(release.case_file.text) == release.case_file.digest


def settled_is_what_is_computed(release: Release) -> None:
    row = GateRow.objects.get(version=release.version_id, environment="production")
    if row.release_id != release.pk:
        # What is in review leaves the place to an approval that stands.
        assert release.state not in STANDING
        release = fresh(row.release)
        assert release.state in STANDING
    computed = gates.gate(release)
    assert (row.release_id, row.state) == (release.pk, release.state)
    assert row.is_open(row.settled_at) == computed.allowed
    told = [one["code"] for one in row.reasons]
    # What time alone closes, the row keeps as instants. What has come to its end is settled for
    # good: what changes afterwards is one reason more, and opens nothing.
    lasting = [one.code for one in gates.lasting_reasons(release, expired=False)]
    assert told == lasting or (release.state in FINAL and set(told) < set(lasting))
    assert computed.allowed <= (release.state in IN_FORCE)


@dataclass
class Abroad:
    """What the walks of one test share: how far their clock is ahead, and where they have been."""

    ahead: timedelta = timedelta(0)
    visited: set[str] = field(default_factory=set)


# How each state is come to from what was just submitted, by the steps of a walk; a random walk
# begins at any of them. One signature approves here, so that there is something to walk on from.
APPROVED = ("approve", {"who": "manager"})
UNDER_A_CONDITION = ("decide", {"verb": releases.approve_with_conditions, "who": "manager"})
COURSES: dict[State, tuple[tuple[str, dict[str, Any]], ...]] = {
    State.SUBMITTED: (),
    State.IN_REVIEW: (APPROVED,),
    State.APPROVED: (UNDER_A_CONDITION, ("fulfil", {})),
    State.WITH_CONDITIONS: (UNDER_A_CONDITION,),
    State.LIVE: (APPROVED, ("report_live", {})),
    State.BREACHED: (UNDER_A_CONDITION, ("report_live", {}), ("time_passes", {"days": 40})),
    State.EXPIRED: (APPROVED, ("report_live", {}), ("time_passes", {"days": 800})),
    State.SUPERSEDED: (APPROVED, ("renew", {})),
    State.VOID: (APPROVED, ("change_the_card", {})),
    State.REVOKED: (APPROVED, ("report_live", {}), ("end", {"verb": releases.revoke})),
    State.RETIRED: (APPROVED, ("end", {"verb": releases.retire})),
    State.REJECTED: (("decide", {"verb": releases.reject, "who": "manager"}),),
    State.WITHDRAWN: (("end", {"verb": releases.withdraw}),),
    State.DRAFT: (("decide", {"verb": releases.return_to_author, "who": "manager2"}),),
}


def walks_from(cast: Cast, start: Release, abroad: Abroad) -> type[RuleBasedStateMachine]:
    """Return the machine that walks on from a release, and comes back to it for the next walk.

    Beside what people sign there is time that passes, what is reported as live, and seats lent.
    """
    walks: Any = walks_of(cast)

    class Walk(walks):  # type: ignore[misc]
        def __init__(self) -> None:
            RuleBasedStateMachine.__init__(self)
            self.before = transaction.savepoint()
            self.release, self.version = start, start.version
            abroad.ahead = timedelta(0)

        @initialize(state=st.sampled_from(sorted(COURSES)))
        def set_out(self, state: State) -> None:
            for step, given in COURSES[state]:
                getattr(self, step)(**given)
                self.everything_holds()
            assert state in self.states()
            self.it_is_tallied()

        def states(self) -> set[str]:
            """Return where the version's releases have been; not what they began as."""
            moves = ReleaseMove.objects.filter(release__version=self.version).exclude(before="")
            return set(moves.values_list("after", flat=True))

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.before)

        @rule(verb=st.sampled_from(ACTS), who=st.sampled_from(["manager", "manager2", "owner"]))
        def decide(self, verb: Any, who: str) -> None:
            more: dict[str, Any] = {}
            if verb is releases.send_back:
                more["stage"] = 0
            if verb is releases.approve_with_conditions:
                more["conditions"] = [a_condition(cast)]
            self.attempt(lambda: act(verb, self.release, getattr(cast, who), **more))

        @rule(giver=st.sampled_from(["manager", "validator"]))
        def lend_a_seat(self, giver: str) -> None:
            self.attempt(lend, cast=cast, giver=getattr(cast, giver), delegate=cast.owner)

        @rule()
        def report_live(self) -> None:
            self.attempt(a_deployment, cast=cast, version=self.version, artefact_sha256="")

        @rule()
        def take_down(self) -> None:
            for one in list(self.version.deployments.current()):
                given = {"deployment": one, "reason": "Enough.", "by": cast.deployer}
                self.attempt(deployments.end, **given)

        @rule()
        def renew(self) -> None:
            self.submit_again()
            self.attempt(lambda: act(releases.approve, self.release, cast.manager2))

        @rule(days=st.sampled_from([5, 40, 800]))
        def time_passes(self, days: int) -> None:
            abroad.ahead += timedelta(days=days)
            settling.settle_due()

        @invariant()
        def it_is_tallied(self) -> None:
            abroad.visited |= self.states()

    return Walk


def test_no_walk_leads_where_the_table_does_not(cast: Cast, db: None) -> None:
    policy_with(stages=FOUR_STAGES)
    machine = walks_of(cast)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=2,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )


def test_the_walks_together_come_to_every_state(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, abroad, clock = a_release(cast), Abroad(), timezone.now
    monkeypatch.setattr(timezone, "now", lambda: clock() + abroad.ahead)
    machine: Any = walks_from(cast, start, abroad)
    for state in COURSES:
        walk = machine()
        walk.set_out(state)
        walk.teardown()
    assert abroad.visited == set(State)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=4,
            stateful_step_count=8,
            deadline=None,
            # A walk is as long as it is; to shrink one takes minutes.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
