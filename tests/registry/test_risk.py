"""Assessing the risk of a version; the matrix is frozen into the assessment."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from registry.models import Hazard, RiskMatrix
from registry.rules.matrices import DEFAULT_MATRIX
from registry.rules.risk import HazardFacts
from registry.services import matrices, risk
from tests.cast import Cast, a_version, an_approved_release, assessed_risk
from tests.traces import journalled, only_the_entitled_may, refused

FIRE = HazardFacts(" Fire ", 3, 4, "Sprinklers", 2, 4)
FLOOD = HazardFacts("Flood", 4, 3, "Walls", 1, 3)


def test_a_risk_is_assessed_and_in_effect_at_once(cast: Cast) -> None:
    version = a_version(cast)
    with journalled() as entries:
        assessment = risk.assess(version=version, hazards=[FLOOD, FIRE], by=cast.validator)
    version.risk.refresh_from_db()
    assert version.risk.effective == assessment
    assert list(assessment.hazards.values_list("place", "title")) == [(1, "Flood"), (2, "Fire")]
    # Both are 12 before controls; of the two, fire has the larger impact.
    inherent = {"likelihood": 3, "impact": 4, "score": 12, "level": "high"}
    residual = {"likelihood": 2, "impact": 4, "score": 8, "level": "medium"}
    assert (assessment.inherent, assessment.residual) == (inherent, residual)
    assert [(entry.action, entry.role, json.loads(entry.changes)) for entry in entries] == [
        ("risk.assessed", "validator", {"inherent": inherent, "residual": residual, "hazards": 2}),
        ("risk.made_effective", "validator", {"revision": [None, 1]}),
    ]


def test_every_reason_against_an_assessment_is_given_at_once(cast: Cast) -> None:
    version = a_version(cast)
    with refused("risk.off_the_matrix", "risk.no_controls"):
        risk.assess(
            version=version,
            hazards=[replace(FIRE, impact=6), replace(FLOOD, controls="")],
            by=cast.scientist,
        )


def test_nobody_else_assesses_a_risk(cast: Cast) -> None:
    version = a_version(cast)
    only_the_entitled_may(
        cast, "risk.assess", lambda by: risk.assess(version=version, hazards=[FIRE], by=by)
    )


def test_an_assessment_of_an_approved_version_stays_a_draft(cast: Cast) -> None:
    version = an_approved_release(cast).version
    before = version.risk.effective
    draft = assessed_risk(cast, version)
    version.risk.refresh_from_db()
    assert version.risk.effective == before
    assert draft.number == 2


def test_a_draft_assessment_is_put_into_effect(cast: Cast) -> None:
    version = an_approved_release(cast).version
    draft = assessed_risk(cast, version)
    with journalled() as entries:
        risk.make_effective(assessment=draft, by=cast.manager)
    version.risk.refresh_from_db()
    assert version.risk.effective == draft
    assert [(entry.action, entry.role) for entry in entries] == [
        ("risk.made_effective", "model_risk_manager"),
        ("release.voided", "system"),
    ]


def test_an_assessment_in_effect_is_not_put_into_effect_again(cast: Cast) -> None:
    assessment = assessed_risk(cast, a_version(cast))
    with refused("risk.in_effect"):
        risk.make_effective(assessment=assessment, by=cast.scientist)


def test_nobody_else_puts_an_assessment_into_effect(cast: Cast) -> None:
    draft = assessed_risk(cast, an_approved_release(cast).version)
    only_the_entitled_may(
        cast, "risk.make_effective", lambda by: risk.make_effective(assessment=draft, by=by)
    )


def test_an_unchanged_matrix_makes_no_new_edition(cast: Cast) -> None:
    with journalled() as entries:
        again = matrices.load(definition=DEFAULT_MATRIX, by=None)
    assert (again.edition, RiskMatrix.objects.count(), entries) == (1, 1, [])


def test_a_later_edition_changes_no_past_assessment(cast: Cast) -> None:
    version = a_version(cast)
    before = assessed_risk(cast, version)
    levels = [{"code": "severe", "name": "Severe", "from": 1, "to": 25}]
    harsh = {**DEFAULT_MATRIX, "levels": levels, "appetite": {}}
    harsher = matrices.load(definition=harsh, by=None)
    before.refresh_from_db()
    assert harsher.edition == 2
    assert (before.definition, before.inherent["level"]) == (DEFAULT_MATRIX, "medium")
    assert assessed_risk(cast, version).residual["level"] == "severe"


@pytest.mark.parametrize(
    ("field", "value", "constraint"),
    [
        ("likelihood", 6, "a_hazard_is_on_the_matrix"),
        ("residual_impact", 0, "a_hazard_is_on_the_matrix"),
        ("residual_likelihood", 5, "controls_add_no_risk"),
    ],
)
def test_the_database_too_refuses_an_impossible_hazard(
    cast: Cast, field: str, value: int, constraint: str
) -> None:
    assessment = assessed_risk(cast, a_version(cast))
    facts = {"likelihood": 2, "impact": 2, "residual_likelihood": 2, "residual_impact": 2}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Hazard.objects.create(assessment=assessment, place=9, title="x", **facts | {field: value})


@pytest.mark.parametrize("before", [(a, b) for a in range(1, 6) for b in range(1, 6)])
def test_the_database_agrees_with_the_rule_on_added_risk(
    cast: Cast, before: tuple[int, int]
) -> None:
    assessment = assessed_risk(cast, a_version(cast))
    for place, after in enumerate((a, b) for a in range(1, 6) for b in range(1, 6)):
        adds = after[0] * after[1] > before[0] * before[1]
        try:
            with transaction.atomic():
                Hazard.objects.create(
                    assessment=assessment,
                    place=10 + place,
                    title="x",
                    likelihood=before[0],
                    impact=before[1],
                    residual_likelihood=after[0],
                    residual_impact=after[1],
                )
        except IntegrityError:
            assert adds, (before, after)
        else:
            assert not adds, (before, after)
