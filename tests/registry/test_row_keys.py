"""The installation's keys: which opens what, and their rotation."""

from __future__ import annotations

import base64
import logging
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from pytest_django import Settings

from mlops_gov.environment import as_key, kept_secret, private_folder
from registry.models import StoredFile
from registry.services import row_keys
from registry.services.key_names import name_of
from tests.cast import Cast
from tests.registry.rows_at_rest import ROWS, fresh, keep, lies_at, read
from tests.traces import journalled, nothing_written, refused

OLD, NEW = (bytes([number]) * 32 for number in (1, 2))


@pytest.fixture
def three(cast: Cast, settings: Settings) -> list[StoredFile]:
    """Three files of rows under the old key."""
    settings.ROWS_KEY, settings.ROWS_OLD_KEYS = OLD, []
    return [keep(ROWS + bytes([65 + number])) for number in range(3)]


def test_another_key_opens_nothing_and_says_so(three: list[StoredFile], settings: Settings) -> None:
    settings.ROWS_KEY = NEW
    with refused("rows.key_unknown") as caught:
        read(three[0])
    assert f"under the key {name_of(OLD)}" in str(caught.value)
    assert "ROWS_OLD_KEYS" in str(caught.value)


def test_an_old_key_goes_on_opening(three: list[StoredFile], settings: Settings) -> None:
    settings.ROWS_KEY, settings.ROWS_OLD_KEYS = NEW, [OLD]
    assert read(three[0]) == ROWS + b"A"


def test_the_command_wraps_every_key_anew_and_touches_no_rows(
    three: list[StoredFile], settings: Settings
) -> None:
    before = [lies_at(stored).read_bytes() for stored in three]
    settings.ROWS_KEY, settings.ROWS_OLD_KEYS = NEW, [OLD]
    out = StringIO()
    with journalled() as entries:
        call_command("rotate_rows_key", stdout=out)
    assert out.getvalue().startswith("3 files are under the present key now")
    assert [entry.action for entry in entries] == ["stored_file.key_rewrapped"] * 3
    settings.ROWS_OLD_KEYS = []
    assert [lies_at(stored).read_bytes() for stored in three] == before
    assert [read(stored)[-1:] for stored in three] == [b"A", b"B", b"C"]
    with nothing_written():
        call_command("rotate_rows_key", stdout=StringIO())


def test_a_rotation_killed_midway_is_read_and_finished(
    three: list[StoredFile], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROWS_KEY, settings.ROWS_OLD_KEYS = NEW, [OLD]
    monkeypatch.setattr(row_keys, "BATCH", 1)
    real, calls = row_keys._rewrap, []

    def killed(*, pks: list[int]) -> int:
        calls.append(pks)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(pks=pks)

    monkeypatch.setattr(row_keys, "_rewrap", killed)
    with pytest.raises(KeyboardInterrupt):
        row_keys.rotate()
    names = [fresh(stored).wrapped_by for stored in three]
    assert names == [name_of(NEW), name_of(OLD), name_of(OLD)]
    assert [read(stored)[-1:] for stored in three] == [b"A", b"B", b"C"]
    monkeypatch.setattr(row_keys, "_rewrap", real)
    assert row_keys.rotate() == 2
    settings.ROWS_OLD_KEYS = []
    assert [read(stored)[-1:] for stored in three] == [b"A", b"B", b"C"]


def test_a_missing_key_is_named_once_the_others_are_done(
    three: list[StoredFile], settings: Settings
) -> None:
    settings.ROWS_KEY = NEW
    under_new = keep(ROWS)
    settings.ROWS_KEY, settings.ROWS_OLD_KEYS = bytes([3]) * 32, [NEW]
    with pytest.raises(CommandError, match=name_of(OLD)):
        call_command("rotate_rows_key", stdout=StringIO())
    assert fresh(under_new).wrapped_by == name_of(bytes([3]) * 32)
    assert fresh(three[0]).wrapped_by == name_of(OLD)


def test_no_key_is_told_in_the_journal_or_a_log(
    three: list[StoredFile], settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ROWS_KEY, settings.ROWS_OLD_KEYS = NEW, [OLD]
    with caplog.at_level(logging.DEBUG), journalled() as entries:
        row_keys.rotate()
        keys = [row_keys.key_of(fresh(stored)) for stored in three]
    told = caplog.text + "".join(str(entry.facts) for entry in entries)
    for key in (OLD, NEW, *keys):
        assert key.hex() not in told
        assert base64.b64encode(key).decode() not in told


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_key_is_read_from_either_alphabet_with_or_without_its_padding(encode: object) -> None:
    key = bytes(range(224, 256))
    text = encode(key).decode()  # type: ignore[operator]
    assert as_key("ROWS_KEY", text) == as_key("ROWS_KEY", f" {text.rstrip('=')}\n") == key


@pytest.mark.parametrize("text", ["", "abc", "secret!", base64.b64encode(bytes(31)).decode()])
def test_what_is_no_key_stops_the_start_without_being_told(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="32 random bytes") as caught:
        as_key("ROWS_KEY", text)
    assert not text or text not in str(caught.value)


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "rows_key"
    text = kept_secret(path, length=32)
    assert len(as_key("ROWS_KEY", text)) == 32
    assert kept_secret(path, length=32) == text
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_was_open_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir(mode=0o755)
    assert private_folder(folder).stat().st_mode & 0o777 == 0o700
