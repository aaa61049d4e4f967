"""What the report's chapter on the data shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from audits.charts import Bin, group_rates, paired_bars
from audits.rendering.drift import percent, voice
from audits.rendering.figures import figure, group_name
from audits.wording.data_recorded import told

Facts = Mapping[str, Any]

# On paper; the file holds them all.
MOST_COLUMNS = 60
MOST_LABELS = 20
MOST_GROUPS = 28


def parts(content: Facts) -> dict[str, Any]:
    """Return what the chapter's template reads beside the measurement itself."""
    shown = told(content, voice(), percent)
    labels = [Bin(one["label"], one["share"]) for one in shown["balance"][:MOST_LABELS]]
    return {
        **shown,
        "columns": shown["columns"][:MOST_COLUMNS],
        "columns_left_out": max(0, len(shown["columns"]) - MOST_COLUMNS),
        "label_chart": paired_bars(
            labels,
            target="pdf",
            title=gettext("Share of rows of each label"),
            percent=percent,
            withheld=gettext("withheld"),
        )
        if labels
        else "",
        "attributes": [{**one, "chart": _rates(content, one["name"])} for one in shown["groups"]],
    }


def _rates(content: Facts, attribute: str) -> str:
    groups = [
        group
        for group in content["groups"]
        if group["attribute"] == attribute and "label_rate" in group["measures"]
    ]
    if not groups:
        return ""
    return group_rates(
        groups[:MOST_GROUPS],
        "label_rate",
        target="pdf",
        title=gettext("Rate of the positive label by %(attribute)s, with 95 %% intervals")
        % {"attribute": attribute},
        name=group_name,
        number=figure,
        absent=gettext("not estimable"),
    )
