"""What an entry says of a whole row, so that the row cannot be edited behind the journal's back.

Nobody's name goes into a digest: with all the rest known, a name could be guessed from it after its
owner was erased. Names lie in the entries under people's keys, and are compared there.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from registry.rules.casefile import canonical, digest

DECISION = (
    "id",
    "release_id",
    "case_file_digest",
    "act",
    "round",
    "stage",
    "stage_name",
    "sent_to",
    "meaning",
    "reason",
    "asked",
    "signer_id",
    "role",
    "method",
    "on_behalf_of_id",
    "delegation_number",
    "signed_at",
)
EVIDENCE = (
    "id",
    "version_id",
    "kind",
    "title",
    "verdict",
    "summary",
    "file_name",
    "digest",
    "data_id",
    "reproduced",
    "independent",
    "filed_at",
    "filed_by_id",
)
# Whom a condition is laid upon.
NAMES = frozenset({"owner"})


def digest_of(row: object, fields: tuple[str, ...]) -> str:
    """Return the sha256 over the canonical text of these facts of a row."""
    return digest(canonical({name: _plain(getattr(row, name)) for name in fields}))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items() if name not in NAMES}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    # An enumeration that is text is written as that text, before it was saved and after.
    return str(value) if isinstance(value, str) else value
