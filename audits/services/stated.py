"""What one scope's part of a dossier comes with: its facts, the entries they rest on, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from registry.models import Entry, ModelVersion, Release


@dataclass(frozen=True)
class Stated:
    """The facts of one scope; ``as_of`` is the last time anything was done about them.

    ``version`` and ``release`` are those it tells of, where it is on one model.
    """

    facts: dict[str, Any]
    entries: list[Entry]
    as_of: str
    version: ModelVersion | None = None
    release: Release | None = None
