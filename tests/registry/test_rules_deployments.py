"""The rules of deployments: what a report may say, and where it stands in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import deployments as rules
from registry.rules.deployments import Interval, Placing, Report, place

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ARTEFACT = "a" * 64
REPORT = Report("production", "1.0", ARTEFACT, f"sha256:{ARTEFACT}", "eu-1", "scores", "/v1", NOON)
HOUR = timedelta(hours=1)


def refused(report: Report, registered_at: datetime | None = NOON - HOUR) -> list[str]:
    found = rules.objections_to_report(
        report, environments=["staging", "production"], now=NOON, registered_at=registered_at
    )
    assert all(str(one) for one in found)
    return [one.code.removeprefix("deployment.") for one in found]


@pytest.mark.parametrize(
    ("changed", "objections"),
    [
        ({}, []),
        ({"label": ""}, []),
        ({"artefact_sha256": ""}, []),
        ({"image_digest": ""}, []),
        ({"live_from": None}, []),
        ({"live_from": NOON + timedelta(minutes=4)}, []),
        ({"live_from": NOON - HOUR - timedelta(minutes=4)}, []),
        ({"label": "", "artefact_sha256": ""}, ["says_nothing"]),
        ({"environment": "prod"}, ["environment"]),
        ({"artefact_sha256": "a" * 63}, ["artefact_sha256"]),
        ({"artefact_sha256": "A" * 64}, ["artefact_sha256"]),
        ({"artefact_sha256": "a" * 64 + "\n"}, ["artefact_sha256"]),
        ({"image_digest": "scores:latest"}, ["image_digest"]),
        ({"image_digest": ARTEFACT}, ["image_digest"]),
        ({"live_from": NOON + timedelta(minutes=6)}, ["in_the_future"]),
        ({"live_from": NOON - 2 * HOUR}, ["before_registration"]),
        (
            {"environment": "", "artefact_sha256": "x", "image_digest": "y"},
            ["environment", "artefact_sha256", "image_digest"],
        ),
    ],
)
def test_a_report_is_refused_with_everything_that_is_wrong(
    changed: dict[str, Any], objections: list[str]
) -> None:
    assert refused(replace(REPORT, **changed)) == objections


def test_what_nobody_registered_has_no_day_of_registration_to_be_held_to() -> None:
    assert refused(replace(REPORT, live_from=NOON - 99 * HOUR), registered_at=None) == []


def test_a_report_has_one_key_and_any_change_in_it_another() -> None:
    def key(report: Report, model: str = "mortgage", live_from: datetime = NOON) -> str:
        return rules.key_of(model, report, live_from)

    others = [
        key(replace(REPORT, **dict[str, Any]({field: "x"})))
        for field in ("environment", "label", "artefact_sha256", "image_digest")
    ]
    others += [
        key(replace(REPORT, **dict[str, Any]({field: "x"}))) for field in ("cluster", "namespace")
    ]
    others += [key(replace(REPORT, endpoint="x")), key(REPORT, model="other")]
    others += [key(REPORT, live_from=NOON + timedelta(microseconds=1))]
    assert key(REPORT) == key(replace(REPORT))
    assert len({key(REPORT), *others}) == len(others) + 1


@pytest.mark.parametrize(
    ("changed", "objections"),
    [
        ({}, []),
        ({"live_until": NOON}, ["ended"]),
        ({"reason": ""}, ["no_reason"]),
        ({"until": NOON + HOUR}, ["end_in_the_future"]),
        ({"until": NOON - 2 * HOUR}, ["end_before_start"]),
        ({"reason": "", "until": NOON + HOUR}, ["no_reason", "end_in_the_future"]),
    ],
)
def test_an_end_is_refused_with_everything_that_is_wrong(
    changed: dict[str, Any], objections: list[str]
) -> None:
    said = {"live_from": NOON - HOUR, "live_until": None, "until": NOON, "now": NOON}
    found = rules.objections_to_ending(**{**said, "reason": "It drifts.", **changed})
    assert [one.code.removeprefix("deployment.") for one in found] == objections


def at(hour: int) -> datetime:
    return datetime(2026, 5, 4, hour, tzinfo=UTC)


def ran(key: int, start: int, end: int | None = None) -> Interval:
    return Interval(key, at(start), None if end is None else at(end))


@pytest.mark.parametrize(
    ("start", "others", "placed"),
    [
        (9, [], Placing(None, None)),
        # The usual: it ends what runs.
        (9, [ran(1, 8)], Placing(1, None)),
        (9, [ran(1, 6, 8), ran(2, 8)], Placing(2, None)),
        # Of the same instant: the later report counts, the earlier one ran for no time at all.
        (8, [ran(1, 8)], Placing(1, None)),
        # A late report, between two that are known.
        (9, [ran(1, 8, 10), ran(2, 10)], Placing(1, at(10))),
        # Late, and before everything known.
        (7, [ran(1, 8, 10), ran(2, 10)], Placing(None, at(8))),
        # Late, into a gap.
        (9, [ran(1, 6, 8), ran(2, 10)], Placing(None, at(10))),
        # Late, into what was taken down: what ran until then is this one.
        (9, [ran(1, 8, 11)], Placing(1, at(11))),
        # After it was taken down.
        (11, [ran(1, 8, 11)], Placing(None, None)),
    ],
)
def test_a_deployment_takes_its_place_among_those_of_its_target(
    start: int, others: list[Interval], placed: Placing
) -> None:
    assert place(at(start), others) == placed


def test_it_runs_at_its_start_and_no_more_at_its_end() -> None:
    both = [ran(2, 10), ran(1, 8, 10)]
    asked = {hour: rules.live_at(both, at(hour)) for hour in (7, 8, 9, 10, 11)}
    assert asked == {7: [], 8: [1], 9: [1], 10: [2], 11: [2]}


@given(st.lists(st.integers(0, 23), min_size=1, max_size=12))
def test_in_whatever_order_reports_come_one_thing_runs_on_a_target_at_any_instant(
    starts: list[int],
) -> None:
    known: dict[int, Interval] = {}
    for key, start in enumerate(starts):
        placed = place(at(start), list(known.values()))
        if placed.cuts is not None:
            known[placed.cuts] = replace(known[placed.cuts], live_until=at(start))
        known[key] = Interval(key, at(start), placed.until)
    assert sum(one.live_until is None for one in known.values()) == 1
    for hour in range(24):
        # By hand: of those that began, what began last; of two, what was reported last.
        begun = [(start, key) for key, start in enumerate(starts) if start <= hour]
        expected = [max(begun)[1]] if begun else []
        assert rules.live_at(list(known.values()), at(hour)) == expected
