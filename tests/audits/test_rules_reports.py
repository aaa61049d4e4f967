"""The key of a report, its serial, and where it stands."""

from __future__ import annotations

import hashlib

import pytest

from audits.rules.reports import (
    LANGUAGES,
    PROFILE_NAMES,
    SCOPE_NAMES,
    STANDING_NAMES,
    Scope,
    Standing,
    key,
    serial,
    standing,
)

DOSSIER = {"renderer": "1", "profile": "regulator", "language": "en", "as_of": "2026-11-20"}


def test_the_key_is_the_digest_of_the_canonical_dossier() -> None:
    text = '{"as_of":"2026-11-20","language":"en","profile":"regulator","renderer":"1"}'
    assert key(DOSSIER) == hashlib.sha256(text.encode()).hexdigest()


def test_the_order_of_the_facts_makes_no_difference() -> None:
    assert key(dict(reversed(DOSSIER.items()))) == key(DOSSIER)


@pytest.mark.parametrize("fact", DOSSIER)
def test_every_fact_is_in_the_key(fact: str) -> None:
    assert key({**DOSSIER, fact: "other"}) != key(DOSSIER)


def test_profiles_and_languages_are_these() -> None:
    assert list(PROFILE_NAMES) == ["regulator", "internal", "public"]
    assert LANGUAGES == ("en",)


def test_the_time_stamps_on_the_checkpoint_are_not_in_the_key() -> None:
    """They come later, from outside, and state nothing of the model."""

    def stated(root: str, *stamps: str) -> dict[str, object]:
        checkpoint = {"statement": root, "timestamps": list(stamps)}
        return {**DOSSIER, "journal_extract": {"entries": [], "checkpoint": checkpoint}}

    assert key(stated("a")) == key(stated("a", "MII="))
    assert key(stated("a")) != key(stated("b"))


def test_a_serial_is_the_start_of_the_key_in_groups_of_four() -> None:
    assert serial("3f2a9c1b77d00a12" + "0" * 48) == "MG-3F2A-9C1B-77D0-0A12"


def test_a_recall_says_more_than_a_later_report() -> None:
    assert standing(is_recalled=False, is_superseded=False) == Standing.CURRENT
    assert standing(is_recalled=False, is_superseded=True) == Standing.SUPERSEDED
    assert standing(is_recalled=True, is_superseded=True) == Standing.RECALLED


def test_every_scope_and_standing_has_a_name() -> None:
    assert set(SCOPE_NAMES) == {scope.value for scope in Scope}
    assert set(STANDING_NAMES) == {one.value for one in Standing}
