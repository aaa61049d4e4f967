"""The chain: how an entry of the journal is sealed, and how a broken seal is found."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from json.encoder import encode_basestring as quoted
from typing import Any

from registry.rules.casefile import canonical
from registry.rules.merkle import Frontier

GENESIS = "0" * 64
# How many entries a tile stands for; a power of two.
TILE = 256

# Every fact an entry states is under its seal; the seal itself is not.
SEALED_FIELDS = (
    "number",
    "at",
    "action",
    "actor_id",
    "actor",
    "role",
    "unit",
    "model",
    "model_number",
    "subject_kind",
    "subject_id",
    "subject",
    "changes",
    "reason",
    "door",
    "method",
    "previous",
)
# An entry as a row: in the order of canonical JSON, the seal last.
COLUMNS = (*sorted(SEALED_FIELDS), "seal")
Row = Sequence[Any]
ACTION, NUMBER = COLUMNS.index("action"), COLUMNS.index("number")
_CHANGES, _PREVIOUS = COLUMNS.index("changes"), COLUMNS.index("previous")
_MODEL, _MODEL_NUMBER = COLUMNS.index("model"), COLUMNS.index("model_number")
_TEXT = "{" + ",".join(f'"{name}":%s' for name in COLUMNS[:-1]) + "}"


def seal(entry: Mapping[str, Any]) -> str:
    """Return the sha256 over the canonical text of the entry's facts.

    The previous seal included.
    """
    text = canonical({name: entry[name] for name in SEALED_FIELDS})
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def text_of(row: Row) -> str:
    """Return the same canonical text for a row, several times as fast.

    A journal of a million entries is read in seconds because of this.
    """
    # Unpacked by hand: a loop over the columns takes half as long again.
    (
        action,
        actor,
        actor_id,
        at,
        changes,
        door,
        method,
        model,
        model_number,
        number,
        previous,
        reason,
        role,
        subject,
        subject_id,
        subject_kind,
        unit,
        _,
    ) = row
    return _TEXT % (
        quoted(action),
        quoted(actor),
        "null" if actor_id is None else actor_id,
        quoted(at),
        quoted(changes),
        quoted(door),
        quoted(method),
        quoted(model),
        "null" if model_number is None else model_number,
        number,
        quoted(previous),
        quoted(reason),
        quoted(role),
        quoted(subject),
        "null" if subject_id is None else subject_id,
        quoted(subject_kind),
        quoted(unit),
    )


@dataclass(frozen=True)
class Break:
    """The first place where the journal does not hold, and what is wrong there."""

    number: int
    wrong: str


@dataclass(frozen=True)
class State:
    """The journal up to one entry: that entry's seal, and the tree over all of them."""

    seal: str
    edge: Frontier


@dataclass
class Walk:
    """Goes through the entries in order, and holds what the next one has to follow on.

    It begins at the first entry, or behind a checkpoint; there, the first number that it meets in
    each model is taken as it is.
    """

    number: int = 0
    seal: str = GENESIS
    # The tree over the full runs, and that over the run under way.
    tree: Frontier = field(default_factory=Frontier)
    run: Frontier = field(default_factory=Frontier)
    by_model: dict[str, int] = field(default_factory=dict)
    # Of these actions, and where this text is told, rows are put aside: they speak of what is kept
    # elsewhere as well.
    watched: Collection[str] = frozenset()
    mark: str = ""
    aside: list[Row] = field(default_factory=list)
    # What was passed since it was last emptied: the roots of full runs, and the states asked for.
    tiles: list[tuple[int, str]] = field(default_factory=list)
    states: dict[int, State] = field(default_factory=dict)
    began_at: int = 0

    @classmethod
    def behind(cls, size: int, seal: str, peaks: list[bytes]) -> Walk:
        """Return a walk that goes on behind so many entries, whose tree has these peaks."""
        full = size // TILE
        tree = Frontier(full * TILE, peaks[: full.bit_count()])
        run = Frontier(size % TILE, peaks[full.bit_count() :])
        return cls(size, seal, tree, run, began_at=size)

    def take(self, rows: Iterable[Row], sizes: Collection[int] = ()) -> Break | None:
        """Go on through these rows; return the first break, and stop there.

        The state after each number of ``sizes`` is put into ``states``.
        """
        watched, sha256, follows = self.watched, hashlib.sha256, self._follows
        mark = self.mark or "\0"
        last, before, run = self.number, self.seal, self.run
        for row in rows:
            number, model, sealed = row[NUMBER], row[_MODEL], row[-1]
            digest = sha256(text_of(row).encode("utf-8"))
            if (
                number != last + 1
                or row[_PREVIOUS] != before
                or digest.hexdigest() != sealed
                or (model and not follows(model, row[_MODEL_NUMBER]))
            ):
                self.number, self.seal = last, before
                return self._wrong(row, digest.hexdigest())
            last, before = number, sealed
            run.append(sha256(b"\x00" + digest.digest()).digest())
            if run.size == TILE:
                self._close_run()
                run = self.run
            if row[ACTION] in watched or mark in row[_CHANGES]:
                self.aside.append(row)
            if number in sizes:
                edge = Frontier(number, [*self.tree.peaks, *run.peaks])
                self.states[number] = State(sealed, edge)
        self.number, self.seal = last, before
        return None

    def ends_at(self, head: Mapping[str, Any]) -> Break | None:
        """Return what is wrong with the head, which names the last entry."""
        if head["number"] != self.number:
            return Break(
                self.number + 1,
                f"the head names entry {head['number']}, the last one is {self.number}",
            )
        if head["seal"] != self.seal:
            return Break(head["number"], "the head names another seal than the last entry has")
        return None

    def heads_break(self, heads: Mapping[str, int]) -> Break | None:
        """Return what is wrong with the heads of the models, which name the last numbers there."""
        for model in sorted({*self.by_model, *heads}):
            last, named = self.by_model.get(model), heads.get(model)
            if last is None and self.began_at:
                continue
            if last != named:
                return Break(
                    self.number,
                    f"the head of the model {model} names {named or 'no'} entries,"
                    f" the journal has {last or 'none'}",
                )
        return None

    def _follows(self, model: str, number: int | None) -> bool:
        last = self.by_model.get(model)
        # Behind a checkpoint, nobody has seen the model's earlier numbers.
        unseen = last is None and self.began_at > 0
        if number is None or not (unseen or number == (last or 0) + 1):
            return False
        self.by_model[model] = number
        return True

    def _close_run(self) -> None:
        root = self.run.root()
        self.tiles.append((self.tree.size // TILE, root.hex()))
        self.tree.append_full(root, TILE)
        self.run = Frontier()

    def _wrong(self, row: Row, digest: str) -> Break:
        number, expected = row[NUMBER], self.number + 1
        if number < expected:
            return Break(expected, f"entry {number} stands in the journal a second time")
        if number != expected:
            return Break(expected, f"entry {expected} is missing; the next one is {number}")
        if row[_PREVIOUS] != self.seal:
            return Break(number, "its previous seal is not the seal of the entry before it")
        if digest != row[-1]:
            return Break(number, "its content does not match its seal")
        return Break(number, f"its number within the model {row[_MODEL]} does not follow")


def first_break(entries: Iterable[Mapping[str, Any]], head: Mapping[str, Any]) -> Break | None:
    """Return the first break of the chain, or None when it is whole.

    ``entries`` come in the order of their numbers; ``head`` states the last number and seal.
    """
    walk = Walk()
    rows = (tuple(entry[name] for name in COLUMNS) for entry in entries)
    return walk.take(rows) or walk.ends_at(head)
