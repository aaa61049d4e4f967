"""Signing in: password, second factor, passkey, and how guessing is slowed down."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from registry.models import Entry, User
from registry.services.passkeys import Site
from tests.cast import PASSWORD, Cast
from tests.registry.factors import SoftKey, code_now, with_codes, with_passkey
from tests.traces import time_passes, who

pytestmark = pytest.mark.usefixtures("still_clock")
SIGN_IN, SECOND = "/sign-in/", "/sign-in/second-factor/"


@pytest.fixture(autouse=True)
def counted_apart(settings: Settings) -> None:
    """Count wrong passwords in this test alone."""
    cache = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": cache, "LOCATION": "sign-ins of the tests"}}
    from django.core.cache import caches

    caches["default"].clear()


def tries(browser: Client, password: str = PASSWORD, name: str = "manager", **headers: str) -> int:
    said = {"username": name, "password": password}
    return browser.post(SIGN_IN, said, headers=headers).status_code


def begun(person: User) -> Client:
    browser = Client()
    said = {"username": person.username, "password": PASSWORD}
    answer = browser.post(f"{SIGN_IN}?next=/journal/", said)
    assert answer["Location"] == SECOND
    return browser


def is_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def test_who_has_only_a_password_is_in_with_it(cast: Cast) -> None:
    browser = Client()
    assert tries(browser) == 302
    assert is_in(browser)


def test_who_has_a_second_factor_is_in_only_with_it(cast: Cast) -> None:
    secret, _ = with_codes(cast.manager)
    browser = begun(cast.manager)
    assert not is_in(browser)
    assert browser.get("/journal/").status_code == 302
    assert browser.get(SECOND).status_code == 200
    answer = browser.post(SECOND, {"code": code_now(secret)})
    assert answer["Location"] == "/journal/"
    assert is_in(browser)
    assert browser.get("/journal/").status_code == 200


def test_a_recovery_code_lets_in_once(cast: Cast) -> None:
    _, codes = with_codes(cast.manager)
    assert begun(cast.manager).post(SECOND, {"code": codes[0]}).status_code == 302
    again = begun(cast.manager)
    assert again.post(SECOND, {"code": codes[0]}).status_code == 403
    assert not is_in(again)


def test_a_passkey_lets_in(cast: Cast) -> None:
    site = Site("localhost", "http://localhost")
    key = with_passkey(cast.manager, SoftKey(site=site))
    browser = begun(cast.manager)
    options = browser.post("/sign-in/passkey/", headers={"host": "localhost"}).json()
    assert options["rpId"] == "localhost"
    said = {"passkey": key.answer(options)}
    assert browser.post(SECOND, said).status_code == 302
    assert is_in(browser)


def test_an_answer_for_the_sign_in_is_none_of_another_browser(cast: Cast) -> None:
    key = with_passkey(cast.manager, SoftKey(site=Site("localhost", "http://localhost")))
    mine, theirs = begun(cast.manager), begun(cast.manager)
    options = mine.post("/sign-in/passkey/", headers={"host": "localhost"}).json()
    assert theirs.post(SECOND, {"passkey": key.answer(options)}).status_code == 403
    assert not is_in(theirs)


def test_three_wrong_codes_lock_the_second_factor_and_not_signing(cast: Cast) -> None:
    secret, _ = with_codes(cast.manager)
    browser = begun(cast.manager)
    for _ in range(3):
        answer = browser.post(SECOND, {"code": "no code"})
        assert answer.status_code == 403
        assert "The code is not right or was used before" in answer.text
    entries = Entry.objects.filter(action="person.sign_in_failed")
    assert [(who(entry), entry.method) for entry in entries] == [("Mara Roth", "password")] * 3
    for locked in (browser, begun(cast.manager)):
        answer = locked.post(SECOND, {"code": code_now(secret)})
        assert "After 3 wrong tries this is locked" in answer.text
        assert not is_in(locked)


def test_nothing_given_is_no_try(cast: Cast) -> None:
    with_codes(cast.manager)
    answer = begun(cast.manager).post(SECOND, {"code": ""})
    assert "Enter the code of this moment" in answer.text
    assert not Entry.objects.filter(action="person.sign_in_failed").exists()


def test_the_second_page_alone_leads_back_to_the_first(cast: Cast) -> None:
    with_codes(cast.manager)
    for browser in (Client(), Client()):
        assert browser.get(SECOND)["Location"] == SIGN_IN
        assert browser.post("/sign-in/passkey/").status_code == 403


def test_a_sign_in_begun_is_over_after_a_while(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, _ = with_codes(cast.manager)
    browser = begun(cast.manager)
    time_passes(monkeypatch, minutes=11)
    assert browser.post(SECOND, {"code": code_now(secret)})["Location"] == SIGN_IN


def test_a_sign_in_begun_ends_with_a_new_password_and_with_the_account(cast: Cast) -> None:
    secret, _ = with_codes(cast.manager)
    browser, other = begun(cast.manager), begun(cast.manager)
    User.objects.filter(pk=cast.manager.pk).update(is_active=False)
    assert browser.post(SECOND, {"code": code_now(secret)})["Location"] == SIGN_IN
    cast.manager.set_password("another pass phrase")
    cast.manager.is_active = True
    cast.manager.save()
    assert other.post(SECOND, {"code": code_now(secret)})["Location"] == SIGN_IN


def test_a_demo_account_gives_its_second_factor_on_this_machine_alone(cast: Cast) -> None:
    secret, _ = with_codes(cast.manager)
    User.objects.filter(pk=cast.manager.pk).update(demo=True)
    browser = begun(cast.manager)
    said = {"code": code_now(secret)}
    answer = browser.post(SECOND, said, headers={"x-forwarded-for": "192.0.2.1"})
    assert answer["Location"] == SIGN_IN
    assert browser.post(SECOND, said).status_code == 302
    assert is_in(browser)


def test_many_wrong_passwords_for_one_account_have_to_wait_and_others_do_not(cast: Cast) -> None:
    browser = Client()
    assert [tries(browser, "guessed") for _ in range(11)] == [200] * 10 + [429]
    answer = browser.post(SIGN_IN, {"username": "MANAGER", "password": PASSWORD})
    assert answer.status_code == 429
    assert "There were too many wrong tries. Wait five minutes" in answer.text
    assert tries(browser, name="owner") == 302


def test_many_wrong_passwords_from_one_address_have_to_wait_whatever_a_header_says(
    cast: Cast,
) -> None:
    browser = Client()
    answers = [
        tries(browser, "guessed", f"somebody{n}", **{"x-forwarded-for": f"10.0.0.{n}"})
        for n in range(21)
    ]
    assert answers == [200] * 20 + [429]


def test_right_passwords_use_no_limit_up_and_free_nobody_elses(cast: Cast) -> None:
    for _ in range(9):
        tries(Client(), "guessed")
    for _ in range(15):
        assert tries(Client(), name="owner") == 302
    assert tries(Client(), "guessed") == 200
    assert tries(Client()) == 429


def test_the_sign_in_keeps_its_address_and_words(cast: Cast) -> None:
    assert reverse("sign_in") == SIGN_IN
    text = Client().get(SIGN_IN).text
    for words in ("Username", "Password", "Sign in"):
        assert words in text
