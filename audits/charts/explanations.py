"""Draws all the charts of an explanation for one target."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audits.charts import dependences, importances
from audits.charts.drawings import Target
from audits.charts.strips import Format

# Groups and features in one picture; more would not fit a page.
MOST_GROUPS, MOST_FEATURES = 6, 4

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Words:
    """What stands in and over the charts, in the reader's language.

    ``number`` writes a contribution, ``format`` a value of an axis; ``bin`` the values of a bin,
    ``short`` the one in their middle, ``group`` the name of a group, ``value`` where one stands.
    ``beside`` says where the same figures stand as text.
    """

    number: Callable[[float], str]
    format: Format
    bin: Callable[[Facts], str]
    short: Callable[[Facts], str]
    group: Callable[[Facts], str]
    importance: str
    summary: str
    dependence: Callable[[str], str]
    case: Callable[[Facts], str]
    by_group: Callable[[str], str]
    value: Callable[[Facts], str]
    rest: str
    beside: str


@dataclass(frozen=True)
class Charts:
    """The charts as SVG; those of features, cases and attributes in the measurement's order."""

    importance: str
    summary: str
    dependence: Sequence[str]
    cases: Sequence[str]
    by_group: Sequence[str]


def drawn(content: Facts, *, target: Target, words: Words) -> Charts:
    """Draw what the measurement holds; a picture without anything to show is empty text."""
    features = [
        one for one in content.get("features") or [] if one["importance"].get("value") is not None
    ]
    summary = content.get("summary") or []
    common: dict[str, Any] = {
        "target": target,
        "number": words.number,
        "format": words.format,
        "description": words.beside,
    }
    return Charts(
        importance=importances.importances(features, title=words.importance, **common)
        if features
        else "",
        summary=importances.signed_summary(summary, title=words.summary, name=words.bin, **common)
        if summary
        else "",
        dependence=[
            dependences.dependence(
                one["bins"],
                title=words.dependence(one["feature"]),
                name=words.bin,
                short=words.short,
                **common,
            )
            for one in content.get("dependence") or []
        ],
        cases=[
            importances.contributions(
                case, title=words.case(case), value=words.value, rest=words.rest, **common
            )
            for case in content.get("cases") or []
        ],
        by_group=[_by_group(one, words, common) for one in content.get("by_group") or []],
    )


def _by_group(attribute: Facts, words: Words, common: dict[str, Any]) -> str:
    groups = [group for group in attribute["groups"] if group["features"]][:MOST_GROUPS]
    if not groups:
        return ""
    names = [one["name"] for one in groups[0]["features"]][:MOST_FEATURES]
    return importances.by_group(
        groups, names, title=words.by_group(attribute["attribute"]), name=words.group, **common
    )
