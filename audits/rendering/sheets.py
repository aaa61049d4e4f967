"""The figures of a measurement as tables (CSV) for whoever reads no JSON."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from audits.rendering.exhibits import is_measurement

Facts = Mapping[str, Any]
Row = tuple[str, ...]

COLUMNS = ("attribute", "group", "measure", "value", "low", "high", "n", "interval", "reason")
KINDS = frozenset({"performance", "fairness"})


def sheets(exhibit: Facts) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each table of an exhibit on performance or fairness.

    The figures are those of the JSON, digit by digit, so both can be held against each other.
    """
    content = exhibit["content"]
    if not is_measurement(exhibit) or content["kind"] not in KINDS:
        return
    parts = {"measures": _measures, "groups": _groups, "comparisons": _comparisons}
    for part, rows_of in parts.items():
        rows = list(rows_of(content))
        if rows:
            yield f"table-{exhibit['id']}-{part}.csv", _text([COLUMNS, *rows])


def _measures(content: Facts) -> Iterator[Row]:
    for figure in content["measures"]:
        yield _row("", "", figure)


def _comparisons(content: Facts) -> Iterator[Row]:
    for figure in content["comparisons"]:
        yield _row(figure["attribute"], "", figure)


def _groups(content: Facts) -> Iterator[Row]:
    for group in content["groups"]:
        beside = (group.get("impact_ratio"), group.get("treatment_ratio"))
        for figure in (*group["measures"].values(), *filter(None, beside)):
            yield _row(group["attribute"], group["group"], figure)


def _row(attribute: str, group: str, figure: Facts) -> Row:
    values = (figure.get(name) for name in ("value", "low", "high", "n"))
    told = ["" if value is None else json.dumps(value) for value in values]
    cells = (attribute, group, figure["name"], *told, figure["interval"], figure["reason"])
    return tuple(map(_cell, cells))


def _cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; a negative number stays one."""
    is_number = re.fullmatch(r"-?[0-9.]+(e-?[0-9]+)?", text)
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") and not is_number else text


def _text(rows: list[Row]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue()
