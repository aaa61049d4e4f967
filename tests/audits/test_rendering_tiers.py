"""What the report prints of the aims, class and tier of a model, and what the public one hides."""

from __future__ import annotations

from typing import Any

from django.utils import translation

from audits.rendering.document import html
from audits.rendering.redaction import published
from registry.rules.scorecards import LAST, tier_of
from registry.rules.tier_overrides import MEANING
from tests.audits import dossiers

AT = "2026-11-20T09:00:00.000000Z"
ANSWERS = {question.code: 1 for question in LAST.questions} | {"purpose": 4, "affected_rights": 4}


def told() -> dict[str, Any]:
    """Return what a case file tells beside its subject."""
    scored = tier_of(ANSWERS)
    return {
        "maintainer_deputies": ["Paul Sommer"],
        "business": {
            "goal": "Faster answers, as Sommer asked.",
            "kpi": "Two days to an answer",
            "benefit": "",
            "cost": "40,000 EUR a year",
        },
        "use_case": "credit",
        "ai_act": {
            "class": "high_risk_annex_iii",
            "role": "deployer",
            "ground": "Annex III, point 5(b).",
        },
        "tier_basis": "override",
        "scorecard": {
            "revision": 3,
            "edition": LAST.number,
            "answers": [
                {
                    "question": question.name,
                    "level": ANSWERS[question.code],
                    "means": question.levels[ANSWERS[question.code] - 1],
                    "ground": "Who gets a home." if question.code == "purpose" else "",
                }
                for question in LAST.questions
            ],
            "points": scored.points,
            "tier": scored.tier,
            "why": [{"message": one.message, "params": dict(one.params)} for one in scored.why],
            "filled_by": "Ada Brandt",
            "filled_at": AT,
        },
        "tier_override": {
            "number": 1,
            "tier": 1,
            "reason": "The court asked for it.",
            "proposed_by": "Rosa Klee",
            "proposer_role": "business_owner",
            "proposed_at": AT,
            "confirmed_by": "Grace Hartmann",
            "confirmer_role": "model_risk_manager",
            "confirmed_at": AT,
            "meaning": MEANING,
            "method": "password",
            "digest": "ab" * 32,
        },
        "feeds": [{"model": "Limits", "what": "Its score is the column pd."}],
        "fed_by": [],
    }


def a_dossier(**changes: Any) -> dict[str, Any]:
    dossier = dossiers.full(**changes)
    dossier["case_file"]["context"] |= told()
    return dossiers.whole(dossier)


def printed(dossier: dict[str, Any]) -> str:
    with translation.override("en"):
        return html(dossier)


def test_the_card_is_a_table_with_every_answer_and_step() -> None:
    text = printed(a_dossier())
    for question in LAST.questions:
        assert question.levels[ANSWERS[question.code] - 1].replace("'", "&#x27;") in text
    assert "Who gets a home." in text
    assert "exposure at level 1 and purpose at level 4 give tier 2" in text
    assert "A fundamental right may be harmed: never lighter than tier 2." in text


def test_both_people_of_an_override_are_printed_with_what_was_signed() -> None:
    text = printed(a_dossier())
    for fact in ("Rosa Klee", "Grace Hartmann", MEANING, "ab" * 32, "The court asked for it."):
        assert fact in text


def test_aims_class_and_relations_are_printed_where_they_were_said() -> None:
    text = printed(a_dossier())
    for fact in (
        "Two days to an answer",
        "40,000 EUR a year",
        "High risk, listed use (Art. 6(2), Annex III)",
        "Annex III, point 5(b).",
        "Its score is the column pd.",
        "Paul Sommer",
    ):
        assert fact in text
    assert "Expected benefit" not in text


def test_a_case_file_from_before_there_were_scorecards_is_printed_as_it_was() -> None:
    text = printed(dossiers.full())
    assert "Why this tier" not in text
    assert "EU AI Act class" not in text


def test_the_public_report_names_none_of_these_people() -> None:
    text = printed(published(a_dossier(profile="public")))
    for name in ("Sommer", "Klee", "Hartmann", "Brandt"):
        assert name not in text
    assert "Proposer of the tier" in text
