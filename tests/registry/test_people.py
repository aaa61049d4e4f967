"""Adding accounts."""

from __future__ import annotations

import pytest

from registry.models import Entry, User
from registry.services import people
from tests.cast import Cast
from tests.traces import journalled, refused

PHRASE = "seven green bicycles"


def added(**changed: object) -> User:
    given: dict[str, object] = {
        "username": "iris",
        "first_name": "Iris",
        "last_name": "Kahn",
        "password": PHRASE,
        "by": None,
    }
    return people.add(**given | changed)  # type: ignore[arg-type]


def test_a_person_is_added_with_a_printed_name(cast: Cast) -> None:
    with journalled() as entries:
        person = added(first_name=" Iris ")
    assert person.printed_name == "Iris Kahn"
    assert person.check_password(PHRASE)
    (entry,) = entries
    assert (entry.action, entry.actor, entry.role) == ("person.added", "system", "system")


def test_the_password_is_not_in_the_journal(cast: Cast) -> None:
    person = added()
    told = " ".join(str(entry.facts) for entry in Entry.objects.all())
    assert PHRASE not in told
    assert person.password not in told


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"username": "iris kahn"}, "person.username"),
        ({"username": ""}, "person.username"),
        ({"username": "scientist"}, "person.exists"),
        ({"first_name": " "}, "person.name"),
        ({"last_name": ""}, "person.name"),
        ({"password": "password"}, "person.password"),
    ],
)
def test_what_no_account_can_have_is_refused(
    cast: Cast, changed: dict[str, object], code: str
) -> None:
    with refused(code):
        added(**changed)


def test_every_weakness_of_a_password_is_named(cast: Cast) -> None:
    with refused("person.password", "person.password"):
        added(password="secret")


def test_a_demo_account_may_have_a_weak_password(cast: Cast) -> None:
    assert added(password="demo", demo=True).demo


def test_a_person_without_a_name_is_printed_by_the_account(cast: Cast) -> None:
    assert User(username="iris").printed_name == "iris"
