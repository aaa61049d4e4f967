"""What led to a review is told in words, wherever a review is opened."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path

from registry.rules import coverage
from registry.rules.deployments import Report
from registry.rules.policies import Ruling
from registry.rules.review_details import (
    CHANGE_NAMES,
    DETAIL_NAMES,
    LEVEL_NAMES,
    NUMBER_NAMES,
    PART_NAMES,
    SHORTCOMING_NAMES,
    VALUE_NAMES,
)
from registry.services import announcements

ROOT = Path(__file__).parents[2]
SERVICES = [*ROOT.glob("registry/services/*.py"), *ROOT.glob("audits/services/*.py")]
OPENERS = ("open_for", "open_downstream")


def literal_keys(node: ast.AST) -> set[str]:
    """Return the keys of every dictionary written out within a piece of code."""
    return {
        key.value
        for one in ast.walk(node)
        if isinstance(one, ast.Dict)
        for key in one.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def opened_with() -> set[str]:
    """Return the details that the services open reviews with, so far as they write them out."""
    found: set[str] = set()
    for path in SERVICES:
        for verb in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(verb, ast.FunctionDef):
                continue
            calls = [one for one in ast.walk(verb) if isinstance(one, ast.Call)]
            for call in calls:
                if getattr(call.func, "attr", getattr(call.func, "id", "")) in OPENERS:
                    found |= literal_keys(call)
    return found


def test_every_detail_a_review_is_opened_with_has_a_name() -> None:
    found = opened_with()
    assert {"finding", "due", "shortcomings", "parts", "appetite", "upstream", "incident"} <= found
    assert found <= set(DETAIL_NAMES) | set(NUMBER_NAMES)


def test_no_detail_has_two_names() -> None:
    assert not set(DETAIL_NAMES) & set(NUMBER_NAMES)
    assert set(VALUE_NAMES) <= set(DETAIL_NAMES)


def test_what_runs_is_named_with_every_digest_it_has() -> None:
    report = Report("production", "1.0.0", "a" * 64, "b" * 64, {})
    assert set(report.what) <= set(DETAIL_NAMES)


def test_every_shortcoming_of_a_deployment_has_words() -> None:
    source = Path(coverage.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r'"(deployment\.\w+)"', source)) == set(SHORTCOMING_NAMES)


def test_every_part_of_a_ruling_has_words() -> None:
    places = {"tier", "environment"}
    assert {field.name for field in fields(Ruling)} - places == set(PART_NAMES)


def test_the_codes_among_the_values_have_words() -> None:
    assert set(LEVEL_NAMES) == {"low", "medium", "high", "severe"}


def test_every_change_that_is_told_downstream_has_words() -> None:
    told = set(announcements.CHANGES.values())
    for path in SERVICES:
        told |= set(re.findall(r'"change": "(\w+)"', path.read_text(encoding="utf-8")))
    assert told == set(CHANGE_NAMES)
