"""Says what contributions are about: their scale, the values of a bin, a group, a chart."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from audits.wording.explanation import MISSING, NOT_RECORDED, OTHERS, RANGE, SCALES
from audits.wording.voices import Voice
from registry.rules.wording import gettext_noop

IMPORTANCE = gettext_noop("Importance of the features, each with its interval")
SUMMARY = gettext_noop("Contribution by the feature's value")
DEPENDENCE = gettext_noop("How the contribution of %(feature)s goes with its value")
CASE = gettext_noop("What made the answer to row %(row)s")
BY_GROUP = gettext_noop("Importance of the features by %(attribute)s")
REST = gettext_noop("all others")
BESIDE = gettext_noop("The same figures are in the table below.")

SAME_AS = gettext_noop("as in %(share)s %% of the rows")
HIGHER = gettext_noop("higher than in %(share)s %% of the rows")
LOWER = gettext_noop("lower than in %(share)s %% of the rows")
# A number that so large a part of the rows shares is told as such: of a switch nothing is higher.
COMMON = 0.2

Facts = Mapping[str, Any]


def scale(content: Facts, voice: Voice) -> str:
    """Return what the contributions are measured in."""
    explained = content.get("explained") or {}
    words = SCALES.get(explained.get("scale", ""), SCALES["value"])
    return voice.translate(words) % {"label": explained.get("label") or "–"}


def contribution(content: Facts, voice: Voice) -> Callable[[float], str]:
    """Return what writes a contribution: with three digits of the weightiest importance."""
    values = [one["importance"].get("value") or 0.0 for one in content.get("features") or []]
    largest = max(values, default=0.0)
    decimals = 3 if largest <= 0 else min(8, max(0, 2 - math.floor(math.log10(largest))))
    return lambda value: voice.write(value, decimals)


def bin_name(one: Facts, voice: Voice) -> str:
    """Return the values that a bin of rows stands for."""
    kind = one.get("kind")
    if kind == "missing":
        return voice.translate(MISSING)
    if kind == "others":
        return voice.translate(OTHERS) % {"values": one["values"]}
    if kind == "value":
        return str(one["value"])
    low, high = one.get("low"), one.get("high")
    if low is None or high is None:
        # Where an end is withheld, the middle still says where the bin lies.
        return "–" if one.get("at") is None else voice.value(one["at"])
    if low == high:
        return voice.value(low)
    return voice.translate(RANGE) % {"low": voice.value(low), "high": voice.value(high)}


def standing(one: Facts, voice: Voice) -> str:
    """Return where a single row's value stands among the others, without telling the value."""
    if one["kind"] == "missing":
        return voice.translate(MISSING)
    equal = one["equal"]
    if one["kind"] == "text" or equal >= COMMON:
        return voice.translate(SAME_AS) % {"share": voice.write(100 * equal, 0)}
    above = 1 - one["below"] - equal
    if one["below"] >= above:
        return voice.translate(HIGHER) % {"share": voice.write(100 * one["below"], 0)}
    return voice.translate(LOWER) % {"share": voice.write(100 * above, 0)}


def group_name(group: Facts, voice: Voice) -> str:
    """Return the name of a group; those without a value are one as well."""
    return voice.translate(NOT_RECORDED) if group.get("missing") else str(group["group"])


def chart_words(content: Facts, voice: Voice) -> dict[str, Any]:
    """Return what stands in and over the charts."""
    translate = voice.translate
    return {
        "number": contribution(content, voice),
        "format": voice.write,
        "bin": lambda one: bin_name(one, voice),
        "short": lambda one: bin_name({**one, "low": None}, voice),
        "group": lambda one: group_name(one, voice),
        "value": lambda one: standing(one, voice),
        "importance": translate(IMPORTANCE),
        "summary": translate(SUMMARY),
        "dependence": lambda feature: translate(DEPENDENCE) % {"feature": feature},
        "case": lambda case: translate(CASE) % {"row": case["row"]},
        "by_group": lambda name: translate(BY_GROUP) % {"attribute": name},
        "rest": translate(REST),
        "beside": translate(BESIDE),
    }
