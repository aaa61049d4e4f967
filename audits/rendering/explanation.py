"""What the report's chapter on an explanation shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from audits.charts.explanations import Words, drawn
from audits.rendering.figures import counted, number
from audits.wording.contributions import chart_words
from audits.wording.explained import told
from audits.wording.voices import Voice

# Cases printed; the file holds them all.
MOST_CASES = 3


def parts(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the chapter's template reads beside the measurement itself."""
    voice = Voice(gettext, number, counted)
    shown = told(content, voice)
    charts = drawn(content, target="pdf", words=Words(**chart_words(content, voice)))
    for key, pictures in (
        ("dependence", charts.dependence),
        ("cases", charts.cases),
        ("by_group", charts.by_group),
    ):
        for one, picture in zip(shown[key], pictures, strict=True):
            one["chart"] = picture
    return {
        **shown,
        "cases": shown["cases"][:MOST_CASES],
        "cases_left_out": max(0, len(shown["cases"]) - MOST_CASES),
        "importance_chart": charts.importance,
        "summary_chart": charts.summary,
    }
