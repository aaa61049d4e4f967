"""Names under people's own keys: the form, the keys, and their rotation."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from io import StringIO

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from registry.models import Entry, PersonKey
from registry.rules.refusals import Refused
from registry.rules.roles import Role
from registry.services import journal, person_key_rotation, person_keys, personal, units
from registry.services.key_names import name_of
from tests.cast import Cast, a_model, a_person
from tests.traces import journalled, named, nothing_written, refused, told_in, who

KEY = bytes(range(32))
SEALED = personal.seal_name("Ada Brandt", person=7, key=KEY)


def bent(sealed: str, part: int) -> str:
    """Return the sealed name with the last but one character of one part changed."""
    parts = sealed.split(":")
    changed = "A" if parts[part][-2] != "A" else "B"
    parts[part] = parts[part][:-2] + changed + parts[part][-1]
    return ":".join(parts)


def test_a_sealed_name_opens_with_the_key_made_for_it() -> None:
    assert re.fullmatch(r"sealed:v1:7:[\w-]{22}:[\w-]{22}:[\w-]+", SEALED)
    assert personal.is_sealed(SEALED)
    assert personal.person_of(SEALED) == 7
    assert "Brandt" not in SEALED
    assert personal.open_name(SEALED, personal.entry_key(SEALED, key=KEY)) == "Ada Brandt"


def test_the_form_is_the_one_that_outsiders_read() -> None:
    nonce, commitment, sealed = (
        base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in SEALED.split(":")[3:]
    )
    own = hmac.new(KEY, b"mlops-gov/name/1" + nonce, "sha256").digest()
    assert personal.entry_key(SEALED, key=KEY) == own.hex()
    assert commitment == hashlib.sha256(b"mlops-gov/name-commit/1" + own).digest()[:16]
    assert AESGCM(own).decrypt(bytes(12), sealed, b"mlops-gov/name/1" + nonce) == b"Ada Brandt"


def test_one_name_sealed_twice_is_two_texts_under_two_keys() -> None:
    again = personal.seal_name("Ada Brandt", person=7, key=KEY)
    assert again != SEALED
    with pytest.raises(personal.Unopened, match="not the one that the sealed name states"):
        personal.open_name(again, personal.entry_key(SEALED, key=KEY))


@pytest.mark.parametrize("part", [3, 4, 5])
def test_a_sealed_name_that_was_bent_does_not_open(part: int) -> None:
    with pytest.raises(personal.Unopened):
        personal.open_name(bent(SEALED, part), personal.entry_key(SEALED, key=KEY))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ada Brandt",
        "sealed:v1:7",
        SEALED + ":",
        SEALED.replace("sealed:v1:7", "sealed:v1:x"),
        SEALED.replace("v1", "v2"),
        SEALED + "=",
        f"by {SEALED}",
    ],
    # A sealed name differs from process to process, and workers must collect the same tests.
    ids=["empty", "plain", "too short", "colon more", "no person", "version", "pad", "in a text"],
)
def test_what_is_no_sealed_name_is_told_from_one(text: str) -> None:
    assert not personal.is_sealed(text)
    with pytest.raises(personal.Unopened):
        personal.open_name(text, "00" * 32)


@pytest.mark.parametrize("key", ["", "xy", "00", "00" * 32])
def test_what_is_no_key_of_a_name_opens_nothing(key: str) -> None:
    with pytest.raises(personal.Unopened):
        personal.open_name(SEALED, key)


def test_a_wrapped_key_opens_for_its_person_alone() -> None:
    wrapped = personal.wrap(KEY, under=b"u" * 32, person=7)
    assert KEY not in wrapped
    assert personal.unwrap(wrapped, under=b"u" * 32, person=7) == KEY
    for under, person in ((b"v" * 32, 7), (b"u" * 32, 8)):
        with pytest.raises(personal.Unopened):
            personal.unwrap(wrapped, under=under, person=person)
    with pytest.raises(personal.Unopened):
        personal.unwrap(b"", under=b"u" * 32, person=7)


def test_an_entry_holds_no_name_in_the_clear_and_the_chain_is_whole(cast: Cast) -> None:
    person = a_person("iris", "Iris Kahn")
    with journalled() as entries:
        a_model(cast)
        units.grant(unit=cast.unit, user=person, role=Role.SERVICE, by=cast.admin)
        call_command("give_token", "--user", "iris", stdout=StringIO())
    with connection.cursor() as cursor:
        cursor.execute("SELECT jsonb_agg(to_jsonb(e))::text FROM registry_entry e")
        (text,) = cursor.fetchone()
    for name in ("Ada Brandt", "Olga Winter", "Iris Kahn", '"iris"', '"owner": "owner"'):
        assert name not in text
    registered, revised, granted, given = entries
    assert told_in(granted) == {"user": named(person), "role": "service"}
    assert personal.person_of(granted.subject) == person.pk
    assert (personal.person_of(registered.actor), who(registered)) == (
        cast.scientist.pk,
        "Ada Brandt",
    )
    assert personal.is_sealed(given.subject)
    assert personal.person_of(given.subject) == person.pk
    assert given.actor == "system"
    assert revised.subject == "Mortgage approval, revision 1"
    assert journal.verify()[0] is None


def test_a_persons_key_is_made_once_and_fetched_in_one_query(cast: Cast) -> None:
    people = [cast.scientist.pk, cast.owner.pk]
    keys = person_keys.to_seal_with(people)
    rows = list(PersonKey.objects.order_by("pk").values_list("pk", "wrapped_key"))
    with nothing_written():
        assert person_keys.to_seal_with(people) == keys
    assert len(set(keys.values())) == 2
    assert all(keys[pk] not in bytes(wrapped) for pk, wrapped in rows if pk in keys)


def test_the_installations_key_is_rotated_and_no_entry_changes(
    cast: Cast, settings: Settings
) -> None:
    a_model(cast)
    entries = list(Entry.objects.values_list("seal", flat=True))
    old, settings.PEOPLE_KEY = settings.PEOPLE_KEY, b"n" * 32
    with refused("people.key_unknown"):
        a_model(cast, "Another")
    with pytest.raises(CommandError, match=name_of(old)):
        call_command("rotate_people_key")
    settings.PEOPLE_OLD_KEYS = [old]
    said = StringIO()
    call_command("rotate_people_key", stdout=said)
    assert f"{PersonKey.objects.count()} people's keys are under the present key" in said.getvalue()
    settings.PEOPLE_OLD_KEYS = []
    assert person_key_rotation.rotate() == 0
    assert who(Entry.objects.filter(action="model.registered").get()) == "Ada Brandt"
    assert list(Entry.objects.values_list("seal", flat=True))[: len(entries)] == entries
    assert journal.verify()[0] is None


def test_who_lost_the_installations_key_goes_on_with_new_ones(
    cast: Cast, settings: Settings
) -> None:
    a_model(cast)
    settings.PEOPLE_KEY = b"n" * 32
    said = StringIO()
    call_command("rotate_people_key", "--replace-lost", stdout=said)
    first = Entry.objects.get(action="model.registered")
    assert who(first) == f"a name that does not open ({cast.scientist.pk})"
    a_model(cast, "Another")
    assert who(Entry.objects.filter(action="model.registered").latest("number")) == "Ada Brandt"
    assert Entry.objects.filter(action="person.key_replaced").count() == PersonKey.objects.count()
    assert journal.verify()[0] is None


def test_a_key_that_was_changed_in_the_database_seals_nothing(cast: Cast) -> None:
    a_model(cast)
    PersonKey.objects.filter(pk=cast.scientist.pk).update(wrapped_key=b"x" * 60)
    with pytest.raises(Refused, match="restore it from a backup"):
        a_model(cast, "Another")


def test_the_database_keeps_the_facts_of_a_key_and_never_brings_one_back(cast: Cast) -> None:
    person_keys.to_seal_with([cast.scientist.pk])
    row = PersonKey.objects.get(pk=cast.scientist.pk)
    for statement in (
        "UPDATE registry_personkey SET made_at = now()",
        "DELETE FROM registry_personkey",
        "TRUNCATE registry_personkey",
    ):
        refused_by_the_database(statement)
    row.wrapped_key, row.wrapped_by, row.erased_at = None, "", timezone.now()
    row.save()
    row.wrapped_key, row.wrapped_by, row.erased_at = b"x", "y", None
    with pytest.raises(DatabaseError, match="is written once"), transaction.atomic():
        row.save()


def refused_by_the_database(statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="is written once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
