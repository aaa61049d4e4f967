"""The catalogue of hazards by use case."""

from __future__ import annotations

import pytest

from registry.rules.catalogue import USE_CASES
from registry.rules.hazard_catalogue import SUGGESTED, SuggestedHazard
from registry.rules.risk import STARTING_HAZARDS

EVERY = [(code, one) for code, hazards in SUGGESTED.items() for one in hazards]


def test_there_are_hazards_for_each_use_case_but_any_other() -> None:
    assert set(SUGGESTED) == set(USE_CASES) - {"other"}


@pytest.mark.parametrize("code", sorted(SUGGESTED))
def test_a_use_case_has_four_to_seven_of_its_own(code: str) -> None:
    titles = [one.title for one in SUGGESTED[code]]
    assert 4 <= len(set(titles)) == len(titles) <= 7
    assert not set(titles) & set(STARTING_HAZARDS)


@pytest.mark.parametrize(("code", "hazard"), EVERY, ids=[one.title for _code, one in EVERY])
def test_each_says_why_what_follows_and_for_whom(code: str, hazard: SuggestedHazard) -> None:
    assert len(hazard.title) <= 300 and not hazard.title.endswith(".")
    assert all(text.endswith(".") for text in (hazard.cause, hazard.consequence, hazard.affected))
