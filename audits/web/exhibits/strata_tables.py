"""Fairness given a factor, and the tables of a law, as a page shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from audits.charts import group_rates
from audits.web.exhibits.fairness_cells import cell, counted, group_words, plain
from audits.web.exhibits.pictures import marked
from audits.wording import measure_name

Facts = Mapping[str, Any]


def given(measurement: Facts) -> list[dict[str, Any]]:
    """Return for each factor the pooled ratios with their chart, and the strata they come from."""
    pooled = measurement.get("conditional") or []
    strata = measurement.get("strata") or []
    columns = dict.fromkeys(one["column"] for one in (*pooled, *strata))
    return [
        _given(
            column,
            [one for one in pooled if one["column"] == column],
            [one for one in strata if one["column"] == column],
            measurement["groups"],
        )
        for column in columns
    ]


def law(measurement: Facts) -> dict[str, Any] | None:
    """Return the tables of Local Law 144, one for each way of making categories."""
    found = measurement.get("ll144")
    if not found:
        return None
    scoring = found["tool"] == "scoring"
    heads = [
        _("Assessed"),
        _("Above the median") if scoring else _("Selected"),
        measure_name("scoring_rate" if scoring else "selection_rate", _),
        measure_name("impact_ratio", _),
    ]
    tables = []
    for table in found["tables"]:
        title = _("By %(name)s") % {"name": table["attribute"]}
        output = table.get("output")
        tables.append(
            {
                "title": f"{title}: {output}" if output else title,
                "unknown": counted(table["unknown"]),
                "heads": heads,
                "rows": [_category(one) for one in table["categories"]],
            }
        )
    return {"source": found["source"], "median": found["median"], "tables": tables}


def _given(
    column: str, pooled: Sequence[Facts], strata: Sequence[Facts], groups: Sequence[Facts]
) -> dict[str, Any]:
    drawn = [
        {**one, "too_few": one["figure"]["reason"] == "too_few", "measures": {"it": one["figure"]}}
        for one in pooled
    ]
    title = _("%(measure)s, given %(column)s, with 95 %% intervals") % {
        "measure": measure_name("conditional_selection_ratio", _),
        "column": column,
    }
    chart = group_rates(
        drawn,
        "it",
        title=title,
        description=_("The same figures are in the table below."),
        name=_named,
        number=plain,
        absent=_("not estimable"),
        zero=1.0,
    )
    heads = [_("Rows"), measure_name("selection_rate", _), measure_name("impact_ratio", _)]
    raw = {(group["attribute"], group["group"]): group for group in groups}
    return {
        "column": column,
        "chart": marked(chart) if drawn else "",
        "heads": [_("Against"), _("As it is"), _("Given the factor")],
        "rows": [_pooled(one, raw) for one in pooled],
        "strata": [
            {
                "name": _("not recorded") if stratum["missing"] else stratum["value"],
                "count": counted(stratum["count"]),
                "heads": heads,
                "rows": [
                    {
                        "name": f"{part['attribute']}: {group_words(group)}",
                        "few": group["too_few"],
                        "cells": [
                            {"value": counted(group["count"]), "under": ""},
                            cell(group["measures"].get("selection_rate")),
                            cell(group.get("impact_ratio")),
                        ],
                    }
                    for part in stratum["attributes"]
                    for group in part["groups"]
                ],
            }
            for stratum in strata
        ],
    }


def _pooled(one: Facts, raw: Mapping[tuple[str, str], Facts]) -> dict[str, Any]:
    whole = raw.get((one["attribute"], one["group"])) or {}
    rates = (whole.get("versus") or {}).get("rates") or {}
    reference = raw.get((one["attribute"], one["reference"]))
    return {
        "name": _named(one),
        "few": one["figure"]["reason"] == "too_few",
        "cells": [
            {"value": group_words(reference) if reference else one["reference"], "under": ""},
            cell((rates.get("selection_rate") or {}).get("ratio")),
            cell(one["figure"]),
        ],
    }


def _category(one: Facts) -> dict[str, Any]:
    ratio = cell(one["impact_ratio"])
    if one["left_out"]:
        ratio = {"value": "–", "under": _("under 2 % of the rows: left out")}
    return {
        "name": one["category"],
        "few": one["too_few"],
        "cells": [
            {"value": counted(one["count"]), "under": ""},
            {"value": counted(one["counting"]), "under": ""},
            cell(one["rate"]),
            ratio,
        ],
    }


def _named(one: Facts) -> str:
    return f"{one['attribute']}: {group_words(one)}"
