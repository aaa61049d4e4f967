"""Numbers, measures and limits in words: a figure with its interval, or the reason for none."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.translation import get_language, gettext

from audits.rendering.words import word

Facts = Mapping[str, Any]


def number(value: float | None, decimals: int = 0) -> str:
    """Return a number with its thousands set apart; a dash where there is none."""
    if value is None:
        return "–"
    # Django cuts the digits off; a figure has to be rounded.
    rounded = Decimal(f"{value:.{decimals}f}")
    return formats.number_format(rounded, decimals, use_l10n=True, force_grouping=True)


def figure(value: float | None) -> str:
    """Return a measured value: three decimals for rates, fewer where it is large."""
    if value is None:
        return "–"
    size = abs(value)
    return number(value, 3 if size < 10 else 2 if size < 1000 else 0)


def measured(measure: Facts | None) -> str:
    """Return the value of a measure, or why there is none."""
    if not measure:
        return "–"
    if measure.get("fewer_than"):
        return fewer_than(measure["fewer_than"])
    if measure.get("value") is not None:
        return figure(measure["value"])
    reason = measure.get("reason")
    if reason in ("withheld", "too_few"):
        return word("reason", reason)
    if not reason:
        return gettext("not estimable")
    return gettext("not estimable: %(why)s") % {"why": word("reason", reason)}


def interval(measure: Facts | None) -> str:
    """Return the 95 % interval of a measure in words; empty where there is none."""
    if not measure or measure.get("low") is None or measure.get("high") is None:
        return ""
    return gettext("%(low)s to %(high)s") % {
        "low": figure(measure["low"]),
        "high": figure(measure["high"]),
    }


def limit(check: Facts) -> str:
    """Return what a check asks for, in words."""
    sentence = (
        gettext("at least %(limit)s")
        if check["direction"] == "at_least"
        else gettext("at most %(limit)s")
    )
    return sentence % {"limit": figure(check["limit"])}


def in_one_line(check: Facts) -> str:
    """Return a check as one line for the cover."""
    group = f"{check['attribute']}: {group_name(check)}" if check["group"] else check["attribute"]
    between = interval(check)
    sentence = (
        gettext(
            "Worst %(measure)s %(value)s for %(group)s (95 %% interval %(interval)s);"
            " limit %(limit)s: %(verdict)s"
        )
        if between
        else gettext("Worst %(measure)s %(value)s for %(group)s; limit %(limit)s: %(verdict)s")
    )
    return sentence % {
        "measure": lowered(word("measure", check["measure"])),
        "value": figure(check["value"]),
        "group": group,
        "interval": between,
        "limit": limit(check),
        "verdict": lowered(word("verdict", check["verdict"])),
    }


def group_name(group: Facts) -> str:
    """Return the name of a group; those who gave no answer are a group as well."""
    values = group.get("values") or ([None] if group["group"] == "missing" else None)
    if not group.get("missing") or not values:
        return str(group["group"])
    return ", ".join(gettext("not given") if value is None else str(value) for value in values)


def people(group: Facts) -> str:
    """Return how many rows a group has."""
    return counted(group["count"])


def fewer_than(most: int) -> str:
    """Return the words that stand in place of a small count."""
    return gettext("fewer than %(most)s") % {"most": most}


def counted(value: Any) -> str:
    """Return a count, which the public profile may have bounded, rounded or withheld."""
    if isinstance(value, Mapping) and "about" in value:
        return gettext("about %(count)s") % {"count": number(value["about"])}
    if isinstance(value, Mapping):
        return fewer_than(value["fewer_than"])
    return gettext("withheld") if value is None else number(value)


def present(value: Any) -> str:
    """Return a count, or a dash where there is nothing to count."""
    return "–" if value is None else counted(value)


def lowered(said: str) -> str:
    """Return words as they stand within a sentence; German and acronyms keep their capitals."""
    if (get_language() or "").startswith("de") or said[1:2].isupper() or said[1:2].isdigit():
        return said
    return said[:1].lower() + said[1:]
