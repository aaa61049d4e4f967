"""What rows of today no longer say, read back from the journal's entries of then."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry.models import Entry
from registry.services.case_files import instant


@dataclass(frozen=True)
class Told:
    """What one entry tells: what was done, when, by which account and why, and what it changed."""

    action: str
    at: datetime
    actor: int | None
    reason: str
    changes: dict[str, Any]


def told_of(kind: str, subjects: Iterable[int], at: datetime) -> dict[int, list[Told]]:
    """Return what the journal tells of these rows until an instant, by row, in its order.

    ``kind`` is the model's name as entries keep it ("deployment").
    """
    wanted = list(subjects)
    if not wanted:
        return {}
    entries = Entry.objects.filter(subject_kind=kind, subject_id__in=wanted, at__lte=instant(at))
    found: dict[int, list[Told]] = defaultdict(list)
    for entry in entries.order_by("number"):
        if entry.subject_id is not None:
            found[entry.subject_id].append(
                Told(
                    entry.action,
                    datetime.fromisoformat(entry.at),
                    entry.actor_id,
                    entry.reason,
                    json.loads(entry.changes),
                )
            )
    return found
