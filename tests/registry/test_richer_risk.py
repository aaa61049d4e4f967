"""What an assessment says beside places: grounds, people, controls, knowledge; and the appetite."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from registry.models import RiskAssessment
from registry.rules.matrices import DEFAULT_MATRIX
from registry.rules.refusals import fill
from registry.rules.risk import MAINTAINERS_GONE, TEXTS, Control, HazardFacts
from registry.services import case_files, matrices, portfolio, registered_models, risk
from tests.cast import (
    Cast,
    a_model,
    a_statement,
    a_version,
    an_approved_release,
    an_exhibit,
    assessed_risk,
)
from tests.traces import refused

FIRE = HazardFacts("Fire", 3, 4, "Sprinklers", 2, 4)
SEVERE = HazardFacts("Fire", 5, 5, "", 5, 5)
HIGH = HazardFacts("Fire", 5, 5, "Sprinklers", 3, 5)
TEXT = {name: f" {name}, said. " for name in TEXTS}


def subject_risk(version: Any) -> Any:
    found = case_files.with_facts(type(version).objects.filter(pk=version.pk)).get()
    return case_files.subject(found)["risk"]


def test_everything_said_of_a_hazard_is_kept_and_stands_in_the_case_file(cast: Cast) -> None:
    version = a_version(cast)
    exhibit = an_exhibit(cast, version)
    works = Control(" Sprinklers ", "effective", "partly", (exhibit.pk, exhibit.pk))
    assessment = risk.assess(
        version=version,
        hazards=[replace(FIRE, assessed_controls=(works,), **TEXT)],
        knowledge="moderate",
        knowledge_ground=" Two years of data. ",
        by=cast.scientist,
    )
    kept = assessment.hazards.get().facts
    clean = {name: said.strip() for name, said in TEXT.items()}
    assert kept == replace(
        FIRE,
        assessed_controls=(replace(works, text="Sprinklers", evidence=(exhibit.pk,)),),
        **clean,
    )
    told = subject_risk(version)
    assert told["knowledge"] == {"strength": "moderate", "ground": "Two years of data."}
    (hazard,) = told["hazards"]
    assert {name: hazard[name] for name in TEXTS} == clean
    assert hazard["assessed_controls"] == [
        {
            "title": "Sprinklers",
            "design": "effective",
            "operating": "partly",
            "evidence": [exhibit.pk],
        }
    ]


def test_what_was_not_said_has_no_place_in_the_case_file(cast: Cast) -> None:
    version = a_version(cast)
    risk.assess(version=version, hazards=[FIRE], by=cast.scientist)
    told = subject_risk(version)
    assert set(told) == {"revision", "matrix", "hazards", "inherent", "residual"}
    assert not set(told["hazards"][0]) & {*TEXTS, "assessed_controls"}


def test_a_ground_that_is_given_later_changes_the_case_file(cast: Cast) -> None:
    release = an_approved_release(cast)
    before = [hazard.facts for hazard in release.version.risk.effective.hazards.all()]
    after = [replace(before[0], likelihood_ground="Seen twice."), *before[1:]]
    draft = risk.assess(version=release.version, hazards=after, by=cast.scientist)
    risk.make_effective(assessment=draft, by=cast.scientist)
    release = case_files.with_facts(type(release).objects.all(), "version__").get(pk=release.pk)
    facts = [change.fact for change in case_files.changes_since_frozen(release)]
    assert f"risk.hazards.{before[0].title}.likelihood_ground" in facts


def test_the_evidence_of_a_control_is_an_exhibit_of_the_same_version(cast: Cast) -> None:
    version, other = a_version(cast), a_version(cast, a_model(cast, "Other"))
    foreign = an_exhibit(cast, other)
    control = Control("Sprinklers", evidence=(foreign.pk, 10**30, -1))
    with refused(*["risk.foreign_evidence"] * 3):
        risk.assess(
            version=version,
            hazards=[replace(FIRE, assessed_controls=(control,))],
            by=cast.scientist,
        )


def test_an_unknown_strength_of_knowledge_is_refused_beside_everything_else(cast: Cast) -> None:
    version = a_version(cast)
    with refused("risk.ineffective_controls", "risk.knowledge"):
        risk.assess(
            version=version,
            hazards=[replace(FIRE, assessed_controls=(Control("Hope", "ineffective"),))],
            knowledge="perfect",
            by=cast.scientist,
        )


def test_the_database_too_knows_three_strengths(cast: Cast) -> None:
    kept = assessed_risk(cast, a_version(cast))
    row = {field.name: getattr(kept, field.name) for field in RiskAssessment._meta.fields[1:]}
    with (
        pytest.raises(IntegrityError, match="an_assessment_has_a_known_strength"),
        transaction.atomic(),
    ):
        RiskAssessment.objects.create(**row | {"number": 9, "knowledge": "perfect"})


def test_one_maintainer_is_not_enough_to_call_their_loss_unlikely(cast: Cast) -> None:
    gone = HazardFacts(MAINTAINERS_GONE, 2, 4, "", 2, 4)
    version = a_version(cast, a_model(cast, maintainers=(cast.scientist,)))
    with refused("risk.few_maintainers"):
        risk.assess(version=version, hazards=[gone], by=cast.scientist)
    with refused("risk.off_the_matrix", "risk.lacks_few_maintainers"):
        risk.assess(version=version, hazards=[replace(FIRE, impact=6)], by=cast.scientist)
    likely = replace(gone, likelihood=3, residual_likelihood=3)
    assert risk.assess(version=version, hazards=[FIRE, likely], by=cast.scientist)
    # Whoever takes over from the maintainer counts as one who can maintain it.
    two = a_statement(cast, maintainers=(cast.scientist,), maintainer_deputies=(cast.validator,))
    registered_models.revise(
        model=version.model, statement=two, reason="A second one.", by=cast.scientist
    )
    assert risk.assess(version=version, hazards=[gone], by=cast.scientist)
    assert risk.assess(version=version, hazards=[FIRE], by=cast.scientist)


def test_a_reassessment_is_told_field_by_field(cast: Cast) -> None:
    version = a_version(cast)
    first = risk.assess(version=version, hazards=[FIRE], by=cast.scientist)
    flood = HazardFacts("Flood", 1, 1, "", 1, 1, assessed_controls=(Control("Walls"),))
    second = risk.assess(
        version=version,
        hazards=[replace(FIRE, residual_likelihood=3, impact_ground="A loss of homes."), flood],
        knowledge="weak",
        by=cast.scientist,
    )
    told = {
        change.fact: (change.before, change.after)
        for change in risk.changes_of(second, [second, first])
    }
    assert told == {
        "hazards.Fire.impact_ground": (None, "A loss of homes."),
        "hazards.Fire.residual_likelihood": (2, 3),
        "hazards.Flood.title": (None, "Flood"),
        "hazards.Flood.likelihood": (None, 1),
        "hazards.Flood.impact": (None, 1),
        "hazards.Flood.residual_likelihood": (None, 1),
        "hazards.Flood.residual_impact": (None, 1),
        "hazards.Flood.assessed_controls.Walls.title": (None, "Walls"),
        "hazards.Flood.assessed_controls.Walls.design": (None, "not_assessed"),
        "hazards.Flood.assessed_controls.Walls.operating": (None, "not_assessed"),
        "knowledge.strength": (None, "weak"),
        "residual.level": ("medium", "high"),
    }
    assert risk.changes_of(first, [second, first]) == []


@pytest.mark.parametrize(
    ("hazard", "codes", "by_exception"),
    [(FIRE, [], False), (HIGH, [], True), (SEVERE, ["risk.above_appetite"], False)],
)
def test_the_residual_risk_is_held_against_the_appetite(
    cast: Cast, hazard: HazardFacts, codes: list[str], by_exception: bool
) -> None:
    version = a_version(cast)
    risk.assess(version=version, hazards=[hazard], by=cast.scientist)
    objections = risk.appetite_objections(version)
    assert [one.code for one in objections] == codes
    for one in objections:
        assert "is Schwerwiegend," in fill(one.message, one.params, language="de")
        assert (str(one)[:27], one.about) == ("The residual risk is Severe", ("severe",))
    assert risk.needs_exception(version) == by_exception


def test_what_is_not_assessed_has_no_standing(cast: Cast) -> None:
    version = a_version(cast)
    assert risk.appetite_objections(version) == []
    assert not risk.needs_exception(version)
    assert risk.lacking(version) == []


def test_an_assessment_from_before_there_was_an_appetite_is_held_against_todays(cast: Cast) -> None:
    plain = {name: part for name, part in DEFAULT_MATRIX.items() if name != "appetite"}
    matrices.load(definition=plain, by=None)
    version = a_version(cast)
    risk.assess(version=version, hazards=[SEVERE], by=cast.scientist)
    assert risk.appetite_objections(version) == []
    matrices.load(definition=DEFAULT_MATRIX, by=None)
    assert [one.code for one in risk.appetite_objections(version)] == ["risk.above_appetite"]


def test_the_assessment_in_effect_tells_what_it_leaves_unsaid(cast: Cast) -> None:
    version = a_version(cast)
    risk.assess(version=version, hazards=[FIRE], knowledge="strong", by=cast.scientist)
    codes = [one.code for one in risk.lacking(version)]
    assert "risk.lacking.vulnerable" in codes
    assert "risk.lacking.knowledge" not in codes


def test_a_share_of_the_portfolio_above_its_limit_is_told(cast: Cast) -> None:
    for name, hazard in (("One", HIGH), ("Two", HIGH), ("Three", FIRE)):
        version = a_version(cast, a_model(cast, name))
        risk.assess(version=version, hazards=[hazard], by=cast.scientist)
    shares = {"high": 0.5, "medium": 0.5, "severe": 0.0}
    appetite = {**DEFAULT_MATRIX["appetite"], "shares": shares}
    matrices.load(definition={**DEFAULT_MATRIX, "appetite": appetite}, by=None)
    (breach,) = portfolio.breaches(cast.auditor)
    assert (breach.level, breach.limit, breach.models, breach.of) == ("high", 0.5, 2, 3)
    assert breach.share == pytest.approx(2 / 3)
    assert portfolio.breaches(cast.outsider) == []


def test_a_matrix_without_shares_is_never_breached(cast: Cast) -> None:
    risk.assess(version=a_version(cast), hazards=[SEVERE], by=cast.scientist)
    assert portfolio.breaches(cast.auditor) == []
