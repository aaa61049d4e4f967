"""The extract of the journal in a report: entries, the names in them, and what proves them."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from registry.models import Checkpoint, Entry, PersonKey
from registry.services import checkpoints, openings, person_keys, personal
from registry.services.openings import Opened

FORMAT = "mlops-gov/journal-extract/2"
PUBLIC = "public"
SIGNING = "sign the journal"


def of(entries: Sequence[Entry], *, profile: str) -> dict[str, Any]:
    """Return the entries to be printed, the same with their proofs, and the checkpoint over them.

    The checkpoint is the smallest over the last entry, so the same entries get the same one. The
    public profile proves that there is an entry and when, and opens no name. Raises Refused where
    a name cannot be opened though nobody was erased.
    """
    opened = openings.opened(entries)
    _refuse_closed_names(opened)
    checkpoint = checkpoints.covering(entries[-1].number)
    paths = checkpoints.proofs([entry.number for entry in entries], checkpoint)
    proven = [_proven(one, paths[one.entry.number], profile) for one in opened]
    return {
        "journal": [_printed(one, profile) for one in opened],
        "journal_extract": {
            "format": FORMAT,
            "entries": proven,
            "window": window(),
            "checkpoint": {
                "statement": checkpoint.statement,
                "signature": checkpoint.signature,
                "public_key": checkpoint.key.public_key,
                "timestamps": [
                    base64.b64encode(bytes(stamp.token)).decode("ascii")
                    for stamp in checkpoint.stamps.order_by("pk")
                ],
            },
        },
        "checkpoint": _told(checkpoint),
    }


def window() -> dict[str, int]:
    """Return what at most lies behind the last checkpoint: so many entries, of so many minutes.

    It is what the settings promise and not what lies there now, so the same state of a model makes
    the same report however the journal grows.
    """
    seconds = settings.CELERY_BEAT_SCHEDULE[SIGNING]["schedule"]
    return {"entries": settings.CHECKPOINT_EVERY, "minutes": round(seconds / 60)}


def _printed(one: Opened, profile: str) -> dict[str, Any]:
    entry = one.entry
    # Who a subject is named after may stand nowhere else, where a label would be found for them.
    closed = profile == PUBLIC and personal.is_sealed(entry.subject)
    return {
        "number": entry.number,
        "model_number": entry.model_number,
        "at": entry.at,
        "actor": one.actor,
        "role": entry.role,
        "action": entry.action,
        "subject": gettext("a person") if closed else one.subject,
        "reason": entry.reason,
        "seal": entry.seal,
    }


def _proven(one: Opened, path: list[str], profile: str) -> dict[str, Any]:
    entry = one.entry
    if profile == PUBLIC:
        stated = {"number": entry.number, "at": entry.at, "action": entry.action}
        return {**stated, "seal": entry.seal, "path": path}
    facts = {name: fact for name, fact in entry.facts.items() if name != "seal"}
    return {
        "facts": facts,
        "seal": entry.seal,
        "opened": {
            sealed: {"name": personal.open_name(sealed, key), "key": key}
            for sealed, key in one.keys.items()
        },
        "path": path,
    }


def _told(checkpoint: Checkpoint) -> Mapping[str, Any]:
    """Return the checkpoint as it is printed; it covers every entry of the extract."""
    return {
        "number": checkpoint.size,
        "size": checkpoint.size,
        "root": checkpoint.root,
        "at": checkpoint.at,
        "key": checkpoint.key.fingerprint,
        "window": window(),
    }


def _refuse_closed_names(opened: Sequence[Opened]) -> None:
    closed = {
        int(found["person"])
        for one in opened
        for text in (one.entry.actor, one.entry.subject, one.entry.changes)
        for found in personal.SEALED.finditer(text)
        if found[0] not in one.keys
    }
    for row in PersonKey.objects.filter(person__in=closed, erased_at__isnull=True):
        person_keys.opened(row)
