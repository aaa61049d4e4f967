"""No reason to refuse is left out of the tables of refusals, or it is said here why."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry.services import policies
from tests.registry import (
    test_refusals_conditions,
    test_refusals_finding_moves,
    test_refusals_findings,
    test_refusals_incidents,
    test_refusals_overrides,
    test_refusals_policies,
    test_refusals_releases,
)
from tests.traces import refused

ROOT = Path(__file__).resolve().parent.parent.parent
SPOKEN_OF = (
    "release",
    "submit",
    "condition",
    "delegation",
    "override",
    "policy",
    "finding",
    "incident",
)
TABLES = (
    test_refusals_releases.TABLE,
    test_refusals_conditions.TABLE,
    test_refusals_findings.TABLE,
    test_refusals_overrides.TABLE,
    test_refusals_policies.TABLE,
    test_refusals_finding_moves.TABLE,
    test_refusals_incidents.TABLE,
)
# No door leads to these; each with the module that tests it where it can be met.
BEHIND_THE_DOORS = {
    # A decision ends an emergency release that is asked for in the same transaction, and what was
    # signed for is written once: the second signature meets these two only if that is bent.
    "override.overtaken": "test_rules_overrides",
    "override.content_changed": "test_rules_overrides",
    # An installation without a policy: none of its pages and doors is of use yet.
    "policy.none": "test_refusals_complete",
}
# Tried at the service, the API and the page by a module that is about them alone.
TRIED_ELSEWHERE = {"release.exception_not_allowed": "test_exceptions"}


def raised() -> Iterator[str]:
    """Yield each reason that rules and services give, a gap in it as ``*``."""
    for room in ("rules", "services"):
        for path in sorted((ROOT / "registry" / room).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args and _makes_a_reason(node.func):
                    yield _code(node.args[0])


def _makes_a_reason(function: ast.expr) -> bool:
    return ast.unparse(function).rpartition(".")[2] in {"Objection", "because", "_told", "_item"}


def _code(said: ast.expr) -> str:
    if isinstance(said, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "*" for part in said.values
        )
    return str(said.value) if isinstance(said, ast.Constant) else ""


REASONS = sorted({code for code in raised() if code.split(".")[0] in SPOKEN_OF and "." in code})
TRIED = {code for table in TABLES for code in table.codes}


def test_the_reasons_are_found_in_the_source() -> None:
    assert len(REASONS) > 100
    for code in ("release.own_work.*", "submit.panel_too_small", "policy.stage_beside"):
        assert code in REASONS


@pytest.mark.parametrize("code", REASONS)
def test_each_reason_is_tried_at_three_doors_or_cannot_be(code: str) -> None:
    pattern = re.compile(re.escape(code).replace(r"\*", r"\w+"))
    tried = any(pattern.fullmatch(one) for one in TRIED)
    assert tried != (code in BEHIND_THE_DOORS | TRIED_ELSEWHERE), code


@pytest.mark.parametrize(("code", "module"), BEHIND_THE_DOORS.items())
def test_what_no_door_leads_to_is_tested_where_it_can_be_met(code: str, module: str) -> None:
    assert f'"{code}"' in (ROOT / "tests" / "registry" / f"{module}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(("code", "module"), TRIED_ELSEWHERE.items())
def test_what_is_tried_elsewhere_is_tried_at_three_doors_there(code: str, module: str) -> None:
    text = (ROOT / "tests" / "registry" / f"{module}.py").read_text(encoding="utf-8")
    for door in (f'refused("{code}")', f'codes(answer) == ["{code}"]', "page.status_code == 409"):
        assert door in text, door


def test_what_stands_against_the_model_itself_is_tried_as_well() -> None:
    assert {"risk.above_appetite", "ai_act.prohibited"} <= TRIED


def test_before_the_first_policy_nothing_is_ruled(db: None) -> None:
    with refused("policy.none"):
        policies.in_force_at(datetime(2001, 1, 1, tzinfo=UTC))
