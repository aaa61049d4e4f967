"""The key of a report: the digest of all it states."""

from __future__ import annotations

import hashlib

import pytest

from audits.rules.reports import LANGUAGES, PROFILE_NAMES, key

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
