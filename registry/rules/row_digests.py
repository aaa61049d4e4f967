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
