"""A report: its profiles and languages, and the key of all that it states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.rules.casefile import canonical, digest
from registry.rules.wording import gettext_noop

# Raise this whenever the same dossier would be set into other bytes.
RENDERER = "3"

PROFILE_NAMES = {
    "regulator": gettext_noop("Regulator: everything"),
    "internal": gettext_noop("Internal: everything"),
    "public": gettext_noop("Public: no names, no small groups"),
}
LANGUAGES = ("en",)


def key(dossier: Mapping[str, Any]) -> str:
    """Return the digest of everything the report states; equal keys make equal bytes."""
    return digest(canonical(dict(dossier)))
