"""Replace the key that signs checkpoints; the old one signs once more, over the new one's name."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.conf import settings
from django.db import transaction

from registry.models import CheckpointKey, Head, Installation
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop
from registry.services import checkpoint_keys, checkpoint_writing, journal
from registry.services.checkpoint_keys import Pair


def rotate(*, lost: bool = False) -> Pair:
    """Have another key sign from now on, and return it.

    Where CHECKPOINT_KEY is set, it has to be the new key, with the old one in CHECKPOINT_OLD_KEYS.
    Where it is not, a new key is made in the place of the old, which is removed. Killed anywhere,
    it is run again. ``lost`` begins a new key though the private half of the present one is gone;
    what it would still have covered then stays without its signature. Raises Refused.
    """
    old = checkpoint_keys.newest()
    if old is None:
        old, _ = checkpoint_keys.present()
    place = settings.CHECKPOINT_KEY_PATH
    new = _made(place) if place else checkpoint_keys.pair_of(settings.CHECKPOINT_KEY)
    if new.fingerprint == old.fingerprint:
        if place:
            checkpoint_keys.next_place(place).replace(place)
            return new
        raise Refused.because(
            "checkpoint_key.same",
            gettext_noop(
                "CHECKPOINT_KEY is the key that signs now. Set a new one, and name the present one"
                " in CHECKPOINT_OLD_KEYS."
            ),
        )
    if not lost:
        # Before anything is written: a refusal names the key that is missing.
        checkpoint_keys.pair_named(old.fingerprint)
    with transaction.atomic():
        _name_next(old=old, new=new, lost=lost)
        # The lock on the head is ours until this commits, so this is the entry just written.
        number = Head.objects.get(pk=1).number
        checkpoint_keys.begin(new, after=number - 1 if lost else number)
        if lost:
            checkpoint_writing.write(number)
    if place:
        checkpoint_keys.next_place(place).replace(place)
    return new


@journal.verb
def _name_next(*, old: CheckpointKey, new: Pair, lost: bool) -> None:
    """Tell the journal which key follows; the checkpoint that this asks for is the old key's."""
    journal.record(
        "checkpoint_key.replaced" if lost else "checkpoint_key.rotated",
        by=None,
        role="system",
        subject=Installation.objects.get(pk=1),
        changes={"from": old.fingerprint, "to": new.fingerprint},
    )


def _made(place: Path) -> Pair:
    """Return the key that lies beside the present one, made now if none does."""
    path = checkpoint_keys.next_place(place)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(32), encoding="utf-8")
        draft.replace(path)
    return checkpoint_keys.pair_of(checkpoint_keys.read(path))
