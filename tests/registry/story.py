"""A long story of one version, step by step, through the real services."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.models import Release
from registry.rules.matrices import DEFAULT_MATRIX
from registry.rules.roles import Role
from registry.services import (
    cards,
    conditions,
    coverage,
    delegations,
    deployments,
    finding_moves,
    incident_moves,
    matrices,
    overrides,
    plans,
    registered_models,
    relations,
    releases,
    settling,
    tier_overrides,
    units,
    versions,
)
from tests.cast import (
    Cast,
    a_card,
    a_dataset,
    a_dataset_version,
    a_model,
    a_statement,
    an_exhibit,
    assessed_risk,
    attached,
    complete_card,
)
from tests.registry.flow import PROOF, a_condition, act, policy_with
from tests.registry.lending import ask_for, lend, sign
from tests.registry.live import a_deployment
from tests.registry.reviewing import a_review, a_round, closed, confirmed
from tests.registry.scoring import confirmed as confirmed_tier
from tests.registry.scoring import filled, proposed
from tests.registry.standing import Diary
from tests.registry.trouble import a_finding, an_incident
from tests.traces import time_passes

TWO_STAGES = [
    {"name": "Validation", "role": "validator", "needed": 1},
    {"name": "Risk sign-off", "role": "model_risk_manager", "needed": 1},
]

STRICT = {"measure": "impact_ratio", "attribute": "*", "limit": 0.9, "direction": "at_least"}
PLAN = {"fairness": {"checks": [STRICT]}}


def a_story(cast: Cast, diary: Diary, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Do one thing after another to a version, and name each when it is done."""
    yield "registered"
    yield from _said(cast, diary)
    yield from _prepared(cast, diary)
    yield from _approved(cast, diary)
    yield from _in_use(cast, diary, monkeypatch)
    yield from _ended(cast, diary)


def _said(cast: Cast, diary: Diary) -> Iterator[str]:
    model = diary.version.model
    filled(model, cast.scientist, purpose=3)
    yield "scorecard filled"
    override = proposed(cast, model, tier=2)
    yield "tier proposed"
    confirmed_tier(override, cast.manager3)
    yield "tier overridden"
    tier_overrides.withdraw(override=override, reason="Not so.", by=cast.manager3)
    yield "tier as scored"
    plans.revise(
        version=diary.version,
        content=PLAN,
        reason="This one decides on homes.",
        by=cast.scientist,
    )
    yield "plan revised"
    relation = relations.relate(
        upstream=a_model(cast, "Incomes"), downstream=model, what="Income.", by=cast.scientist
    )
    yield "fed by another"
    relations.end(relation=relation, reason="By hand now.", by=cast.scientist)
    yield "fed no more"


def _prepared(cast: Cast, diary: Diary) -> Iterator[str]:
    version = diary.version
    a_card(cast, version, intended_use="First words.")
    yield "card begun"
    wrong = attached(cast, version, a_dataset_version(cast, a_dataset(cast, "By mistake")))
    yield "wrong data attached"
    test = attached(cast, version)
    yield "test data attached"
    versions.detach_data(link=wrong, reason="Another year.", by=cast.scientist)
    yield "wrong data detached"
    complete_card(cast, version)
    yield "card complete"
    assessed_risk(cast, version)
    yield "risk assessed"
    releases.draft(version=version, environment="production", by=cast.scientist)
    yield "drafted"
    for kind in ("performance", "fairness"):
        an_exhibit(cast, version, kind, data=test.data)
        yield f"{kind} filed"


