"""The figures of a measurement as tables, and the settings of who may be known by a seal."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from audits.rendering.sheets import COLUMNS, sheets
from mlops_gov.fingerprints import as_fingerprints
from tests.audits.sample_facts import exhibit
from tests.audits.sample_measurements import drift, fairness, performance

AT = "2026-11-18T10:02:11Z"


def tables_of(kind: str, content: dict[str, Any]) -> dict[str, list[list[str]]]:
    found = sheets(exhibit(7, kind, content, AT))
    return {name: list(csv.reader(io.StringIO(text))) for name, text in found}


def test_the_figures_stand_in_the_tables_digit_by_digit() -> None:
    content = fairness()
    found = tables_of("fairness", content)
    assert set(found) == {"table-7-groups.csv", "table-7-comparisons.csv"}
    head, first, *_others = found["table-7-groups.csv"]
    assert tuple(head) == COLUMNS
    stated = content["groups"][0]["measures"]["selection_rate"]
    assert first[:4] == ["sex", "female", "selection_rate", repr(stated["value"])]
    assert [float(first[4]), float(first[5]), int(first[6])] == [
        stated["low"], stated["high"], stated["n"],
    ]  # fmt: skip
    assert set(tables_of("performance", performance())) == {"table-7-measures.csv"}


def test_what_is_no_measurement_of_performance_or_fairness_has_none() -> None:
    assert tables_of("drift", drift()) == {}


def test_a_group_that_looks_like_a_formula_is_a_text_and_a_negative_number_a_number() -> None:
    content = fairness()
    content["groups"][0]["group"] = "=HYPERLINK(1)"
    content["groups"][0]["measures"]["selection_rate"]["low"] = -0.5
    first = tables_of("fairness", content)["table-7-groups.csv"][1]
    assert (first[1], first[4]) == ("'=HYPERLINK(1)", "-0.5")


def test_fingerprints_are_taken_as_they_are_printed() -> None:
    printed = ":".join(["AB"] * 32)
    assert as_fingerprints("X", [printed, "ab" * 32]) == ["ab" * 32] * 2


@pytest.mark.parametrize("text", ["ab", "g" * 64, ""])
def test_what_is_no_fingerprint_stops_the_start(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SEAL_OLD_FINGERPRINTS holds"):
        as_fingerprints("SEAL_OLD_FINGERPRINTS", [text])
