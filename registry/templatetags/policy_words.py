"""Words of policies for templates: whose work excludes them, and what a signature takes."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

from registry.rules.findings import SEVERITIES
from registry.rules.policy_editions import STANDING_NAMES, Standing
from registry.rules.policy_readings import HAND_NAMES, STRENGTH_NAMES

register = template.Library()

CHIPS = {
    Standing.PROPOSED: "wait",
    Standing.IN_FORCE: "met",
    Standing.SUPERSEDED: "lapsed",
    Standing.OUTDATED: "lapsed",
}


@register.filter
def hand_words(part: str) -> str:
    """Return whose work it is, such as “who wrote the model card”."""
    return gettext(HAND_NAMES.get(part, part))


@register.filter
def strength_words(strength: str) -> str:
    """Return what a signature takes."""
    return gettext(STRENGTH_NAMES.get(strength, strength))


@register.filter
def edition_standing(standing: str) -> str:
    """Return where an edition of the policy stands."""
    return gettext(STANDING_NAMES[Standing(standing)])


@register.filter
def edition_chip(standing: str) -> str:
    """Return the class of the chip for where an edition stands."""
    return CHIPS[Standing(standing)]


@register.filter
def severity_words(severity: str) -> str:
    """Return how severe a finding is."""
    return gettext(SEVERITIES.get(severity, severity))
