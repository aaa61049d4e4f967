"""The calendar of reviews: what it asks for, once, and who is told when it is overdue."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from registry.models import Notice, RegisteredModel, Release, Review
from registry.rules.outcomes import Ending
from registry.services import (
    housekeeping,
    registered_models,
    review_calendar,
    review_dates,
    reviews,
)
from tests.cast import (
    Cast,
    a_card,
    a_complete_version,
    a_model,
    a_version,
    an_approved_release,
    gather,
)
from tests.registry.reviewing import LOOKED_AT, a_review, closed, in_use, put_off
from tests.registry.test_at_once import at_once
from tests.traces import time_passes

INTERVAL = 730  # of tier 3 in the policy that comes with the program


def test_the_calendar_does_not_run_before_something_is_approved(cast: Cast) -> None:
    model = a_version(cast).model
    assert review_dates.next_review_due(model) is None


def test_the_next_review_is_an_interval_after_the_approval(cast: Cast) -> None:
    release = in_use(cast)
    due = review_dates.next_review_due(release.version.model)
    assert release.decided_at
    assert due == release.decided_at + timedelta(days=INTERVAL)


def test_a_full_review_moves_the_next_one_and_a_harmless_event_does_not(cast: Cast) -> None:
    model = in_use(cast).version.model
    first = review_dates.next_review_due(model)
    closed(a_review(model, model.versions.get()), cast.validator)
    assert review_dates.next_review_due(model) == first
    review = closed(a_review(model, cause="incident"), cast.validator, "adjusted")
    assert review.closed_at
    assert review_dates.next_review_due(model) == review.closed_at + timedelta(days=INTERVAL)


def test_of_two_approvals_for_one_environment_the_later_one_counts(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = in_use(cast).version.model
    # What was approved becomes void by it, and was not taken back by anybody.
    a_card(cast, model.versions.get(), caveats="Of another year.")
    time_passes(monkeypatch, days=10)
    again = an_approved_release(cast, a_complete_version(cast, model, "2.0"))
    assert again.decided_at
    due = again.decided_at + timedelta(days=INTERVAL)
    assert review_dates.next_review_due(model) == due


def test_what_has_expired_is_still_to_be_reviewed_until_it_is_retired(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = in_use(cast).version.model
    time_passes(monkeypatch, days=INTERVAL + 30)
    review_calendar.watch()
    assert Review.objects.get().cause == "calendar"
    assert {release.state for release in Release.objects.all()} == {"expired"}
    assert review_dates.next_review_due(model)
    registered_models.retire(model=model, reason="Nobody uses it.", by=cast.manager)
    assert review_dates.next_review_due(model) is None


def test_what_was_put_off_is_due_when_the_promise_ends(cast: Cast) -> None:
    model = in_use(cast).version.model
    review = put_off(a_review(model), cast, days=50)
    assert review.good_until
    assert review_dates.next_review_due(model) == review_dates.end_of(review.good_until)


def test_dates_of_many_models_take_as_many_queries_as_of_one(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    in_use(cast, "Churn")
    in_use(cast, "Fraud")
    with django_assert_num_queries(3):
        assert len(review_dates.due_dates()) == 2


def test_the_calendar_opens_one_review_however_often_it_is_asked(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = in_use(cast).version.model
    review_calendar.watch()
    assert not Review.objects.exists()
    time_passes(monkeypatch, days=INTERVAL)
    housekeeping.keep_house()
    housekeeping.keep_house()
    review = Review.objects.get()
    assert (review.cause, review.model, review.opened_by) == ("calendar", model, None)
    assert not review.events.exists()


def test_after_it_was_closed_the_calendar_asks_an_interval_later(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_use(cast)
    time_passes(monkeypatch, days=INTERVAL)
    # By then the approval is close to its end, but it stands: nothing has settled it.
    review_calendar.watch()
    closed(Review.objects.get(), cast.validator)
    review_calendar.watch()
    assert Review.objects.count() == 1


def test_two_keepers_of_the_house_open_one_review(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = in_use(gather()).version.model
    time_passes(monkeypatch, days=INTERVAL)
    at_once(*([review_calendar.watch] * 4))
    assert RegisteredModel.objects.get(pk=model.pk).reviews.count() == 1
    assert not Review.objects.get().events.exists()


def test_overdue_reviews_are_told_once_a_day(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    a_review(a_model(cast))
    review_calendar.watch()
    assert not Notice.objects.filter(code="review.overdue").exists()
    for days, told in ((15, 5), (1, 10)):
        # Each goes on from where the clock stands.
        time_passes(monkeypatch, days=days)
        review_calendar.watch()
        review_calendar.watch()
        assert Notice.objects.filter(code="review.overdue").count() == told


def test_what_was_closed_in_time_is_not_told(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    review = a_review(a_version(cast).model)
    reviews.close(review=review, ending=Ending("adjusted", LOOKED_AT), by=cast.validator)
    time_passes(monkeypatch, days=30)
    review_calendar.watch()
    assert not Notice.objects.filter(code="review.overdue").exists()
