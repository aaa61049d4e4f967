"""The charts of the fairness chapter, drawn for paper by the charts room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from audits.charts import group_rates
from audits.rendering.exhibits import Attribute
from audits.rendering.figures import figure, group_name
from audits.rendering.words import word

# About thirty groups fill a page; a chart that is higher than a page would be cut.
MOST_IN_A_CHART = 28


def of(attribute: Attribute, content: Mapping[str, Any]) -> list[str]:
    """Return the charts of an attribute: what its check is on, or else the first rate it has."""
    groups = [group for group in attribute.groups if group["measures"]]
    check = _check(attribute, content)
    if check and all(group.get("impact_ratio") for group in groups):
        limit, direction = check["limit"], check["direction"]
        measure: str | None = "impact_ratio"
    else:
        limit, direction = None, "at_least"
        measure = _first(attribute, groups)
    if not measure or len(groups) < 2:
        return []
    title = gettext("%(measure)s by %(attribute)s, with 95 %% intervals") % {
        "measure": word("measure", measure),
        "attribute": attribute.name,
    }
    return [
        group_rates(
            groups[start : start + MOST_IN_A_CHART],
            measure,
            limit,
            target="pdf",
            title=title,
            name=group_name,
            number=figure,
            absent=gettext("not estimable"),
            direction=direction,
        )
        for start in range(0, len(groups), MOST_IN_A_CHART)
    ]


def _check(attribute: Attribute, content: Mapping[str, Any]) -> Mapping[str, Any] | None:
    checks = content.get("checks") or []
    return next(
        (
            check
            for check in checks
            if (check["measure"], check["attribute"]) == ("impact_ratio", attribute.name)
        ),
        None,
    )


def _first(attribute: Attribute, groups: list[Mapping[str, Any]]) -> str | None:
    others = [code for columns in attribute.columns for code in columns]
    codes = ["selection_rate"] if attribute.shows_selection else others
    in_all = (code for code in codes if all(code in group["measures"] for group in groups))
    return next(in_all, None)
