"""The second factor at the door for tokens."""

from __future__ import annotations

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from registry.models import Entry
from tests.cast import PASSWORD, Cast
from tests.registry.factors import code_now, with_codes

TOKENS = "/api/v1/auth/token/"
pytestmark = pytest.mark.usefixtures("still_clock")


@pytest.fixture(autouse=True)
def counted_apart(settings: Settings) -> None:
    """Count sign-ins in this process alone."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


def asks(**said: str) -> tuple[int, str]:
    asked = {"username": "manager", "password": PASSWORD, **said}
    answer = APIClient().post(TOKENS, asked, format="json")
    return answer.status_code, str(answer.json().get("detail", ""))


def test_an_account_with_a_second_factor_gets_a_token_for_both(cast: Cast) -> None:
    secret, codes = with_codes(cast.manager)
    assert asks(code=code_now(secret))[0] == 200
    assert asks(code=codes[0])[0] == 200


def test_without_the_code_there_is_none_and_the_answer_says_so(cast: Cast) -> None:
    with_codes(cast.manager)
    status, detail = asks()
    assert status == 401
    assert "Enter the code of this moment" in detail


def test_a_code_gives_one_token(cast: Cast) -> None:
    secret, _ = with_codes(cast.manager)
    code = code_now(secret)
    assert asks(code=code)[0] == 200
    assert asks(code=code)[0] == 401


def test_a_wrong_password_is_told_before_the_code_is_looked_at(cast: Cast) -> None:
    _, codes = with_codes(cast.manager)
    assert asks(password="guessed", code=codes[0])[0] == 401
    assert asks(code=codes[0])[0] == 200


def test_three_wrong_codes_lock_and_are_journalled(cast: Cast) -> None:
    secret, _ = with_codes(cast.manager)
    assert {asks(code="no code")[0] for _ in range(3)} == {401}
    assert Entry.objects.filter(action="person.sign_in_failed").count() == 3
    status, detail = asks(code=code_now(secret))
    assert status == 401
    assert "locked" in detail


def test_an_account_without_one_needs_no_code(cast: Cast) -> None:
    assert asks()[0] == 200
    assert asks(code="")[0] == 200
