"""The tables under an attribute of a fairness measurement, each folded away until it is asked for.

A table has a title, a note, a chart or none, heads of columns, and rows of a name and cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from audits.charts import group_rates, held_against
from audits.web.exhibits.fairness_cells import (
    cell,
    counted,
    group_words,
    p_value,
    signed,
)
from audits.web.exhibits.pictures import marked
from audits.wording import measure_name

Facts = Mapping[str, Any]
Table = dict[str, Any]

RATES = ("true_positive_rate", "false_positive_rate", "precision", "accuracy")
HELD = ("selection_rate", "true_positive_rate", "false_positive_rate", "precision", "accuracy")
ERRORS = ("mean_error", "mae", "rmse", "mean_prediction")
SCORES = ("roc_auc", "brier_score", "ece", "mean_score", "calibration_gap")


def lead(groups: Sequence[Facts], measure: str) -> Table:
    """Return the figures a reader looks for first: how often a group is selected, and the ratio."""
    selects = measure == "impact_ratio"
    codes = ("selection_rate",) if selects else ERRORS if measure == "mae" else (measure,)
    tested = any(group.get("significance") for group in groups)
    heads = [_("Rows"), *(measure_name(code, _) for code in codes if code)]
    heads += [measure_name("impact_ratio", _)] if selects else []
    heads += [_("p, of all tests (Holm)")] if tested else []
    rows = []
    for group in groups:
        cells = [{"value": counted(group["count"]), "under": ""}]
        cells += [cell(group["measures"].get(code)) for code in codes if code]
        cells += [cell(group.get("impact_ratio"))] if selects else []
        cells += [p_value(group.get("significance"))] if tested else []
        rows.append(_row(group, cells))
    return {"heads": heads, "rows": rows}


def rates(groups: Sequence[Facts]) -> Table | None:
    """Return how often the model is right and wrong in each group."""
    codes = [code for code in RATES if any(code in group["measures"] for group in groups)]
    if len(codes) < 2:
        return None
    heads = [measure_name(code, _) for code in codes]
    treated = any(group.get("treatment_ratio") for group in groups)
    heads += [measure_name("treatment_ratio", _)] if treated else []
    return {
        "title": _("Right and wrong in each group"),
        "note": _(
            "The treatment ratio is the number of wrong refusals for each wrong selection: above 1"
            " the errors mostly go against the group."
        )
        if treated
        else "",
        "heads": heads,
        "rows": [
            _row(
                group,
                [
                    *(cell(group["measures"].get(code)) for code in codes),
                    *([cell(group.get("treatment_ratio"))] if treated else []),
                ],
            )
            for group in groups
        ],
    }


def versus(groups: Sequence[Facts], attribute: str) -> Table | None:
    """Return every group held against one fixed group."""
    held = [group for group in groups if (group.get("versus") or {}).get("rates")]
    if not held:
        return None
    rates = held[0]["versus"]["rates"]
    codes = [code for code in (*HELD, *ERRORS) if code in rates]
    named = held[0]["versus"]["reference"]
    reference = next((group_words(one) for one in groups if one["group"] == named), named)
    first = codes[0]
    title = _("%(measure)s against %(reference)s, with 95 %% intervals") % {
        "measure": measure_name(f"{first}_difference", _),
        "reference": f"{attribute}: {reference}",
    }
    return {
        "title": _("Each group against %(reference)s") % {"reference": reference},
        "note": _(
            "Each cell holds the difference to the reference group, and under it the ratio where"
            " there is one. The intervals hold for all groups of the attribute together."
        ),
        "chart": marked(
            held_against(
                held,
                first,
                title=title,
                description=_("The same figures are in the table below."),
                name=group_words,
                number=signed,
                absent=_("not estimable"),
            )
        ),
        "heads": [measure_name(code, _) for code in codes],
        "rows": [
            _row(group, [_pair(group["versus"]["rates"].get(code) or {}) for code in codes])
            for group in held
        ],
    }


def scores(groups: Sequence[Facts], attribute: str, bins: int | None) -> Table | None:
    """Return how well the scores themselves serve each group."""
    scored = [group for group in groups if group.get("scores")]
    codes = [code for code in SCORES if any(code in group["scores"] for group in scored)]
    if not codes:
        return None
    drawn = [group for group in scored if "calibration_gap" in group["scores"]]
    title = _("%(measure)s by %(attribute)s, with 95 %% intervals") % {
        "measure": measure_name("calibration_gap", _),
        "attribute": attribute,
    }
    chart = group_rates(
        drawn,
        "calibration_gap",
        title=title,
        description=_("The same figures are in the table below."),
        name=group_words,
        number=signed,
        absent=_("not estimable"),
        zero=0.0,
    )
    return {
        "title": _("Scores and calibration of each group"),
        "note": _("The chart shows how far the scores of each group lie over what came true.")
        + (f" {_('In the area, scores in the same thousandth count as ties.')}" if bins else ""),
        "chart": marked(chart) if drawn else "",
        "heads": [measure_name(code, _) for code in codes],
        "rows": [
            _row(group, [cell(group["scores"].get(code)) for code in codes]) for group in scored
        ],
    }


def between(comparisons: Sequence[Facts]) -> Table | None:
    """Return the largest against the smallest: over all groups, and over the large ones."""
    if not comparisons:
        return None
    return {
        "title": _("The groups compared with each other"),
        "note": _(
            "Over all groups, and over those large enough to be judged, which is what a verdict"
            " rests on. With many small groups the value alone is larger than the truth."
        ),
        "first": _("Comparison"),
        "heads": [_("All groups"), _("Large groups")],
        "rows": [
            {
                "name": measure_name(one["name"], _),
                "few": False,
                "cells": [cell(one), cell(one.get("judged"))],
            }
            for one in comparisons
        ],
    }


def _row(group: Facts, cells: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": group_words(group), "few": group.get("too_few", False), "cells": cells}


def _pair(rate: Facts) -> dict[str, Any]:
    """Return difference and ratio of one rate in one cell."""
    told = cell(rate.get("difference"))
    ratio = rate.get("ratio")
    if ratio and ratio.get("value") is not None:
        both = cell(ratio)
        told["ratio"] = f"× {both['value']}"
        told["ratio_under"] = both["under"]
    return told