def _approved(cast: Cast, diary: Diary) -> Iterator[str]:
    version = diary.version
    release = releases.submit(version=version, environment="production", by=cast.scientist)
    yield "submitted"
    test = version.data_links.attached().get()
    an_exhibit(cast, version, "performance", data=test.data)
    yield "case file renewed in review"
    act(releases.approve, release, cast.validator)
    yield "validated"
    act(releases.send_back, release, cast.manager, stage=0)
    yield "sent back"
    act(releases.approve, release, cast.validator)
    lent = lend(cast, cast.manager, cast.ethics)
    yield "seat lent"
    act(releases.return_to_author, release, cast.manager)
    yield "returned"
    registered_models.revise(
        model=version.model,
        statement=a_statement(cast, tier=3, owner=cast.manager2, deputy=cast.owner),
        reason="The owner left.",
        by=cast.scientist,
    )
    yield "owner revised"
    policy_with(stages=TWO_STAGES, approval_days=200)
    yield "policy changed"
    a_card(cast, version, intended_use="Better words.")
    yield "card mended"
    release = releases.submit(version=version, environment="production", by=cast.scientist)
    yield "submitted again"
    act(releases.approve, release, cast.validator)
    yield "validated again"
    act(
        releases.approve_with_conditions,
        release,
        cast.ethics,
        conditions=[a_condition(cast)],
    )
    yield "approved with a condition"
    delegations.end(delegation=lent, reason="Back.", by=cast.manager)
    yield "seat taken back"


def _in_use(cast: Cast, diary: Diary, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    version = diary.version
    a_deployment(cast, version, artefact_sha256="")
    yield "live"
    finding = a_finding(cast, version, severity="high")
    yield "finding opened"
    finding_moves.answer(finding=finding, text="Calibrated.", plan="In 1.1.", by=cast.owner)
    yield "finding answered"
    finding_moves.close(finding=finding, text="Convinced.", by=cast.validator)
    yield "finding closed"
    incident = an_incident(cast, version.model, version=version)
    yield "incident reported"
    incident_moves.correct(incident=incident, text="It was more.", affected="50", by=cast.manager)
    yield "incident corrected"
    review = a_review(version.model, version)
    a_review(version.model, version)
    yield "review opened twice"
    closed(review, cast.validator)
    yield "review closed"
    round_ = a_round(cast)
    yield "attestation opened"
    confirmed(round_, cast.manager2)
    yield "attestation confirmed"
    guest = units.grant(unit=cast.unit, user=cast.outsider, role=Role.AUDITOR, by=cast.admin)
    yield "role granted"
    units.end(membership=guest, reason="Done.", by=cast.admin)
    yield "role ended"
    matrices.edit(
        definition={**DEFAULT_MATRIX, "floor": {"impact": 3, "level": "high"}},
        reason="Impact counts more.",
        by=cast.admin,
    )
    yield "matrix edited"
    (condition,) = Release.objects.get(version=version).conditions.all()
    conditions.offer(condition=condition, text="Half of them.", evidence=None, by=cast.owner)
    yield "condition offered"
    conditions.offer(condition=condition, text="All of them.", evidence=None, by=cast.owner)
    yield "condition offered again"
    time_passes(monkeypatch, days=32)
    yield "condition overdue, and nobody noticed"
    settling.settle_due()
    yield "condition breached"
    conditions.accept(condition=condition, reason="Seen.", by=cast.manager)
    yield "condition mended"


def _ended(cast: Cast, diary: Diary) -> Iterator[str]:
    version = diary.version
    draft = a_card(cast, version, intended_use="Words that nobody signed.")
    yield "card drafted"
    cards.make_effective(revision=draft, by=cast.scientist)
    yield "void"
    coverage.watch()
    yield "uncovered"
    asked = ask_for(version, cast.manager)
    yield "emergency asked for"
    sign(asked, cast.owner)
    yield "emergency released"
    overrides.end(override=asked, reason="The old model is back.", by=cast.manager)
    yield "emergency over"
    for finding in version.findings.unsettled():
        finding_moves.answer(finding=finding, text="It is.", by=cast.manager2)
        finding_moves.close(finding=finding, text="Seen.", by=cast.validator)
    yield "findings settled"
    release = releases.submit(version=version, environment="production", by=cast.scientist)
    act(releases.approve, release, cast.validator)
    act(releases.approve, release, cast.manager2)
    yield "approved once more"
    test = version.data_links.attached().get()
    an_exhibit(cast, version, "performance", verdict="fail", data=test.data)
    yield "failing exhibit"
    releases.revoke(
        release=Release.objects.get(pk=release.pk), reason="It fails.", proof=PROOF, by=cast.manager
    )
    yield "revoked"
    (running,) = version.deployments.current()
    deployments.end(deployment=running, reason="Revoked.", by=cast.deployer)
    yield "taken down"
    registered_models.retire(model=version.model, reason="Replaced.", by=cast.manager)
    yield "retired"
