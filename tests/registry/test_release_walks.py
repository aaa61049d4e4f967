"""Random walks of a release through the real services: what must hold after every step holds."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from registry.models import Condition, GateRow, Release, User
from registry.rules import casefile
from registry.rules.refusals import Refused
from registry.rules.releases import IN_FORCE, MOVES, STANDING, Act, State
from registry.rules.stages import is_complete
from registry.services import cards, conditions, gates, releases, stages
from registry.services.signatures import SignatureFailed
from tests.cast import Cast, a_card, a_complete_version, a_model, a_release, an_exhibit
from tests.registry.flow import FOUR_STAGES, PROOF, a_condition, act, policy_with
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
    computed = gates.gate(release)
    assert (row.release_id, row.state) == (release.pk, release.state)
    assert row.is_open(row.settled_at) == computed.allowed
    assert [one["code"] for one in row.reasons] == [one.code for one in computed.reasons]
    assert computed.allowed <= (release.state in IN_FORCE)


def test_no_walk_leads_where_the_table_does_not(cast: Cast, db: None) -> None:
    policy_with(stages=FOUR_STAGES)
    machine = walks_of(cast)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=4,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
