"""Attempts to have the gate open for what must not run."""

from __future__ import annotations

import pytest

from registry.models import ModelVersion, Release
from registry.rules.refusals import Refused
from registry.services import gate_answers, policies, registered_models, releases
from tests.cast import (
    Cast,
    a_complete_version,
    a_model,
    a_release,
    a_statement,
    an_approved_release,
    an_exhibit,
    api,
)
from tests.registry.flow import act, policy_with
from tests.registry.scoring import filled, tier_now
from tests.registry.signing import approve, revoke


def is_open(version: ModelVersion) -> bool:
    answer = gate_answers.ask(
        model=version.model.slug, version=version.label, environment="production", by=None
    )
    assert answer is not None
    return answer.allowed


def where_fairness_closes(**more: object) -> None:
    evidence = policies.in_force().definition["tiers"]["3"]["evidence"]
    fairness = {**evidence["fairness"], "reproduced": True, "closes_gate": True, **more}
    policy_with(evidence={**evidence, "fairness": fairness})


def test_what_is_handed_in_does_not_hide_a_run_that_failed(cast: Cast) -> None:
    where_fairness_closes()
    release = an_approved_release(cast)
    data = release.version.data_links.get().data
    an_exhibit(cast, release.version, "fairness", verdict="fail", data=data)
    assert not is_open(release.version)
    an_exhibit(cast, release.version, "fairness", data=data, reproduced=False)
    assert not is_open(release.version)
    an_exhibit(cast, release.version, "fairness", data=data)
    assert is_open(release.version)


def test_a_developers_run_does_not_hide_the_validators_where_theirs_is_asked(cast: Cast) -> None:
    where_fairness_closes(independent=True)
    version = a_complete_version(cast)
    data = version.data_links.get().data
    an_exhibit(cast, version, "fairness", data=data, by=cast.validator)
    an_approved_release(cast, version)
    assert is_open(version)
    an_exhibit(cast, version, "fairness", verdict="fail", data=data, by=cast.validator)
    assert not is_open(version)
    an_exhibit(cast, version, "fairness", data=data)
    assert not is_open(version)


def test_a_failing_run_is_not_outweighed_at_submission_by_what_is_handed_in(cast: Cast) -> None:
    release = a_release(cast)
    version = release.version
    data = version.data_links.get().data
    an_exhibit(cast, version, "fairness", verdict="fail", data=data)
    an_exhibit(cast, version, "fairness", data=data, reproduced=False)
    with pytest.raises(Refused) as refused:
        act(releases.approve, release, cast.manager)
    assert [one.code for one in refused.value.objections] == ["submit.evidence_failing"]


def test_revoking_the_newest_approval_closes_the_gate_though_an_older_one_stood(
    cast: Cast,
) -> None:
    first = an_approved_release(cast)
    second = a_release(cast, first.version)
    approve(second, cast.manager2)
    assert is_open(first.version)
    revoke(second, cast.manager)
    assert not is_open(first.version)


def test_classing_the_model_as_less_for_the_days_of_its_approval_opens_nothing(
    cast: Cast,
) -> None:
    minimal = {"ai_act_class": "minimal", "ai_act_ground": "A clerk decides."}
    release = an_approved_release(cast, a_complete_version(cast, a_model(cast, **minimal)))
    assert is_open(release.version)
    classed(cast, release.version, "high_risk_annex_iii", tier=3)
    # The tier of the model follows its class; that of the release is the one it was signed in.
    assert tier_now(release.version.model) == 2
    asked = {"model": "mortgage-approval", "version": "1.0", "environment": "production"}
    told = api(cast.auditor).get("/api/v1/gate", asked).json()
    assert (told["allowed"], told["decision"]) == (False, "refused")
    (reason,) = told["reasons"]
    assert reason["code"] == "gate.tier_too_light"
    assert "submitted in tier 3" in reason["message"]
    assert "never lighter than 2" in reason["message"]
    classed(cast, release.version, "minimal", tier=2)
    assert is_open(release.version)


def classed(cast: Cast, version: ModelVersion, ai_act_class: str, tier: int) -> None:
    said = {"ai_act_class": ai_act_class, "ai_act_ground": "Read by counsel.", "tier": tier}
    registered_models.revise(
        model=version.model,
        statement=a_statement(cast, **said),
        reason="Classed anew.",
        by=cast.scientist,
    )


def test_a_release_submitted_in_a_lighter_tier_is_not_approved_once_it_is_stricter(
    cast: Cast,
) -> None:
    release = a_release(cast)
    filled(release.version.model, cast.manager2, exposure=4, purpose=3)
    with pytest.raises(Refused) as refused:
        act(releases.approve, release, cast.manager)
    assert [one.code for one in refused.value.objections] == ["release.tier_is_stricter"]
    assert Release.objects.get(pk=release.pk).state == "submitted"
