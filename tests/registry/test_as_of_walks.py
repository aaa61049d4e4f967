"""Random walks of a release: whatever was done, every step is told afterwards as it stood."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from registry.services import deployments, finding_moves, versions
from tests.cast import Cast, assessed_risk, attached
from tests.registry.flow import FOUR_STAGES, policy_with
from tests.registry.live import a_deployment
from tests.registry.scoring import filled
from tests.registry.standing import Diary, then
from tests.registry.test_release_walks import walks_of
from tests.registry.trouble import a_finding


def told_walks_of(cast: Cast) -> type[RuleBasedStateMachine]:
    """Return the machine that walks a release, writes down each step, and is told it at the end."""
    walks: Any = walks_of(cast)

    class Walk(walks):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.diary = Diary(self.version, cast.auditor)

        @rule()
        def change_the_data(self) -> None:
            for link in list(self.version.data_links.attached()):
                given = {"link": link, "reason": "Another year.", "by": cast.scientist}
                self.attempt(versions.detach_data, **given)
                self.attempt(attached, cast=cast, version=self.version, data=link.data)

        @rule(severity=st.sampled_from(["low", "high"]))
        def find(self, severity: str) -> None:
            self.attempt(a_finding, cast=cast, version=self.version, severity=severity)

        @rule()
        def settle(self) -> None:
            for one in list(self.version.findings.unsettled()):
                said = {"finding": one, "text": "So it is."}
                self.attempt(finding_moves.answer, **said, by=one.owner)
                self.attempt(finding_moves.close, **said, by=cast.manager3)

        @rule(purpose=st.sampled_from([3, 4]))
        def score(self, purpose: int) -> None:
            self.attempt(filled, model=self.version.model, by=cast.scientist, purpose=purpose)

        @rule()
        def run(self) -> None:
            self.attempt(a_deployment, cast=cast, version=self.version, artefact_sha256="")

        @rule()
        def take_down(self) -> None:
            for one in list(self.version.deployments.current()):
                given = {"deployment": one, "reason": "Enough.", "by": cast.deployer}
                self.attempt(deployments.end, **given)

        @rule(days=st.sampled_from([200, 300]))
        def rule_otherwise(self, days: int) -> None:
            policy_with(stages=FOUR_STAGES, approval_days=days)

        @rule()
        def assess(self) -> None:
            self.attempt(assessed_risk, cast=cast, version=self.version)

        @invariant()
        def it_is_written_down(self) -> None:
            self.diary.after(f"step {len(self.diary.pages)}")

        def teardown(self) -> None:
            for step, at, snapshot in self.diary.pages:
                told = then(self.version, cast.auditor, at)
                assert [part for part in snapshot if told[part] != snapshot[part]] == [], step

    return Walk


def test_whatever_was_done_is_told_afterwards_as_it_stood(cast: Cast) -> None:
    policy_with(stages=FOUR_STAGES)
    run_state_machine_as_test(
        told_walks_of(cast),
        settings=settings(
            max_examples=2,
            stateful_step_count=10,
            deadline=None,
            # A walk is as long as it is; to shrink one takes minutes.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
