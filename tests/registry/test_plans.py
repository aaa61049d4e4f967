"""Evaluation plans: revised, never laxer, in force for the next run, stated in the case file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from registry.models import EvaluationPlan, ModelVersion, Release
from registry.services import case_files, gates, plans, policies, registered_models, stages
from tests.cast import (
    Cast,
    a_complete_version,
    a_release,
    a_statement,
    a_version,
    an_approved_release,
    an_exhibit,
)
from tests.traces import journalled, only_the_entitled_may, refused

STRICT = {"measure": "impact_ratio", "attribute": "*", "limit": 0.9, "direction": "at_least"}
FAIRNESS = {"fairness": {"checks": [STRICT]}}


def revised(cast: Cast, version: ModelVersion, **changed: Any) -> EvaluationPlan:
    given: dict[str, Any] = {
        "version": version,
        "content": FAIRNESS,
        "reason": "This one decides on homes.",
        "by": cast.scientist,
    }
    return plans.revise(**given | changed)


def limits(version: ModelVersion, kind: str) -> list[tuple[str, float]]:
    found = plans.effective(version=version, kind=kind)["checks"]
    return [(check["measure"], check["limit"]) for check in found]


def test_without_a_plan_a_run_is_judged_by_the_policy(cast: Cast) -> None:
    edition = policies.in_force()
    assert plans.effective(version=a_version(cast), kind="fairness") == {
        "kind": "fairness",
        "policy": {"name": "default", "edition": edition.edition, "digest": edition.digest},
        "plan": None,
        "smallest_group": 30,
        "smallest_cell": 10,
        "checks": [
            {
                "measure": "impact_ratio",
                "attribute": "*",
                "limit": 0.8,
                "direction": "at_least",
                "warn": None,
            }
        ],
    }


def test_a_revision_is_written_down_and_in_force(cast: Cast) -> None:
    version = a_version(cast)
    with journalled() as entries:
        plan = revised(cast, version)
    assert (plan.number, plan.policy, plan.revised_by) == (1, policies.in_force(), cast.scientist)
    assert limits(version, "fairness") == [("impact_ratio", 0.9)]
    assert plans.effective(version=version, kind="fairness")["plan"] == {"revision": 1}
    (entry,) = entries
    assert (entry.action, entry.role, entry.reason) == (
        "plan.revised",
        "data_scientist",
        "This one decides on homes.",
    )
    assert json.loads(entry.changes) == {"fairness": [None, FAIRNESS["fairness"]]}


def test_the_next_revision_replaces_the_whole_of_the_earlier_one(cast: Cast) -> None:
    version = a_version(cast)
    revised(cast, version)
    drift = {"checks": [], "smallest_group": 30}
    with refused("plan.left_out", "plan.left_out", "plan.left_out"):
        revised(cast, version, content={"drift": drift})
    auc = {"measure": "roc_auc", "attribute": "", "limit": 0.75, "direction": "at_least"}
    with journalled() as entries:
        revised(cast, version, content={"performance": {"checks": [auc]}}, based_on=1)
    assert limits(version, "fairness") == [("impact_ratio", 0.8)]
    assert limits(version, "performance") == [("roc_auc", 0.75)]
    changes = json.loads(entries[0].changes)
    assert changes["fairness"] == [FAIRNESS["fairness"], None]
    assert set(changes) == {"fairness", "performance"}


def test_a_laxer_plan_is_refused_with_both_limits(cast: Cast) -> None:
    version = a_version(cast)
    with refused("plan.laxer") as caught:
        revised(cast, version, content={"fairness": {"checks": [{**STRICT, "limit": 0.5}]}})
    assert "Impact ratio of at least 0.5 is laxer than the policy's 0.8" in str(caught.value)


def test_everything_that_stands_against_a_plan_is_said_at_once(cast: Cast) -> None:
    version = a_version(cast)
    with refused("plan.revised_meanwhile", "plan.no_reason", "plan.kind"):
        revised(cast, version, content={"gossip": {}}, reason=" ", based_on=4)


def test_a_plan_that_says_what_was_said_is_refused(cast: Cast) -> None:
    version = a_version(cast)
    with refused("plan.unchanged"):
        revised(cast, version, content={})
    revised(cast, version)
    with refused("plan.unchanged"):
        revised(cast, version)


def test_writing_over_a_newer_revision_is_refused(cast: Cast) -> None:
    version = a_version(cast)
    revised(cast, version, based_on=0)
    with refused("plan.revised_meanwhile"):
        revised(cast, version, content={}, based_on=0)


def test_only_authors_and_validators_revise_a_plan(cast: Cast) -> None:
    version = a_version(cast)
    only_the_entitled_may(cast, "plan.revise", lambda by: revised(cast, version, by=by))
    assert revised(cast, version, by=cast.validator).revised_by == cast.validator


def a_stricter_policy(**limits: float) -> None:
    definition = policies.read(policies.FOLDER / "default.yaml")
    for kind, limit in limits.items():
        definition["plans"][kind]["checks"][0]["limit"] = limit
    policies.load(definition=definition, by=None)


def test_a_policy_that_became_stricter_since_is_in_force(cast: Cast) -> None:
    version = a_version(cast)
    revised(cast, version)
    a_stricter_policy(fairness=0.95)
    assert limits(version, "fairness") == [("impact_ratio", 0.95)]
    found = plans.effective(version=version, kind="fairness")
    assert (found["policy"]["edition"], found["plan"]) == (2, {"revision": 1})


def test_another_tier_is_judged_by_what_the_policy_says_for_it(cast: Cast) -> None:
    version = a_version(cast)
    registered_models.revise(
        model=version.model, statement=a_statement(cast, tier=1), reason="Up.", by=cast.scientist
    )
    assert limits(version, "fairness") == [("impact_ratio", 0.8)]


def test_the_history_says_what_was_known_before_each_revision(cast: Cast) -> None:
    version = a_version(cast)
    revised(cast, version)
    an_exhibit(cast, version, "fairness")
    an_exhibit(cast, version, "performance")
    revised(cast, version, content={"fairness": {"checks": [{**STRICT, "limit": 0.85}]}})
    an_exhibit(cast, version, "fairness")
    told = [(one.plan.number, one.earlier) for one in plans.history(version)]
    assert told == [(2, [("fairness", 1)]), (1, [("fairness", 0)])]


def test_each_check_says_where_it_comes_from(cast: Cast) -> None:
    version = a_version(cast)
    sex = {**STRICT, "attribute": "sex", "limit": 0.95}
    revised(cast, version, content={"fairness": {"checks": [STRICT, sex]}})
    told = {
        one.kind: [(check.attribute, source) for check, source in one.checks]
        for one in plans.standing(version)
    }
    assert told["fairness"] == [("*", "stricter"), ("sex", "own")]
    assert told["performance"] == [("", "policy")]


def subject_of(release: Release) -> dict[str, Any]:
    subject: dict[str, Any] = release.case_file.content["subject"]
    return subject


def changed_facts(release: Release) -> list[str]:
    fresh = gates.for_gate(Release.objects.filter(pk=release.pk)).get()
    return [change.fact for change in case_files.changes_since_frozen(fresh)]


def test_a_version_without_a_plan_says_nothing_of_one_in_its_case_file(cast: Cast) -> None:
    # As every case file that was frozen before there were plans: those approvals go on to hold.
    release = an_approved_release(cast)
    assert "plan" not in subject_of(release)
    assert changed_facts(release) == []


def test_the_case_file_states_the_plan_a_decision_rests_on(cast: Cast) -> None:
    version = a_complete_version(cast)
    revised(cast, version)
    release = a_release(cast, version)
    assert subject_of(release)["plan"] == {"revision": 1, **FAIRNESS}
    assert changed_facts(release) == []


@pytest.mark.parametrize("planned", [False, True])
def test_a_revision_after_approval_voids_it(cast: Cast, planned: bool) -> None:
    version = a_complete_version(cast)
    if planned:
        content = {"fairness": {"checks": [{**STRICT, "limit": 0.85}]}}
        revised(cast, version, content=content)
    release = an_approved_release(cast, version)
    revised(cast, version)
    found = changed_facts(release)
    assert found
    assert all(fact.startswith("plan") for fact in found)
    fresh = gates.for_gate(Release.objects.filter(pk=release.pk)).get()
    assert not gates.gate(fresh).allowed


def test_who_took_a_limit_back_has_their_hands_on_the_version_and_who_set_one_has_not(
    cast: Cast,
) -> None:
    version = a_complete_version(cast)
    revised(cast, version, by=cast.validator)
    assert stages.hands_on(a_release(cast, version))["plan"] == set()
    revised(cast, version, content={}, by=cast.validator)
    assert stages.hands_on(a_release(cast, version, "staging"))["plan"] == {cast.validator.pk}
