"""What an entry says of a whole row, so that the row cannot be edited behind the journal's back.

Nobody's name goes into a digest: with all the rest known, a name could be guessed from it after its
owner was erased. Names lie in the entries under people's keys, and are compared there.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
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
    "producer",
    "origin",
    "filed_at",
    "filed_by_id",
)
# Its text is under its own digest.
CASE_FILE = ("id", "release_id", "number", "digest", "frozen_at")
VERSION = (
    "id",
    "model_id",
    "number",
    "label",
    "artefact_id",
    "artefact_format",
    "artefact_name",
    "source",
    "code_commit",
    "environment_id",
    "environment_name",
    "parameters",
    "features",
    "label_column",
    "positive_label",
    "threshold",
    "registered_at",
    "registered_by_id",
)
DATA = (
    "id",
    "dataset_id",
    "number",
    "file_id",
    "format",
    "role",
    "rows",
    "columns",
    "sensitive_columns",
    "provenance",
    "keep_until",
    "registered_at",
    "registered_by_id",
)
# Under this name an entry holds them, as [kind, number, digest] each.
WROTE = "wrote"
# By what a row is called there, what entries tell of rows that are written with them; a row whose
# state changes is told of in parts, each with the act that settles it.
WRITTEN: dict[str, tuple[str, ...]] = {
    "move": ("id", "release_id", "act", "before", "after", "at", "by_id"),
    "condition": (
        "id",
        "release_id",
        "decision_id",
        "number",
        "text",
        "owner_id",
        "due_at",
        "evidence_kind",
    ),
    "offer": ("id", "offer", "evidence_id", "offered_at", "offered_by_id"),
    "acceptance": ("id", "accepted_at", "accepted_by_id", "acceptance"),
    "emergency release": (
        "id",
        "version_id",
        "environment",
        "days",
        "reason",
        "digest",
        "asked_at",
        "asked_by_id",
    ),
    "emergency signature": (
        "id",
        "override_id",
        "signer_id",
        "role",
        "meaning",
        "reason",
        "method",
        "digest",
        "signed_at",
    ),
    "emergency term": ("id", "starts_at", "ends_at"),
    "emergency end": ("id", "ended_at", "ended_by_id", "end_reason"),
    "inventory": (
        "id",
        "unit_id",
        "period",
        "starts_on",
        "ends_on",
        "due_on",
        "text",
        "digest",
        "opened_at",
        "opened_by_id",
    ),
    "confirmation": (
        "id",
        "round_id",
        "owner_id",
        "says",
        "exceptions",
        "meaning",
        "role",
        "method",
        "digest",
        "confirmed_at",
    ),
    "policy": (
        "id",
        "name",
        "edition",
        "definition",
        "digest",
        "text",
        "note",
        "base_id",
        "proposed_by_id",
        "loaded_at",
    ),
    "policy approval": (
        "id",
        "edition_id",
        "digest",
        "meaning",
        "reason",
        "signer_id",
        "role",
        "method",
        "signed_at",
    ),
    "policy adoption": ("id", "edition_id", "adopted_at"),
    "role": ("id", "unit_id", "user_id", "role", "granted_at", "granted_by_id"),
    "end of a role": ("id", "ended_at", "ended_by_id"),
}
# Whom a condition is laid upon, in decisions that keep the name of the account.
NAMES = {"asked": frozenset({"owner"})}


def digest_of(row: object, fields: tuple[str, ...]) -> str:
    """Return the sha256 over the canonical text of these facts of a row."""
    facts = {name: _plain(getattr(row, name), NAMES.get(name, frozenset[str]())) for name in fields}
    return digest(canonical(facts))


def _plain(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(one, names) for name, one in value.items() if name not in names}
    if isinstance(value, list):
        return [_plain(one, names) for one in value]
    # An enumeration that is text is written as that text, before it was saved and after.
    return str(value) if isinstance(value, str) else value
