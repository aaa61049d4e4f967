"""Checkpoints: when one is written, what it states, what it proves, and which key signs it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management import CommandError, call_command
from pytest_django import Settings

from registry.models import Checkpoint, CheckpointKey, Entry, Head, Installation, JournalTile
from registry.rules.casefile import canonical
from registry.rules.checkpoints import fingerprint
from registry.rules.journal import TILE
from registry.rules.merkle import leaf_hash, root, root_from_path
from registry.rules.refusals import Refused
from registry.services import checkpoint_keys, checkpoints, journal
from tests.cast import Cast, an_approved_release
from tests.registry.bending import Bent, bend, found, rebuild, tell, undone


def sizes() -> list[int]:
    return list(Checkpoint.objects.order_by("size").values_list("size", flat=True))


def seals_to(size: int) -> list[bytes]:
    entries = Entry.objects.filter(number__lte=size).order_by("number")
    return [leaf_hash(seal) for seal in entries.values_list("seal", flat=True)]


def keys_in(settings: Settings, folder: Path) -> Path:
    """Have the key that signs lie in a file, as without CHECKPOINT_KEY."""
    path = folder / "checkpoint_key"
    path.write_text(base64.urlsafe_b64encode(settings.CHECKPOINT_KEY).decode(), encoding="utf-8")
    settings.CHECKPOINT_KEY_PATH = path
    return path


def test_a_decision_is_signed_for_in_its_own_transaction(cast: Cast) -> None:
    an_approved_release(cast)
    (size,) = sizes()
    assert size == Head.objects.get().number
    assert checkpoints.uncovered() is None
    signed = checkpoints.latest()
    assert signed is not None
    public = bytes.fromhex(signed.key.public_key)
    assert signed.statement == canonical(
        {
            "format": "mlops-gov/checkpoint/1",
            "installation": str(Installation.objects.get().uuid),
            "size": size,
            "head": Entry.objects.get(number=size).seal,
            "root": root(seals_to(size)).hex(),
            "at": signed.at,
            "key": fingerprint(public),
        }
    )
    Ed25519PublicKey.from_public_bytes(public).verify(
        bytes.fromhex(signed.signature), signed.statement.encode()
    )


def test_so_many_entries_are_signed_for_and_what_is_undone_leaves_no_checkpoint(
    cast: Cast, settings: Settings
) -> None:
    settings.CHECKPOINT_EVERY = 50
    before = Head.objects.get().number
    tell(cast.unit, 50 - before % 50 - 1)
    assert sizes() == []
    tell(cast.unit, 2)
    assert sizes() == [before + 50 - before % 50 + 1]
    tell(cast.unit, 3)
    assert checkpoints.uncovered() == (sizes()[0] + 1, sizes()[0] + 3)

    @journal.verb
    def fails() -> None:
        tell(cast.unit, 100)
        checkpoints.covering(sizes()[0] + 3)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert len(sizes()) == 1
    assert found() is None


def test_what_covers_an_entry_is_the_smallest_there_is_and_made_where_there_is_none(
    cast: Cast,
) -> None:
    start = Head.objects.get().number
    tell(cast.unit, 5)
    first = checkpoints.covering(start + 2)
    assert first.size == start + 5
    tell(cast.unit, 5)
    assert checkpoints.make() == checkpoints.make()
    assert checkpoints.covering(start + 2) == first
    assert checkpoints.covering(start + 6).size == start + 10
    for number in (0, start + 11):
        with pytest.raises(ValueError, match=f"The journal has no entry {number}"):
            checkpoints.covering(number)
    with pytest.raises(ValueError, match="does not cover all of these entries"):
        checkpoints.proofs([start + 6], first)


def test_what_proves_an_entry_reads_a_run_and_the_tiles(
    cast: Cast, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    tell(cast.unit, 3 * TILE)
    signed = checkpoints.make()
    assert signed is not None
    assert JournalTile.objects.count() == signed.size // TILE
    wanted = [1, TILE, TILE + 1, 2 * TILE + 5, signed.size]
    with django_assert_max_num_queries(2):
        paths = checkpoints.proofs(wanted, signed)
    leaves = seals_to(signed.size)
    assert root(leaves).hex() == signed.root
    for number in wanted:
        path = [bytes.fromhex(part) for part in paths[number]]
        proven = root_from_path(number - 1, signed.size, leaves[number - 1], path)
        assert proven.hex() == signed.root
    # A checkpoint that grows from another one has the root of a whole tree.
    tell(cast.unit, 2 * TILE)
    again = checkpoints.make()
    assert again is not None
    assert again.root == root(seals_to(again.size)).hex()
    assert found() is None
    bend("UPDATE registry_journaltile SET root = repeat('a', 64) WHERE index = 1")
    assert found() == (
        2 * TILE,
        f"the hash kept over the entries {TILE + 1} to {2 * TILE} is not theirs",
    )
    bend("DELETE FROM registry_journaltile WHERE index = 1")
    assert found() is not None


def test_another_key_signs_after_a_rotation_and_the_old_ones_stay_for_checking(
    cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    path = keys_in(settings, tmp_path)
    old = checkpoint_keys.pair_of(settings.CHECKPOINT_KEY).fingerprint
    tell(cast.unit)
    call_command("rotate_checkpoint_key")
    new = checkpoint_keys.pair_of(checkpoint_keys.read(path)).fingerprint
    assert new != old
    named = Entry.objects.get(action="checkpoint_key.rotated")
    assert json.loads(named.changes) == {"from": old, "to": new}
    # The old key's last signature covers the entry that names the new one.
    last = checkpoints.covering(named.number)
    assert (last.size, last.key_id) == (named.number, old)
    tell(cast.unit)
    signed = checkpoints.make()
    assert signed is not None
    assert signed.key_id == new
    assert found() is None
    assert path.stat().st_mode & 0o077 == 0

    def from_another(chain: list[Bent]) -> None:
        chain[named.number - 1]["changes"] = canonical({"from": "f" * 64, "to": new})

    with undone():
        rebuild(from_another)
        bend("DELETE FROM registry_checkpoint")
        wrong = f"no entry names the key {new[:16]} that signs from here on, after {old[:16]}"
        assert found() == (named.number + 1, wrong)
    assert list(CheckpointKey.objects.values_list("fingerprint", "begins_after")) == [
        (old, 0),
        (new, named.number),
    ]
    bend("UPDATE registry_checkpoint SET key_id = (SELECT min(key_id) FROM registry_checkpoint)")
    broken = found()
    assert broken is not None
    assert "was not signed by the key that signed then" in broken[1]


def test_a_rotation_that_was_killed_before_the_new_key_was_in_its_place_goes_on(
    cast: Cast, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = keys_in(settings, tmp_path)
    tell(cast.unit)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed_at(path, killed))
        with pytest.raises(KeyboardInterrupt):
            call_command("rotate_checkpoint_key")
    # Signed by the new key, though it still lies beside the old one.
    tell(cast.unit)
    signed = checkpoints.make()
    assert signed is not None
    assert signed.key_id != checkpoint_keys.pair_of(settings.CHECKPOINT_KEY).fingerprint
    call_command("rotate_checkpoint_key")
    assert CheckpointKey.objects.count() == 2
    assert checkpoint_keys.pair_of(checkpoint_keys.read(path)).fingerprint == signed.key_id


def killed_at(target: Path, act: Callable[[], None]) -> Callable[[Path, Path], Path]:
    """Replace as ever, but for the one file at whose replacement the process is killed."""
    real = Path.replace

    def replace(self: Path, to: Path) -> Path:
        if to == target:
            act()
        return real(self, to)

    return replace


def test_a_key_of_the_settings_is_rotated_by_setting_a_new_one(
    cast: Cast, settings: Settings
) -> None:
    settings.CHECKPOINT_KEY_PATH = None
    tell(cast.unit)
    checkpoints.make()
    old = settings.CHECKPOINT_KEY
    with pytest.raises(CommandError, match="CHECKPOINT_KEY is the key that signs now"):
        call_command("rotate_checkpoint_key")
    settings.CHECKPOINT_KEY = bytes(32)
    tell(cast.unit)
    # The old one is needed to hand over; until then nothing is signed, and work goes on.
    with pytest.raises(Refused, match="is not here"):
        checkpoints.make()
    with pytest.raises(CommandError, match="is not here"):
        call_command("rotate_checkpoint_key")
    settings.CHECKPOINT_OLD_KEYS = [old]
    call_command("rotate_checkpoint_key")
    settings.CHECKPOINT_OLD_KEYS = []
    tell(cast.unit)
    assert checkpoints.make() is not None
    assert found() is None


def test_a_key_that_is_lost_stops_no_decision_and_is_replaced_openly(
    cast: Cast, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CHECKPOINT_KEY_PATH = None
    tell(cast.unit)
    first = checkpoints.make()
    assert first is not None
    settings.CHECKPOINT_KEY = bytes(32)
    an_approved_release(cast)
    assert checkpoints.latest() == first
    assert "No checkpoint was written" in caplog.text
    broken = found()
    assert broken is not None
    assert "is not this installation's" in broken[1]
    call_command("rotate_checkpoint_key", "--lost")
    assert checkpoints.uncovered() is None
    assert Entry.objects.latest("number").action == "checkpoint_key.replaced"
    assert found() is None


def test_a_journal_that_does_not_hold_is_neither_signed_nor_proven_from(cast: Cast) -> None:
    tell(cast.unit, 2 * TILE)
    signed = checkpoints.make()
    assert signed is not None
    tell(cast.unit, 3)
    with undone():
        bend("DELETE FROM registry_entry WHERE number = (SELECT max(number) FROM registry_entry)")
        with pytest.raises(Refused, match="nothing in it can be signed or proven"):
            checkpoints.make()
    with undone():
        bend("UPDATE registry_checkpoint SET frontier = '[]'")
        with pytest.raises(Refused, match="nothing in it can be signed or proven"):
            checkpoints.make()
        # Decisions and all other work go on, and the check says what is wrong.
        an_approved_release(cast)
        assert found() is not None
    bend("DELETE FROM registry_journaltile")
    with pytest.raises(Refused, match="nothing in it can be signed or proven"):
        checkpoints.proofs([1], signed)
