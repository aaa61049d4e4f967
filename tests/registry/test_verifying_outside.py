"""What lies outside the database tells of a journal that was cut or rebuilt with all of it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from django.core.management import call_command
from pytest_django import Settings

from registry.models import Checkpoint, CheckpointDelivery, Entry, Installation
from registry.services import checkpoint_sinks, checkpoints, journal_checks, kept_checks
from tests.cast import Cast, an_approved_release
from tests.registry.bending import Bent, bend, cut_to, found, rebuild, sign_anew, tell, undone

FORGED = b"\x07" * 32


def file_of(settings: Settings) -> Path:
    return Path(unquote(urlsplit(settings.CHECKPOINT_SINKS[0]).path))


@pytest.fixture
def outside(cast: Cast, settings: Settings) -> Path:
    """Two checkpoints, written down in a file."""
    an_approved_release(cast)
    tell(cast.unit, 3)
    checkpoints.make()
    assert checkpoint_sinks.deliver() == 2
    return file_of(settings)


def forget(chain: list[Bent]) -> None:
    chain[6]["reason"] = "All was well."


def test_a_journal_rebuilt_with_its_checkpoints_is_found_by_the_key_and_by_the_lines(
    outside: Path, settings: Settings
) -> None:
    first, _ = Checkpoint.objects.order_by("size")
    installation = str(Installation.objects.get().uuid)
    sign_anew(rebuild(forget), FORGED, installation=installation)
    rebuilt = (
        first.size,
        f"{settings.CHECKPOINT_SINKS[0]} holds another checkpoint over {first.size} entries; the"
        " journal was rebuilt, or the line replaced",
    )
    checked = journal_checks.check(outside=False).found
    assert checked is not None
    assert checked.number == 1
    assert "that signs from here on is not this installation's" in checked.wrong
    # Whoever has the key as well is told by the lines alone.
    settings.CHECKPOINT_KEY = FORGED
    assert journal_checks.check(outside=False).found is None
    assert found() == rebuilt


def test_a_tail_that_was_cut_with_its_checkpoint_is_found_by_the_line(
    outside: Path, settings: Settings
) -> None:
    first, second = Checkpoint.objects.order_by("size")
    cut_to(first.size)
    bend(
        ("DELETE FROM registry_checkpoint WHERE size = %s", [second.size]),
        ("DELETE FROM registry_checkpointdelivery WHERE checkpoint_id = %s", [second.size]),
    )
    assert journal_checks.check(outside=False).found is None
    assert found() == (
        first.size + 1,
        f"{settings.CHECKPOINT_SINKS[0]} holds a checkpoint over {second.size} entries that the"
        f" database does not; the journal was cut to {first.size} entries",
    )


def test_a_change_of_any_column_of_a_checkpoint_is_found(outside: Path) -> None:
    first = Checkpoint.objects.earliest("size")
    for field in Checkpoint._meta.concrete_fields:
        with undone():
            value = {"size": "size + 1", "frontier": "'[\"00\"]'"}.get(
                field.column, f"'0' || substr({field.column}, 2)"
            )
            if field.column in {"head", "root", "key_id", "signature"}:
                value = f"translate({field.column}, '0123456789abcdef', '123456789abcdef0')"
            bend(
                (
                    f"UPDATE registry_checkpoint SET {field.column} = {value}"  # noqa: S608
                    " WHERE size = %s",
                    [first.size],
                )
            )
            broken = found()
            assert broken, field.column
            assert broken[0] in (first.size, first.size + 1), (field.column, broken)
    assert found() is None


def test_what_somebody_does_to_the_lines_is_found(outside: Path, settings: Settings) -> None:
    sink = settings.CHECKPOINT_SINKS[0]
    first, second = Checkpoint.objects.order_by("size")
    one, two = outside.read_text(encoding="utf-8").splitlines()
    last = Entry.objects.count()
    swapped = one.replace(first.signature, second.signature)
    for lines, number, wrong in (
        ([two], first.size, f"the line of the checkpoint over {first.size} entries is gone from"),
        ([one], second.size, f"the line of the checkpoint over {second.size} entries is gone"),
        ([], first.size, f"the line of the checkpoint over {first.size} entries is gone from"),
        ([swapped, two], first.size, f"{sink} holds another checkpoint over {first.size} entries"),
        ([one, swapped, two], first.size, f"{sink} holds another checkpoint over {first.size}"),
        ([one, two, "nonsense"], last, f"line 3 of {sink} is no checkpoint"),
        ([one, two[:50]], second.size, f"the line of the checkpoint over {second.size} entries"),
    ):
        outside.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        broken = found()
        assert broken, lines
        assert broken[0] == number, (wrong, broken)
        assert wrong in broken[1], (wrong, broken)
    outside.unlink()
    assert found() is not None
    outside.write_text(f"{one}\n{two}\n", encoding="utf-8")
    assert found() is None


def test_what_was_written_once_is_not_written_again(outside: Path) -> None:
    before = outside.read_text(encoding="utf-8")
    assert checkpoint_sinks.deliver() == 0
    # As if it had been killed between the line and the row that says so; with half a line as well.
    bend("DELETE FROM registry_checkpointdelivery")
    lines = before.splitlines(keepends=True)
    outside.write_text(lines[0] + lines[1][:40], encoding="utf-8")
    assert checkpoint_sinks.deliver() == 2
    assert outside.read_text(encoding="utf-8") == f"{lines[0]}{lines[1][:40]}\n{lines[1]}"
    assert found() is None


def test_a_place_that_fails_is_tried_again_and_holds_up_no_other(
    cast: Cast, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("A file, where a folder has to be.", encoding="utf-8")
    settings.CHECKPOINT_SINKS = [
        (blocked / "checkpoints.jsonl").as_uri(),
        "storage://nowhere/checkpoints",
        "storage://default/checkpoints",
    ]
    tell(cast.unit)
    signed = checkpoints.make()
    assert signed is not None
    assert checkpoint_sinks.deliver() == 1
    assert "No checkpoint could be written to file:///" in caplog.text
    assert "the settings have no storage nowhere" in caplog.text
    assert list(CheckpointDelivery.objects.values_list("sink", flat=True)) == [
        "storage://default/checkpoints"
    ]
    # What cannot be read is said, and is no break.
    checked = journal_checks.check()
    assert checked.found is None
    assert [look.sink for look in checked.unread] == settings.CHECKPOINT_SINKS[:2]
    assert "the settings have no storage nowhere" in checked.unread[1].failure
    assert list(checkpoint_sinks.read("storage://default/checkpoints")) == [signed.line]
    blocked.unlink()
    assert checkpoint_sinks.deliver() == 1
    stored = Path(settings.STORAGES["default"]["OPTIONS"]["location"]) / "checkpoints"
    (kept,) = stored.iterdir()
    kept.write_text("{}", encoding="utf-8")
    broken = found()
    assert broken is not None
    assert "the line of the checkpoint over" in broken[1]


def test_a_check_may_begin_behind_what_was_whole_the_last_time(
    outside: Path, cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kept_checks.keep(kind="nightly").whole
    first, second = Checkpoint.objects.order_by("size")
    tell(cast.unit, 300)
    checkpoints.make()
    checked = journal_checks.check(from_checkpoint=True)
    assert (checked.found, checked.began_at) == (None, second.size)
    call_command("verify_journal", "--from-checkpoint")
    assert f"Checked from entry {second.size + 1} on." in capsys.readouterr().out
    with undone():
        bend(
            (
                "UPDATE registry_entry SET reason = 'Other.' WHERE number = %s",
                [second.size + 7],
            )
        )
        broken = journal_checks.check(from_checkpoint=True).found
        assert broken is not None
        assert broken.number == second.size + 7
    bend(("UPDATE registry_checkpoint SET frontier = '[]' WHERE size = %s", [second.size]))
    broken = journal_checks.check(from_checkpoint=True).found
    assert broken is not None
    assert broken.number == second.size
