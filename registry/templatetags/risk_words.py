"""Words of the risk matrix and of assessments for templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext

from registry.rules import fact_names
from registry.rules.matrices import APPETITE_NAMES, appetite_of
from registry.rules.risk import EFFECTIVENESS, KNOWLEDGE
from registry.rules.wording import gettext_noop

register = template.Library()

# On the page of one assessment, a level that is no hazard's is the whole assessment's.
PARTS = {**fact_names.PARTS, "level": gettext_noop("Overall level")}
PLACES = {
    "inherent": gettext_noop("Inherent"),
    "residual": gettext_noop("Residual"),
    "matrix": gettext_noop("Matrix"),
    "knowledge": "",
}
TONES = {"ineffective": "failed", "partly": "wait", "effective": "met"}


@register.filter
def appetite(matrix: Mapping[str, Any], code: str) -> str:
    """Return how a matrix takes a residual level: within, exception or blocks."""
    return appetite_of(matrix, code)


@register.filter
def standing_words(code: str) -> str:
    """Return how the appetite takes a level, in words."""
    return gettext(APPETITE_NAMES[code])


@register.filter
def percent(share: float) -> str:
    """Return a share as a percentage, such as “12.5 %”."""
    return f"{share * 100:g} %"


@register.filter
def effectiveness_words(code: str) -> str:
    """Return how well a control does."""
    return gettext(EFFECTIVENESS.get(code, code))


@register.filter
def effectiveness_chip(code: str) -> str:
    """Return the class of the chip of how well a control does."""
    return TONES.get(code, "")


@register.filter
def knowledge_words(code: str) -> str:
    """Return how strong the knowledge behind an assessment is."""
    return gettext(KNOWLEDGE.get(code, code)) if code else gettext("Not stated")


@register.filter
def changed_part(fact: str) -> str:
    """Return which part of an assessment a fact is: “Ground for the impact”."""
    part = fact.rpartition(".")[2]
    return gettext(PARTS.get(part, part))


@register.filter
def changed_place(fact: str) -> str:
    """Return where in an assessment a fact stands: the hazard, and the control if it is one's."""
    place = fact.rpartition(".")[0]
    if place in PLACES:
        return gettext(PLACES[place]) if PLACES[place] else ""
    return place.removeprefix("hazards.").replace(".assessed_controls.", " · ")
