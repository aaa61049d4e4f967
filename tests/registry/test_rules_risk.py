"""Hazards: what stands against an assessment of them, and what it leaves unsaid."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry.rules.assessments import (
    LACKING,
    lacking,
    objections_to,
    objections_to_few_maintainers,
    objections_to_knowledge,
)
from registry.rules.matrices import DEFAULT_MATRIX
from registry.rules.risk import (
    MAINTAINERS_GONE,
    STARTING_HAZARDS,
    TEXTS,
    Control,
    HazardFacts,
    hazards_asked_for,
    starting_likelihood,
    stated,
)

FIRE = HazardFacts("Fire", 3, 4, "Sprinklers", 2, 4)
WORKS = Control("Sprinklers", "effective", "partly", (3, 1))
BROKEN = Control("Buckets", "effective", "ineffective")
TOLD = replace(FIRE, assessed_controls=(WORKS,), **dict.fromkeys(TEXTS, "Said."))


def test_every_model_starts_with_four_hazards() -> None:
    assert STARTING_HAZARDS == (
        "It is unavailable for a time",
        "It predicts wrongly for a given case",
        "Its accuracy or fairness decays",
        "The people who can maintain it are gone",
    )


def codes(*hazards: HazardFacts) -> list[str]:
    return [objection.code for objection in objections_to(hazards)]


def test_controls_that_lower_the_risk_are_fine() -> None:
    assert codes(FIRE) == []


def test_an_unchanged_risk_needs_no_controls() -> None:
    assert codes(replace(FIRE, controls="", residual_likelihood=3)) == []


def test_an_assessment_needs_a_hazard() -> None:
    assert codes() == ["risk.no_hazards"]


def test_a_lowered_risk_needs_the_controls_named() -> None:
    assert codes(replace(FIRE, controls="  ")) == ["risk.no_controls"]


def test_controls_cannot_add_risk() -> None:
    assert codes(replace(FIRE, residual_likelihood=4)) == ["risk.residual_above_inherent"]


@pytest.mark.parametrize(
    "field", ["likelihood", "impact", "residual_likelihood", "residual_impact"]
)
@pytest.mark.parametrize("number", [-1, 0, 6])
def test_a_number_off_the_matrix_is_refused(field: str, number: int) -> None:
    assert codes(replace(FIRE, **{field: number})) == ["risk.off_the_matrix"]


def test_every_reason_is_given_at_once() -> None:
    untitled = replace(FIRE, title=" ", likelihood=9)
    bare = replace(FIRE, title="Flood", controls="")
    assert codes(untitled, bare) == ["risk.untitled", "risk.off_the_matrix", "risk.no_controls"]


def test_a_refusal_names_the_hazard() -> None:
    assert "Flood" in str(objections_to([replace(FIRE, title="Flood", controls="")])[0])


def test_a_residual_of_a_graver_level_is_refused_though_its_score_is_smaller() -> None:
    floored = {**DEFAULT_MATRIX, "floor": {"impact": 5, "level": "high"}}
    rarer = replace(FIRE, likelihood=3, impact=3, residual_likelihood=1, residual_impact=5)
    assert codes(rarer) == []
    found = [one.code for one in objections_to([rarer], floored)]
    assert found == ["risk.residual_above_inherent"]


def test_controls_stated_one_by_one_may_lower_the_risk() -> None:
    assert codes(replace(FIRE, controls="", assessed_controls=(WORKS,))) == []


def test_controls_that_do_not_work_lower_nothing() -> None:
    assert codes(replace(FIRE, assessed_controls=(BROKEN,))) == ["risk.ineffective_controls"]
    by_design = Control("Hope", "ineffective", "effective")
    assert codes(replace(FIRE, assessed_controls=(BROKEN, by_design))) == [
        "risk.ineffective_controls"
    ]


def test_one_control_that_works_is_enough() -> None:
    assert codes(replace(FIRE, assessed_controls=(BROKEN, WORKS))) == []


def test_a_broken_control_may_be_stated_where_nothing_is_lowered() -> None:
    assert codes(replace(FIRE, residual_likelihood=3, assessed_controls=(BROKEN,))) == []


def test_a_control_says_what_it_does_and_how_well() -> None:
    unknown = Control(" ", "splendid", "partly")
    assert codes(replace(FIRE, assessed_controls=(WORKS, unknown))) == [
        "risk.unnamed_control",
        "risk.effectiveness",
    ]


@pytest.mark.parametrize("bare", ["none", "None.", "NO", "n/a", " nobody ", "keine"])
def test_that_nobody_is_vulnerable_takes_a_reason(bare: str) -> None:
    assert codes(replace(FIRE, vulnerable=bare)) == ["risk.vulnerable_unreasoned"]


@pytest.mark.parametrize("said", ["", "Children", "None, because it sorts invoices."])
def test_vulnerable_groups_are_named_or_reasoned_away(said: str) -> None:
    assert codes(replace(FIRE, vulnerable=said)) == []


@pytest.mark.parametrize("known", ["", "weak", "moderate", "strong"])
def test_the_strength_of_knowledge_is_one_of_three_or_unsaid(known: str) -> None:
    assert objections_to_knowledge(known) == []


def test_another_strength_of_knowledge_is_refused() -> None:
    assert [one.code for one in objections_to_knowledge("perfect")] == ["risk.knowledge"]


GONE = HazardFacts(MAINTAINERS_GONE, 2, 4, "", 2, 4)


@pytest.mark.parametrize(
    ("maintainers", "likelihood", "is_refused"),
    [(0, 2, True), (1, 1, True), (1, 2, True), (1, 3, False), (1, 5, False), (2, 1, False)],
)
def test_few_maintainers_raise_the_fourth_hazard(
    maintainers: int, likelihood: int, is_refused: bool
) -> None:
    gone = replace(GONE, likelihood=likelihood)
    found = objections_to_few_maintainers([FIRE, gone], maintainers)
    assert [one.code for one in found] == ["risk.few_maintainers"] * is_refused


def test_the_fourth_hazard_is_known_by_its_name_in_any_language() -> None:
    other = replace(GONE, title="Niemand ist mehr da")
    titles = {MAINTAINERS_GONE, "Niemand ist mehr da"}
    (found,) = objections_to_few_maintainers([other], 1, titles)
    assert (found.code, str(found)[:20]) == ("risk.few_maintainers", "Niemand ist mehr da:")
    assert not objections_to_few_maintainers([replace(other, likelihood=3)], 1, titles)


def test_the_fourth_hazard_is_neither_left_out_nor_retitled_with_few_maintainers() -> None:
    retitled = replace(GONE, title="Nobody remembers it", likelihood=5)
    for hazards in ([], [FIRE], [FIRE, retitled]):
        (found,) = objections_to_few_maintainers(hazards, 1)
        assert found.code == "risk.lacks_few_maintainers"
        assert f"“{MAINTAINERS_GONE}”" in str(found)
        assert not objections_to_few_maintainers(hazards, 2)
    assert hazards_asked_for(1) == (MAINTAINERS_GONE,)
    assert hazards_asked_for(2) == ()


def test_the_fourth_hazard_starts_higher_with_few_maintainers() -> None:
    few = [starting_likelihood(title, 1) for title in STARTING_HAZARDS]
    assert few == [3, 3, 3, 4]
    assert {starting_likelihood(title, 2) for title in STARTING_HAZARDS} == {3}


def test_a_hazard_told_in_full_lacks_nothing() -> None:
    assert lacking([TOLD], "strong") == []


def test_each_part_left_unsaid_is_named() -> None:
    found = {one.code.removeprefix("risk.lacking.") for one in lacking([FIRE], "")}
    assert found == {*LACKING, "knowledge"}
    assert "Fire: the cause is not stated." in [str(one) for one in lacking([FIRE])]


def test_an_unlowered_risk_lacks_neither_controls_nor_a_ground_for_the_rest() -> None:
    found = lacking(
        [replace(TOLD, residual_likelihood=3, residual_ground="", assessed_controls=())]
    )
    assert found == []


def test_a_control_nobody_assessed_is_lacking() -> None:
    unassessed = replace(TOLD, assessed_controls=(Control("Sprinklers"),))
    assert [one.code for one in lacking([unassessed])] == ["risk.lacking.assessed_controls"]


def test_a_hazard_states_what_it_did_before_more_could_be_said() -> None:
    """Case files that were frozen then have to compare equal for as long as they are kept."""
    assert stated(DEFAULT_MATRIX, FIRE) == {
        "title": "Fire",
        "likelihood": 3,
        "impact": 4,
        "score": 12,
        "level": "high",
        "controls": "Sprinklers",
        "residual_likelihood": 2,
        "residual_impact": 4,
        "residual_score": 8,
        "residual_level": "medium",
    }


def test_a_hazard_states_what_more_is_said() -> None:
    less = stated(DEFAULT_MATRIX, FIRE)
    more = {name: said for name, said in stated(DEFAULT_MATRIX, TOLD).items() if name not in less}
    assert more == dict.fromkeys(TEXTS, "Said.") | {"assessed_controls": [WORKS.as_dict()]}


def test_a_control_reads_back_as_it_was_kept() -> None:
    assert Control.from_dict(WORKS.as_dict()) == WORKS
