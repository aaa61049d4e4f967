"""No tier lighter than the class allows, nor a listed use in one that nobody else confirmed."""

from __future__ import annotations

import pytest

from registry.rules.catalogue import USE_CASES
from registry.rules.eu_ai_act import CLASSES, HIGH_RISK, LISTED_USES
from registry.rules.tier_floors import objections_to_listed_use, objections_to_tier


@pytest.mark.parametrize(
    ("tier", "ai_act_class", "codes"),
    [
        (2, "high_risk_annex_iii", []),
        (3, "high_risk_annex_iii", ["model.tier_too_light"]),
        (4, "high_risk_annex_i", ["model.tier_too_light"]),
        (4, "limited", []),
        (4, "", []),
        # Something else is wrong with what is no tier.
        (7, "high_risk_annex_i", []),
    ],
)
def test_a_stated_tier_is_under_the_same_floor(
    tier: int, ai_act_class: str, codes: list[str]
) -> None:
    assert [one.code for one in objections_to_tier(tier, ai_act_class)] == codes


@pytest.mark.parametrize("use_case", ["", *USE_CASES])
def test_a_listed_use_is_under_that_floor_whatever_it_is_classed_as(use_case: str) -> None:
    for ai_act_class in set(CLASSES) - HIGH_RISK:
        for tier in (1, 2, 3, 4):
            found = objections_to_listed_use(tier, use_case, ai_act_class)
            assert bool(found) == (tier > 2 and use_case in LISTED_USES)
    # Of high risk the floor itself speaks.
    assert objections_to_listed_use(4, use_case, "high_risk_annex_iii") == []


def test_the_listed_uses_are_ones_of_the_catalogue_and_the_sentence_names_them() -> None:
    assert set(USE_CASES) > LISTED_USES
    (objection,) = objections_to_listed_use(4, "credit", "unclassified")
    assert objection.code == "model.listed_use_too_light"
    assert "lists this use (Credit), and the model is in tier 4" in str(objection)
    assert "(Not classified yet)" in str(objection)
