"""What the report's chapter on drift shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext

from audits.charts import Bin, group_rates, paired_bars
from audits.rendering.figures import counted, figure, interval, measured, number
from audits.wording.drifted import Voice, drawn_groups, limit_of, told

Facts = Mapping[str, Any]

# Drawn on paper; the file holds every feature.
MOST_DRAWN = 28
MOST_HISTOGRAMS = 6


def parts(content: Facts) -> dict[str, Any]:
    """Return what the chapter's template reads beside the measurement itself."""
    shown = told(content, voice())
    drawn = [one for one in shown["features"] if one["bins"]][:MOST_HISTOGRAMS]
    return {
        **shown,
        "histograms": [
            {"name": one["name"], "chart": bars(one["bins"], one["name"])} for one in drawn
        ],
        "prediction_chart": bars(shown["prediction"], gettext("Predictions")),
        "shift_chart": _shifts(content),
        "limit": figure(limit_of(content)),
    }


def voice() -> Voice:
    """Return how this report writes numbers and figures."""
    return Voice(gettext, _short, counted, cell, figure)


def cell(one: Facts | None) -> Facts:
    """Return a figure with its interval, or why there is none."""
    return {"value": measured(one), "under": interval(one)}


def percent(share: float) -> str:
    """Return a share as a percentage."""
    return f"{number(100 * share, 1)} %"


def bars(bins: Sequence[Facts], name: str) -> str:
    """Draw reference and batch side by side."""
    if not bins:
        return ""
    return paired_bars(
        [Bin(one["name"], *one["shares"]) for one in bins],
        target="pdf",
        title=gettext("%(name)s: share of rows in each bin") % {"name": name},
        percent=percent,
        names=(gettext("reference"), gettext("batch")),
        withheld=gettext("withheld"),
    )


def _shifts(content: Facts) -> str:
    drawn = drawn_groups(content)[:MOST_DRAWN]
    if not drawn:
        return ""
    return group_rates(
        drawn,
        "psi",
        limit_of(content),
        target="pdf",
        title=gettext("Stability index of each feature, with 95 %% intervals") % {},
        name=lambda one: str(one["name"]),
        number=figure,
        absent=gettext("not estimable"),
        direction="at_most",
    )


def _short(value: float) -> str:
    size = abs(value)
    if size and not 1e-3 <= size < 1e12:
        return f"{value:.4g}"
    return number(value, 0 if size >= 1000 or value == int(value) else 2 if size >= 1 else 3)
