"""A sample extract of the journal: entries that are chained, sealed names, paths, a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry.rules import checkpoints, journal, merkle
from registry.rules.casefile import canonical, digest
from registry.services import personal

KEY = Ed25519PrivateKey.from_private_bytes(b"the sample journal's signing key")
PUBLIC_KEY = KEY.public_key().public_bytes_raw()
FINGERPRINT = checkpoints.fingerprint(PUBLIC_KEY)
INSTALLATION = "5b1c6a52-3f43-4c1e-9f0e-2d1a3b4c5d6e"


def extract(
    entries: Sequence[Mapping[str, Any]],
    *,
    public: bool = False,
    changes: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return what a report attaches of these entries, which are as they are printed.

    ``changes`` are those of each kind of action. Two entries follow that the extract leaves out.
    """
    first = entries[0]["number"]
    seals = [digest(f"before {number}") for number in range(1, first)]
    told: list[dict[str, Any]] = []
    for entry in entries:
        facts, opened = _facts(entry, seals[-1] if seals else journal.GENESIS, changes or {})
        seals.append(journal.seal(facts))
        told.append({"facts": facts, "seal": seals[-1], "opened": opened})
    seals += [digest("after 1"), digest("after 2")]
    known: Any = {(n, n + 1): merkle.leaf_hash(seal) for n, seal in enumerate(seals)}
    for one in told:
        number = one["facts"]["number"]
        path = merkle.inclusion_path(number - 1, len(seals), known)
        one["path"] = [node.hex() for node in path]
    return {
        "format": "mlops-gov/journal-extract/2",
        "entries": [_published(one) for one in told] if public else told,
        "window": {"entries": 100, "minutes": 60},
        "checkpoint": signed(seals, at=entries[-1]["at"]),
    }


def signed(
    seals: Sequence[str], *, at: str, key: Ed25519PrivateKey = KEY, named: bytes = PUBLIC_KEY
) -> dict[str, Any]:
    """Return a checkpoint over these seals, signed by a key and naming a key."""
    statement = checkpoints.statement(
        installation=INSTALLATION,
        size=len(seals),
        head=seals[-1],
        root=merkle.root(map(merkle.leaf_hash, seals)).hex(),
        at=at,
        key=checkpoints.fingerprint(named),
    )
    return {
        "statement": statement,
        "signature": key.sign(statement.encode()).hex(),
        "public_key": named.hex(),
        "timestamps": [],
    }


def _facts(
    entry: Mapping[str, Any], previous: str, changes: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    key = digest(entry["actor"]).encode()[:32]
    sealed = _sealed_name(entry["actor"], key)
    facts = {
        "number": entry["number"],
        "at": entry["at"],
        "action": entry["action"],
        "actor_id": 7,
        "actor": sealed,
        "role": entry["role"],
        "unit": "retail-credit",
        "model": "mortgage-approval",
        "model_number": entry["model_number"],
        "subject_kind": "release",
        "subject_id": 1,
        "subject": entry["subject"],
        "changes": canonical(changes.get(entry["action"], {})),
        "reason": entry["reason"],
        "door": "page",
        "method": "password",
        "previous": previous,
    }
    own = personal.entry_key(sealed, key=key)
    return facts, {sealed: {"name": entry["actor"], "key": own}}


def _sealed_name(name: str, key: bytes) -> str:
    """Return the name sealed as the journal does, but with a nonce that is never drawn.

    A sample has to be the same wherever it is made.
    """
    nonce = bytes.fromhex(digest(f"nonce of {name}"))[: personal.NONCE_BYTES]
    own = personal._derived(key, nonce)
    cipher = AESGCM(own).encrypt(personal.USED_ONCE, name.encode(), personal.FORM + nonce)
    parts = (nonce, personal._commitment(own), cipher)
    return ":".join(("sealed:v1:7", *map(personal._text, parts)))


def _published(one: Mapping[str, Any]) -> dict[str, Any]:
    stated = {name: one["facts"][name] for name in ("number", "at", "action")}
    return {**stated, "seal": one["seal"], "path": one["path"]}
