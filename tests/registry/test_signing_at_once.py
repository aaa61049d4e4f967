"""Guesses and codes sent at the same instant, each over a connection of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from registry.models import Entry, PasskeyChallenge, Unit, User
from registry.services import second_factors, signatures
from registry.services.signatures import Proof, SignatureFailed
from tests.cast import PASSWORD, Cast, gather
from tests.registry.chains import is_whole
from tests.registry.factors import (
    SESSION,
    answered,
    code_now,
    with_codes,
    with_passkey,
)
from tests.registry.test_at_once import at_once

pytestmark = pytest.mark.usefixtures("still_clock")


@pytest.fixture
def people(committed_db: str, quick_passwords: None) -> Cast:
    """The cast, committed, so that every connection sees it."""
    return gather()


def signing(unit: Unit, by: User, proof: Proof) -> Callable[[], str]:
    def sign() -> str:
        try:
            return signatures.check(
                subject=unit, model=None, proof=proof, strength="second_factor", by=by
            )
        except SignatureFailed as failed:
            return str(failed)

    return sign


def test_twelve_guesses_at_once_of_three_factors_are_three_tries(people: Cast) -> None:
    with_codes(people.manager)
    with_passkey(people.manager)
    wrong = [
        Proof("guessed", "no code"),
        Proof(PASSWORD, "no code"),
        Proof(PASSWORD, "", "no answer", SESSION),
    ]
    said = at_once(*(signing(people.unit, people.manager, wrong[n % 3]) for n in range(12)))
    assert Entry.objects.filter(action="signature.failed").count() == 3
    assert sum("locked" in str(sentence) for sentence in said) == 9
    assert is_whole()


def test_one_code_sent_ten_times_at_once_signs_once(people: Cast) -> None:
    secret, _ = with_codes(people.manager)
    proof = Proof(PASSWORD, code_now(secret))
    said = at_once(*(signing(people.unit, people.manager, proof) for _ in range(10)))
    assert said.count("password and one-time code") == 1


def test_one_recovery_code_sent_ten_times_at_once_signs_once(people: Cast) -> None:
    _, codes = with_codes(people.manager)
    proof = Proof(PASSWORD, codes[0])
    said = at_once(*(signing(people.unit, people.manager, proof) for _ in range(10)))
    assert said.count("password and recovery code") == 1
    assert second_factors.enrolled(people.manager).recovery_codes_left == 9


def test_one_answer_of_a_passkey_sent_ten_times_at_once_signs_once(people: Cast) -> None:
    key = with_passkey(people.manager)
    answer = answered(key, people.manager, signatures.about(people.unit))
    proof = Proof(PASSWORD, "", answer, SESSION)
    said = at_once(*(signing(people.unit, people.manager, proof) for _ in range(10)))
    assert said.count("password and passkey") == 1
    assert not PasskeyChallenge.objects.exists()


def test_guesses_at_one_account_lock_nobody_else(people: Cast) -> None:
    with_codes(people.manager)
    secret, _ = with_codes(people.manager2)
    guesses = [signing(people.unit, people.manager, Proof("guessed", "x")) for _ in range(5)]
    right = signing(people.unit, people.manager2, Proof(PASSWORD, code_now(secret)))
    assert at_once(*guesses, right)[-1] == "password and one-time code"


def test_an_app_set_up_twice_at_once_is_there_once(people: Cast) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

    def activate() -> int:
        return len(
            second_factors.activate_codes(
                secret=secret,
                code=code_now(secret),
                confirmed_at=timezone.now(),
                by=people.manager,
            )
        )

    said = at_once(*(activate for _ in range(4)))
    assert said.count(10) == 1
    assert Authenticator.objects.filter(user=people.manager).count() == 2
