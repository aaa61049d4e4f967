"""Reads the result file of an Evidently drift report or test suite, of either of its shapes.

The older files (Report.json and TestSuite.json up to 0.6) name each metric and have its "result",
or each test with its "parameters"; the newer ones have metrics with a "config" and a "value", and
tests beside them. A file is data here and nothing else: it is walked through, never run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from audits.measures.evidently_columns import MOST_COLUMNS, Column, number, text
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

MOST_PARTS = 20_000
DRIFT_SHARE = 0.5
"""The share of drifted columns from which Evidently calls a data set drifted, if not set."""

PASS, WARN, UNDECIDED, FAIL = "pass", "warn", "undecided", "fail"
_STATUS = {"success": PASS, "warning": WARN, "fail": FAIL}
_WORST_FIRST = (FAIL, UNDECIDED, WARN, PASS)
_COLUMN_TEST = re.compile(r"drift per column|value drift for column", re.IGNORECASE)
_DATASET_METRICS = ("DatasetDriftMetric", "DataDriftTable", "DataDriftPreset")

_SHAPE = gettext_noop(
    "This is not a result file of Evidently: it has neither metrics nor tests as Evidently lists "
    "them. Save the report with its json() or save_json() and hand in that file."
)
_TOO_LARGE = gettext_noop(
    "This Evidently file lists more than %(most)s %(what)s. Leave out what is not about drift, and "
    "hand in the shorter file."
)
_NO_DRIFT = gettext_noop(
    "This Evidently file says nothing about drift. Run a report with DataDriftPreset (or "
    "DriftedColumnsCount, ValueDrift), and hand in its result."
)


def read_evidently(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an Evidently result says of drift, or refuse a file that says nothing of it.

    ``drift_share`` is the share of drifted columns, 0 to 1, as Evidently counts it; where it
    counts none, that of the columns it judged; ``None`` where it judged none.
    ``drifted_columns`` lists every column with its method, score and threshold; ``drifted`` is
    ``None`` where neither Evidently nor the method tells. ``verdict`` is "fail" when Evidently
    calls the data set drifted or any test but a single column's failed; where it looks at single
    columns only, when any of them drifted; "undecided" when a test could not be run. ``version``
    is that of Evidently where the file has it, else empty.
    """
    metrics, tests = _listed(content, "metrics"), _listed(content, "tests")
    columns: dict[str, Column] = {}
    for column in _columns(metrics, tests):
        known = columns.get(column.name)
        columns[column.name] = column.over(known) if known else column
        if len(columns) > MOST_COLUMNS:
            raise Refused.because("evidently.large", _TOO_LARGE, most=MOST_COLUMNS, what="columns")
    share, is_drifted = _of_the_whole(metrics)
    verdicts = [*_verdicts(tests)]
    if share is None and not columns:
        raise Refused.because("evidently.no_drift", _NO_DRIFT)
    if is_drifted is not None:
        verdicts.append(FAIL if is_drifted else PASS)
    if not verdicts:
        verdicts = [column.verdict() for column in columns.values()]
    judged = [column.drifted for column in columns.values() if column.drifted is not None]
    if share is None and judged:
        share = sum(judged) / len(judged)
    return {
        "drift_share": share,
        "drifted_columns": [column.as_dict() for column in columns.values()],
        "verdict": next(verdict for verdict in _WORST_FIRST if verdict in verdicts),
        "version": text(content.get("version")),
    }


def _listed(content: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return the metrics or tests of a file, or refuse a file that lists them otherwise."""
    found: Any = content.get(name, [])
    readable = isinstance(found, list) and all(isinstance(part, Mapping) for part in found)
    if not readable or not ("metrics" in content or "tests" in content):
        raise Refused.because("evidently.shape", _SHAPE)
    if len(found) > MOST_PARTS:
        raise Refused.because("evidently.large", _TOO_LARGE, most=MOST_PARTS, what=name)
    return [*found]


def _columns(metrics: list[Mapping[str, Any]], tests: list[Mapping[str, Any]]) -> Iterator[Column]:
    """Yield what is said of single columns; of the same column, the later knows better."""
    for metric in metrics:
        result, config = _part(metric, "result"), _part(metric, "config")
        yield from (
            Column.of_result(name, _mapping(part))
            for name, part in _part(result, "drift_by_columns").items()
        )
        if "drift_score" in result:
            yield Column.of_result(result.get("column_name"), result)
        if _kind(metric) == "ValueDrift":
            yield Column.of_value(config, str(metric.get("metric_name", "")), metric.get("value"))
    for test in tests:
        parameters, params = (
            _part(test, "parameters"),
            _part(_part(test, "metric_config"), "params"),
        )
        yield from (
            Column.of_parameters(name, _mapping(part))
            for name, part in _part(parameters, "features").items()
        )
        if "column_name" in parameters and "score" in parameters:
            yield Column.of_parameters(parameters["column_name"], parameters)
        if str(params.get("type", "")).endswith(":ValueDrift") and _is_of_a_column(test):
            yield Column.of_test(params, _status(test))


def _of_the_whole(metrics: list[Mapping[str, Any]]) -> tuple[float | None, bool | None]:
    """Return the share of drifted columns, and whether Evidently calls the data set drifted."""
    share: float | None = None
    is_drifted: bool | None = None
    for metric in metrics:
        result, config, value = (_part(metric, name) for name in ("result", "config", "value"))
        if metric.get("metric") in _DATASET_METRICS:
            share = _share(result.get("share_of_drifted_columns"), share)
            if isinstance(result.get("dataset_drift"), bool):
                is_drifted = bool(is_drifted) or result["dataset_drift"]
        elif _kind(metric) == "DriftedColumnsCount":
            share = _share(value.get("share"), share)
            limit = number(config.get("drift_share"))
            if share is not None:
                is_drifted = share >= (DRIFT_SHARE if limit is None else limit)
    return share, is_drifted


def _verdicts(tests: list[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what the tests say that are not about the drift of a single column."""
    yield from (_status(test) for test in tests if not _is_of_a_column(test))


def _status(test: Mapping[str, Any]) -> str:
    return _STATUS.get(str(test.get("status", "")).rsplit(".", 1)[-1].lower(), UNDECIDED)


def _is_of_a_column(test: Mapping[str, Any]) -> bool:
    return _COLUMN_TEST.match(str(test.get("name", ""))) is not None


def _kind(metric: Mapping[str, Any]) -> str:
    """Return the name of a metric of the newer shape, from its config or, failing that, its id."""
    type = str(_part(metric, "config").get("type", ""))
    if type:
        return type.rsplit(":", 1)[-1]
    named = metric.get("metric_name") or metric.get("metric_id") or ""
    return str(named).split("(", 1)[0]


def _share(value: object, before: float | None) -> float | None:
    found = number(value)
    return before if found is None or not 0 <= found <= 1 else found


def _part(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return _mapping(content.get(name))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
