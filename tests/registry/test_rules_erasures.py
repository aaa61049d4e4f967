"""When a person may be erased, and what the ledger of erasures says."""

from __future__ import annotations

import json

import pytest

from registry.rules.erasures import Ties, Unreadable, erasures_in, objections_to_erasing

LINE = {
    "id": "a",
    "person": 5,
    "joined": "2026-01-01T00:00:00+00:00",
    "key_made_at": None,
    "at": "2026-11-21T00:00:00+00:00",
    "why": "Asked for.",
}
BOUND = Ties(
    roles=["Validator, Credit"],
    models=["Mortgages", "Cars"],
    conditions=["Cars 1.0 to production"],
    findings=["It drifts, Cars 1.0"],
    delegations=["Validator"],
    holds=["Credit"],
)


def written(*lines: object) -> str:
    return "".join(f"{json.dumps(line)}\n" for line in lines)


def test_who_is_bound_by_nothing_is_erased_for_a_reason() -> None:
    assert objections_to_erasing(oneself=False, is_erased=False, reason="x", ties=Ties()) == []


def test_everything_that_stands_against_it_is_said_at_once() -> None:
    found = objections_to_erasing(oneself=True, is_erased=True, reason=" ", ties=BOUND)
    assert [one.code for one in found] == [
        "person.erased",
        "person.oneself",
        "person.roles",
        "person.models",
        "person.conditions",
        "person.findings",
        "person.delegations",
        "person.holds",
        "person.no_reason",
    ]
    assert "Mortgages; Cars" in str(found[3])


def test_the_ledger_holds_what_was_not_taken_back() -> None:
    text = written(LINE, {**LINE, "id": "b", "person": 6}, {"taken_back": "a"})
    assert [one.person for one in erasures_in(text)] == [6]
    assert erasures_in("") == []


def test_a_line_without_its_end_was_never_committed() -> None:
    assert [one.id for one in erasures_in(written(LINE) + '{"id":"b","per')] == ["a"]


@pytest.mark.parametrize("line", ["{", "7", "[]", '{"id":"b"}', "", '{"id":"b","x":1}'])
def test_a_whole_line_that_is_no_erasure_is_named(line: str) -> None:
    with pytest.raises(Unreadable, match="line 2"):
        erasures_in(written(LINE) + line + "\n" + written(LINE))
