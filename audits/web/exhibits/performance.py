"""What a page shows of a performance measurement: its curves, bins, slices and baselines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from audits.charts.performances import Words, drawn
from audits.web.exhibits.explanation import counted, marked, written
from audits.wording import measure_name
from audits.wording.performed import MAIN, WORDS, slice_name, tables, tidy
from audits.wording.voices import Voice


def parts(measurement: Mapping[str, Any]) -> dict[str, Any]:
    """Return the context of this part of a page."""
    voice = Voice(_, written, counted)
    known = {code: _(words) for code, words in WORDS.items()}
    main = MAIN.get(measurement.get("task", ""), "accuracy")
    words = Words(
        known,
        tick=lambda value: tidy(value, voice),
        slice=lambda one: slice_name(one, voice),
        sliced=lambda column: known["slice"] % {"measure": measure_name(main, _), "column": column},
    )
    charts = drawn(measurement, target="page", words=words, main=main)
    shown = tables(measurement, voice)
    for one in shown["slices"]:
        one["chart"] = marked(charts.slices.get(one["name"], ""))
    return {
        "figures": [
            {**one, "count": counted(one.get("n"))} for one in measurement.get("measures") or []
        ],
        "confusion": {
            name: counted(count)
            for name, count in (measurement.get("confusion") or {}).items()
            if name not in ("labels", "matrix")
        },
        **shown,
        "rank_curves": marked(charts.rank_curves),
        "threshold_curve": marked(charts.threshold_curve),
        "calibration_chart": marked(charts.calibration),
    }
