"""Passkeys: an answer is good for one act, in one session, once, from the right page, and soon."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from registry.models import PasskeyChallenge
from registry.rules.refusals import Refused
from registry.services import passkeys, second_factors
from registry.services.passkeys import Site
from tests.cast import Cast
from tests.registry.factors import PRESENT, SESSION, SITE, SoftKey, answered, with_passkey
from tests.traces import time_passes

ABOUT = "registry.release:7:abcd"


def takes(cast: Cast, answer: str, about: str = ABOUT, session: str = SESSION) -> bool:
    return passkeys.take(person=cast.manager, answer=answer, about=about, session=session)


def test_an_answer_is_taken_once(cast: Cast) -> None:
    key = with_passkey(cast.manager)
    answer = answered(key, cast.manager, ABOUT)
    assert takes(cast, answer)
    assert not takes(cast, answer)


def test_an_answer_for_another_act_is_not_taken_and_its_challenge_is_gone(cast: Cast) -> None:
    key = with_passkey(cast.manager)
    answer = answered(key, cast.manager, "registry.release:7:other content")
    assert not takes(cast, answer)
    assert not takes(cast, answer, about="registry.release:7:other content")


def test_an_answer_from_another_session_is_not_taken(cast: Cast) -> None:
    key = with_passkey(cast.manager)
    assert not takes(cast, answered(key, cast.manager, ABOUT, session="another"))
    assert not takes(cast, answered(key, cast.manager, ABOUT, session=""), session="")


def test_an_answer_to_somebody_elses_challenge_is_not_taken(cast: Cast) -> None:
    key = with_passkey(cast.manager)
    with_passkey(cast.manager2)
    assert not takes(cast, answered(key, cast.manager2, ABOUT))


def test_an_answer_that_comes_too_late_is_not_taken(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = answered(with_passkey(cast.manager), cast.manager, ABOUT)
    time_passes(monkeypatch, minutes=5)
    assert not takes(cast, answer)


def test_a_newer_challenge_of_the_session_replaces_the_one_before(cast: Cast) -> None:
    key = with_passkey(cast.manager)
    first, second = (answered(key, cast.manager, ABOUT) for _ in range(2))
    assert not takes(cast, first)
    assert takes(cast, second)
    assert not PasskeyChallenge.objects.exists()


@pytest.mark.parametrize(
    "falsified",
    [
        {"origin": "https://elsewhere.example"},
        {"origin": "http://testserver:8001"},
        {"origin": "http://sub.testserver"},
        {"origin": "https://testserver"},
        {"type": "webauthn.create"},
        {"challenge": "bWFkZSB1cCwgYnV0IGxvbmcgZW5vdWdo"},
    ],
)
def test_an_answer_with_a_false_claim_is_not_taken(cast: Cast, falsified: dict[str, str]) -> None:
    key = with_passkey(cast.manager)
    assert not takes(cast, answered(key, cast.manager, ABOUT, **falsified))


def test_an_answer_without_pin_or_finger_is_not_taken(cast: Cast) -> None:
    key = with_passkey(cast.manager)
    key.flags = PRESENT
    assert not takes(cast, answered(key, cast.manager, ABOUT))


def test_a_key_for_another_host_or_with_another_private_part_is_not_taken(cast: Cast) -> None:
    key = with_passkey(cast.manager)
    copy = SoftKey(credential_id=key.credential_id)
    elsewhere = SoftKey(
        site=Site("elsewhere", SITE.origin), credential_id=key.credential_id, private=key.private
    )
    unknown = SoftKey(credential_id=b"unknown", private=key.private)
    for forged in (copy, elsewhere, unknown):
        assert not takes(cast, answered(forged, cast.manager, ABOUT))


def test_a_counter_that_does_not_grow_betrays_a_copy(cast: Cast) -> None:
    key = with_passkey(cast.manager)
    for counter, taken in ((5, True), (5, False), (4, False), (6, True)):
        key.counter = counter
        assert takes(cast, answered(key, cast.manager, ABOUT)) is taken


def spoilt(change: Callable[[dict[str, Any]], object]) -> Callable[[str], str]:
    def spoil(answer: str) -> str:
        said = json.loads(answer)
        change(said)
        return json.dumps(said)

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        lambda answer: "",
        lambda answer: "null",
        lambda answer: "[]",
        lambda answer: '{"a":' * 5000,
        lambda answer: answer[:-9],
        spoilt(lambda said: said.pop("response")),
        spoilt(lambda said: said.update(rawId=7)),
        spoilt(lambda said: said.update(id="other")),
        spoilt(lambda said: said["response"].update(clientDataJSON="AAAA")),
        spoilt(lambda said: said["response"].update(clientDataJSON=None)),
        spoilt(lambda said: said["response"].update(authenticatorData="AAAA")),
        spoilt(lambda said: said["response"].update(signature="")),
        spoilt(lambda said: said["response"].update(signature="AAAA")),
    ],
)
def test_an_answer_that_is_none_is_not_taken(cast: Cast, spoil: Callable[[str], str]) -> None:
    key = with_passkey(cast.manager)
    assert not takes(cast, spoil(answered(key, cast.manager, ABOUT)))


def adds(cast: Cast, key: SoftKey, session: str = SESSION, **falsified: Any) -> None:
    options = passkeys.creation_options(person=cast.manager, session=SESSION, site=SITE)
    second_factors.add_passkey(
        name="Laptop",
        answer=key.make(options, **falsified),
        session=session,
        confirmed_at=timezone.now(),
        by=cast.manager,
    )


@pytest.mark.parametrize(
    ("key", "falsified"),
    [
        (SoftKey(), {"origin": "https://elsewhere.example"}),
        (SoftKey(), {"type": "webauthn.get"}),
        (SoftKey(), {"session": "another"}),
        (SoftKey(flags=PRESENT), {}),
        (SoftKey(site=Site("elsewhere", SITE.origin)), {}),
    ],
)
def test_what_is_no_new_passkey_is_not_kept(
    cast: Cast, key: SoftKey, falsified: dict[str, str]
) -> None:
    with pytest.raises(Refused) as caught:
        adds(cast, key, **falsified)
    assert caught.value.objections[0].code == "factor.passkey"
    assert not Authenticator.objects.exists()


def test_a_passkey_of_somebody_else_is_not_kept_a_second_time(cast: Cast) -> None:
    key = with_passkey(cast.manager2)
    with pytest.raises(Refused):
        adds(cast, key)


def test_passkeys_belong_to_a_name_and_never_to_an_address() -> None:
    for host, can in (("localhost", True), ("gov.example.bank", True), ("127.0.0.1", False)):
        assert Site(host, f"http://{host}").can_hold_passkeys is can
    assert not Site("[::1]", "http://[::1]").can_hold_passkeys
