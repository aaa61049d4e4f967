"""What a page shows of a data record: labels, groups, columns, duplicates and overlaps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from audits.charts import Bin, group_rates, paired_bars
from audits.templatetags.audit_words import rounded
from audits.web.exhibits.drift import short
from audits.web.exhibits.fairness_cells import cell, counted, group_words, plain
from audits.web.exhibits.pictures import marked
from audits.wording.data_recorded import told
from audits.wording.drifted import Voice

Facts = Mapping[str, Any]

MOST_HISTOGRAMS = 30


def parts(measurement: Facts) -> dict[str, Any]:
    """Return the context of the data part of a page."""
    shown = told(measurement, Voice(_, short, counted, cell, rounded), percent)
    for one in [one for one in shown["columns"] if one["bins"]][:MOST_HISTOGRAMS]:
        one["chart"] = bars(
            [Bin(each["name"], each["share"]) for each in one["bins"]],
            _("%(name)s: share of rows in each bin") % {"name": one["name"]},
        )
    return {
        **shown,
        "label_chart": bars(
            [Bin(each["label"], each["share"]) for each in shown["balance"][:20]],
            _("Share of rows of each label"),
        ),
        "attributes": [
            {**one, "chart": rates(measurement, one["name"])} for one in shown["groups"]
        ],
    }


def bars(bins: list[Bin], title: str) -> SafeString:
    """Draw the share of rows in each bin."""
    if not bins:
        return SafeString("")
    picture = paired_bars(
        bins,
        title=title,
        description=_("The same figures are in the table below."),
        percent=percent,
        withheld=_("withheld"),
    )
    return marked(picture)


def rates(measurement: Facts, attribute: str) -> SafeString:
    """Draw the rate of the positive label of each group that shows it."""
    groups = [
        group
        for group in measurement["groups"]
        if group["attribute"] == attribute and "label_rate" in group["measures"]
    ]
    if not groups:
        return SafeString("")
    picture = group_rates(
        groups,
        "label_rate",
        title=_("Rate of the positive label by %(attribute)s, with 95 %% intervals")
        % {"attribute": attribute},
        description=_("The same figures are in the table below."),
        name=group_words,
        number=plain,
        absent=_("not estimable"),
    )
    return marked(picture)


def percent(share: float) -> str:
    """Return a share as a percentage."""
    return f"{rounded(100 * share, 1)} %"
