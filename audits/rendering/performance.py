"""What the report's chapter on performance shows: its curves, bins, slices and baselines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from audits.charts.performances import Words, drawn
from audits.rendering.figures import counted, number
from audits.rendering.words import word
from audits.wording.performed import MAIN, WORDS, slice_name, tables, tidy
from audits.wording.voices import Voice

# A table on paper has room for four figures with their intervals; the file states them all.
ON_PAPER = ("accuracy", "balanced_accuracy", "recall", "roc_auc", "ece", "mae", "rmse", "bias")
MOST_COLUMNS = 4


def parts(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the chapter's template reads beside the measurement itself."""
    voice = Voice(gettext, number, counted)
    known = {code: gettext(words) for code, words in WORDS.items()}
    main = MAIN.get(content.get("task", ""), "accuracy")
    words = Words(
        known,
        tick=lambda value: tidy(value, voice),
        slice=lambda one: slice_name(one, voice),
        sliced=lambda column: known["slice"] % {"measure": word("measure", main), "column": column},
    )
    charts = drawn(content, target="pdf", words=words, main=main)
    shown = tables(content, voice)
    for one in shown["slices"]:
        one["chart"] = charts.slices.get(one["name"], "")
        _narrow(one)
    return {
        **shown,
        "rank_curves": charts.rank_curves,
        "threshold_curve": charts.threshold_curve,
        "calibration_chart": charts.calibration,
    }


def _narrow(table: dict[str, Any]) -> None:
    """Keep the columns that fit the paper, in place."""
    kept = [place for place, code in enumerate(table["codes"]) if code in ON_PAPER][:MOST_COLUMNS]
    table["columns"] = [table["columns"][place] for place in kept]
    for row in table["rows"]:
        row["figures"] = [row["figures"][place] for place in kept]
