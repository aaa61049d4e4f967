"""Second factors: added and removed by who confirmed just before, journalled, and told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from registry.models import Entry, Notice, User
from registry.rules.refusals import Refused
from registry.services import one_time_codes, second_factors
from tests.cast import Cast
from tests.registry.factors import code_now, with_codes, with_passkey
from tests.traces import journalled, named, nothing_written, refused, told_in

pytestmark = pytest.mark.usefixtures("still_clock")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def activate(cast: Cast, **said: object) -> list[str]:
    given = {"secret": SECRET, "code": code_now(SECRET), "confirmed_at": timezone.now()}
    return second_factors.activate_codes(by=cast.manager, **given | said)


def actions(entries: list[Entry]) -> list[tuple[str, dict[str, Any]]]:
    return [(entry.action, told_in(entry)) for entry in entries]


def test_the_first_factor_brings_recovery_codes_and_the_second_none(cast: Cast) -> None:
    assert not second_factors.takes_second_factor(cast.manager)
    assert len(activate(cast)) == 10
    assert second_factors.takes_second_factor(cast.manager)
    with_passkey(cast.manager)
    found = second_factors.enrolled(cast.manager)
    assert found.codes is not None
    assert [one.data["name"] for one in found.passkeys] == ["Laptop"]
    assert found.recovery_codes_left == 10


def test_adding_and_removing_stand_in_the_journal(cast: Cast) -> None:
    with journalled() as entries:
        activate(cast)
        with_passkey(cast.manager)
        for factor in Authenticator.objects.exclude(type="recovery_codes").order_by("pk"):
            second_factors.remove(factor=factor.pk, confirmed_at=timezone.now(), by=cast.manager)
    laptop = named(cast.manager, "Laptop")
    assert actions(entries) == [
        ("person.factor_added", {"factor": "totp"}),
        ("person.factor_added", {"factor": "webauthn", "name": laptop}),
        ("person.factor_removed", {"factor": "totp"}),
        ("person.factor_removed", {"factor": "webauthn", "name": laptop}),
    ]
    assert {entry.subject_id for entry in entries} == {cast.manager.pk}
    assert SECRET not in str([entry.facts for entry in entries])


def test_the_person_is_told_of_every_change(cast: Cast) -> None:
    activate(cast)
    second_factors.renew_recovery_codes(confirmed_at=timezone.now(), by=cast.manager)
    told = Notice.objects.filter(person=cast.manager, code="factor.changed").order_by("pk")
    assert [notice.params["about"] for notice in told] == [
        "Codes from an app, added",
        "Recovery codes, renewed",
    ]


def test_the_recovery_codes_go_with_the_last_factor(cast: Cast) -> None:
    activate(cast)
    with_passkey(cast.manager)
    codes, passkey = Authenticator.objects.exclude(type="recovery_codes").order_by("pk")
    second_factors.remove(factor=codes.pk, confirmed_at=timezone.now(), by=cast.manager)
    assert second_factors.enrolled(cast.manager).recovery_codes_left == 10
    second_factors.remove(factor=passkey.pk, confirmed_at=timezone.now(), by=cast.manager)
    assert not Authenticator.objects.exists()


def test_new_recovery_codes_replace_the_earlier_ones(cast: Cast) -> None:
    earlier = activate(cast)
    later = second_factors.renew_recovery_codes(confirmed_at=timezone.now(), by=cast.manager)
    assert not set(earlier) & set(later)
    assert one_time_codes.take(cast.manager, earlier[0]) is None
    assert one_time_codes.take(cast.manager, later[0])


Act = Callable[[Cast, object], object]
ACTS: list[Act] = [
    lambda cast, at: activate(cast, confirmed_at=at),
    lambda cast, at: second_factors.add_passkey(
        name="x", answer="", session="s", confirmed_at=at, by=cast.manager
    ),
    lambda cast, at: second_factors.remove(
        factor=Authenticator.objects.earliest("pk").pk, confirmed_at=at, by=cast.manager
    ),
    lambda cast, at: second_factors.renew_recovery_codes(confirmed_at=at, by=cast.manager),
]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("minutes", [None, 10, -1])
def test_who_did_not_just_confirm_changes_nothing(
    cast: Cast, act: Act, minutes: int | None
) -> None:
    with_codes(cast.manager)
    at = None if minutes is None else timezone.now() - timedelta(minutes=minutes)
    before = list(Authenticator.objects.values())
    with pytest.raises(Refused) as caught:
        act(cast, at)
    assert "factor.not_confirmed" in [one.code for one in caught.value.objections]
    assert list(Authenticator.objects.values()) == before


@pytest.mark.parametrize(
    "code", ["", "no code", code_now(SECRET, steps=9)], ids=["empty", "no code", "of later"]
)
def test_an_app_that_shows_another_code_is_not_set_up(cast: Cast, code: str) -> None:
    with refused("factor.wrong_code"):
        activate(cast, code=code)
    with refused("factor.wrong_code"):
        activate(cast, secret="")


def test_there_is_one_app_for_codes_at_a_time(cast: Cast) -> None:
    activate(cast)
    with refused("factor.codes_already"):
        activate(cast)


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_a_passkey_has_a_name(cast: Cast, name: str) -> None:
    with pytest.raises(Refused, match="Give the passkey a name of up to 60 characters"):
        with_passkey(cast.manager, name=name)
    assert not Authenticator.objects.exists()


def test_nobody_removes_somebody_elses_factor_or_recovery_codes_alone(cast: Cast) -> None:
    with_codes(cast.manager)
    with_codes(cast.manager2)
    for factor in Authenticator.objects.exclude(user=cast.manager2, type="totp"):
        with refused("factor.unknown"):
            second_factors.remove(factor=factor.pk, confirmed_at=timezone.now(), by=cast.manager2)


def test_recovery_codes_alone_are_no_second_factor(cast: Cast) -> None:
    with refused("factor.none"):
        second_factors.renew_recovery_codes(confirmed_at=timezone.now(), by=cast.manager)


def test_a_secret_opens_under_an_earlier_key_and_under_no_other(
    cast: Cast, settings: Settings
) -> None:
    secret, _ = with_codes(cast.manager)
    settings.SECOND_FACTOR_OLD_KEYS = [settings.SECOND_FACTOR_KEY]
    settings.SECOND_FACTOR_KEY = b"k" * 32
    assert one_time_codes.take(cast.manager, code_now(secret))
    settings.SECOND_FACTOR_OLD_KEYS = []
    with pytest.raises(Refused, match="SECOND_FACTOR_OLD_KEYS"):
        one_time_codes.take(cast.manager, code_now(secret, steps=1))


def test_after_a_rotation_the_earlier_key_can_go(cast: Cast, settings: Settings) -> None:
    secret, codes = with_codes(cast.manager)
    settings.SECOND_FACTOR_OLD_KEYS = [settings.SECOND_FACTOR_KEY]
    settings.SECOND_FACTOR_KEY = b"k" * 32
    with journalled() as entries:
        assert "1" in str(call_command("rotate_second_factor_key"))
    assert [entry.action for entry in entries] == ["person.factor_key_rotated"]
    settings.SECOND_FACTOR_OLD_KEYS = []
    assert one_time_codes.take(cast.manager, code_now(secret, steps=-1)) is None
    assert one_time_codes.take(cast.manager, code_now(secret))
    assert one_time_codes.take(cast.manager, codes[0])


def test_without_the_earlier_key_nothing_is_rotated(cast: Cast, settings: Settings) -> None:
    with_codes(cast.manager)
    settings.SECOND_FACTOR_KEY = b"k" * 32
    with nothing_written(), pytest.raises(CommandError, match="SECOND_FACTOR_OLD_KEYS"):
        call_command("rotate_second_factor_key")


def test_the_same_text_is_never_encrypted_the_same_way() -> None:
    adapter = get_adapter()
    first, second = adapter.encrypt(SECRET), adapter.encrypt(SECRET)
    assert first != second
    assert {adapter.decrypt(first), adapter.decrypt(second)} == {SECRET}
    assert Fernet(Fernet.generate_key()).encrypt(b"") != first


def lost(username: str, reason: str = "Lost the phone.") -> str:
    return str(call_command("remove_second_factors", username, reason=reason) or "")


def test_an_operator_lets_in_who_lost_everything(cast: Cast) -> None:
    with_codes(cast.manager)
    with journalled() as entries:
        lost("manager")
    assert not Authenticator.objects.exists()
    (entry,) = entries
    assert (entry.action, entry.role, entry.reason) == (
        "person.factors_reset",
        "system",
        "Lost the phone.",
    )


@pytest.mark.parametrize(
    ("username", "reason"), [("nobody", "x"), ("manager", " "), ("owner", "x")]
)
def test_an_operator_names_a_person_with_factors_and_a_reason(
    cast: Cast, username: str, reason: str
) -> None:
    with_codes(cast.manager)
    with pytest.raises(CommandError):
        lost(username, reason)
    assert Authenticator.objects.filter(user=User.objects.get(username="manager")).exists()
