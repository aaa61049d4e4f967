"""Emergency releases, asked for and signed at the same instant."""

from __future__ import annotations

from collections.abc import Callable

from registry.models import (
    Entry,
    ModelVersion,
    Override,
    OverrideSignature,
    Review,
    User,
)
from registry.rules.refusals import Refused
from tests.cast import a_complete_version, a_version, gather
from tests.registry.chains import is_whole
from tests.registry.lending import ask_for, sign
from tests.registry.test_at_once import at_once


def codes(ended: list[object]) -> list[str]:
    refusals = [one for one in ended if isinstance(one, Refused)]
    return [objection.code for one in refusals for objection in one.objections]


def test_of_two_second_signatures_at_once_one_is_taken(committed_db: str) -> None:
    cast = gather()
    override = ask_for(a_complete_version(cast), cast.owner)

    def signs(person: User) -> Callable[[], object]:
        return lambda: sign(Override.objects.get(pk=override.pk), person)

    ended = at_once(signs(cast.manager), signs(cast.manager2), signs(cast.manager3))
    assert codes(ended) == ["override.decided"] * 2
    assert OverrideSignature.objects.count() == 2
    assert Review.objects.count() == 1
    assert Entry.objects.filter(action="override.used").count() == 1
    assert is_whole()


def test_of_two_who_ask_at_once_one_is_heard(committed_db: str) -> None:
    cast = gather()
    version = a_complete_version(cast)

    def asks(person: User) -> Callable[[], object]:
        return lambda: ask_for(ModelVersion.objects.get(pk=version.pk), person)

    ended = at_once(asks(cast.manager), asks(cast.owner))
    assert codes(ended) == ["override.exists"]
    assert OverrideSignature.objects.count() == 1


def test_of_two_versions_of_one_model_one_is_let_through(committed_db: str) -> None:
    """The other one waits for the review of the first."""
    cast = gather()
    first = a_complete_version(cast)
    asked = [ask_for(one, cast.owner) for one in (first, a_version(cast, first.model, "2.0"))]

    def signs(override: Override, person: User) -> Callable[[], object]:
        return lambda: sign(Override.objects.get(pk=override.pk), person)

    ended = at_once(signs(asked[0], cast.manager), signs(asked[1], cast.manager2))
    assert codes(ended) == ["override.review_open"]
    assert Override.objects.exclude(starts_at=None).count() == 1
    assert is_whole()
