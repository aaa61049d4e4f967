"""The template filters of the report, by the names the templates use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext
from django.utils.translation import pgettext as in_context

from audits.rendering import (
    attachments,
    exhibits,
    figures,
    oversight,
    standing,
    tables,
    times,
    words,
)
from registry.rules.fact_names import fact_words
from registry.rules.fact_values import fact_value
from registry.rules.journal_actions import action_name
from registry.rules.matrices import Label, appetite_of
from registry.rules.refusals import in_one_line
from registry.rules.risk import EFFECTIVENESS, KNOWLEDGE, STARTING_HAZARDS, TEXTS

register = template.Library()

for _function in (
    *(times.day, times.moment, times.stamp, times.w3c),
    *(figures.number, figures.figure, figures.measured, figures.interval, figures.limit),
    *(figures.people, figures.counted, figures.present, figures.lowered, figures.in_one_line),
    *(exhibits.limits, exhibits.confusion, exhibits.interval_methods, exhibits.rows_dropped),
    *(
        figures.group_name,
        exhibits.checks,
        exhibits.too_few,
        exhibits.not_estimable,
        exhibits.measured_on,
        tables.tables,
    ),
    *(oversight.condition_standing, oversight.condition_tone, oversight.artefact_match),
    *(oversight.override_standing, oversight.review_standing, oversight.led_to),
    oversight.open_against,
    *(
        standing.holds_until,
        standing.gate_reasons,
        standing.sentence,
        attachments.attached_name,
        words.as_it_is,
    ),
):
    register.filter(_function.__name__, _function)


@register.filter
def short(digest: str | None) -> str:
    """Return the beginning of a digest; the whole one stands in the files."""
    return f"{digest[:12]}…" if digest else gettext("withheld")


@register.filter
def size(count: int) -> str:
    """Return a number of bytes."""
    return gettext("%(count)s bytes") % {"count": figures.number(count)}


@register.filter
def word(code: object, group: str) -> str:
    """Return the word for a code of this group."""
    return words.word(group, code)


@register.filter
def roles(held: str) -> str:
    """Return the words for roles that somebody acted in, several of them at once."""
    return ", ".join(words.word("role", role) for role in held.split(", "))


@register.filter
def tone(verdict: str) -> str:
    """Return the tone of a verdict, a class of the stylesheet."""
    return standing.VERDICT_TONES.get(verdict, "plain")


@register.filter
def of(facts: Mapping[Any, Any], key: object) -> Any:
    """Return the fact under this name, or None."""
    return facts.get(key)


@register.filter
def named(code: str, levels: list[Mapping[str, Any]]) -> str:
    """Return the name that the matrix gives to a level."""
    return next((words.labelled(step["name"]) for step in levels if step["code"] == code), code)


@register.filter
def nth(names: list[Label], place: int) -> str:
    """Return the name of a likelihood or impact; they count from 1."""
    return words.labelled(names[place - 1])


@register.filter
def in_appetite(matrix: Mapping[str, Any], code: str) -> str:
    """Return how the risk appetite takes a residual level; nothing for a matrix without one."""
    return words.word("appetite", appetite_of(matrix, code)) if matrix.get("appetite") else ""


@register.filter
def effectiveness(code: str) -> str:
    """Return how well a control does."""
    return gettext(EFFECTIVENESS.get(code, code))


@register.filter
def knowledge(code: str) -> str:
    """Return how strong the knowledge behind an assessment is."""
    return gettext(KNOWLEDGE.get(code, code))


@register.filter
def is_told_more(hazard: Mapping[str, Any]) -> bool:
    """Say whether a hazard states more than its places and its controls in a sentence."""
    return any(hazard.get(part) for part in (*TEXTS, "assessed_controls"))


@register.filter
def exhibits_named(control: Mapping[str, Any], exhibits: list[Mapping[str, Any]]) -> list[str]:
    """Return the titles of the exhibits in the case file that a control names as its evidence."""
    titles = {one["id"]: str(one["title"]) for one in exhibits}
    return [titles.get(number, str(number)) for number in control["evidence"]]


@register.filter
def highest(matrix: Mapping[str, Any]) -> int:
    """Return the highest score of the matrix."""
    return len(matrix["likelihoods"]) * len(matrix["impacts"])


@register.filter
def hazard_name(title: str) -> str:
    """Return a hazard's title; those that every assessment starts with are in the catalogue."""
    return gettext(title) if title in STARTING_HAZARDS else title


@register.filter
def said(message: str) -> str:
    """Return a text of the scorecard in the report's language."""
    return gettext(message) if message else ""


@register.filter
def fact(path: str) -> str:
    """Return the path of a fact ("version.threshold") as words."""
    return in_one_line(fact_words(path), gettext)


@register.filter
def fact_says(value: Any, path: str) -> str:
    """Return what the fact of this path says, in one line of words."""
    return fact_value(value, path, gettext)


@register.filter
def act(action: str) -> str:
    """Return a journal's action ("release.approved") as words."""
    return gettext(action_name(action))


@register.filter
def stated(value: Any) -> str:
    """Return any fact of a JSON file in one line of words."""
    if value is None or value == "" or value == [] or value == {}:
        return "–"
    if isinstance(value, bool):
        return in_context("a fact", "yes") if value else in_context("a fact", "no")
    if isinstance(value, int | float):
        # As handed in: rounding 1e-06 to 0.000 would state another value.
        return str(value)
    if isinstance(value, list):
        return ", ".join(stated(part) for part in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{words.as_it_is(key)}: {stated(part)}" for key, part in value.items())
    return str(value)
