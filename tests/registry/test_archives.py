"""An archive that was changed or cut is refused; its key files come back without a loss."""

from __future__ import annotations

import gzip
import hashlib
import logging
import os
from pathlib import Path

import pytest
from pytest_django import Settings

from registry.rules.backups import FORMAT, KEYS_FORMAT, Manifest
from registry.rules.refusals import Refused
from registry.services import archives, erasure_ledger, key_files
from tests.registry.bent_archives import bent

DIGEST = hashlib.sha256(b"%PDF").hexdigest()
PDF = f"files/{DIGEST[:2]}/{DIGEST}"
LINE = b'{"at":"2026-01-01T00:00:00+00:00","id":"a"}\n'


@pytest.fixture
def own_keys(settings: Settings, tmp_path: Path) -> None:
    """Keep the keys of each test apart from those of the project."""
    settings.KEYS_FOLDER = tmp_path / "keys"
    settings.KEYS_FOLDER.mkdir()
    (settings.KEYS_FOLDER / "event_secret").write_text("a secret", encoding="utf-8")
    settings.ERASURES_FILE = settings.KEYS_FOLDER / "erasures.jsonl"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Give an archive of three members."""
    path = tmp_path / "small.tar.gz"
    with archives.written(path) as writer:
        writer.add_bytes("database/registry_unit/000001", b"1\tretail-credit\n")
        writer.add_bytes("database/registry_user/000001", b"7\tmanager\n")
        writer.add_bytes(PDF, b"%PDF")
        tables = {"registry_unit": 1, "registry_user": 1}
        writer.close(Manifest(FORMAT, "2026-01-01T00:00:00Z", 12, "c" * 64, tables=tables))
    return path


@pytest.fixture
def of_keys(own_keys: None, tmp_path: Path) -> tuple[Path, Manifest]:
    """Give an archive of two key files."""
    path = tmp_path / "keys.tar.gz"
    with archives.written(path) as writer:
        writer.add_bytes("keys/event_secret", b"another")
        writer.add_bytes("keys/erasures.jsonl", LINE + b'{"taken_back":"a"}\n{"id":"to')
        manifest = writer.close(Manifest(KEYS_FORMAT, "2026-01-01T00:00:00Z", 12, "c" * 64))
    return path, manifest


def test_key_files_are_put_back_beside_a_copy_and_no_erasure_is_lost(
    of_keys: tuple[Path, Manifest], settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    ledger, secret = settings.ERASURES_FILE, settings.KEYS_FOLDER / "event_secret"
    ledger.write_bytes(LINE + b'{"confirmed":"x\xc3')
    before = ledger.stat().st_ino
    with caplog.at_level(logging.WARNING):
        assert key_files.put_back(*of_keys) == ["event_secret", "erasures.jsonl"]
    assert caplog.text.count("was cut short") == 2
    assert ledger.read_bytes() == LINE + b'{"taken_back":"a"}\n'
    # It is written on, never replaced: whoever waits to write into it has the right file.
    assert ledger.stat().st_ino == before
    assert secret.read_bytes() == b"another" and secret.stat().st_mode & 0o777 == 0o600
    copies = settings.KEYS_FOLDER.glob("before-restore-*/*")
    assert [path.read_text() for path in copies] == ["a secret"]
    assert key_files.put_back(*of_keys) == []


def test_key_files_killed_anywhere_are_there_as_they_were_or_will_be(
    of_keys: tuple[Path, Manifest], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ERASURES_FILE.write_bytes(LINE)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    for call in ("fsync", "ftruncate", "pwrite"):
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(os, call, killed)
            key_files.put_back(*of_keys)
        assert settings.ERASURES_FILE.read_bytes().startswith(LINE)
        secret = (settings.KEYS_FOLDER / "event_secret").read_bytes()
        assert secret in {b"a secret", b"another"}
    key_files.put_back(*of_keys)
    assert settings.ERASURES_FILE.read_bytes() == LINE + b'{"taken_back":"a"}\n'
    assert erasure_ledger.join(LINE) is False


def test_key_files_of_an_archive_that_was_exchanged_are_not_put_back(
    of_keys: tuple[Path, Manifest], settings: Settings
) -> None:
    path, manifest = of_keys
    kept = path.read_bytes()
    for changed in (
        {"keys/event_secret": b"forged"},
        {"keys/more": b"x"},
        {"keys/event_secret": None},
    ):
        bent(path, changed)
        with pytest.raises(Refused, match=f"at its member {next(iter(changed))}"):
            key_files.put_back(path, manifest)
        path.write_bytes(kept)
    there = {path.name: path.read_text() for path in settings.KEYS_FOLDER.iterdir()}
    assert there == {"event_secret": "a secret"}


def test_a_whole_archive_says_what_it_holds(small: Path) -> None:
    manifest = archives.checked(small, expected=FORMAT)
    assert manifest.head == 12 and len(manifest.members) == 3
    assert small.stat().st_mode & 0o777 == 0o600
    assert not list(small.parent.glob("*.part"))


@pytest.mark.parametrize("content", [b"7\tmanageR\n", b"7\tmanager\n8\tother\n", None])
def test_a_member_that_was_changed_or_taken_out_is_named(
    small: Path, content: bytes | None
) -> None:
    bent(small, {"database/registry_user/000001": content})
    with pytest.raises(Refused, match="at its member database/registry_user/000001"):
        archives.checked(small, expected=FORMAT)


def test_a_member_that_was_added_is_named(small: Path) -> None:
    bent(small, {"files/more": b"more"})
    with pytest.raises(Refused, match="at its member files/more"):
        archives.checked(small, expected=FORMAT)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_an_archive_that_was_cut_short_is_damaged(small: Path, share: float) -> None:
    whole = small.read_bytes()
    small.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(Refused, match="damaged"):
        archives.checked(small, expected=FORMAT)


def test_an_archive_with_another_byte_anywhere_is_damaged_or_means_the_same(small: Path) -> None:
    whole = small.read_bytes()
    manifest, content = archives.checked(small, expected=FORMAT), gzip.decompress(whole)
    for place in range(10, len(whole), 7):
        small.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        try:
            found = archives.checked(small, expected=FORMAT)
        except Refused:
            continue
        # Of the many ways to pack zeros, another one.
        assert (found, gzip.decompress(small.read_bytes())) == (manifest, content)
