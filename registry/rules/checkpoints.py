"""Checkpoints: what one states, which acts ask for one, and what a line outside has to say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from registry.rules.casefile import canonical

FORMAT = "mlops-gov/checkpoint/1"

# Acts after which the journal is signed at once: whatever somebody signs, accepts or takes back,
# and what puts a rule in force. Of what several entries tell, one is enough.
DECISIONS = frozenset(
    {
        "release.signed",
        "release.signed_with_conditions",
        "release.rejected",
        "release.sent_back",
        "release.returned",
        "release.withdrawn",
        "release.revoked",
        "release.retired",
        "release.approved",
        "condition.accepted",
        "override.requested",
        "override.used",
        "override.ended",
        "finding.risk_accepted",
        "finding.closed",
        "incident.closed",
        "review.closed",
        "attestation.confirmed",
        "tier.override_confirmed",
        "tier.override_withdrawn",
        "policy.approved",
        "policy.adopted",
        "matrix.loaded",
        "matrix.edited",
        "retention_rule.confirmed",
        "retention_hold.released",
        "report.recalled",
        "checkpoint_key.rotated",
        "checkpoint_key.replaced",
    }
)


def is_due(actions: Iterable[str], *, before: int, after: int, every: int) -> bool:
    """Say whether the journal is to be signed now that it grew from ``before`` to ``after``.

    Its very first entry tells what an installation starts with, which nobody decided.
    """
    decided = before > 0 and any(action in DECISIONS for action in actions)
    return before // every != after // every or decided


def fingerprint(public_key: bytes) -> str:
    """Return the name of a key: the sha256 of its 32 raw bytes, in hexadecimal."""
    return hashlib.sha256(public_key).hexdigest()


def statement(*, installation: str, size: int, head: str, root: str, at: str, key: str) -> str:
    """Return what is signed: canonical JSON over the first ``size`` entries of the journal."""
    return canonical(
        {
            "format": FORMAT,
            "installation": installation,
            "size": size,
            "head": head,
            "root": root,
            "at": at,
            "key": key,
        }
    )


def line(*, statement: str, signature: str, public_key: str) -> str:
    """Return the line that is kept outside the database; it can be checked by itself."""
    return canonical({"statement": statement, "signature": signature, "public_key": public_key})


@dataclass(frozen=True, slots=True)
class Outside:
    """One line of a sink: over how many entries, and its digest."""

    size: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line of a sink that is no checkpoint; ``place`` counts from 1."""

    place: int


def line_digest(text: str) -> bytes:
    """Return what two lines are compared by, without keeping their text."""
    return hashlib.sha256(text.encode("utf-8")).digest()


def read_line(text: str, place: int) -> Outside | Unreadable:
    """Return what a line says; its signature is looked at with the row it has to equal."""
    try:
        stated = json.loads(json.loads(text)["statement"])
        size = stated["size"]
    except (ValueError, KeyError, TypeError):
        return Unreadable(place)
    return Outside(size, line_digest(text)) if type(size) is int else Unreadable(place)


def read_lines(texts: Iterable[str]) -> list[Outside | Unreadable]:
    """Return what the lines of a file say.

    A line that was cut short while it was written, and stands again in full on the next one, is no
    line of its own.
    """
    found: list[Outside | Unreadable] = []
    torn: tuple[str, Unreadable] | None = None
    for place, text in enumerate(texts, start=1):
        if torn and not (text.startswith(torn[0]) and text != torn[0]):
            found.append(torn[1])
        read = read_line(text, place)
        torn = (text, read) if isinstance(read, Unreadable) else None
        if torn is None:
            found.append(read)
    return [*found, torn[1]] if torn else found


def key_at(size: int, begins: Sequence[tuple[int, str]]) -> str | None:
    """Return the fingerprint of the key that signs for this size.

    ``begins`` are, in order, the size after which a key begins to sign, and its fingerprint. The
    last checkpoint of a key covers the entry that names the next one.
    """
    return next((name for after, name in reversed(begins) if size > after), None)
