"""Words and figures of runs and measurements.

States, stages, measures, values and their intervals.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext

from audits.rules.monitors import ANNOUNCES
from audits.rules.reports import STANDING_NAMES
from audits.rules.runs import STAGE_NAMES, STATE_NAMES, State
from audits.wording import measure_name, reason_words

register = template.Library()

STANDING_CHIPS = {"current": "met", "superseded": "lapsed", "recalled": "failed"}


@register.filter
def state_name(state: str) -> str:
    """Return the name of a run's or a report's state."""
    return gettext(STATE_NAMES[State(state)])


@register.filter
def standing_name(standing: str) -> str:
    """Return the name of where a sealed report stands."""
    return gettext(STANDING_NAMES[standing])


@register.filter
def standing_chip(standing: str) -> str:
    """Return the class of the chip for where a sealed report stands."""
    return STANDING_CHIPS[standing]


@register.filter
def stage_name(stage: str) -> str:
    """Return what a worker is doing."""
    return gettext(STAGE_NAMES.get(stage, stage))


@register.filter
def measure(code: str) -> str:
    """Return the name of a measure."""
    return measure_name(code, gettext)


@register.filter
def reason_name(code: str) -> str:
    """Return why something was left out or cannot be estimated."""
    return reason_words(code, gettext)


@register.filter
def value(one: Mapping[str, Any] | None) -> str:
    """Return a measure's value with three decimals; a dash where it cannot be estimated."""
    if not one or one.get("value") is None:
        return "–"
    return rounded(one["value"])


@register.filter
def interval(one: Mapping[str, Any] | None) -> str:
    """Return a measure's interval, or why there is none."""
    if not one:
        return ""
    if one.get("value") is None:
        return reason_words(one.get("reason", ""), gettext)
    if one.get("low") is None or one.get("high") is None:
        return ""
    bounds = {name: rounded(one[name]) for name in ("low", "high")}
    return gettext("%(low)s to %(high)s") % bounds


def rounded(number: float, decimals: int = 3) -> str:
    """Return a number with so many decimals; a small negative one is no minus zero."""
    # Django cuts the digits off; a figure has to be rounded.
    return number_format(Decimal(f"{number:z.{decimals}f}"), decimal_pos=decimals)


@register.filter
def announced(name: str) -> str:
    """Return what a monitor's breach asks for."""
    return gettext(ANNOUNCES[name])


@register.filter
def filled(message: str, params: Mapping[str, object]) -> str:
    """Translate a sentence, and the names that fill its places."""
    told = gettext(message)
    names = {
        place: gettext(one) if isinstance(one, str) and one else one
        for place, one in params.items()
    }
    return told % names if names else told
