"""Checkpoints for whoever rests on one: which covers an entry, and what proves it is inside."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from registry.models import Checkpoint, Head, JournalTile
from registry.rules.journal import TILE
from registry.rules.merkle import Known, inclusion_path, leaf_hash
from registry.services import checkpoint_writing


def covering(number: int) -> Checkpoint:
    """Return the smallest checkpoint over entry ``number``, written now if there is none.

    May be called inside a verb. Raises Refused where the key that signs is not here, ValueError
    where there is no such entry.
    """
    covers = Checkpoint.objects.select_related("key").filter(size__gte=number).order_by("size")
    found = covers.first() or make()
    if found is None or not 0 < number <= found.size:
        raise ValueError(f"The journal has no entry {number}.")
    return found


def make() -> Checkpoint | None:
    """Sign all committed entries and return the checkpoint; None while the journal is empty.

    One that covers them already is returned as it is.
    """
    with transaction.atomic():
        number = Head.objects.get(pk=1).number
        if number == 0:
            return None
        there = Checkpoint.objects.select_related("key").filter(size=number).first()
        return there or checkpoint_writing.write(number)


def latest() -> Checkpoint | None:
    """Return the newest checkpoint."""
    return Checkpoint.objects.select_related("key").order_by("-size").first()


def uncovered() -> tuple[int, int] | None:
    """Return the first and last number that no checkpoint covers yet; None when all are covered."""
    last = latest()
    covered, number = last.size if last else 0, Head.objects.get(pk=1).number
    return (covered + 1, number) if number > covered else None


def proofs(numbers: Iterable[int], checkpoint: Checkpoint) -> dict[int, list[str]]:
    """Return, for each entry, the path that proves it to be under the checkpoint's root.

    Hexadecimal hashes, nearest neighbour first. At most 256 seals are read for each entry, and the
    tiles, in two queries. Raises ValueError for an entry that the checkpoint does not cover,
    Refused where an entry or a tile is missing.
    """
    wanted = sorted(set(numbers))
    if wanted and not (wanted[0] >= 1 and wanted[-1] <= checkpoint.size):
        raise ValueError(f"The {checkpoint} does not cover all of these entries.")
    known = _known({(number - 1) // TILE for number in wanted}, checkpoint.size)
    try:
        return {
            number: [part.hex() for part in inclusion_path(number - 1, checkpoint.size, known)]
            for number in wanted
        }
    except KeyError:
        raise checkpoint_writing.gap_before(checkpoint.size) from None


def _known(runs: set[int], size: int) -> Known:
    """Return the hashes that paths through these runs of 256 need: their leaves, and the tiles."""
    full = JournalTile.objects.filter(index__lt=size // TILE).values_list("index", "root")
    known: Known = {(index * TILE, (index + 1) * TILE): bytes.fromhex(root) for index, root in full}
    if size % TILE:
        runs = runs | {size // TILE}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT entry.number, entry.seal FROM unnest(%s::bigint[]) AS run (index)"
            " JOIN registry_entry entry ON entry.number > run.index * %s"
            " AND entry.number <= (run.index + 1) * %s AND entry.number <= %s",
            [sorted(runs), TILE, TILE, size],
        )
        for number, seal in cursor.fetchall():
            known[(number - 1, number)] = leaf_hash(seal)
    return known
