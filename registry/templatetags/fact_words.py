"""Words for what differs between two case files, or between two editions of the policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.text import capfirst
from django.utils.translation import gettext

from registry.rules.fact_names import fact_words, part_name
from registry.rules.fact_values import fact_value
from registry.rules.refusals import in_one_line
from registry.templatetags.words import pretty

register = template.Library()


@register.filter
def fact(path: str) -> str:
    """Return what a fact is called: “Model card: Factors”."""
    return in_one_line(fact_words(path), gettext)


@register.filter
def change_rows(changes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what an entry of the journal changed, as names and texts."""
    return [
        (capfirst(gettext(part_name(key))) if key else "", _changed(key, value))
        for key, value in changes.items()
    ]


def _changed(key: str, value: Any) -> str:
    # An entry that somebody bent may hold anything, and is shown all the same.
    if key == "changed" and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "; ".join(map(fact, value))
    return fact_value(value, key, gettext)


@register.filter
def fact_says(value: Any, path: str) -> str:
    """Return what the fact of this path says, in one line."""
    if isinstance(value, Mapping) and "sha256" in value:
        return pretty(value)
    return fact_value(value, path, gettext)
