"""Instants as the report prints them: always UTC, in the order of the reader's language."""

from __future__ import annotations

from datetime import datetime

from django.utils import formats
from django.utils.translation import get_language, gettext

# Django writes English dates the American way; in every other language its own order is right.
DATE_ORDER = {"en": "j F Y"}


def parsed(instant: str) -> datetime:
    """Read an instant as the dossier writes it (ISO 8601, UTC)."""
    return datetime.fromisoformat(instant)


def day(instant: str | None) -> str:
    """Return the date of an instant; a dash where there is none."""
    if not instant:
        return "–"
    order = DATE_ORDER.get((get_language() or "en").split("-")[0], "DATE_FORMAT")
    return formats.date_format(parsed(instant), order, use_l10n=True)


def moment(instant: str | None) -> str:
    """Return date and time of an instant."""
    if not instant:
        return "–"
    return gettext("%(day)s, %(time)s UTC") % {
        "day": day(instant),
        "time": parsed(instant).strftime("%H:%M"),
    }


def stamp(instant: str | None) -> str:
    """Return an instant in the short form that sorts, for narrow columns."""
    return parsed(instant).strftime("%Y-%m-%d %H:%M") if instant else "–"


def w3c(instant: str) -> str:
    """Return an instant as PDF metadata takes it, to the second."""
    return parsed(instant).strftime("%Y-%m-%dT%H:%M:%SZ")
