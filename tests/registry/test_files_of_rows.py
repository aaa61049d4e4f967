"""People's rows in the store: nothing readable on disk, and whole when they are opened."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from pytest_django import Settings

from registry.inspection import tables
from registry.models import StoredFile
from registry.rules.refusals import Refused
from registry.services import files, journal, retention
from tests.cast import Cast, a_dataset_version, a_table
from tests.registry.rows_at_rest import ROWS, fresh, in_the_store, keep, lies_at, read
from tests.traces import nothing_written, refused

DIGEST = hashlib.sha256(ROWS).hexdigest()


@pytest.fixture(autouse=True)
def own_scratch(settings: Settings, tmp_path: Path) -> Path:
    settings.SCRATCH_DIR = tmp_path / "scratch"
    return tmp_path / "scratch"


def test_no_row_is_readable_on_disk_and_the_name_is_the_plain_digest(cast: Cast) -> None:
    stored = keep()
    assert (stored.sha256, stored.size, stored.is_sealed) == (DIGEST, len(ROWS), True)
    assert lies_at(stored).name == DIGEST
    (kept,) = in_the_store()
    content = kept.read_bytes()
    assert not [
        word for word in ROWS.replace(b"\n", b",").split(b",") if word[2:] and word in content
    ]
    assert len(content) == len(ROWS) + 16


def test_a_registered_dataset_version_lies_sealed(cast: Cast) -> None:
    data = a_dataset_version(cast)
    assert data.file.is_sealed
    assert all(b"income" not in path.read_bytes() for path in in_the_store())
    assert read(data.file).decode() == a_table()


def test_an_opened_copy_is_private_and_gone_afterwards(cast: Cast, own_scratch: Path) -> None:
    stored = keep()
    with files.opened(stored) as path:
        assert path.read_bytes() == ROWS
        assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(own_scratch.iterdir()) == []
    with pytest.raises(ZeroDivisionError), files.opened(stored):
        raise ZeroDivisionError
    assert list(own_scratch.iterdir()) == []


def test_a_sandboxed_child_reads_the_opened_copy(cast: Cast) -> None:
    data = a_dataset_version(cast)
    with files.opened(data.file) as path:
        assert tables.profile(path, tables.recognise_table(path)).rows == data.rows


def test_rows_of_several_chunks_come_back(cast: Cast, tmp_path: Path) -> None:
    table = tmp_path / "large.csv"
    table.write_bytes(ROWS * 50_000)
    stored = keep(table)
    assert lies_at(stored).stat().st_size == stored.size + 3 * 16
    assert hashlib.sha256(read(stored)).hexdigest() == stored.sha256
    assert files.read_checked(stored) == ROWS * 50_000


@pytest.mark.parametrize("harm", ["flipped", "cut", "lost", "another's"])
def test_harmed_bytes_are_refused_with_a_sentence(cast: Cast, own_scratch: Path, harm: str) -> None:
    stored, other = keep(), keep(ROWS + b"Moritz,m,1\n")
    path = lies_at(stored)
    content = path.read_bytes()
    if harm == "lost":
        path.unlink()
    else:
        path.chmod(0o600)
        path.write_bytes(
            {
                "flipped": bytes([content[0] ^ 1]) + content[1:],
                "cut": content[:-1],
                "another's": lies_at(other).read_bytes(),
            }[harm]
        )
    with refused("file.broken"):
        read(stored)
    with refused("file.broken"):
        files.read_checked(stored)
    assert list(own_scratch.iterdir()) == []


def test_a_key_that_was_changed_in_the_database_is_refused(cast: Cast) -> None:
    stored, other = keep(), keep(ROWS + b"Moritz,m,1\n")
    StoredFile.objects.filter(pk=stored.pk).update(wrapped_key=other.wrapped_key)
    with refused("rows.key_damaged"):
        read(stored)


def test_the_same_rows_are_kept_once_and_stay_sealed(cast: Cast) -> None:
    stored = keep()
    with nothing_written():
        assert keep() == stored
        assert keep(holds_rows=False).is_sealed
    assert files.read_checked(stored) == ROWS


def test_plain_bytes_that_turn_out_to_be_rows_are_sealed(cast: Cast) -> None:
    stored = keep(holds_rows=False)
    plain = lies_at(stored)
    assert plain.read_bytes() == ROWS
    sealed = keep()
    assert (sealed.pk, sealed.is_sealed, sealed.has_leftovers) == (stored.pk, True, True)
    # Only after the commit do the plain ones go; a test of its own database has none.
    assert len(in_the_store()) == 2
    assert retention.finish_erasing() == 1
    assert not plain.exists()
    assert read(sealed) == ROWS
    assert retention.finish_erasing() == 0


def test_somebody_who_looked_it_up_before_it_was_sealed_reads_it_all_the_same(cast: Cast) -> None:
    before = keep(holds_rows=False)
    keep()
    retention.finish_erasing()
    assert read(before) == ROWS


def test_a_verb_that_fails_leaves_plain_bytes_plain(cast: Cast) -> None:
    @journal.verb
    def fails() -> None:
        keep()
        raise Refused.because("x", "Something else was wrong.")

    stored = keep(holds_rows=False)
    with refused("x"):
        fails()
    assert (fresh(stored).is_sealed, read(stored)) == (False, ROWS)


def test_half_a_file_of_a_killed_process_is_written_anew(cast: Cast) -> None:
    place = Path(default_storage.path(f"sealed/{DIGEST[:2]}/{DIGEST}"))
    place.parent.mkdir(parents=True)
    place.write_bytes(b"half")
    assert read(keep()) == ROWS


def test_rows_the_store_has_lost_are_kept_again_under_the_same_key(cast: Cast) -> None:
    stored = keep()
    before = lies_at(stored).read_bytes()
    lies_at(stored).unlink()
    assert keep() == stored
    assert lies_at(stored).read_bytes() == before


def test_the_housekeeping_seals_what_an_earlier_edition_kept_plain(cast: Cast) -> None:
    data = a_dataset_version(cast)
    plain = data.file.places[False]
    content = files.read_checked(data.file)
    Path(default_storage.path(data.file.place)).unlink()
    StoredFile.objects.filter(pk=data.file_id).update(wrapped_key=None, wrapped_by="")
    path = Path(default_storage.path(plain))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    assert read(data.file) == content
    assert retention.seal_plain_rows() == 1
    assert retention.finish_erasing() == 1
    assert fresh(data.file).is_sealed
    assert not path.exists()
    assert read(data.file) == content
    with nothing_written():
        assert retention.seal_plain_rows() == 0


def test_broken_plain_rows_do_not_stop_the_housekeeping(cast: Cast) -> None:
    stored = keep(holds_rows=False)
    lies_at(stored).chmod(0o600)
    lies_at(stored).write_bytes(b"changed")
    with nothing_written():
        assert retention.seal(stored) is False
