"""The chain: how an entry of the journal is sealed, and how a broken seal is found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from registry.rules.casefile import canonical

GENESIS = "0" * 64

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


def seal(entry: Mapping[str, Any]) -> str:
    """Return the sha256 over the canonical text of the entry's facts.

    The previous seal included.
    """
    text = canonical({name: entry[name] for name in SEALED_FIELDS})
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@dataclass(frozen=True)
class Break:
    """The first place where the journal does not hold, and what is wrong there."""

    number: int
    wrong: str


def first_break(entries: Iterable[Mapping[str, Any]], head: Mapping[str, Any]) -> Break | None:
    """Return the first break of the chain, or None when it is whole.

    ``entries`` come in the order of their numbers; ``head`` states the last number and seal.
    """
    return next(_breaks(entries, head), None)


def _breaks(entries: Iterable[Mapping[str, Any]], head: Mapping[str, Any]) -> Iterator[Break]:
    previous, expected = GENESIS, 1
    by_model: dict[str, int] = {}
    for entry in entries:
        number = entry["number"]
        if number != expected:
            yield Break(expected, f"entry {expected} is missing; the next one is {number}")
        if entry["previous"] != previous:
            yield Break(number, "its previous seal is not the seal of the entry before it")
        if seal(entry) != entry["seal"]:
            yield Break(number, "its content does not match its seal")
        model = entry["model"]
        if model and entry["model_number"] != by_model.get(model, 0) + 1:
            yield Break(number, f"its number within the model {model} does not follow")
        if model:
            by_model[model] = entry["model_number"]
        previous, expected = entry["seal"], number + 1
    if head["number"] != expected - 1:
        yield Break(
            expected, f"the head names entry {head['number']}, the last one is {expected - 1}"
        )
    elif head["seal"] != previous:
        yield Break(head["number"], "the head names another seal than the last entry has")
