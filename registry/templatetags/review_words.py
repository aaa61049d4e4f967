"""Words of reviews and attestations for templates, and the reviews of one model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext

from registry.models import RegisteredModel, Review
from registry.rules.attestations import SAYINGS
from registry.rules.outcomes import OUTCOME_NAMES
from registry.rules.review_details import DETAIL_NAMES, NUMBER_NAMES, VALUE_NAMES, between
from registry.rules.reviews import CAUSES, STATE_NAMES
from registry.rules.wording import gettext_noop
from registry.services import review_dates
from registry.templatetags.words import pretty

register = template.Library()

MOST_ON_A_MODEL = 5
ENDINGS: dict[str, str] = {
    **{outcome.value: name for outcome, name in OUTCOME_NAMES.items()},
    **{state.value: name for state, name in STATE_NAMES.items()},
}
CHIPS = {
    "open": "wait",
    "done": "met",
    "revalidated": "met",
    "adjusted": "met",
    "no_change_needed": "met",
    "not_revalidated": "wait",
    "withdrawn_from_use": "lapsed",
    "confirmed": "met",
    "confirmed_with_exceptions": "wait",
}


@register.filter
def cause_name(code: str) -> str:
    """Return what a review was opened for, in words."""
    return gettext(CAUSES[code].name)


@register.filter
def cause_question(code: str) -> str:
    """Return the question a review has to answer."""
    return gettext(CAUSES[code].question)


@register.filter
def ending_name(code: str) -> str:
    """Return the name of an outcome or a state."""
    return gettext(ENDINGS.get(code, code))


@register.filter
def saying_name(code: str) -> str:
    """Return what an owner said of the inventory, in words."""
    return gettext(SAYINGS[code])


@register.filter
def review_chip(code: str) -> str:
    """Return the class of the chip for a state, an outcome, or what an owner said."""
    return CHIPS.get(code, "")


# Which of the details are numbers of something with a page of its own, and what that is called.
PAGES = {
    "exhibit": ("exhibit", gettext_noop("The exhibit")),
    "evidence": ("exhibit", gettext_noop("The exhibit")),
    "finding": ("finding", gettext_noop("The finding")),
    "incident": ("incident", gettext_noop("The incident")),
    "deployment": ("deployment", gettext_noop("The deployment")),
}
# What the facts of an inventory are called; a fact within one is shown by its path.
FACT_NAMES = {
    "name": gettext_noop("Name"),
    "owner.name": gettext_noop("Owner"),
    "tier": gettext_noop("Tier"),
    "level": gettext_noop("Residual risk"),
    "approved": gettext_noop("Approved"),
    "live": gettext_noop("Live"),
    "next_review_due": gettext_noop("Next review"),
    "open_reviews": gettext_noop("Open reviews"),
    "open_findings": gettext_noop("Open findings"),
}


@register.filter
def fact_name(path: str) -> str:
    """Return what a fact of the inventory is called."""
    return gettext(FACT_NAMES.get(path, path))


@register.filter
def detail_pages(details: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the addresses and names of the pages that say more of what led to a review."""
    return [
        (reverse(page, args=[details[key]]), gettext(name))
        for key, (page, name) in PAGES.items()
        if isinstance(details.get(key), int)
    ]


@register.filter
def detail_rows(details: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what led to a review as names and texts, those known by a name first."""
    told = {key for key in details if key not in PAGES}
    names = {**DETAIL_NAMES, **NUMBER_NAMES}
    order = [*(key for key in names if key in told), *sorted(told - set(names))]
    return [(gettext(names.get(key, key)), _text(key, details[key])) for key in order]


def _text(key: str, value: object) -> str:
    """Return a detail in words: its codes by their names, several values beside each other."""
    if isinstance(value, list):
        return between(key).join(_text(key, one) for one in value)
    known = VALUE_NAMES.get(key, {}).get(str(value))
    return gettext(known) if known else pretty(value)


@register.simple_tag
def reviews_of(model: RegisteredModel) -> dict[str, Any]:
    """Return what a model's page says of its reviews: open ones, the last done, the next due."""
    last = model.reviews.filter(state="done").select_related("closed_by")
    return {
        "open": list(Review.objects.open().filter(model=model).select_related("version")),
        "done": list(last.order_by("-closed_at")[:MOST_ON_A_MODEL]),
        "next": review_dates.next_review_due(model),
    }
