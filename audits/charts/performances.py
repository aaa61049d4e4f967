"""Draws all the charts of a performance measurement for one target."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audits.charts.calibrations import calibration
from audits.charts.curves import rank_curves, threshold_curve
from audits.charts.drawings import Target
from audits.charts.groups import group_rates

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Words:
    """What stands in and over the charts, in the reader's language.

    ``known`` holds the words of the charts by code; ``tick`` writes a value, ``slice`` the name of
    a slice, ``sliced`` the title of a column's chart.
    """

    known: Mapping[str, str]
    tick: Callable[[float], str]
    slice: Callable[[Facts], str]
    sliced: Callable[[str], str]


@dataclass(frozen=True)
class Charts:
    """The charts as SVG, empty where there is nothing to draw; the slices' by column."""

    rank_curves: str
    threshold_curve: str
    calibration: str
    slices: Mapping[str, str]


def drawn(content: Facts, *, target: Target, words: Words, main: str) -> Charts:
    """Draw what the measurement holds; ``main`` is the figure of the slices that is drawn."""
    curves = content.get("curves") or {}
    steps = curves.get("thresholds") or []
    known = words.known
    common: dict[str, Any] = {"target": target, "description": known["beside"]}
    is_share = content.get("task") != "regression"
    title = "calibration" if is_share else "calibration_of_values"
    return Charts(
        rank_curves(steps, title=known["rank_curves"], words=known, number=words.tick, **common),
        threshold_curve(
            steps, title=known["threshold_curve"], words=known, number=words.tick, **common
        ),
        calibration(
            curves.get("calibration") or [],
            title=known[title],
            predicted=known["mean_score" if is_share else "mean_prediction"],
            observed=known["observed_rate" if is_share else "mean_outcome"],
            number=words.tick,
            is_share=is_share,
            **common,
        ),
        _slices(content.get("slices") or [], words, main, common),
    )


def _slices(
    found: Sequence[Facts], words: Words, main: str, common: dict[str, Any]
) -> dict[str, str]:
    charts = {}
    for column in dict.fromkeys(one["column"] for one in found):
        shown = [one for one in found if one["column"] == column and one["measures"].get(main)]
        if len(shown) > 1:
            charts[column] = group_rates(
                shown,
                main,
                title=words.sliced(column),
                name=words.slice,
                number=words.tick,
                absent=words.known["absent"],
                **common,
            )
    return charts
