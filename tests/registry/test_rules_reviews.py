"""What opens a review, by when it is due, how it may end, and when the calendar asks again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from registry.rules import reviews, schemas
from registry.rules.outcomes import (
    Ending,
    Ground,
    Outcome,
    objections_to_closing,
    objections_to_reason,
    restarts_calendar,
)
from registry.rules.reviews import CAUSES, Look, due_at, key_of, next_due

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SENTENCE = "Measured anew on the rows of February; nothing moved."
GROUND = Ground(
    today=date(2026, 3, 1),
    latest=date(2027, 3, 1),
    usable=frozenset({1, 2}),
    fresh=frozenset({2}),
    deciders=frozenset({7}),
)
WAITING = Ending("not_revalidated", SENTENCE, decided_by=7, good_until=date(2026, 6, 1))


def codes(ending: Ending, ground: Ground = GROUND) -> list[str]:
    return [one.code for one in objections_to_closing(ending, ground)]


@pytest.mark.parametrize("cause", CAUSES)
def test_no_lighter_tier_has_less_time_and_every_cause_asks_a_question(cause: str) -> None:
    days = CAUSES[cause].days
    assert list(days) == sorted(days)
    assert days[0] > 0
    assert CAUSES[cause].question.endswith("?")


def test_what_runs_unapproved_is_looked_at_sooner_than_what_the_calendar_asks() -> None:
    assert due_at("unapproved_live", 1, NOW) == NOW + timedelta(days=2)
    assert due_at("incident", 2, NOW) == NOW + timedelta(days=5)
    assert due_at("drift_breach", 3, NOW) == NOW + timedelta(days=14)
    assert due_at("calendar", 1, NOW) == NOW + timedelta(days=30)
    assert due_at("calendar", 4, NOW) == NOW + timedelta(days=60)


def test_the_same_cause_is_the_same_by_the_details_named_for_it() -> None:
    one = key_of("schema_change", 3, {"dataset": "applications", "added": ["age"]})
    assert one == "version 3, dataset applications"
    assert one == key_of("schema_change", 3, {"dataset": "applications", "removed": ["debt"]})
    assert one != key_of("schema_change", 4, {"dataset": "applications"})
    assert key_of("incident", 3, {"incident": 9}) == "incident 9"
    assert key_of("policy_changed", 3, {"edition": 2}) == ""
    assert key_of("finding", None, {}) == ""
    assert len(key_of("upstream_changed", None, {"upstream": "m" * 500})) == 200


def test_a_model_that_was_never_looked_at_has_no_next_review() -> None:
    assert next_due([], 365) is None
    assert next_due([Look(NOW, full=False)], 365) is None


def test_the_calendar_counts_from_the_last_full_look() -> None:
    approval = Look(NOW, full=True)
    later = Look(NOW + timedelta(days=100), full=True)
    event = Look(NOW + timedelta(days=200), full=False)
    assert next_due([approval], 365) == NOW + timedelta(days=365)
    assert next_due([later, approval, event], 365) == NOW + timedelta(days=465)


def test_a_promise_not_to_revalidate_ends_when_it_said() -> None:
    approval = Look(NOW, full=True)
    until = NOW + timedelta(days=90)
    promise = Look(NOW + timedelta(days=10), full=False, until=until)
    assert next_due([approval, promise], 365) == until
    assert next_due([promise, approval, Look(NOW + timedelta(days=20), full=True)], 365) == (
        NOW + timedelta(days=385)
    )
    by_calendar = Look(NOW + timedelta(days=365), full=True, until=NOW + timedelta(days=400))
    assert next_due([approval, by_calendar], 365) == NOW + timedelta(days=400)


def test_an_event_found_harmless_is_no_look_at_the_whole_model() -> None:
    assert restarts_calendar("calendar", "no_change_needed")
    assert restarts_calendar("drift_breach", "revalidated")
    assert restarts_calendar("drift_breach", "adjusted")
    assert not restarts_calendar("drift_breach", "no_change_needed")
    assert not restarts_calendar("finding", "not_revalidated")


@pytest.mark.parametrize(
    "ending",
    [
        Ending("revalidated", SENTENCE, evidence=(1, 2)),
        Ending("adjusted", SENTENCE),
        Ending("no_change_needed", SENTENCE, evidence=(1,)),
        Ending("withdrawn_from_use", SENTENCE),
        WAITING,
    ],
)
def test_a_review_ends_in_five_ways(ending: Ending) -> None:
    assert codes(ending) == []
    assert ending.outcome in set(Outcome)


def test_every_ending_gives_a_reason_of_a_sentence() -> None:
    assert codes(Ending("adjusted", "ok")) == ["review.reason"]
    assert [one.code for one in objections_to_reason(" " * 40)] == ["review.reason"]
    assert objections_to_reason("x" * 10_001)
    assert not objections_to_reason(SENTENCE)


def test_revalidated_rests_on_what_was_measured_since() -> None:
    assert codes(Ending("revalidated", SENTENCE)) == ["review.no_fresh_evidence"]
    assert codes(Ending("revalidated", SENTENCE, evidence=(1,))) == ["review.no_fresh_evidence"]


def test_an_outcome_rests_on_exhibits_of_the_model_alone() -> None:
    assert codes(Ending("adjusted", SENTENCE, evidence=(1, 99))) == ["review.evidence"]


def test_what_still_may_run_is_not_withdrawn_from_use() -> None:
    running = replace(GROUND, running=("Mortgage approval 1.0 to production",))
    assert codes(Ending("withdrawn_from_use", SENTENCE), running) == ["review.still_released"]


def test_not_revalidated_names_who_decided_and_until_when() -> None:
    assert codes(Ending("not_revalidated", SENTENCE)) == [
        "review.decided_by",
        "review.good_until",
    ]
    assert codes(replace(WAITING, decided_by=8)) == ["review.decided_by"]
    for day in (date(2026, 2, 1), date(2026, 3, 1), date(2027, 3, 2)):
        assert codes(replace(WAITING, good_until=day)) == ["review.good_until"]
    assert codes(replace(WAITING, reason="")) == ["review.reason"]


def test_who_decided_belongs_to_not_revalidated_alone() -> None:
    assert codes(replace(WAITING, outcome="adjusted")) == ["review.not_asked"]


def test_an_outcome_nobody_knows_is_refused_with_everything_else() -> None:
    found = codes(Ending("fine", "", evidence=(5,)))
    assert found == ["review.reason", "review.outcome", "review.evidence"]


def test_schemas_differ_by_columns_and_types_whatever_their_order() -> None:
    before = [{"name": "income", "type": "integer"}, {"name": "debt", "type": "integer"}]
    assert schemas.differences(before, before[::-1]) == {}
    after = [{"name": "income", "type": "float"}, {"name": "age", "type": "integer"}]
    assert schemas.differences(before, after) == {
        "added": ["age"],
        "removed": ["debt"],
        "retyped": ["income: integer → float"],
    }


def test_a_wide_difference_is_named_in_part_and_counted() -> None:
    wide = [{"name": f"c{number:03}", "type": "integer"} for number in range(50)]
    added = schemas.differences([], wide)["added"]
    assert len(added) == schemas.MOST_NAMED + 1
    assert added[-1] == "+30"


def test_every_cause_and_outcome_has_a_name() -> None:
    assert all(reviews.CAUSE_NAMES.values())
    assert set(reviews.STATE_NAMES) == set(reviews.State)
