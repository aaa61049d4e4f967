"""Signing with more than a password: what the policy asks for, and one lock over all of it."""

from __future__ import annotations

from typing import Any

import pytest

from registry.models import Entry, User
from registry.rules.signatures import (
    NOTHING_ENROLLED,
    PASSWORD_MISSING,
    SECOND_FACTOR_MISSING,
    STEP_UP,
    STEP_UP_BY_PASSKEY,
)
from registry.services import signatures
from registry.services.signatures import Proof, SignatureFailed
from tests.cast import PASSWORD, Cast
from tests.registry.factors import SESSION, answered, code_now, with_codes, with_passkey
from tests.traces import denied, journalled, time_passes

pytestmark = pytest.mark.usefixtures("still_clock")
DIGEST = "a1" * 32


def sign(
    cast: Cast, proof: Proof, strength: str = "second_factor", by: User | None = None, **of: Any
) -> str:
    by = by or cast.manager
    said = {"subject": cast.unit, "model": None, "digest": DIGEST} | of
    return signatures.check(proof=proof, strength=strength, by=by, **said)


def act(cast: Cast) -> str:
    return signatures.about(cast.unit, DIGEST)


def test_a_password_is_enough_where_the_policy_says_so(cast: Cast) -> None:
    assert sign(cast, Proof(PASSWORD), "password") == "password"


def test_a_password_and_a_one_time_code(cast: Cast) -> None:
    secret, _ = with_codes(cast.manager)
    assert sign(cast, Proof(PASSWORD, code_now(secret))) == "password and one-time code"


def test_a_password_and_a_recovery_code(cast: Cast) -> None:
    _, codes = with_codes(cast.manager)
    assert sign(cast, Proof(PASSWORD, codes[0])) == "password and recovery code"


def test_a_password_and_a_passkey(cast: Cast) -> None:
    key = with_passkey(cast.manager)
    said = answered(key, cast.manager, act(cast))
    assert sign(cast, Proof(PASSWORD, "", said, SESSION)) == "password and passkey"


def test_what_is_given_beyond_need_is_looked_at_too(cast: Cast) -> None:
    with_codes(cast.manager)
    with pytest.raises(SignatureFailed, match="code is not right"):
        sign(cast, Proof(PASSWORD, "no code"), "password")


def test_the_sentence_says_what_is_missing_and_no_try_is_counted(cast: Cast) -> None:
    with_codes(cast.manager)
    for proof, sentence in (
        (Proof(), PASSWORD_MISSING),
        (Proof(PASSWORD), SECOND_FACTOR_MISSING),
        (Proof(code="no code"), PASSWORD_MISSING),
    ):
        with denied() as caught:
            sign(cast, proof)
        assert str(caught.value) == sentence
    with denied() as caught:
        sign(cast, Proof(PASSWORD), by=cast.manager2)
    assert str(caught.value) == NOTHING_ENROLLED


def test_who_signs_in_elsewhere_steps_up(cast: Cast) -> None:
    cast.manager.set_unusable_password()
    cast.manager.save()
    with pytest.raises(SignatureFailed) as caught:
        sign(cast, Proof(), "password")
    assert str(caught.value) == NOTHING_ENROLLED
    secret, _ = with_codes(cast.manager)
    with pytest.raises(SignatureFailed) as caught:
        sign(cast, Proof(), "password")
    assert str(caught.value) == STEP_UP
    assert sign(cast, Proof(code=code_now(secret)), "password") == "one-time code"
    with pytest.raises(SignatureFailed) as caught:
        sign(cast, Proof(code=code_now(secret, steps=1)))
    assert str(caught.value) == STEP_UP_BY_PASSKEY
    said = answered(with_passkey(cast.manager), cast.manager, act(cast))
    assert sign(cast, Proof(passkey=said, session=SESSION)) == "passkey"


def test_a_code_signs_once(cast: Cast) -> None:
    secret, _ = with_codes(cast.manager)
    proof = Proof(PASSWORD, code_now(secret))
    sign(cast, proof)
    with pytest.raises(SignatureFailed, match="used before"):
        sign(cast, proof)


def test_a_wrong_password_uses_no_code_up(cast: Cast) -> None:
    _, codes = with_codes(cast.manager)
    with pytest.raises(SignatureFailed, match="password is not right"):
        sign(cast, Proof("guessed", codes[0]))
    assert sign(cast, Proof(PASSWORD, codes[0])) == "password and recovery code"


def test_a_wrong_try_is_journalled_with_the_part_that_was_wrong(cast: Cast) -> None:
    with_codes(cast.manager)
    with journalled() as entries, pytest.raises(SignatureFailed) as caught:
        sign(cast, Proof(PASSWORD, "no code"))
    assert caught.value.part == "code"
    (entry,) = entries
    assert (entry.action, entry.actor_id) == ("signature.failed", cast.manager.pk)
    assert '"wrong":"code"' in entry.changes
    assert "no code" not in str(entry.facts)


def guess_each_factor_once(cast: Cast) -> None:
    key = with_passkey(cast.manager)
    other = answered(key, cast.manager, signatures.about(cast.other_unit, DIGEST))
    for wrong in (
        Proof("guessed"),
        Proof(PASSWORD, "no code"),
        Proof(PASSWORD, "", other, SESSION),
    ):
        with pytest.raises(SignatureFailed, match="nothing was signed"):
            sign(cast, wrong, "password")


def test_wrong_tries_of_different_factors_lock_together(cast: Cast) -> None:
    secret, codes = with_codes(cast.manager)
    guess_each_factor_once(cast)
    for right in (Proof(PASSWORD), Proof(PASSWORD, code_now(secret)), Proof(PASSWORD, codes[0])):
        with pytest.raises(SignatureFailed, match="locked after 3 wrong tries"):
            sign(cast, right, "password")


def test_tries_that_failed_on_a_release_count_for_everything_else(cast: Cast) -> None:
    with_codes(cast.manager)
    guess_each_factor_once(cast)
    assert Entry.objects.filter(action="signature.failed").count() == 3
    with pytest.raises(SignatureFailed, match="locked"):
        sign(cast, Proof(PASSWORD), "password", subject=cast.other_unit)


def test_a_lock_uses_no_code_up_and_opens_after_a_quarter_of_an_hour(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, codes = with_codes(cast.manager)
    guess_each_factor_once(cast)
    with pytest.raises(SignatureFailed, match="locked"):
        sign(cast, Proof(PASSWORD, codes[0]))
    time_passes(monkeypatch, minutes=15, seconds=1)
    assert sign(cast, Proof(PASSWORD, codes[0])) == "password and recovery code"
