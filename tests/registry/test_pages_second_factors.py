"""My account: confirm, then set up codes and passkeys, remove them, and see codes once."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from registry.models import Entry, User
from registry.services.passkeys import Site
from tests.cast import PASSWORD, Cast
from tests.registry.factors import SoftKey, code_now, with_codes, with_passkey
from tests.registry.pages import signed_in
from tests.traces import time_passes

pytestmark = pytest.mark.usefixtures("still_clock")
ACCOUNT, CONFIRM = "/account/", "/account/confirm/"


def confirmed(person: User, **said: str) -> Client:
    browser = signed_in(person)
    assert browser.post(CONFIRM, {"password": PASSWORD, **said}).status_code == 302
    return browser


def codes_in(text: str) -> list[str]:
    return re.findall(r"<code>(\d{8})</code>", text)


def test_the_account_is_linked_and_says_that_there_is_no_second_factor(cast: Cast) -> None:
    page = signed_in(cast.manager).get(ACCOUNT).text
    assert "You have no second factor yet." in page
    assert f'<a href="{ACCOUNT}">Mara Roth</a>' in page


@pytest.mark.parametrize("path", ["codes/", "passkeys/add/"])
def test_who_changes_factors_confirms_first_and_comes_back(cast: Cast, path: str) -> None:
    browser = signed_in(cast.manager)
    answer = browser.get(ACCOUNT + path)
    assert answer.status_code == 302
    back = browser.post(answer["Location"], {"password": PASSWORD})
    assert back["Location"] == ACCOUNT + path
    assert browser.get(back["Location"]).status_code == 200


def test_confirming_leads_to_our_pages_alone(cast: Cast) -> None:
    browser = signed_in(cast.manager)
    answer = browser.post(f"{CONFIRM}?next=https://elsewhere.example/", {"password": PASSWORD})
    assert answer["Location"] == ACCOUNT


def test_a_confirmation_is_over_after_a_while(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = confirmed(cast.manager)
    time_passes(monkeypatch, minutes=9)
    assert CONFIRM in browser.get(ACCOUNT + "codes/")["Location"]


def test_a_wrong_password_confirms_nothing_and_three_lock(cast: Cast) -> None:
    browser = signed_in(cast.manager)
    for _ in range(3):
        answer = browser.post(CONFIRM, {"password": "guessed"})
        assert answer.status_code == 403
        assert "The password is not right. Enter it again." in answer.text
    assert Entry.objects.filter(action="person.confirmation_failed").count() == 3
    answer = browser.post(CONFIRM, {"password": PASSWORD})
    assert "After 3 wrong tries this is locked" in answer.text
    assert CONFIRM in browser.get(ACCOUNT + "codes/")["Location"]


def test_who_has_no_password_here_confirms_by_having_signed_in_just_now(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.manager.set_unusable_password()
    cast.manager.save()
    browser = signed_in(cast.manager)
    assert browser.post(CONFIRM, {"sent": "yes"}).status_code == 302
    time_passes(monkeypatch, minutes=11)
    answer = browser.post(CONFIRM, {"sent": "yes"})
    assert answer.status_code == 403
    assert "Sign out, sign in again, and come back at once." in answer.text
    with_passkey(cast.manager)
    assert browser.post(CONFIRM, {"sent": "yes"}).status_code == 403


def test_who_has_a_second_factor_confirms_with_it_too(cast: Cast) -> None:
    secret, _ = with_codes(cast.manager)
    browser = signed_in(cast.manager)
    answer = browser.post(CONFIRM, {"password": PASSWORD})
    assert answer.status_code == 403
    assert "Enter the code of this moment" in answer.text
    answer = browser.post(CONFIRM, {"password": PASSWORD, "code": code_now(secret)})
    assert answer.status_code == 302


def test_an_app_is_set_up_with_its_first_code_and_the_recovery_codes_are_shown_once(
    cast: Cast,
) -> None:
    browser = confirmed(cast.manager)
    page = browser.get(ACCOUNT + "codes/")
    assert "no-store" in page["Cache-Control"]
    secret = re.search(r"<code>([A-Z2-7 ]{39})</code>", page.text)
    assert secret
    plain = secret[1].replace(" ", "")
    assert 'src="data:image/svg+xml' in page.text
    assert plain not in str(dict(browser.session))
    wrong = browser.post(ACCOUNT + "codes/", {"code": "no code"})
    assert wrong.status_code == 409
    assert secret[1] in wrong.text
    done = browser.post(ACCOUNT + "codes/", {"code": code_now(plain)})
    assert done.status_code == 200
    assert len(codes_in(done.text)) == 10
    later = browser.get(ACCOUNT).text
    assert "10 codes are left" in later
    assert not codes_in(later)


def test_a_passkey_is_added_and_removed(cast: Cast) -> None:
    browser = confirmed(cast.manager)
    key = SoftKey(site=Site("localhost", "http://localhost:8000"))
    options = browser.post(ACCOUNT + "passkeys/new/", headers={"host": "localhost:8000"}).json()
    assert options["rp"]["id"] == "localhost"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    said = {"name": "Work laptop", "passkey": key.make(options)}
    assert len(codes_in(browser.post(ACCOUNT + "passkeys/add/", said).text)) == 10
    assert "Work laptop" in browser.get(ACCOUNT).text
    passkey = Authenticator.objects.get(type="webauthn")
    assert browser.post(f"{ACCOUNT}factors/{passkey.pk}/remove/").status_code == 302
    assert not Authenticator.objects.exists()


def test_a_passkey_that_the_browser_did_not_make_is_refused_in_words(cast: Cast) -> None:
    browser = confirmed(cast.manager)
    answer = browser.post(ACCOUNT + "passkeys/add/", {"name": "Laptop", "passkey": "{}"})
    assert answer.status_code == 409
    assert "The browser made no passkey for this page" in answer.text


def test_under_an_address_passkeys_do_not_work_and_the_answer_says_so(cast: Cast) -> None:
    browser = signed_in(cast.manager)
    for path in ("passkeys/new/", "passkeys/ask/"):
        answer = browser.post(ACCOUNT + path, headers={"host": "127.0.0.1:8000"})
        assert answer.status_code == 409
        assert "instead of 127.0.0.1" in answer.json()["detail"]


def test_nobody_removes_what_is_not_theirs(cast: Cast) -> None:
    with_passkey(cast.manager2)
    passkey = Authenticator.objects.get(type="webauthn")
    browser = confirmed(cast.manager)
    assert browser.post(f"{ACCOUNT}factors/{passkey.pk}/remove/").status_code == 302
    assert "You have no such second factor any more." in browser.get(ACCOUNT).text
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


def test_new_recovery_codes_are_shown_once(cast: Cast) -> None:
    secret, earlier = with_codes(cast.manager)
    browser = confirmed(cast.manager, code=code_now(secret))
    later = codes_in(browser.post(ACCOUNT + "recovery-codes/").text)
    assert len(later) == 10
    assert not set(later) & set(earlier)


@pytest.mark.parametrize(
    "path",
    ["", "confirm/", "codes/", "passkeys/add/", "passkeys/new/", "passkeys/ask/"]
    + ["factors/1/remove/", "recovery-codes/"],
)
def test_a_stranger_is_sent_to_the_sign_in(cast: Cast, path: str) -> None:
    for ask in (Client().get, Client().post):
        answer = ask(ACCOUNT + path)
        assert answer.status_code in (302, 405)
        assert answer.status_code == 405 or reverse("sign_in") in answer["Location"]


@pytest.mark.parametrize("path", ["signup/", "login/", "password/reset/", "2fa/", "email/"])
def test_no_page_of_the_library_is_reachable(cast: Cast, path: str) -> None:
    assert Client().get(f"/accounts/{path}").status_code == 404
    assert signed_in(cast.manager).get(f"/accounts/{path}").status_code == 404
