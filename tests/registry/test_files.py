"""The store: by content, once, taken back when a verb fails, and checked on the way out."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from registry.models import StoredFile
from registry.rules.refusals import Refused
from registry.services import files, journal
from tests.cast import Cast
from tests.traces import nothing_written, refused

CONTENT = b"twelve bytes"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@journal.verb
def keep(source: Path | bytes, *, then_fail: bool = False) -> StoredFile:
    stored = files.keep(source)
    if then_fail:
        raise Refused.because("x", "Something else was wrong.")
    return stored


def lies_at(stored: StoredFile) -> Path:
    return Path(default_storage.path(stored.place))


def test_a_file_lies_under_its_digest(cast: Cast) -> None:
    stored = keep(CONTENT)
    assert (stored.sha256, stored.size) == (DIGEST, 12)
    assert lies_at(stored).read_bytes() == CONTENT
    assert lies_at(stored).name == DIGEST


def test_a_file_on_disk_is_kept_like_bytes(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(CONTENT)
    assert keep(path) == keep(CONTENT)


def test_the_same_content_is_kept_once(cast: Cast) -> None:
    first = keep(CONTENT)
    with nothing_written():
        assert keep(CONTENT) == first


@pytest.mark.parametrize("as_path", [True, False])
def test_an_empty_file_is_refused(cast: Cast, tmp_path: Path, as_path: bool) -> None:
    (tmp_path / "empty").touch()
    with refused("file.empty"):
        keep(tmp_path / "empty" if as_path else b"")


def test_a_file_is_taken_back_when_the_verb_fails(cast: Cast) -> None:
    with refused("x"):
        keep(CONTENT, then_fail=True)


def test_a_file_that_was_there_before_is_not_taken_back(cast: Cast) -> None:
    stored = keep(CONTENT)
    with refused("x"):
        keep(CONTENT, then_fail=True)
    assert lies_at(stored).read_bytes() == CONTENT


def test_a_file_of_an_inner_verb_that_failed_is_taken_back(cast: Cast) -> None:
    @journal.verb
    def goes_on() -> None:
        with pytest.raises(Refused):
            keep(CONTENT, then_fail=True)

    with nothing_written():
        goes_on()


def test_a_file_of_an_inner_verb_goes_when_the_outer_one_fails(cast: Cast) -> None:
    @journal.verb
    def fails_later() -> None:
        keep(CONTENT)
        raise Refused.because("later", "Too late.")

    with refused("later"):
        fails_later()


def test_a_file_is_kept_by_a_verb_only(cast: Cast) -> None:
    with nothing_written(), pytest.raises(RuntimeError, match="Only a verb"):
        files.keep(CONTENT)


def test_what_the_store_has_lost_is_kept_again(cast: Cast) -> None:
    stored = keep(CONTENT)
    lies_at(stored).unlink()
    assert keep(CONTENT) == stored
    assert files.read_checked(stored) == CONTENT


def test_checked_bytes_are_the_bytes(cast: Cast) -> None:
    stored = keep(CONTENT)
    assert files.read_checked(stored) == CONTENT
    with files.opened(stored) as path:
        assert path.read_bytes() == CONTENT


def open_it(stored: StoredFile) -> None:
    with files.opened(stored):
        pytest.fail("It was opened.")


@pytest.mark.parametrize("read", [files.read_checked, open_it])
def test_changed_bytes_are_refused(cast: Cast, read: object) -> None:
    stored = keep(CONTENT)
    path = lies_at(stored)
    path.chmod(0o600)
    path.write_bytes(b"eleven byte")
    with refused("file.broken"):
        read(stored)  # type: ignore[operator]


@pytest.mark.parametrize("read", [files.read_checked, open_it])
def test_lost_bytes_are_refused(cast: Cast, read: object) -> None:
    stored = keep(CONTENT)
    lies_at(stored).unlink()
    with refused("file.broken"):
        read(stored)  # type: ignore[operator]
