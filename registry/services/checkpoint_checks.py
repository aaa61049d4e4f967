"""Check the checkpoints against the journal, against their keys, and against what lies outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.db.models import Q

from registry.models import (
    Checkpoint,
    CheckpointDelivery,
    CheckpointKey,
    CheckpointStamp,
    Entry,
    Installation,
    JournalTile,
)
from registry.rules import checkpoints as rules
from registry.rules.casefile import canonical
from registry.rules.checkpoints import Outside, Unreadable
from registry.rules.journal import TILE, Break, State
from registry.rules.merkle import Frontier
from registry.rules.refusals import Refused
from registry.services import checkpoint_keys, checkpoint_sinks, checkpoint_stamps


class Ahead:
    """The checkpoints behind a size, in order, read as they are needed."""

    def __init__(self, after: int) -> None:
        rows = Checkpoint.objects.filter(size__gt=after).select_related("key").order_by("size")
        self._rows = rows.iterator(chunk_size=200)
        self._next = next(self._rows, None)

    def up_to(self, size: int) -> list[Checkpoint]:
        """Return those up to a size that were not returned yet."""
        found = []
        while self._next is not None and self._next.size <= size:
            found.append(self._next)
            self._next = next(self._rows, None)
        return found

    @property
    def next_size(self) -> int | None:
        """The size of the one that comes next."""
        return self._next.size if self._next else None


class Signatures:
    """Says whether a checkpoint was signed as it stands, by the key that signed then."""

    def __init__(self) -> None:
        self.installation = str(Installation.objects.get(pk=1).uuid)
        self.keys = list(CheckpointKey.objects.order_by("begins_after"))
        self.begins = [(key.begins_after, key.fingerprint) for key in self.keys]

    def wrong(self, checkpoint: Checkpoint) -> str | None:
        """Return what is wrong with a checkpoint by itself."""
        name = f"the checkpoint over {checkpoint.size} entries"
        public = bytes.fromhex(checkpoint.key.public_key)
        if rules.fingerprint(public) != rules.key_at(checkpoint.size, self.begins):
            return f"{name} was not signed by the key that signed then"
        stated = rules.statement(
            installation=self.installation,
            size=checkpoint.size,
            head=checkpoint.head,
            root=checkpoint.root,
            at=checkpoint.at,
            key=checkpoint.key_id,
        )
        if stated != checkpoint.statement:
            return f"the statement of {name} is not what its row says"
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(
                bytes.fromhex(checkpoint.signature), checkpoint.statement.encode("utf-8")
            )
        except (InvalidSignature, ValueError):
            return f"the signature of {name} does not hold"
        return None

    def keys_break(self, walked_to: int) -> Break | None:
        """Return a key that the journal does not name, or a last one that is not ours."""
        for before, key in pairwise(self.keys):
            named = Entry.objects.filter(
                Q(action="checkpoint_key.rotated", number=key.begins_after)
                | Q(action="checkpoint_key.replaced", number=key.begins_after + 1),
                changes=canonical({"from": before.fingerprint, "to": key.fingerprint}),
            )
            if not named.exists():
                wrong = f"no entry names the key {key} that signs from here on, after {before}"
                return Break(min(key.begins_after + 1, walked_to), wrong)
        if not self.keys:
            return None
        try:
            checkpoint_keys.pair_named(self.keys[-1].fingerprint)
        except Refused:
            wrong = f"the key {self.keys[-1]} that signs from here on is not this installation's"
            return Break(min(self.keys[-1].begins_after + 1, walked_to), wrong)
        return None


def states_break(
    checkpoints: Sequence[Checkpoint], states: Mapping[int, State], signatures: Signatures
) -> Break | None:
    """Return the first checkpoint that is not over the journal as it is, or was not so signed."""
    for checkpoint in checkpoints:
        if wrong := signatures.wrong(checkpoint):
            return Break(checkpoint.size, wrong)
        # One that was not passed lies behind a break of the chain itself.
        state = states.get(checkpoint.size)
        if state and checkpoint.root != state.edge.root().hex():
            return Break(
                checkpoint.size,
                f"it or an entry before it is not the one that the checkpoint over"
                f" {checkpoint.size} entries was signed for; the journal was rebuilt",
            )
        if state and (checkpoint.head, checkpoint.frontier) != (state.seal, state.edge.as_list()):
            return Break(
                checkpoint.size,
                f"the checkpoint over {checkpoint.size} entries names another head than this one",
            )
    return stamps_break(checkpoints)


def begin_break(checkpoint: Checkpoint, signatures: Signatures) -> Break | None:
    """Return what is wrong with the checkpoint behind which a check begins."""
    try:
        edge = Frontier.from_list(checkpoint.size, checkpoint.frontier)
    except ValueError:
        edge = Frontier()
    return states_break([checkpoint], {checkpoint.size: State(checkpoint.head, edge)}, signatures)


def stamps_break(checkpoints: Sequence[Checkpoint]) -> Break | None:
    """Return a checkpoint whose time stamp is about something else."""
    by_size = {checkpoint.size: checkpoint for checkpoint in checkpoints}
    if not by_size:
        return None
    for stamp in CheckpointStamp.objects.filter(checkpoint__in=by_size).order_by("checkpoint"):
        size = stamp.checkpoint_id
        if not checkpoint_stamps.states(bytes(stamp.token), by_size[size].statement):
            return Break(
                size, f"the time stamp of the checkpoint over {size} entries is about another"
            )
    return None


def tiles_break(passed: Sequence[tuple[int, str]]) -> Break | None:
    """Return the first run of entries whose kept hash is another, or is missing."""
    places = [index for index, _ in passed]
    kept = dict(JournalTile.objects.filter(index__in=places).values_list("index", "root"))
    for index, root in passed:
        if kept.get(index) != root:
            first, last = index * TILE + 1, (index + 1) * TILE
            return Break(last, f"the hash kept over the entries {first} to {last} is not theirs")
    return None


@dataclass(frozen=True)
class Look:
    """What was found in one place outside: its lines, and which checkpoints were written there.

    ``failure`` says why it could not be read, which is no sign that anything was bent.
    """

    sink: str
    delivered: frozenset[int]
    lines: tuple[Outside | Unreadable, ...] = ()
    failure: str = ""


def look_outside() -> list[Look]:
    """Read every place outside; to be done before the database is read at one instant.

    Then whatever was delivered is there, and whatever is there has its row.
    """
    found = []
    for sink in settings.CHECKPOINT_SINKS:
        told = CheckpointDelivery.objects.filter(sink=sink).values_list("checkpoint_id", flat=True)
        delivered = frozenset(told.iterator())
        try:
            lines = rules.read_lines(checkpoint_sinks.read(sink))
        except OSError as error:
            found.append(Look(sink, delivered, failure=f"{sink} could not be read: {error}"))
        else:
            found.append(Look(sink, delivered, tuple(lines)))
    return found


def outside_break(looks: Sequence[Look], entries: int) -> Break | None:
    """Return the first difference between what lies outside and the checkpoints in the database.

    A line that no checkpoint equals tells that the journal was cut, or rebuilt; a checkpoint whose
    line is gone, that somebody was at the place outside.
    """
    found = [_difference(look, entries) for look in looks if not look.failure]
    return min((one for one in found if one), key=lambda one: one.number, default=None)


def _difference(look: Look, entries: int) -> Break | None:
    lines: dict[int, set[bytes]] = {}
    for line in look.lines:
        if isinstance(line, Outside):
            lines.setdefault(line.size, set()).add(line.digest)
    rows = Checkpoint.objects.select_related("key").order_by("size").iterator(chunk_size=200)
    return min(
        chain(_against_rows(look, lines, rows), _left_over(look, lines, entries)),
        key=lambda one: one.number,
        default=None,
    )


def _against_rows(
    look: Look, lines: dict[int, set[bytes]], rows: Iterator[Checkpoint]
) -> Iterator[Break]:
    """Take every line that equals its checkpoint away, and yield what differs."""
    for checkpoint in rows:
        size = checkpoint.size
        there = lines.pop(size, None)
        if there is None and size in look.delivered:
            wrong = f"the line of the checkpoint over {size} entries is gone from {look.sink}"
            yield Break(size, wrong)
        elif there and there != {rules.line_digest(checkpoint.line)}:
            wrong = (
                f"{look.sink} holds another checkpoint over {size} entries; the journal was"
                " rebuilt, or the line replaced"
            )
            yield Break(size, wrong)


def _left_over(look: Look, lines: Mapping[int, object], entries: int) -> Iterator[Break]:
    for size in sorted(lines):
        wrong = f"{look.sink} holds a checkpoint over {size} entries that the database does not"
        if size > entries:
            wrong += f"; the journal was cut to {entries} entries"
        yield Break(min(size, entries + 1), wrong)
    for line in look.lines:
        if isinstance(line, Unreadable):
            yield Break(entries, f"line {line.place} of {look.sink} is no checkpoint")
