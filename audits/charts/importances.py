"""Draws what an explanation found: importances, the signed summary, single cases, and groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from audits.charts.drawings import Target
from audits.charts.strips import Format, Mark, Number, Strip, strips

MOST_FEATURES = 15
MOST_CONTRIBUTIONS = 10

Facts = Mapping[str, Any]


def importances(
    features: Sequence[Facts],
    *,
    target: Target = "page",
    title: str,
    description: str = "",
    number: Number,
    format: Format,
) -> str:
    """Draw a bar for the importance of each feature, with its interval as whiskers."""
    rows = []
    for one in features[:MOST_FEATURES]:
        figure = one["importance"]
        mark = Mark(figure["value"], figure["low"], figure["high"])
        told = f"{one['name']}: {number(figure['value'])}"
        rows.append(Strip(one["name"], told, figure["value"], (mark,), number(figure["value"])))
    return strips(rows, target=target, title=title, description=description, format=format)


def signed_summary(
    summary: Sequence[Facts],
    *,
    target: Target = "page",
    title: str,
    description: str = "",
    number: Number,
    format: Format,
    name: Callable[[Facts], str],
) -> str:
    """Draw for each feature its bins of values, low to high from the top down.

    A dot is a bin's mean contribution, the line holds nine tenths of its rows. High values are
    drawn deeper, and missing ones hollow. ``name`` gives the values of a bin.
    """
    rows = []
    for one in summary:
        bins = [part for part in one["bins"] if part.get("mean") is not None]
        ranges = sum(part["kind"] != "missing" for part in bins)
        marks = tuple(
            Mark(
                part["mean"],
                part["low_5"],
                part["high_95"],
                shade=place / max(1, ranges - 1),
                few=part["kind"] == "missing",
            )
            for place, part in enumerate(bins)
        )
        told = "; ".join(f"{name(part)}: {number(part['mean'])}" for part in bins)
        rows.append(Strip(one["feature"], f"{one['feature']}: {told}", marks=marks))
    return strips(rows, target=target, title=title, description=description, format=format)


def contributions(
    case: Facts,
    *,
    target: Target = "page",
    title: str,
    description: str = "",
    number: Number,
    format: Format,
    value: Callable[[Facts], str],
    rest: str,
) -> str:
    """Draw what each feature added to or took off one answer, the largest first.

    ``value`` says where a value stands among the others; ``rest`` names all further features
    together.
    """
    parts = case["contributions"]
    rows = []
    for one in parts[:MOST_CONTRIBUTIONS]:
        label = f"{one['feature']}, {value(one['standing'])}"
        rows.append(Strip(label, bar=one["shap"], note=number(one["shap"])))
    others = parts[MOST_CONTRIBUTIONS:]
    if others:
        total = sum(one["shap"] for one in others)
        rows.append(Strip(rest, bar=total, note=number(total)))
    return strips(rows, target=target, title=title, description=description, format=format)


def by_group(
    groups: Sequence[Facts],
    features: Sequence[str],
    *,
    target: Target = "page",
    title: str,
    description: str = "",
    number: Number,
    format: Format,
    name: Callable[[Facts], str],
) -> str:
    """Draw each feature's importance in each group as a dot with its interval.

    Hollow for a group of too few rows to judge by.
    """
    rows = []
    for feature in features:
        rows.append(Strip(feature, is_heading=True))
        for group in groups:
            found = next((one for one in group["features"] if one["name"] == feature), None)
            if found is None or found["importance"]["value"] is None:
                continue
            figure = found["importance"]
            mark = Mark(figure["value"], figure["low"], figure["high"], few=group["too_few"])
            told = f"{feature}, {name(group)}: {number(figure['value'])}"
            rows.append(Strip(name(group), told, marks=(mark,)))
    return strips(rows, target=target, title=title, description=description, format=format)
