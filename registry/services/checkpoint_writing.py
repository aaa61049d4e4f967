"""Lay the journal's tiles and write its checkpoints: the part that every append calls."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone

from registry import dispatch
from registry.models import Checkpoint, Entry, Installation, JournalTile
from registry.rules import checkpoints as rules
from registry.rules.journal import TILE
from registry.rules.merkle import Frontier, leaf_hash, root
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop
from registry.services import checkpoint_keys

logger = logging.getLogger(__name__)


def follow(actions: Sequence[str], *, before: int, after: int) -> None:
    """Do what a journal asks for that has just grown; its head is locked.

    A key that is missing stops no work: the window that no checkpoint covers grows, which is shown
    wherever checkpoints are, and reports are refused until it is back.
    """
    lay_tiles(before, after)
    if rules.is_due(actions, before=before, after=after, every=settings.CHECKPOINT_EVERY):
        try:
            write(after)
        except Refused as refusal:
            logger.error("No checkpoint was written over %s entries: %s", after, refusal)


def lay_tiles(before: int, after: int) -> None:
    """Hash the runs of entries that have become full; only under the lock on the head."""
    rows = [
        JournalTile(index=index, root=root(leaves(index * TILE, (index + 1) * TILE)).hex())
        for index in range(before // TILE, after // TILE)
    ]
    JournalTile.objects.bulk_create(rows)


def leaves(start: int, end: int) -> list[bytes]:
    """Return the hashes of the leaves from ``start`` to before ``end``; entry 1 is leaf 0."""
    entries = Entry.objects.filter(number__gt=start, number__lte=end).order_by("number")
    return [leaf_hash(seal) for seal in entries.values_list("seal", flat=True)]


def write(size: int) -> Checkpoint:
    """Sign the first ``size`` entries, and have it told outside once this commits.

    They must all be written; those that are committed are final, so no lock is needed. Raises
    Refused where the private key is not here, or the journal has a gap.
    """
    key, pair = checkpoint_keys.present()
    edge = edge_at(size)
    head = Entry.objects.values_list("seal", flat=True).get(number=size)
    root_now, at = edge.root().hex(), timezone.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    stated = rules.statement(
        installation=str(Installation.objects.get(pk=1).uuid),
        size=size,
        head=head,
        root=root_now,
        at=at,
        key=key.fingerprint,
    )
    row = Checkpoint(
        size=size,
        head=head,
        root=root_now,
        at=at,
        key=key,
        statement=stated,
        signature=pair.sign(stated),
        frontier=edge.as_list(),
    )
    # Another transaction may have signed the same entries in this moment; the first one stays.
    Checkpoint.objects.bulk_create([row], ignore_conflicts=True)
    dispatch.tell_checkpoints(stamp=bool(settings.TSA_URL))
    return Checkpoint.objects.select_related("key").get(size=size)


def edge_at(size: int) -> Frontier:
    """Return the edge of the tree over the first entries, grown from the checkpoint before.

    Raises Refused where an entry or a tile is missing, or the edge that was kept is none.
    """
    last = Checkpoint.objects.filter(size__lt=size).order_by("-size").first()
    try:
        edge = Frontier.from_list(last.size, last.frontier) if last else Frontier()
        _grow(edge, size)
        is_there = edge.size == size and Entry.objects.filter(number=size).exists()
    except (ValueError, TypeError):
        is_there = False
    if not is_there:
        raise gap_before(size)
    return edge


def gap_before(size: int) -> Refused:
    """Return why nothing is signed or proven: something that the tree needs is not there."""
    return Refused.because(
        "journal.gap",
        gettext_noop(
            "The journal does not hold up to entry %(number)s, so nothing in it can be signed or"
            " proven; run manage.py verify_journal."
        ),
        number=size,
    )


def _grow(edge: Frontier, size: int) -> None:
    """Add the leaves up to a size, in tiles where a whole one fits."""
    first_tile, past_tiles = -(-edge.size // TILE), size // TILE
    if first_tile < past_tiles:
        _add(edge, first_tile * TILE)
        tiles = JournalTile.objects.filter(index__gte=first_tile, index__lt=past_tiles)
        for tile in tiles.order_by("index").values_list("root", flat=True):
            edge.append_full(bytes.fromhex(tile), TILE)
    _add(edge, size)


def _add(edge: Frontier, size: int) -> None:
    for leaf in leaves(edge.size, size):
        edge.append(leaf)
