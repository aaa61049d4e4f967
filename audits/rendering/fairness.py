"""What the fairness chapter shows beside rates and ratios: the fixed reference, strata, a law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext

from audits.charts import group_rates, held_against
from audits.rendering.figures import counted, figure, group_name, interval, measured
from audits.rendering.words import word

Facts = Mapping[str, Any]
Table = dict[str, Any]

# A table on paper has room for four figures with their intervals; the file states them all.
HELD = ("selection_rate", "true_positive_rate", "false_positive_rate", "precision")
ERRORS = ("mean_error", "mae", "rmse", "mean_prediction")
OWN = ("roc_auc", "brier_score", "calibration_gap", "treatment_ratio")
MOST_IN_A_CHART = 28
MOST_STRATA = 60


def parts(content: Facts) -> dict[str, Any]:
    """Return what the chapter shows of a measurement; nothing of one from before these parts."""
    groups = content.get("groups") or []
    names = dict.fromkeys(group["attribute"] for group in groups)
    return {
        "tables": {
            name: _tables(name, [group for group in groups if group["attribute"] == name])
            for name in names
        },
        "given": _given(content),
        "law": _law(content),
        "significant": _significant(content),
    }


def _tables(name: str, groups: Sequence[Facts]) -> list[Table]:
    return [table for table in (_versus(name, groups), _own(groups)) if table]


def _versus(name: str, groups: Sequence[Facts]) -> Table | None:
    """Return every group held against one fixed group, with a chart of the first difference."""
    held = [group for group in groups if (group.get("versus") or {}).get("rates")]
    if not held:
        return None
    rates = held[0]["versus"]["rates"]
    codes = [code for code in (*HELD, *ERRORS) if code in rates] or list(rates)
    named = held[0]["versus"]["reference"]
    reference = next((group_name(one) for one in groups if one["group"] == named), named)
    words = {"reference": reference, "attribute": name}
    title = gettext("%(measure)s to %(reference)s") % {
        "measure": word("measure", f"{codes[0]}_difference"),
        **words,
    }
    drawn = held_against(
        held[:MOST_IN_A_CHART],
        codes[0],
        target="pdf",
        title=title,
        name=group_name,
        number=figure,
        absent=gettext("not estimable"),
    )
    return {
        "caption": gettext("Each group against %(reference)s: difference, and ratio in brackets")
        % words,
        "chart": drawn,
        "said": gettext("%(title)s, with 95 %% intervals for all groups at once.")
        % {"title": title},
        "heads": [word("measure", code) for code in codes],
        "rows": [
            (group_name(group), [_pair(group["versus"]["rates"].get(code) or {}) for code in codes])
            for group in held
        ],
    }


def _own(groups: Sequence[Facts]) -> Table | None:
    """Return the figures of scores, and the balance of errors, of each group."""
    figures = [
        {**(group.get("scores") or {}), "treatment_ratio": group.get("treatment_ratio")}
        for group in groups
    ]
    codes = [code for code in OWN if any(one.get(code) for one in figures)]
    if not codes:
        return None
    return {
        "caption": gettext("Scores and balance of errors in each group"),
        "chart": "",
        "heads": [word("measure", code) for code in codes],
        "rows": [
            (group_name(group), [_cell(one.get(code)) for code in codes])
            for group, one in zip(groups, figures, strict=True)
        ],
    }


def _given(content: Facts) -> list[Table]:
    """Return for each factor the ratios pooled over its strata, and the strata themselves."""
    pooled = content.get("conditional") or []
    strata = content.get("strata") or []
    return [
        {
            "column": column,
            "chart": _pooled_chart(column, [one for one in pooled if one["column"] == column]),
            "rows": [
                (f"{one['attribute']}: {group_name(one)}", one["reference"], one["figure"])
                for one in pooled
                if one["column"] == column
            ],
            "strata": [
                (_stratum(one), f"{part['attribute']}: {group_name(group)}", group)
                for one in strata
                if one["column"] == column
                for part in one["attributes"]
                for group in part["groups"]
            ][:MOST_STRATA],
        }
        for column in dict.fromkeys(one["column"] for one in (*pooled, *strata))
    ]


def _pooled_chart(column: str, pooled: Sequence[Facts]) -> str:
    drawn = [
        {**one, "too_few": one["figure"]["reason"] == "too_few", "measures": {"it": one["figure"]}}
        for one in pooled[:MOST_IN_A_CHART]
    ]
    if not drawn:
        return ""
    return group_rates(
        drawn,
        "it",
        target="pdf",
        title=gettext("%(measure)s, given %(column)s")
        % {"measure": word("measure", "conditional_selection_ratio"), "column": column},
        name=lambda one: f"{one['attribute']}: {group_name(one)}",
        number=figure,
        absent=gettext("not estimable"),
        zero=1.0,
    )


def _law(content: Facts) -> dict[str, Any] | None:
    found = content.get("ll144")
    if not found:
        return None
    scoring = found["tool"] == "scoring"
    return {
        **found,
        "counting": gettext("Above the median") if scoring else gettext("Selected"),
        "rate": word("measure", "scoring_rate" if scoring else "selection_rate"),
    }


def _significant(content: Facts) -> dict[str, Any] | None:
    holm = (content.get("honesty") or {}).get("holm")
    if not holm:
        return None
    told = {
        f"{group['attribute']}: {group['group']}": f"{group['attribute']}: {group_name(group)}"
        for group in content.get("groups") or []
    }
    return {**holm, "differ": [told.get(name, name) for name in holm["differ"]]}


def _stratum(stratum: Facts) -> str:
    value = gettext("not given") if stratum["missing"] else stratum["value"]
    return f"{value} ({counted(stratum['count'])})"


def _cell(found: Facts | None) -> tuple[str, str]:
    return (measured(found), interval(found)) if found else ("–", "")


def _pair(rate: Facts) -> tuple[str, str]:
    """Return the difference, with the ratio in brackets, and the interval of the difference."""
    value, between = _cell(rate.get("difference"))
    ratio = rate.get("ratio")
    if ratio and ratio.get("value") is not None:
        value = f"{value} ({figure(ratio['value'])})"
    return value, between
