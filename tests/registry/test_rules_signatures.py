"""What a signature takes, for each strength and each person."""

from __future__ import annotations

import pytest

from registry.rules.signatures import (
    METHODS,
    NOTHING_ENROLLED,
    PASSWORD_MISSING,
    SECOND_FACTOR_MISSING,
    STEP_UP,
    STEP_UP_BY_PASSKEY,
    Factor,
    Given,
    Held,
    Strength,
    missing,
    steps_at,
)

WEAK, STRONG = Strength.PASSWORD, Strength.SECOND_FACTOR
BARE, CODED, KEYED = Held(True), Held(True, code=True), Held(True, passkey=True)
SSO, SSO_CODED, SSO_KEYED = Held(False), Held(False, code=True), Held(False, passkey=True)
NOTHING, WORD = Given(), Given(password=True)
CODE, KEY = Given(code=True), Given(passkey=True)
WORD_AND_CODE, WORD_AND_KEY = Given(True, code=True), Given(True, passkey=True)


@pytest.mark.parametrize(
    ("strength", "held", "given", "sentence"),
    [
        (WEAK, BARE, NOTHING, PASSWORD_MISSING),
        (WEAK, BARE, WORD, ""),
        (WEAK, CODED, CODE, PASSWORD_MISSING),
        (WEAK, KEYED, KEY, PASSWORD_MISSING),
        (STRONG, BARE, NOTHING, PASSWORD_MISSING),
        (STRONG, BARE, WORD, NOTHING_ENROLLED),
        (STRONG, CODED, WORD, SECOND_FACTOR_MISSING),
        (STRONG, CODED, CODE, PASSWORD_MISSING),
        (STRONG, CODED, WORD_AND_CODE, ""),
        (STRONG, KEYED, WORD, SECOND_FACTOR_MISSING),
        (STRONG, KEYED, KEY, PASSWORD_MISSING),
        (STRONG, KEYED, WORD_AND_KEY, ""),
        (WEAK, SSO, NOTHING, NOTHING_ENROLLED),
        (WEAK, SSO, WORD, NOTHING_ENROLLED),
        (WEAK, SSO_CODED, NOTHING, STEP_UP),
        (WEAK, SSO_CODED, CODE, ""),
        (WEAK, SSO_KEYED, KEY, ""),
        (STRONG, SSO, NOTHING, STEP_UP_BY_PASSKEY),
        (STRONG, SSO_CODED, CODE, STEP_UP_BY_PASSKEY),
        (STRONG, SSO_KEYED, KEY, ""),
    ],
)
def test_what_is_missing(strength: Strength, held: Held, given: Given, sentence: str) -> None:
    assert missing(strength, held, given) == sentence


def test_every_way_of_signing_has_its_words() -> None:
    ways = {(word, factor) for word in (True, False) for factor in (None, *Factor)}
    assert set(METHODS) == ways - {(False, None)}
    assert len(set(METHODS.values())) == len(METHODS)


def test_a_code_is_taken_in_its_own_half_minute_and_the_ones_beside_it() -> None:
    assert list(steps_at(59)) == [0, 1, 2]
    assert list(steps_at(60)) == [1, 2, 3]
