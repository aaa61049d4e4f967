"""Words of evaluation plans for templates: measures, limits, for whom, and where they come from."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

from registry.rules.plan_shapes import COMMON_MEASURES, DIRECTION_NAMES, PRESET_NAMES
from registry.rules.plans import EVERY, SOURCE_NAMES, Check

register = template.Library()


@register.filter
def measure_words(code: str) -> str:
    """Return the name of a common measure; the code in words for any other."""
    return gettext(COMMON_MEASURES.get(code, code.replace("_", " ")))


@register.filter
def for_whom(attribute: str) -> str:
    """Return whom a check is about."""
    if not attribute:
        return gettext("all rows")
    return gettext("each of them") if attribute == EVERY else attribute


@register.filter
def limit_words(check: Check) -> str:
    """Return a limit in words, such as “at most 0.2”."""
    return f"{gettext(DIRECTION_NAMES[check.direction])} {check.limit:g}"


@register.filter
def warn_words(check: Check) -> str:
    """Return from where on a figure that keeps the limit is a warning all the same."""
    told = {"warn": "" if check.warn is None else f"{check.warn:g}"}
    if check.direction == "at_least":
        return gettext("warns under %(warn)s") % told
    return gettext("warns over %(warn)s") % told


@register.filter
def source_words(source: str) -> str:
    """Return where a check comes from."""
    return gettext(SOURCE_NAMES[source])


@register.filter
def preset_words(preset: str) -> str:
    """Return the name of a preset."""
    return gettext(PRESET_NAMES.get(preset, preset))
