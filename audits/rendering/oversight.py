"""How conditions, emergency releases and reviews stand as of a report's instant, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, ngettext

from audits.rendering.figures import lowered
from audits.rendering.times import day, moment, parsed
from audits.rendering.words import as_it_is, word
from registry.rules.findings import BLOCKING, SEVERITIES, UNSETTLED
from registry.rules.incidents import State as IncidentState
from registry.rules.review_details import (
    DETAIL_NAMES,
    NUMBER_NAMES,
    VALUE_NAMES,
    between,
)


def condition_standing(condition: Mapping[str, Any], as_of: str) -> str:
    """Say whether a condition is fulfilled, waits, or was missed."""
    if condition["accepted_at"]:
        return gettext("Fulfilled")
    if parsed(condition["due"]) <= parsed(as_of):
        return gettext("Missed")
    return gettext("Offered, to be accepted") if condition["offered_at"] else gettext("Open")


def condition_tone(condition: Mapping[str, Any], as_of: str) -> str:
    """Return the tone of where a condition stands, a class of the stylesheet."""
    if condition["accepted_at"]:
        return "low"
    return "severe" if parsed(condition["due"]) <= parsed(as_of) else "medium"


def override_standing(override: Mapping[str, Any], as_of: str) -> str:
    """Say whether an emergency release is in force, has ended, or never began."""
    if not override["starts_at"]:
        if override["ended_at"]:
            return gettext("Taken back before the second signature")
        return gettext("Asked for; the second signature is missing")
    if override["ended_at"]:
        return gettext("Ended early, %(when)s") % {"when": moment(override["ended_at"])}
    if parsed(override["ends_at"]) <= parsed(as_of):
        return gettext("Ended by itself, %(when)s") % {"when": moment(override["ends_at"])}
    return gettext("In force until %(until)s") % {"until": moment(override["ends_at"])}


def in_force(override: Mapping[str, Any], as_of: str) -> bool:
    """Say whether an emergency release lets its version through as of the report's instant."""
    return bool(
        override["starts_at"]
        and not override["ended_at"]
        and parsed(override["ends_at"]) > parsed(as_of)
    )


def review_standing(review: Mapping[str, Any], as_of: str) -> str:
    """Say how a review ended, or that it is open."""
    if review["outcome"]:
        return word("review_outcome", review["outcome"])
    if parsed(review["due"]) <= parsed(as_of):
        return gettext("Open, overdue")
    return gettext("Open")


def led_to(review: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what led to a review as names and texts, those known by a name first."""
    names = {**DETAIL_NAMES, **NUMBER_NAMES}
    told = review["led_to"] or {}
    order = [*(key for key in names if key in told), *sorted(set(told) - set(names))]
    return [(gettext(names.get(key) or as_it_is(key)), _detail(key, told[key])) for key in order]


def _detail(key: str, text: str) -> str:
    """Return a detail in words; a dossier has several values as one text."""
    if key == "due":
        return day(text)
    names, sign = VALUE_NAMES.get(key, {}), between(key)
    return sign.join(gettext(names.get(one, one)) for one in text.split(sign))


def open_against(dossier: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what is open against a version, each with its tone; the gravest first."""
    running = sum(
        1 for one in dossier["deployments"] if one["uncovered_since"] and not one["live_until"]
    )
    incidents = sum(1 for one in dossier["incidents"] if one["state"] != IncidentState.CLOSED)
    found = [
        ("severe", running, _no_approval(running)),
        ("high", incidents, ngettext("%(n)s incident", "%(n)s incidents", incidents)),
    ]
    for severity in reversed(SEVERITIES):
        count = sum(
            1
            for one in dossier["findings"]
            if one["severity"] == severity and one["state"] in UNSETTLED
        )
        said = _findings(severity, count)
        found.append(("high" if severity in BLOCKING else "medium", count, said))
    return [(tone, said % {"n": count}) for tone, count, said in found if count]


def _no_approval(count: int) -> str:
    return ngettext(
        "%(n)s deployment without a valid approval",
        "%(n)s deployments without a valid approval",
        count,
    )


def _findings(severity: str, count: int) -> str:
    said = ngettext("%(n)s finding, %(severity)s", "%(n)s findings, %(severity)s", count)
    return said % {"n": count, "severity": lowered(word("severity", severity))}


def artefact_match(deployment: Mapping[str, Any]) -> str:
    """Say whether what runs is what was registered, by the digests."""
    if deployment["matches"] is not None:
        return gettext("matches") if deployment["matches"] else gettext("does not match")
    if deployment["artefact_sha256"]:
        return gettext("none is registered to compare it with")
    return gettext("not reported")
