"""What a manifest says is read back as it was, and nothing else is taken for one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from registry.rules.backups import (
    FORMAT,
    KEPT_APART,
    KEYS_FORMAT,
    Manifest,
    Member,
    objections_to_state,
    objections_to_tables,
    part_name,
    place_of,
    read_manifest,
)
from registry.rules.refusals import Refused

DIGEST = "ab" * 32
PLACE_IN_STORE = f"files/ab/{DIGEST}"
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
        json.dumps({**json.loads(MANIFEST.as_text()), "known": ["no key"]}).encode(),
        json.dumps({**json.loads(MANIFEST.as_text()), "format": KEYS_FORMAT}).encode(),
    ],
)
def test_what_is_no_manifest_is_refused_with_the_kind_that_is_asked_for(text: bytes) -> None:
    with pytest.raises(Refused, match=FORMAT):
        read_manifest(text, expected=FORMAT)


def test_a_member_without_a_place_in_its_archive_is_named() -> None:
    wrong = {
        "database/django_session/000001": Member(1, DIGEST),
        "database/registry_personkey/000001": Member(1, DIGEST),
        f"files/ab/{DIGEST}": Member(1, "cd" * 32),
        "keys/people_key": Member(1, DIGEST),
        "more": Member(1, DIGEST),
    }
    right = {f"files/sealed/ab/{DIGEST}": Member(1, "cd" * 32), **MANIFEST.members}
    assert set(replace(MANIFEST, members=wrong | right).wrong_members()) == set(wrong)
    keys = Manifest(KEYS_FORMAT, "2026-11-21T18:00:00Z", 12, "c" * 64)
    fine = ("database/registry_personkey/000001", "database/registry_mail/000001", "keys/a/b.c")
    evil = ("keys/../x", "keys//x", "keys/a/..", "database/registry_entry/000001", PLACE_IN_STORE)
    members = {name: Member(1, DIGEST) for name in (*fine, *evil)}
    assert set(replace(keys, members=members).wrong_members()) == set(evil)


def test_the_tables_of_a_backup_are_those_of_the_product() -> None:
    assert objections_to_tables({"a", "b"}, ["b", "a"]) == []
    said = objections_to_tables({"a", "c"}, ["b", "a"])
    assert "tables that no backup has" not in str(said[0]) and "b, c" in str(said[0])


def test_addresses_are_kept_apart() -> None:
    assert KEPT_APART["registry_mailchoice"] == {"address": "''"}
    assert KEPT_APART["registry_mail"] == {"last_answer": "''"}


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
