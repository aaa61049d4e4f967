"""Words and shapes for templates.

Names of states and roles, shortened digests, times with UTC on hover.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django import template
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from registry.models import Unit
from registry.rules.cards import SECTIONS
from registry.rules.catalogue import DATA_ROLES, EVIDENCE_KINDS, TASKS, VERDICT_NAMES
from registry.rules.data_queries import STATE_NAMES as QUERY_STATE_NAMES
from registry.rules.deployments import END_NAMES
from registry.rules.events import EVENT_NAMES
from registry.rules.journal_actions import action_name
from registry.rules.matrices import DEFAULT_MATRIX, label
from registry.rules.refusals import Objection, fill
from registry.rules.releases import STATE_NAMES
from registry.rules.roles import ROLE_NAMES
from registry.rules.wording import gettext_noop
from registry.services import rights

register = template.Library()

NAMES: dict[str, str] = {
    **EVENT_NAMES,
    **{section.code: section.name for section in SECTIONS},
    **DATA_ROLES,
    **EVIDENCE_KINDS,
    **TASKS,
    **VERDICT_NAMES,
    **{state.value: name for state, name in STATE_NAMES.items()},
    **{role.value: name for role, name in ROLE_NAMES.items()},
    **{end.value: name for end, name in END_NAMES.items()},
    **{state.value: name for state, name in QUERY_STATE_NAMES.items()},
}

# Each status has its chip: a word, a shape and a colour, always the three.
CHIPS = {
    "low": "low",
    "medium": "medium",
    "high": "high",
    "severe": "severe",
    "pass": "met",
    "met": "met",
    "approved": "met",
    "done": "met",
    "warn": "wait",
    "undecided": "wait",
    "live": "met",
    "approved_with_conditions": "wait",
    "draft": "lapsed",
    "submitted": "wait",
    "in_review": "wait",
    "condition_breached": "failed",
    "superseded": "lapsed",
    "retired": "lapsed",
    "queued": "wait",
    "running": "wait",
    "proposed": "wait",
    "reviewed": "met",
    "refused": "failed",
    "missing": "failed",
    "fail": "failed",
    "failing": "failed",
    "failed": "failed",
    "rejected": "failed",
    "revoked": "failed",
    "void": "failed",
    "expired": "lapsed",
    "withdrawn": "lapsed",
}


@register.filter
def name(code: str) -> str:
    """Return the name of a state, role, section, kind or verdict in the reader's language."""
    return gettext(NAMES.get(code, code))


@register.filter
def action_words(action: str) -> str:
    """Return what the journal's action is called, such as “Release approved”."""
    return gettext(action_name(action))


@register.filter
def translated(message: str | dict[str, str]) -> str:
    """Translate a text that was marked where it was written, or choose its language's label."""
    if isinstance(message, dict):
        return label(message, get_language() or "en")
    return gettext(message) if message else ""


@register.filter
def told(objection: Objection | dict[str, Any]) -> str:
    """Return an objection, or one that a row kept, as a sentence in the reader's language."""
    if not isinstance(objection, Objection):
        objection = Objection("", objection["message"], objection["params"])
    message = gettext(objection.message)
    return fill(message, objection.params, gettext, get_language() or "en")


@register.filter
def chip(code: str) -> str:
    """Return the class of the chip for a status."""
    return CHIPS.get(code, "")


@register.filter
def digest(value: str) -> str:
    """Shorten a digest to its first sixteen digits, in groups of four."""
    return " ".join(value[start : start + 4] for start in range(0, min(len(value), 16), 4))


@register.filter
def moment(value: datetime | str | None) -> SafeString | str:
    """Show a time in the reader's zone, with the UTC on hover."""
    if not value:
        return "–"
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    utc = instant.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        utc.isoformat(timespec="seconds"),
        utc.strftime("%Y-%m-%d %H:%M:%S"),
        format_date(timezone.localtime(instant), "j M Y, H:i"),
    )


@register.filter
def is_past(value: datetime) -> bool:
    """Say whether an instant is over."""
    return value <= timezone.now()


@register.filter
def pretty(value: object) -> str:
    """Show a fact of the case file: text as it is, anything else as JSON."""
    if value is None or value == "":
        return "–"
    if isinstance(value, dict) and "sha256" in value:
        # A file or a table: its digest says which; the whole of it stands in the case file.
        rows = gettext("%(rows)s rows") % {"rows": value["rows"]} if "rows" in value else ""
        return ", ".join(part for part in (f"sha256 {digest(value['sha256'])}", rows) if part)
    return (
        value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    )


@register.filter
def item(mapping: dict[str, Any], key: str) -> Any:
    """Return a value by a key that is a variable."""
    return mapping.get(key)


LEVEL_NAMES = {step["code"]: step["name"] for step in DEFAULT_MATRIX["levels"]}
STANDING_NAMES = {
    "met": gettext_noop("Met"),
    "missing": gettext_noop("Missing"),
    "expired": gettext_noop("Expired"),
    "failing": gettext_noop("Failing"),
}
ITEM_NAMES = {
    "card": gettext_noop("Model card complete"),
    "risk": gettext_noop("Risk assessed"),
    "deputy": gettext_noop("Deputy named"),
    "scorecard": gettext_noop("Scorecard filled in"),
    "findings": gettext_noop("No open findings that block"),
    "twins": gettext_noop("No open findings on the same artefact"),
}


@register.filter
def level_name(code: str) -> str:
    """Return the name of a risk level."""
    return translated(LEVEL_NAMES.get(code, code))


@register.filter
def standing_name(code: str) -> str:
    """Return how an item of the checklist stands."""
    return gettext(STANDING_NAMES.get(code, code))


@register.filter
def item_name(code: str) -> str:
    """Return the name of an item of the checklist, such as “Test data attached”."""
    part, _dot, detail = code.partition(".")
    if part == "data":
        return gettext("%(role)s data attached") % {"role": name(detail)}
    if part == "evidence":
        return gettext("%(kind)s evidence") % {"kind": name(detail)}
    return gettext(ITEM_NAMES.get(code, code))


@register.filter
def roles(codes: str) -> str:
    """Return the names of the roles an entry or a decision keeps as comma-separated codes."""
    return ", ".join(name(code.strip()) for code in codes.split(",") if code.strip())


@register.simple_tag(takes_context=True)
def may(context: template.Context, verb: str, unit: Unit) -> bool:
    """Say whether the reader's roles give the right to a verb; others are not shown its button."""
    return rights.may(by=context["request"].user, verb=verb, unit=unit)


@register.simple_tag(takes_context=True)
def may_anywhere(context: template.Context, verb: str) -> bool:
    """Say whether the reader's roles give the right to a verb in any unit."""
    return rights.may_anywhere(by=context["request"].user, verb=verb)


@register.filter
def unread_count(number: int) -> str:
    """Return a number that a badge has room for."""
    return str(number) if number < 100 else "99+"
