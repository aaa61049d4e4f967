"""Words of findings and incidents for templates, and how much time a clock has left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, ngettext

from registry.rules import findings, incidents
from registry.rules.eu_ai_act import CLASSES
from registry.rules.paragraphs import paragraphs as split
from registry.templatetags.words import moment

register = template.Library()

CHIPS = {
    "low": "low",
    "medium": "medium",
    "high": "high",
    "critical": "severe",
    "open": "wait",
    "answered": "wait",
    "accepted_risk": "lapsed",
    "closed": "met",
    "reported": "failed",
    "assessed": "wait",
    "notified": "met",
    "not_reportable": "lapsed",
    "running": "wait",
    "half": "lapsed",
    "overdue": "failed",
    "met": "met",
    "late": "failed",
    "stopped": "",
}


def _name(table: Any, code: str) -> str:
    return gettext(table.get(code, code)) if code else ""


@register.filter
def trouble_chip(code: str) -> str:
    """Return the class of the chip for a severity, or for where a finding or incident stands."""
    return CHIPS.get(code, "")


@register.filter
def severity_name(code: str) -> str:
    """Return the name of a severity."""
    return _name(findings.SEVERITIES, code)


@register.filter
def finding_state(code: str) -> str:
    """Return where a finding stands, in words."""
    return _name(findings.STATE_NAMES, code)


@register.filter
def finding_act(code: str) -> str:
    """Return what moved a finding, in words."""
    return _name(findings.ACT_NAMES, code)


@register.filter
def finding_source(code: str) -> str:
    """Return where a finding came from, in words."""
    return _name(findings.SOURCES, code)


@register.filter
def outcome_name(code: str) -> str:
    """Return what came of a challenge, in words."""
    return _name(findings.OUTCOMES, code)


@register.filter
def incident_state(code: str) -> str:
    """Return where an incident stands, in words."""
    return _name(incidents.STATE_NAMES, code)


@register.filter
def incident_act(code: str) -> str:
    """Return what moved an incident, in words."""
    return _name(incidents.ACT_NAMES, code)


@register.filter
def incident_kind(code: str) -> str:
    """Return what happened, in the words of the AI Act."""
    kind = incidents.KINDS.get(code)
    return gettext(kind.name) if kind else code


@register.filter
def causal_link(code: str) -> str:
    """Return how sure it is that the model was the cause."""
    return _name(incidents.LINKS, code)


@register.filter
def ai_act_class(code: str) -> str:
    """Return the name of a class of the AI Act."""
    return _name(CLASSES, code)


@register.filter
def clock_name(state: str) -> str:
    """Return how a clock stands, in words."""
    return _name(incidents.CLOCK_NAMES, state)


@register.filter
def time_left(left: timedelta) -> str:
    """Return “due in 3 days, 4 hours”, or by how much it is over."""
    minutes = int(abs(left).total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = []
    if days:
        parts.append(ngettext("%(n)d day", "%(n)d days", days) % {"n": days})
    if hours:
        parts.append(ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours})
    if not days and (minutes or not hours):
        parts.append(ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes})
    time = ", ".join(parts)
    if left < timedelta(0):
        return gettext("overdue by %(time)s") % {"time": time}
    return gettext("due in %(time)s") % {"time": time}


@register.filter
def mended(value: str) -> str:
    """Show a value of a correction: an instant as a time, a code by its name, else as it is."""
    try:
        instant = parse_datetime(value)
    except ValueError:
        instant = None
    if instant is not None:
        return moment(instant)
    return incident_kind(value) if value in incidents.KINDS else causal_link(value)


@register.filter
def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a section of a card."""
    return split(text or "")


@register.simple_tag
def today() -> Any:
    """Return the day it is."""
    return timezone.localdate()
