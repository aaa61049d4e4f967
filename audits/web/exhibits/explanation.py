"""What a page shows of an explanation: what drives the answers, and for whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from audits.charts.explanations import Words, drawn
from audits.web.exhibits.pictures import marked
from audits.wording.contributions import chart_words
from audits.wording.explained import told
from audits.wording.voices import Voice


def parts(measurement: Mapping[str, Any]) -> dict[str, Any]:
    """Return the context of the explanation part of a page."""
    voice = Voice(_, written, counted)
    shown = told(measurement, voice)
    charts = drawn(measurement, target="page", words=Words(**chart_words(measurement, voice)))
    for key, pictures in (
        ("dependence", charts.dependence),
        ("cases", charts.cases),
        ("by_group", charts.by_group),
    ):
        for one, picture in zip(shown[key], pictures, strict=True):
            one["chart"] = marked(picture)
    return {
        **shown,
        "importance_chart": marked(charts.importance),
        "summary_chart": marked(charts.summary),
    }


def written(value: float, decimals: int) -> str:
    """Return a number rounded to so many decimals, as the reader's language writes it."""
    return str(number_format(f"{value:.{decimals}f}", decimals, force_grouping=True))


def counted(count: Any) -> str:
    """Return a number of rows, which may be bounded for readers who may not see small cells."""
    if isinstance(count, Mapping) and "fewer_than" in count:
        return _("fewer than %(most)s") % {"most": count["fewer_than"]}
    if isinstance(count, Mapping):
        return _("about %(count)s") % {"count": written(count["about"], 0)}
    return "–" if count is None else written(count, 0)
