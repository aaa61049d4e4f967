"""The cells of the fairness tables: figures, counts and names as words of the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from audits.templatetags.audit_words import interval, rounded, value

Facts = Mapping[str, Any]
SMALLEST_P = 0.001


def cell(figure: Facts | None) -> dict[str, Any]:
    """Return a figure with its interval under it, or why there is none."""
    if not figure:
        return {"value": "–", "under": ""}
    if figure.get("fewer_than"):
        return {"value": "–", "under": fewer_than(figure["fewer_than"])}
    return {
        "value": value(figure),
        "under": _("the reference") if figure.get("interval") == "reference" else interval(figure),
        "soft": figure.get("reason") == "too_few",
    }


def p_value(test: Facts | None) -> dict[str, Any]:
    """Return the p-value that reads among all tests, with the plain one under it."""
    if not test:
        return {"value": "–", "under": ""}
    return {
        "value": _probability(test["p_holm"]),
        "under": _("alone: %(p)s") % {"p": _probability(test["p_value"])},
    }


def counted(count: Any) -> str:
    """Return a count, which may be bounded, rounded or withheld."""
    if isinstance(count, Mapping) and "about" in count:
        return _("about %(count)s") % {"count": _whole(count["about"])}
    if isinstance(count, Mapping):
        return fewer_than(count["fewer_than"])
    return _("withheld") if count is None else _whole(count)


def fewer_than(most: int) -> str:
    """Return the words that stand in place of a small count."""
    return _("fewer than %(most)s") % {"most": most}


def plain(number: float) -> str:
    """Return a number for an axis, with as many decimals as its size asks for."""
    size = abs(number)
    return rounded(number, 2 if size < 10 else 1 if size < 100 else 0)


def signed(number: float) -> str:
    """Return a difference for an axis, with its sign."""
    return f"+{plain(number)}" if number > 0 else plain(number).replace("-", "−")


def group_words(group: Facts) -> str:
    """Return the name of a group; a missing value is said in the reader's language."""
    return ", ".join(
        _("not recorded") if value is None else str(value) for value in group["values"]
    )


def _probability(p: float) -> str:
    if p < SMALLEST_P:
        return _("below %(p)s") % {"p": rounded(SMALLEST_P)}
    return rounded(p)


def _whole(count: int) -> str:
    return number_format(count, decimal_pos=0, force_grouping=True)
