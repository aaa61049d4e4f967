"""A backup comes back whole into another database, without what was erased since; or not at all."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project_settings
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from registry.models import (
    DatasetVersion,
    Decision,
    Entry,
    Evidence,
    RegisteredModel,
    StoredFile,
    User,
)
from registry.rules.backups import FORMAT
from registry.rules.refusals import Refused
from registry.services import (
    archives,
    backups,
    checkpoint_keys,
    files,
    journal,
    openings,
    people,
    restores,
    retention,
    units,
)
from tests.cast import Cast, a_model, an_approved_release, gather
from tests.conftest import keep_files_in
from tests.databases import address_of, connect_to, copy, drop
from tests.registry.bent_archives import bent, forged
from tests.stack import PYTHON, ROOT

MODEL = "Mortgage approval"
Another = Callable[[], str]
_numbers = count(1)


@pytest.fixture
def own_keys(settings: Settings, tmp_path: Path) -> None:
    """Keep the keys of each test apart from those of the project."""
    settings.KEYS_FOLDER = tmp_path / "keys"
    settings.KEYS_FOLDER.mkdir()
    (settings.KEYS_FOLDER / "event_secret").write_text("a secret", encoding="utf-8")
    settings.ERASURES_FILE = settings.KEYS_FOLDER / "erasures.jsonl"


@pytest.fixture
def lived_in(committed_db: str, own_keys: None, quick_passwords: None) -> Cast:
    """A database in which a release was approved, with rows that lie sealed."""
    cast = gather()
    an_approved_release(cast)
    return cast


@pytest.fixture
def elsewhere(
    template: str, lived_in: Cast, settings: Settings, tmp_path: Path
) -> Iterator[Another]:
    """Give a function that goes over to an empty database with an empty store."""
    made: list[str] = []
    before = str(project_settings.DATABASES["default"]["NAME"])

    def gone_over() -> str:
        name = f"{template}_restored_{next(_numbers)}"
        made.append(name)
        copy(template, name)
        connect_to(name)
        keep_files_in(settings, tmp_path / name)
        return name

    yield gone_over
    connect_to(before)
    for name in made:
        drop(name)


def backed_up(folder: Path, name: str = "monday") -> tuple[Path, Path]:
    archive, keys = folder / f"{name}.tar.gz", folder / f"{name}.keys.tar.gz"
    backups.make(archive=archive, keys=keys, together=True, by=None)
    return archive, keys


def restored(archive: Path, keys: Path | None, **options: Any) -> restores.Restored:
    return restores.restore(restores.read(archive=archive, keys=keys, **options), by=None)


def test_what_was_saved_comes_back_and_goes_on(
    lived_in: Cast, elsewhere: Another, tmp_path: Path
) -> None:
    signed = list(Decision.objects.values_list("pk", "case_file_digest", "reason"))
    exhibit = files.read_checked(Evidence.objects.first().file)
    rows = files.read_checked(StoredFile.objects.exclude(wrapped_key=None).get())
    archive, keys = backed_up(tmp_path)
    assert Entry.objects.last().action == "backup.made"
    elsewhere()
    found = restored(archive, keys)
    assert journal.verify()[0] is None and Entry.objects.last().action == "backup.restored"
    assert list(Decision.objects.values_list("pk", "case_file_digest", "reason")) == signed
    assert files.read_checked(Evidence.objects.first().file) == exhibit
    assert files.read_checked(StoredFile.objects.exclude(wrapped_key=None).get()) == rows
    assert (found.unopened, found.erased_again, found.deleted_again) == (0, 0, 0)
    assert User.objects.get(username="manager").printed_name == "Mara Roth"
    # Numbers are not given twice, and what was written once still is.
    assert a_model(lived_in, "Car loans").pk > RegisteredModel.objects.get(name=MODEL).pk
    with pytest.raises(DatabaseError, match="is written once"), connection.cursor() as cursor:
        cursor.execute("UPDATE registry_decision SET reason = 'another'")


def test_what_was_deleted_or_erased_since_is_so_afterwards(
    lived_in: Cast, elsewhere: Another, tmp_path: Path
) -> None:
    archive, old_keys = backed_up(tmp_path)
    data = DatasetVersion.objects.get()
    retention.delete_rows(data=data, reason="A person asked for it.", by=lived_in.admin)
    gone = lived_in.ethics
    units.end(membership=gone.memberships.get(), reason="She left.", by=lived_in.admin)
    people.erase(person=gone, reason="She asked for it.", by=None)
    _, keys = backed_up(tmp_path, "tuesday")
    for chosen in (keys, old_keys):
        elsewhere()
        found = restored(archive, chosen)
        assert found.erased_again == 1 and found.deleted_again == (chosen == keys)
        assert journal.verify()[0] is None
        assert "Elena" not in str(list(User.objects.values()))
        of_her = openings.opened(Entry.objects.filter(action="person.added"))
        assert "Elena" not in str(of_her) and "Mara" in str(of_her)
        assert not User.objects.get(pk=gone.pk).is_active
    # No name lies in the archive that is kept for long, but of those who signed something.
    with gzip.open(archive) as packed:
        text = packed.read()
    assert b"Elena" not in text and b"Alma" not in text


def test_without_keys_everything_but_names_and_rows_is_there(
    lived_in: Cast, elsewhere: Another, settings: Settings, tmp_path: Path
) -> None:
    archive, _ = backed_up(tmp_path)
    signer = checkpoint_keys.present()[1].fingerprint
    elsewhere()
    settings.ROWS_KEY, settings.PEOPLE_KEY, settings.CHECKPOINT_KEY = (
        bytes([n]) * 32 for n in b"123"
    )
    settings.CHECKPOINT_KEY_PATH = None
    # Whose archive it is, nobody here can tell: somebody has to say.
    with pytest.raises(Refused, match=f"not signed by a known key .{signer}"):
        restored(archive, None)
    with pytest.raises(Refused, match="not signed by a known key"):
        restored(archive, None, signed_by=["0" * 64])
    found = restored(archive, None, signed_by=[signer])
    assert found.unopened == 1 and journal.verify()[0] is None
    assert not User.objects.filter(first_name="Mara").exists()
    assert files.read_checked(Evidence.objects.first().file)


def test_a_file_that_the_store_lost_is_named_and_the_rest_is_saved(
    lived_in: Cast, elsewhere: Another, tmp_path: Path
) -> None:
    lost = Evidence.objects.first().file
    default_storage.delete(lost.place)
    archive, keys = tmp_path / "archive", tmp_path / "keys.archive"
    with pytest.raises(CommandError, match=lost.sha256):
        call_command("backup", archive, keys_file=keys, together=True)
    elsewhere()
    assert restored(archive, keys).lost == (lost.sha256,)


def test_a_restore_that_cannot_be_is_refused_and_leaves_nothing(
    lived_in: Cast, elsewhere: Another, settings: Settings, tmp_path: Path
) -> None:
    _, older = backed_up(tmp_path, "sunday")
    archive, keys = backed_up(tmp_path)
    with pytest.raises(Refused, match="no journal is ever overwritten.* older than the backup"):
        restores.read(archive=archive, keys=older)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("restore", tmp_path / "nowhere", without_keys=True)
    with pytest.raises(Refused, match="no archive of the kind"):
        restores.read(archive=keys, keys=archive)
    with pytest.raises(Refused, match="choose a new name"):
        backed_up(tmp_path)
    with pytest.raises(Refused, match="would lie beside"):
        backups.make(archive=tmp_path / "one", keys=tmp_path / "two", by=None)
    elsewhere()
    MigrationRecorder(connection).record_applied("registry", "0999_later")
    with pytest.raises(
        Refused, match=r"ahead of the backup by the migrations registry\.0999_later"
    ):
        restores.read(archive=archive, keys=keys)
    MigrationRecorder(connection).record_unapplied("registry", "0999_later")
    backup = restores.read(archive=archive, keys=keys)
    # Changed between the two readings: an exhibit, the last thing of all to be read.
    name = sorted(one for one in backup.manifest.members if one.startswith("files/"))[-1]
    kept = archive.read_bytes()
    bent(archive, {name: b"other bytes"})
    before = Entry.objects.count()
    with pytest.raises(Refused, match=name):
        restores.restore(backup, by=None)
    assert Entry.objects.count() == before and not User.objects.exists()
    store = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
    assert not [path for path in store.rglob("*") if path.is_file()]
    archive.write_bytes(kept)
    forged_backups_are_refused(archive, keys)


def forged_backups_are_refused(archive: Path, keys: Path) -> None:
    """Tamper with whole archives, with every digest as it has to be."""
    kept = archive.read_bytes()
    said = archives.checked(archive, expected=FORMAT)
    files_there = [name for name in said.members if name.startswith("files/")]
    of_roles = {name: None for name in said.members if "/registry_membership/" in name}
    lost = [name.rpartition("/")[2] for name in files_there]
    session = {"database/django_session/000001": b"key\tdata\t2030-01-01\n"}
    stranger = checkpoint_keys.pair_of(b"s" * 32)
    tables = {**said.tables, "django_session": 1}
    for changed, more, why in [
        (of_roles, {}, "changed after it was signed"),
        ({}, {"lost": lost}, "changed after it was signed"),
        ({}, {"signature": ""}, "not signed by a known key"),
        ({}, {"sign": stranger}, "not signed by a known key"),
        # With --unsigned as well.
        ({}, {"tables": {}, "signature": ""}, "at its member database/"),
        (session, {"signature": ""}, "at its member database/django_session"),
        (session, {"tables": tables, "signature": ""}, "tables.*: django_session"),
        ({"files/ab/" + "ab" * 32: b"other"}, {"signature": ""}, "at its member files/ab"),
    ]:
        forged(archive, changed, **more)
        takes_it_unsigned = "known key" not in why
        with pytest.raises(Refused, match=why):
            restores.read(archive=archive, keys=keys, unsigned=takes_it_unsigned)
        archive.write_bytes(kept)
    digest = hashlib.sha256(b"more").hexdigest()
    forged(archive, {f"files/{digest[:2]}/{digest}": b"more"}, sign=stranger)
    with pytest.raises(Refused, match="no record speaks of: files/.*"):
        restored(archive, keys, unsigned=True)
    forged(archive, {}, sign=stranger)
    with pytest.raises(Refused, match="never signed a checkpoint"):
        restored(archive, keys, unsigned=True)
    assert not User.objects.exists()


def test_the_command_restores_in_a_new_process_with_the_keys_it_put_in_place(
    lived_in: Cast, elsewhere: Another, settings: Settings, tmp_path: Path
) -> None:
    names = ("ROWS_KEY", "PEOPLE_KEY", "CHECKPOINT_KEY")
    for name in names:
        key = base64.b64encode(getattr(settings, name)).decode()
        (settings.KEYS_FOLDER / name.lower()).write_text(key)
    archive, keys = backed_up(tmp_path)
    var = tmp_path / "var"
    environment = {name: value for name, value in os.environ.items() if name not in names} | {
        "DATABASE_URL": address_of(elsewhere()),
        "VAR_DIR": str(var),
    }
    done = subprocess.run(
        [PYTHON, "manage.py", "restore", archive, "--keys-file", keys],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    placed = "checkpoint_key, event_secret, people_key, rows_key"
    assert f"Put in place under var/keys: {placed}." in done.stdout
    assert "The journal is whole" in done.stdout and "cannot be opened" not in done.stdout
    assert (var / "keys" / "event_secret").read_text() == "a secret"
    assert list((var / "keys").glob("before-restore-*/rows_key"))
