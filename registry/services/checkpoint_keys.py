"""The keys that sign checkpoints: which one signs now, and its private half, which stays outside.

The database names the key by its public half. The private one is CHECKPOINT_KEY, or the file that
was made for it; it is looked up by name at every signature, so that a process that was started
before a rotation signs with the new key as well.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils import timezone

from registry.models import CheckpointKey
from registry.rules.checkpoints import fingerprint
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop


@dataclass(frozen=True)
class Pair:
    """A private key with its public half."""

    private: Ed25519PrivateKey

    @property
    def public_key(self) -> bytes:
        """Return the 32 raw bytes of the public half."""
        return self.private.public_key().public_bytes_raw()

    @property
    def fingerprint(self) -> str:
        """Return the key's name."""
        return fingerprint(self.public_key)

    def sign(self, text: str) -> str:
        """Return the signature over the text's UTF-8 bytes, in hexadecimal."""
        return self.private.sign(text.encode("utf-8")).hex()


def pair_of(private: bytes) -> Pair:
    """Return the pair of a private key's 32 bytes."""
    return Pair(Ed25519PrivateKey.from_private_bytes(private))


def present() -> tuple[CheckpointKey, Pair]:
    """Return the key that signs now, with its private half; the first one begins with this call.

    Raises Refused where the private half is not here.
    """
    kept = newest()
    if kept is None:
        begin(pair_of(settings.CHECKPOINT_KEY), after=0)
        kept = CheckpointKey.objects.latest("begins_after")
    return kept, pair_named(kept.fingerprint)


def newest() -> CheckpointKey | None:
    """Return the key that signs now; none before the first checkpoint."""
    return CheckpointKey.objects.order_by("-begins_after").first()


def pair_named(name: str) -> Pair:
    """Return the private half of a key. Raises Refused where it is not here."""
    for pair in held():
        if pair.fingerprint == name:
            return pair
    raise Refused.because(
        "checkpoint_key.unknown",
        gettext_noop(
            "The key %(name)s, which signs the journal's checkpoints, is not here. Restore"
            " CHECKPOINT_KEY, or run manage.py rotate_checkpoint_key --lost."
        ),
        name=name[:16],
    )


def held() -> list[Pair]:
    """Return every private key that is here: those of the settings, then those of the files."""
    found = [settings.CHECKPOINT_KEY, *settings.CHECKPOINT_OLD_KEYS]
    if place := settings.CHECKPOINT_KEY_PATH:
        found += [*_readable(place), *_readable(next_place(place))]
    return [pair_of(key) for key in found]


def next_place(place: Path) -> Path:
    """Return where the key lies that a rotation makes, until it has taken the place of the old."""
    return place.with_name(f"{place.name}.next")


def begin(pair: Pair, *, after: int) -> None:
    """Write down that a key signs what is longer than ``after`` entries."""
    row = CheckpointKey(
        fingerprint=pair.fingerprint,
        public_key=pair.public_key.hex(),
        begins_after=after,
        begun_at=timezone.now(),
    )
    CheckpointKey.objects.bulk_create([row], ignore_conflicts=True)


def read(path: Path) -> bytes:
    """Return the key in a file. Raises ValueError where it holds none, OSError without a file."""
    text = path.read_text(encoding="utf-8").strip()
    key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(key) != 32:
        raise ValueError(f"{path.name} holds no key of 32 bytes.")
    return key


def _readable(path: Path) -> list[bytes]:
    try:
        return [read(path)]
    # binascii.Error, of what is no base64, is a ValueError.
    except (OSError, ValueError):
        return []
