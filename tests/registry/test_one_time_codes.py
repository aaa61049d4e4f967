"""Codes by RFC 6238, each taken once, in time, and recovery codes."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from registry.models import User
from registry.rules.signatures import Factor
from registry.services import one_time_codes
from tests.cast import Cast
from tests.registry.factors import code_at, code_now, with_codes
from tests.traces import time_passes

pytestmark = pytest.mark.usefixtures("still_clock")
# RFC 6238, appendix B, for SHA-1; the last six of its eight digits.
SECRET = base64.b32encode(b"12345678901234567890").decode()
VECTORS = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


@pytest.mark.parametrize(("seconds", "code"), VECTORS.items())
def test_the_codes_of_the_standard_are_taken_at_their_time(
    monkeypatch: pytest.MonkeyPatch, seconds: int, code: str
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime.fromtimestamp(seconds, tz=UTC))
    assert code_at(SECRET, seconds) == code
    assert one_time_codes.matching_step(SECRET, code) == seconds // 30


@pytest.mark.parametrize("written", ["287 082", " 287082 ", "287-082"])
def test_blanks_and_dashes_do_not_matter(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime.fromtimestamp(59, tz=UTC))
    assert one_time_codes.matching_step(SECRET, written) == 1


@pytest.mark.parametrize("wrong", ["", "0", "28708", "2870822", "١٢٣٤٥٦", "abcdef", "\0"])
def test_what_is_no_code_is_none(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime.fromtimestamp(59, tz=UTC))
    assert one_time_codes.matching_step(SECRET, wrong) is None


def test_secrets_are_160_bits_and_never_the_same() -> None:
    secrets = {one_time_codes.new_secret() for _ in range(20)}
    assert len(secrets) == 20
    assert {len(base64.b32decode(secret)) for secret in secrets} == {20}


def test_a_code_is_taken_once(cast: Cast) -> None:
    secret, _ = with_codes(cast.manager)
    code = code_now(secret)
    assert one_time_codes.take(cast.manager, code) is Factor.CODE
    assert one_time_codes.take(cast.manager, code) is None


def test_the_code_that_set_the_app_up_is_used(cast: Cast) -> None:
    secret, _ = with_codes(cast.manager)
    assert one_time_codes.take(cast.manager, code_now(secret, steps=-1)) is None


def test_after_a_later_code_an_earlier_one_is_not_taken(cast: Cast) -> None:
    secret, _ = with_codes(cast.manager)
    assert one_time_codes.take(cast.manager, code_now(secret, steps=1)) is Factor.CODE
    assert one_time_codes.take(cast.manager, code_now(secret)) is None


@pytest.mark.parametrize("steps", [-2, 2, 100])
def test_a_code_too_early_or_too_late_is_not_taken(cast: Cast, steps: int) -> None:
    secret, _ = with_codes(cast.manager)
    assert one_time_codes.take(cast.manager, code_now(secret, steps=steps)) is None


def test_the_next_code_is_taken_half_a_minute_later(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, _ = with_codes(cast.manager)
    assert one_time_codes.take(cast.manager, code_now(secret))
    time_passes(monkeypatch, seconds=30)
    assert one_time_codes.take(cast.manager, code_now(secret)) is Factor.CODE


def test_a_recovery_code_is_taken_once_and_the_others_stay(cast: Cast) -> None:
    _, codes = with_codes(cast.manager)
    assert len(set(codes)) == 10
    assert one_time_codes.take(cast.manager, codes[3]) is Factor.RECOVERY_CODE
    assert one_time_codes.take(cast.manager, codes[3]) is None
    assert one_time_codes.take(cast.manager, codes[4]) is Factor.RECOVERY_CODE


def test_somebody_elses_codes_are_worth_nothing(cast: Cast) -> None:
    secret, codes = with_codes(cast.manager)
    with_codes(cast.manager2)
    assert one_time_codes.take(cast.manager2, code_now(secret)) is None
    assert one_time_codes.take(cast.manager2, codes[0]) is None


def test_who_has_no_app_has_no_codes(cast: Cast) -> None:
    assert one_time_codes.take(cast.manager, "000000") is None


def kept(person: User) -> str:
    return str(list(Authenticator.objects.filter(user=person).values()))


def test_neither_the_secret_nor_a_recovery_code_lies_in_the_database_in_clear(cast: Cast) -> None:
    secret, codes = with_codes(cast.manager)
    for clear in (secret, base64.b32decode(secret).decode(), *codes):
        assert clear not in kept(cast.manager)
