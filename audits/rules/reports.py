"""A report: its scopes, profiles and languages, the key of all that it states, its serial."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from registry.rules.casefile import canonical, digest
from registry.rules.wording import gettext_noop

# Raise this whenever the same dossier would be set into other bytes: tests/audits/renderer.txt
# holds what this one makes of the samples, and a test fails where it makes something else.
RENDERER = "4"


class Scope(StrEnum):
    """What a report is on."""

    VERSION = "version"
    RELEASE = "release"
    MODEL = "model"
    PORTFOLIO = "portfolio"


SCOPE_NAMES = {
    Scope.VERSION.value: gettext_noop("A version"),
    Scope.RELEASE.value: gettext_noop("A release"),
    Scope.MODEL.value: gettext_noop("A model"),
    Scope.PORTFOLIO.value: gettext_noop("A portfolio"),
}
PROFILE_NAMES = {
    "regulator": gettext_noop("Regulator: everything"),
    "internal": gettext_noop("Internal: everything"),
    "public": gettext_noop("Public: no names, no small groups"),
}
LANGUAGES = ("en",)
LANGUAGE_NAMES = {"en": gettext_noop("English")}

# Beside the sealed PDF: the same dossier, by the end of the file's name.
FORMAT_NAMES = {
    "docx": gettext_noop("Text document (DOCX)"),
    "xlsx": gettext_noop("Workbook of the tables (XLSX)"),
    "csv.zip": gettext_noop("Tables (CSV)"),
    "json": gettext_noop("The dossier (JSON)"),
}


class Standing(StrEnum):
    """Where a sealed report stands today."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    RECALLED = "recalled"


STANDING_NAMES = {
    Standing.CURRENT.value: gettext_noop("Current"),
    Standing.SUPERSEDED.value: gettext_noop("Superseded"),
    Standing.RECALLED.value: gettext_noop("Recalled"),
}


def key(dossier: Mapping[str, Any]) -> str:
    """Return the digest of everything the report states; equal keys make equal bytes.

    The time stamps on its checkpoint are left out: others give them later, and they change nothing
    in what is stated.
    """
    stated = dict(dossier)
    extract = stated.get("journal_extract")
    if extract:
        checkpoint = {**extract["checkpoint"], "timestamps": []}
        stated["journal_extract"] = {**extract, "checkpoint": checkpoint}
    return digest(canonical(stated))


def serial(key: str) -> str:
    """Return the number a report is known by outside, such as MG-3F2A-9C1B-77D0-0A12."""
    start = key[:16].upper()
    return "-".join(("MG", *(start[place : place + 4] for place in range(0, 16, 4))))


def standing(*, is_recalled: bool, is_superseded: bool) -> Standing:
    """Return where a sealed report stands: a recall says more than a newer report."""
    if is_recalled:
        return Standing.RECALLED
    return Standing.SUPERSEDED if is_superseded else Standing.CURRENT
