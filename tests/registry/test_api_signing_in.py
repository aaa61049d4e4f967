"""Tokens of the API: who is given one, how it ends, and what a session has to bring."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from knox.models import get_token_model
from pytest_django import Settings
from rest_framework.test import APIClient

from registry.models import Entry
from tests.cast import PASSWORD, Cast, api

TOKENS, UNITS = "/api/v1/auth/token/", "/api/v1/units/"


@pytest.fixture(autouse=True)
def counted_apart(settings: Settings) -> None:
    """Count sign-ins in this process alone, or earlier tests use up the rate of these."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def sign_in(username: str, password: str = PASSWORD, **headers: str) -> tuple[int, dict[str, str]]:
    asked = {"username": username, "password": password}
    answer = APIClient().post(TOKENS, asked, format="json", **headers)
    return answer.status_code, answer.json()


def units_with(token: str) -> int:
    return APIClient().get(UNITS, HTTP_AUTHORIZATION=f"Token {token}").status_code


def test_a_password_gives_a_token_that_opens_the_doors(cast: Cast) -> None:
    status, given = sign_in("scientist")
    assert status == 200
    assert set(given) == {"token", "expiry"}
    assert units_with(given["token"]) == 200


def test_the_token_is_kept_as_a_hash_alone(cast: Cast) -> None:
    _, given = sign_in("scientist")
    kept = get_token_model().objects.values().get()
    assert given["token"] not in {str(value) for value in kept.values()}


def test_a_wrong_password_gives_none(cast: Cast) -> None:
    assert sign_in("scientist", "wrong")[0] == 401


def test_a_name_that_is_no_text_is_malformed(cast: Cast) -> None:
    answer = APIClient().post(TOKENS, {"username": ["x"], "password": 1}, format="json")
    assert answer.status_code == 400
    assert set(answer.json()) == {"username", "password"}


def test_without_a_token_nothing_opens(cast: Cast) -> None:
    assert APIClient().get(UNITS).status_code == 401


@pytest.mark.parametrize("token", ["made-up", "\xff\xfe", "0" * 64])
def test_a_made_up_token_opens_nothing(cast: Cast, token: str) -> None:
    assert units_with(token) == 401


def test_an_expired_token_opens_nothing(cast: Cast) -> None:
    _, given = sign_in("scientist")
    get_token_model().objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert units_with(given["token"]) == 401


def test_a_revoked_token_opens_nothing(cast: Cast) -> None:
    _, given = sign_in("scientist")
    mine = {"HTTP_AUTHORIZATION": f"Token {given['token']}"}
    assert APIClient().delete(TOKENS, **mine).status_code == 204
    assert units_with(given["token"]) == 401


def test_a_token_of_a_closed_account_opens_nothing(cast: Cast) -> None:
    _, given = sign_in("scientist")
    cast.scientist.is_active = False
    cast.scientist.save()
    assert units_with(given["token"]) == 401
    assert sign_in("scientist")[0] == 401


def test_a_demo_account_is_let_in_from_this_machine(cast: Cast) -> None:
    cast.scientist.demo = True
    cast.scientist.save()
    assert sign_in("scientist")[0] == 200


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP"])
def test_a_demo_account_is_refused_through_a_proxy(cast: Cast, header: str) -> None:
    cast.scientist.demo = True
    cast.scientist.save()
    assert sign_in("scientist", **{header: "127.0.0.1"})[0] == 401
    answer = api(cast.scientist).get(UNITS, **{header: "127.0.0.1"})
    assert answer.status_code == 401


def test_a_demo_account_is_refused_from_another_machine(cast: Cast) -> None:
    cast.scientist.demo = True
    cast.scientist.save()
    assert sign_in("scientist", REMOTE_ADDR="192.0.2.7")[0] == 401
    assert api(cast.scientist).get(UNITS, REMOTE_ADDR="192.0.2.7").status_code == 401


def test_guessing_passwords_is_slowed_down_whatever_a_header_says(cast: Cast) -> None:
    answers = {sign_in("scientist", "no", HTTP_X_FORWARDED_FOR=f"10.0.0.{n}")[0] for n in range(25)}
    assert answers == {401, 429}


def test_a_session_opens_the_doors(cast: Cast) -> None:
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(cast.scientist)
    assert browser.get(UNITS).status_code == 200


def test_a_session_changes_nothing_without_the_forms_secret(cast: Cast) -> None:
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(cast.scientist)
    asked = {"unit": "retail-credit", "name": "Applications"}
    assert browser.post("/api/v1/datasets/", asked, format="json").status_code == 403


def test_the_journal_says_token_only_where_a_token_was_found_good(cast: Cast) -> None:
    browser = APIClient()
    browser.force_login(cast.scientist)
    asked = {"unit": "retail-credit", "name": "By session"}
    header = {"HTTP_AUTHORIZATION": "Basic eA=="}
    assert browser.post("/api/v1/datasets/", asked, format="json", **header).status_code == 201
    asked["name"] = "By token"
    assert api(cast.scientist).post("/api/v1/datasets/", asked).status_code == 201
    entries = Entry.objects.filter(action="dataset.registered").order_by("number")
    assert [entry.method for entry in entries] == ["session", "token"]
