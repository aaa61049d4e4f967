"""The scorecard: tiers worked out by hand, and no worse answer that makes a tier lighter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.eu_ai_act import CLASSES
from registry.rules.scorecards import (
    CODES,
    EDITIONS,
    FIRST,
    LAST,
    LEVELS,
    MATERIAL,
    objections_to,
    tier_of,
)

LIGHT = dict.fromkeys(CODES, 1)
A_LEVEL = st.sampled_from(LEVELS)
COMPLETE = st.fixed_dictionaries(dict.fromkeys(CODES, A_LEVEL))


def card(**changed: int) -> dict[str, int]:
    return LIGHT | changed


@pytest.mark.parametrize(
    ("answers", "tier", "points"),
    [
        # Nothing is at stake: the corner of the matrix, and no points.
        (card(), 4, 0),
        # A marketing model: thousands of people (3), prices and offers (3): tier 2 by materiality;
        # standard model, followed output, schedule, readable, pseudonyms, inconvenience: 6 points.
        (
            card(
                exposure=3, purpose=3, complexity=2, reliance=2, autonomy=2, opacity=2,
                data_sensitivity=2, affected_rights=2,
            ),
            2,
            6,
        ),
        # One point more is the first step of the raise: tier 1.
        (
            card(
                exposure=3, purpose=3, complexity=3, reliance=2, autonomy=2, opacity=2,
                data_sensitivity=2, affected_rights=2,
            ),
            1,
            7,
        ),
        # Small exposure, access to credit: tier 2, 2 + 1 + 2 points.
        (card(purpose=4, complexity=3, reliance=2, affected_rights=3), 2, 5),
        # Two steps at 13 points (3 + 3 + 2 + 3 + 2 + 0): from tier 4 to 2.
        (card(complexity=4, reliance=4, autonomy=3, opacity=4, data_sensitivity=3), 2, 13),
        # Twelve points are one step still: from tier 4 to 3.
        (card(complexity=4, reliance=4, autonomy=3, opacity=3, data_sensitivity=3), 3, 12),
        # All at the top: nothing is stricter than tier 1.
        (dict.fromkeys(CODES, 4), 1, 18),
        # Floors: rights at the top are never lighter than 2, special categories never than 3.
        (card(affected_rights=4), 2, 3),
        (card(data_sensitivity=4), 3, 3),
        (card(reliance=4), 3, 3),
    ],
)  # fmt: skip
def test_a_tier_worked_out_by_hand(answers: dict[str, int], tier: int, points: int) -> None:
    scored = tier_of(answers)
    assert (scored.tier, scored.points) == (tier, points)


def test_high_risk_under_the_ai_act_is_never_lighter_than_tier_2() -> None:
    assert tier_of(LIGHT, ai_act_class="high_risk_annex_iii").tier == 2
    assert tier_of(LIGHT, ai_act_class="limited").tier == 4
    # What is stricter already stays so.
    assert tier_of(dict.fromkeys(CODES, 4), ai_act_class="high_risk_annex_i").tier == 1


def test_every_step_is_said_in_its_order() -> None:
    scored = tier_of(card(purpose=2, affected_rights=4), ai_act_class="high_risk_annex_i")
    assert [str(step) for step in scored.why] == [
        "Materiality: exposure at level 1 and purpose at level 2 give tier 4.",
        "The six further questions add up to 3 of 18 points, too few to change it: tier 4.",
        "A fundamental right may be harmed: never lighter than tier 2.",
        "High risk under the EU AI Act: never lighter than tier 2.",
    ]


@given(COMPLETE, st.sampled_from(CODES), A_LEVEL, st.sampled_from(list(CLASSES)))
def test_a_worse_answer_never_gives_a_lighter_tier(
    answers: dict[str, int], code: str, level: int, ai_act_class: str
) -> None:
    worse = answers | {code: max(level, answers[code])}
    before = tier_of(answers, ai_act_class=ai_act_class)
    after = tier_of(worse, ai_act_class=ai_act_class)
    assert after.tier <= before.tier
    assert after.points >= before.points


@given(COMPLETE)
def test_the_further_questions_only_make_it_stricter(answers: dict[str, int]) -> None:
    material = LIGHT | {code: answers[code] for code in MATERIAL}
    assert 1 <= tier_of(answers).tier <= tier_of(material).tier <= 4


def test_the_tables_are_whole_and_never_fall() -> None:
    for edition in EDITIONS.values():
        assert len(edition.materiality) == 4
        for row in edition.materiality:
            assert list(row) == sorted(row, reverse=True)
        for column in zip(*edition.materiality, strict=True):
            assert list(column) == sorted(column, reverse=True)
        assert edition.raises[0] == (0, 0)
        assert list(edition.raises) == sorted(edition.raises)
        assert all(len(set(question.levels)) == 4 for question in edition.questions)
        assert {code for code, *_ in edition.floors} <= {one.code for one in edition.questions}


def test_the_first_edition_stays_as_it_was() -> None:
    # Cards that were filled on it name it by its number; a change is a new edition.
    assert EDITIONS[1] is FIRST
    assert LAST.number == max(EDITIONS)
    assert CODES == (
        "exposure", "purpose", "complexity", "reliance", "autonomy", "opacity",
        "data_sensitivity", "affected_rights",
    )  # fmt: skip


def test_every_question_wants_an_answer_on_the_scale() -> None:
    answers: dict[str, object] = {**LIGHT, "opacity": 5, "autonomy": 0, "reliance": True, "x": 1}
    del answers["purpose"]
    assert [(one.code, one.params) for one in objections_to(answers)] == [
        ("scorecard.unanswered", {"question": "purpose"}),
        ("scorecard.level", {"question": "reliance"}),
        ("scorecard.level", {"question": "autonomy"}),
        ("scorecard.level", {"question": "opacity"}),
        ("scorecard.unknown", {"unknown": "x"}),
    ]
    assert objections_to(LIGHT) == []
