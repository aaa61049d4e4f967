"""Check the whole journal in one pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from django.db import connection, transaction

from registry.models import Checkpoint, Head, JournalCheck, JournalTile, ModelHead
from registry.rules.journal import COLUMNS, NUMBER, TILE, Break, Row, Walk
from registry.services import checkpoint_checks, row_checks, row_names
from registry.services.checkpoint_checks import Ahead, Look, Signatures
from registry.services.row_tellings import Seen

BATCH = 5000


@dataclass(frozen=True)
class Checked:
    """What a check found: the first break (None when whole), and how far it can tell.

    ``began_at`` is the entry it began behind. ``uncovered`` are the first and last entry that no
    checkpoint covers: if those were cut off, nothing would show it. ``unread`` are the places
    outside that could not be read, so that nothing was compared with them.
    """

    found: Break | None
    entries: int
    began_at: int
    checkpoint: int | None
    uncovered: tuple[int, int] | None
    unread: tuple[Look, ...]
    seconds: float

    @property
    def whole(self) -> bool:
        """Whether everything holds."""
        return self.found is None


def check(*, from_checkpoint: bool = False, outside: bool = True, keys: bool = True) -> Checked:
    """Check chain, numbers, heads, tiles, checkpoints, what they left outside, and what is told.

    With ``from_checkpoint`` it begins behind the last checkpoint that the last whole check covered.
    Without ``outside`` the places outside the database are not read, as on a machine that has none
    of them. Without ``keys`` people's keys may be missing, as in the middle of a restore. It reads
    in a stream, and writes nothing.
    """
    started = perf_counter()
    looks = checkpoint_checks.look_outside() if outside else []
    with _one_instant():
        head = Head.objects.get(pk=1)
        signatures = Signatures()
        begin = _begin() if from_checkpoint else None
        walk = _walk_behind(begin)
        found = begin and checkpoint_checks.begin_break(begin, signatures)
        found = found or _walk(walk, head, looks, signatures, keys=keys)
        last = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first()
        covered = last or 0
        return Checked(
            found=found,
            entries=head.number,
            began_at=walk.began_at,
            checkpoint=last,
            uncovered=(covered + 1, head.number) if head.number > covered else None,
            unread=tuple(look for look in looks if look.failure),
            seconds=perf_counter() - started,
        )


@contextmanager
def _one_instant() -> Iterator[None]:
    """Have everything read as of one instant, or a write in between would look like a break."""
    with transaction.atomic():
        if len(connection.savepoint_ids) == 0:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _begin() -> Checkpoint | None:
    whole = JournalCheck.objects.filter(whole=True).first()
    covered = Checkpoint.objects.filter(size__lte=whole.entries if whole else 0)
    return covered.order_by("-size").first()


def _walk_behind(begin: Checkpoint | None) -> Walk:
    if begin is None:
        return row_checks.watch(Walk())
    peaks = [bytes.fromhex(one) for one in begin.frontier]
    return row_checks.watch(Walk.behind(begin.size, begin.head, peaks))


def _walk(
    walk: Walk, head: Head, looks: list[Look], signatures: Signatures, *, keys: bool
) -> Break | None:
    """Go through all entries, then look at what has to agree with the whole of them."""
    ahead, seen = Ahead(walk.number), Seen()
    for rows in _batches(walk.number):
        due = ahead.up_to(max(row[NUMBER] for row in rows))
        breaks = (
            walk.take(rows, {checkpoint.size for checkpoint in due}),
            checkpoint_checks.tiles_break(walk.tiles),
            checkpoint_checks.states_break(due, walk.states, signatures),
            row_checks.examine(walk.aside, seen),
        )
        if found := _first(*breaks):
            # Outside may lie a checkpoint over fewer entries than that.
            return _first(found, checkpoint_checks.outside_break(looks, head.number))
        seen.names.take(rows)
        walk.tiles.clear()
        walk.states.clear()
        walk.aside.clear()
    found = _first(
        walk.ends_at({"number": head.number, "seal": head.seal})
        or walk.heads_break(dict(ModelHead.objects.values_list("model", "number").iterator())),
        _beyond(walk.number, ahead.next_size),
        signatures.keys_break(walk.number),
        checkpoint_checks.outside_break(looks, walk.number),
    )
    # Where the end was cut off, what it told is missing as well: the cut comes first.
    return found or _first(
        None if walk.began_at else row_checks.untold(seen, walk.number),
        row_names.closed_break(seen.names, walk.number) if keys else None,
    )


def _batches(after: int) -> Iterator[list[Row]]:
    """Yield the entries as rows, some thousand at a time, however many there are."""
    columns = ", ".join(COLUMNS)
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM registry_entry WHERE number > %s ORDER BY number",  # noqa: S608
            [after],
        )
        while rows := cursor.fetchmany(BATCH):
            yield rows


def _beyond(number: int, next_size: int | None) -> Break | None:
    """Return what is kept over entries that are not there."""
    if next_size is not None:
        return Break(
            number + 1,
            f"a checkpoint was signed over {next_size} entries, the journal has {number};"
            " it was cut",
        )
    if JournalTile.objects.filter(index__gte=number // TILE).exists():
        return Break(number + 1, f"hashes are kept of more entries than the {number} there are")
    return None


def _first(*breaks: Break | None) -> Break | None:
    return min((one for one in breaks if one), key=lambda one: one.number, default=None)
