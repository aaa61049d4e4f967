"""What a manifest says is read back as it was, and nothing else is taken for one."""

from __future__ import annotations

import json

import pytest

from registry.rules.backups import (
    FORMAT,
    KEYS_FORMAT,
    Manifest,
    Member,
    objections_to_state,
    part_name,
    place_of,
    read_manifest,
)
from registry.rules.refusals import Refused

DIGEST = "ab" * 32
MANIFEST = Manifest(
    format=FORMAT,
    made_at="2026-11-21T18:00:00Z",
    head=12,
    seal="c" * 64,
    source_commit="4f2a9c1",
    migrations=("audits.0001_initial", "registry.0001_initial"),
    tables={"registry_unit": 2, "registry_user": 11},
    sequences={"registry_unit_id_seq": 2},
    lost=(DIGEST,),
    members={part_name("registry_unit", 1): Member(16, DIGEST)},
)


def test_a_manifest_is_read_back_as_it_was_written() -> None:
    assert read_manifest(MANIFEST.as_text().encode(), expected=FORMAT) == MANIFEST


def test_a_manifest_of_keys_says_nothing_of_tables() -> None:
    keys = Manifest(KEYS_FORMAT, "2026-11-21T18:00:00Z", 12, "c" * 64)
    assert read_manifest(keys.as_text().encode(), expected=KEYS_FORMAT) == keys


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        json.dumps({"format": FORMAT}).encode(),
        json.dumps({**json.loads(MANIFEST.as_text()), "more": 1}).encode(),
        json.dumps({**json.loads(MANIFEST.as_text()), "members": {"one": {"size": 1}}}).encode(),
        json.dumps({**json.loads(MANIFEST.as_text()), "format": KEYS_FORMAT}).encode(),
    ],
)
def test_what_is_no_manifest_is_refused_with_the_kind_that_is_asked_for(text: bytes) -> None:
    with pytest.raises(Refused, match=FORMAT):
        read_manifest(text, expected=FORMAT)


@pytest.mark.parametrize("place", [f"ab/{DIGEST}", f"sealed/ab/{DIGEST}"])
def test_a_file_goes_back_to_its_place_in_the_store(place: str) -> None:
    assert place_of(f"files/{place}") == place


@pytest.mark.parametrize(
    "name",
    [
        f"files/cd/{DIGEST}",
        f"files/{DIGEST}",
        f"files/../ab/{DIGEST}",
        f"/files/ab/{DIGEST}",
        f"files/ab/{DIGEST}\n",
        f"database/ab/{DIGEST}",
        "files/ab/" + "AB" * 32,
    ],
)
def test_a_member_with_another_name_has_no_place_in_the_store(name: str) -> None:
    assert place_of(name) is None


def test_the_same_migrations_in_any_order_are_no_objection() -> None:
    assert objections_to_state(["a.1", "b.1"], ["b.1", "a.1"]) == []


def test_migrations_that_differ_are_named_on_both_sides() -> None:
    lacking, ahead = objections_to_state(["a.1", "a.2"], ["a.1", "b.1"])
    assert (lacking.code, ahead.code) == ("backup.migrations_missing", "backup.migrations_ahead")
    assert "lacks: a.2." in str(lacking) and "migrations b.1." in str(ahead)
