"""How conditions, emergency releases and reviews stand as of a report's instant, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from audits.rendering.times import moment, parsed
from audits.rendering.words import word


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


def artefact_match(deployment: Mapping[str, Any]) -> str:
    """Say whether what runs is what was registered, by the digests."""
    if deployment["matches"] is not None:
        return gettext("matches") if deployment["matches"] else gettext("does not match")
    if deployment["artefact_sha256"]:
        return gettext("none is registered to compare it with")
    return gettext("not reported")
