"""The gate, which closes by itself when what was signed is no longer so."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from registry.models import DataLink, ModelVersion, Release
from registry.services import (
    cards,
    gates,
    policies,
    registered_models,
    risk,
    versions,
)
from tests.cast import (
    Cast,
    a_card,
    a_dataset,
    a_dataset_version,
    a_release,
    a_statement,
    an_approved_release,
    an_exhibit,
    assessed_risk,
    attached,
)
from tests.registry.signing import approve, fresh, revoke
from tests.traces import journalled, time_passes, who


def closed_by(release: Release) -> list[str]:
    gate = gates.gate(fresh(release))
    assert gate.allowed == (not gate.reasons)
    return [reason.code for reason in gate.reasons]


def test_the_gate_is_closed_until_the_approval(cast: Cast) -> None:
    release = a_release(cast)
    assert closed_by(release) == ["gate.not_approved"]
    approve(release, cast.manager)
    assert closed_by(release) == []


def card_in_effect(cast: Cast, version: ModelVersion) -> None:
    draft = a_card(cast, version, factors="Also age.")
    cards.make_effective(revision=draft, by=cast.scientist)


def data_detached(cast: Cast, version: ModelVersion) -> None:
    link = DataLink.objects.get(version=version)
    versions.detach_data(link=link, reason="Wrong year.", by=cast.scientist)


def purpose_revised(cast: Cast, version: ModelVersion) -> None:
    registered_models.revise(
        model=version.model,
        statement=a_statement(cast, purpose="Decide alone."),
        reason="Cheaper.",
        by=cast.scientist,
    )


def risk_in_effect(cast: Cast, version: ModelVersion) -> None:
    risk.make_effective(assessment=assessed_risk(cast, version), by=cast.scientist)


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        (card_in_effect, "Model card: Factors"),
        (data_detached, "Data: Applications "),
        (purpose_revised, "Model: Purpose"),
        (risk_in_effect, "Risk assessment: Revision"),
    ],
)
def test_a_changed_fact_closes_the_gate_by_itself_and_is_named(
    cast: Cast, change: Any, fact: str
) -> None:
    release = an_approved_release(cast)
    change(cast, release.version)
    assert closed_by(release) == ["gate.void"]
    assert fact in str(gates.gate(fresh(release)).reasons[0])
    assert fresh(release).state == "void"


def test_a_draft_closes_nothing(cast: Cast) -> None:
    release = an_approved_release(cast)
    a_card(cast, release.version, factors="Also age.")
    assessed_risk(cast, release.version)
    assert closed_by(release) == []


def test_an_approval_expires(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    release = an_approved_release(cast)
    time_passes(monkeypatch, days=729, hours=23)
    assert closed_by(release) == []
    time_passes(monkeypatch, hours=2)
    assert closed_by(release) == ["gate.expired"]


def where_fairness_closes(cast: Cast) -> None:
    definition = policies.in_force().definition
    tiers = {**definition["tiers"]}
    asked = tiers["3"]["evidence"]
    fairness = {**asked["fairness"], "closes_gate": True}
    tiers["3"] = {**tiers["3"], "evidence": {**asked, "fairness": fairness}}
    policies.load(definition={**definition, "tiers": tiers}, by=None)


def test_a_later_failing_exhibit_closes_the_gate_where_the_policy_says_so(cast: Cast) -> None:
    where_fairness_closes(cast)
    release = an_approved_release(cast)
    an_exhibit(cast, release.version, "performance", verdict="fail")
    assert closed_by(release) == []
    failing = an_exhibit(cast, release.version, "fairness", verdict="fail")
    assert closed_by(release) == ["gate.failing_exhibit"]
    assert failing.title in str(gates.gate(fresh(release)).reasons[0])


def test_a_later_failing_exhibit_leaves_the_gate_open_where_the_policy_does_not(
    cast: Cast,
) -> None:
    release = an_approved_release(cast)
    an_exhibit(cast, release.version, "fairness", verdict="fail")
    assert closed_by(release) == []


def test_a_newer_passing_exhibit_opens_the_gate_again(cast: Cast) -> None:
    where_fairness_closes(cast)
    release = an_approved_release(cast)
    an_exhibit(cast, release.version, "fairness", verdict="fail")
    an_exhibit(cast, release.version, "fairness", verdict="pass")
    assert closed_by(release) == []


def test_a_manager_revokes_and_the_gate_closes_at_once(cast: Cast) -> None:
    release = an_approved_release(cast)
    assert closed_by(release) == []
    with journalled() as entries:
        revoke(release, cast.manager2)
    assert fresh(release).state == "revoked"
    assert closed_by(release) == ["gate.not_approved"]
    entry, told = entries
    assert told.action == "event.announced"
    assert (entry.action, who(entry), entry.reason) == (
        "release.revoked",
        "Milan Novak",
        "It drifts.",
    )


def closing_on_fairness() -> None:
    """Load a policy by which a failing fairness exhibit closes the gate in tier 3."""
    definition = policies.in_force().definition
    tiers = {**definition["tiers"]}
    asked = tiers["3"]["evidence"]
    fairness = {**asked["fairness"], "closes_gate": True}
    tiers["3"] = {**tiers["3"], "evidence": {**asked, "fairness": fairness}}
    policies.load(definition={**definition, "tiers": tiers}, by=None)


def test_a_run_on_data_that_is_detached_again_does_not_reopen_the_gate(cast: Cast) -> None:
    closing_on_fairness()
    release = an_approved_release(cast)
    version = release.version
    tested = DataLink.objects.get(version=version).data
    an_exhibit(cast, version, "fairness", verdict="fail", data=tested)
    assert closed_by(release) == ["gate.failing_exhibit"]
    table = "income,debt,approve,sex,race\n1,2,1,f,a\n"
    few = attached(cast, version, a_dataset_version(cast, a_dataset(cast, "Few"), table=table))
    an_exhibit(cast, version, "fairness", verdict="undecided", data=few.data)
    versions.detach_data(link=few, reason="Not needed.", by=cast.scientist)
    # Attaching changed what was signed; that the facts are as before again mends nothing.
    assert closed_by(release) == ["gate.void", "gate.failing_exhibit"]


def test_a_failing_run_on_data_that_is_not_attached_closes_nothing(cast: Cast) -> None:
    closing_on_fairness()
    release = an_approved_release(cast)
    table = "income,debt,approve,sex,race\n1,2,1,f,a\n"
    elsewhere = a_dataset_version(cast, a_dataset(cast, "Elsewhere"), table=table)
    an_exhibit(cast, release.version, "fairness", verdict="fail", data=elsewhere)
    assert closed_by(release) == []


def test_a_state_without_signatures_opens_nothing(cast: Cast) -> None:
    release = a_release(cast)
    Release.objects.filter(pk=release.pk).update(state="approved", valid_until=timezone.now())
    assert "gate.unsigned" in closed_by(release)


def test_a_case_file_that_was_rewritten_closes_the_gate(cast: Cast) -> None:
    release = an_approved_release(cast)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE registry_casefile SET text = text || ' '")
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    assert "gate.broken_case_file" in closed_by(release)
