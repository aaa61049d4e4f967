"""Reviews: opened by event and by hand, once for the same cause, closed once, by no author."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from registry.models import Entry, Notice, Review
from registry.rules.outcomes import Ending
from registry.rules.refusals import Refused
from registry.services import releases, reviews
from registry.services.signatures import Proof
from tests.cast import (
    PASSWORD,
    Cast,
    a_dataset_version,
    a_model,
    a_version,
    an_exhibit,
    attached,
    gather,
)
from tests.registry.reviewing import LOOKED_AT, a_review, closed, in_use, put_off
from tests.registry.test_at_once import at_once


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [one.code for one in refused.value.objections]


def causes_of(model_reviews: object) -> list[str]:
    return sorted(model_reviews.values_list("cause", flat=True))  # type: ignore[attr-defined]


def test_a_review_is_due_by_cause_and_tier_and_people_are_told(cast: Cast) -> None:
    model = a_model(cast)
    review = a_review(model)
    assert review.due_at - review.opened_at == timedelta(days=14)
    assert review.state == "open"
    told = Notice.objects.filter(code="review.opened")
    assert {notice.person for notice in told} == {
        cast.owner,
        cast.validator,
        cast.manager,
        cast.manager2,
        cast.manager3,
    }
    assert told[0].link == f"/reviews/{review.pk}/"
    entry = Entry.objects.get(action="review.opened")
    assert entry.actor == "system"


def test_the_same_cause_again_is_added_and_opens_no_second_review(cast: Cast) -> None:
    version = a_version(cast)
    first = a_review(version.model, version)
    assert a_review(version.model, version) == first
    assert a_review(version.model, version, "incident") != first
    assert first.events.count() == 1
    assert Review.objects.count() == 2
    assert Entry.objects.filter(action="review.repeated").count() == 1


def test_a_cause_that_comes_back_after_the_review_opens_another(cast: Cast) -> None:
    version = a_version(cast)
    first = closed(a_review(version.model, version), cast.validator)
    assert a_review(version.model, version) != first


def test_a_new_version_of_a_model_in_use_is_reviewed_and_so_is_a_new_source(cast: Cast) -> None:
    model = a_model(cast)
    a_version(cast, model, "0.1")
    assert not Review.objects.exists()
    model = in_use(cast, "Churn").version.model
    second = a_version(cast, model, "2.0")
    assert causes_of(model.reviews) == ["new_version"]
    assert model.reviews.get().version == second
    a_version(cast, model, "3.0", source="Vendor: Example Analytics")
    assert causes_of(model.reviews) == ["new_version", "new_version", "source_changed"]
    changed = model.reviews.get(cause="source_changed")
    assert changed.details["source"] == ["", "Vendor: Example Analytics"]


@pytest.mark.parametrize("kind", ["fairness", "drift"])
def test_a_failing_exhibit_of_fairness_or_drift_opens_a_review_only_after_approval(
    cast: Cast, kind: str
) -> None:
    version = a_version(cast)
    an_exhibit(cast, version, kind, verdict="fail")
    assert not Review.objects.exists()
    version = in_use(cast, "Churn").version
    an_exhibit(cast, version, kind)
    an_exhibit(cast, version, "performance", verdict="fail")
    assert not Review.objects.exists()
    exhibit = an_exhibit(cast, version, kind, verdict="fail")
    review = Review.objects.get()
    assert (review.cause, review.version) == (f"{kind}_breach", version)
    assert review.details["exhibit"] == exhibit.pk


def test_other_columns_than_those_it_was_made_from_open_a_review(cast: Cast) -> None:
    data = a_dataset_version(cast, role="train")
    release = in_use(cast)
    attached(cast, release.version, data)
    version = release.version
    # Attaching changed what was approved; it is approved anew.
    again = releases.submit(version=version, environment="production", by=cast.scientist)
    releases.approve(
        release=again,
        digest=again.case_file.digest,
        reason="Read in full.",
        proof=Proof(password=PASSWORD),
        by=cast.manager,
    )
    a_dataset_version(cast, data.dataset, role="production")
    assert not Review.objects.exists()
    a_dataset_version(
        cast, data.dataset, role="production", table="income,age,sex,race\n1,2,f,a\n2,3,m,b\n"
    )
    review = Review.objects.get()
    assert (review.cause, review.version) == ("schema_change", version)
    assert review.details["removed"] == ["approve", "debt"]
    assert review.details["added"] == ["age"]


def test_a_person_asks_for_a_review_with_a_reason(cast: Cast) -> None:
    version = a_version(cast)
    doubt = "The branch closed in May, and its customers are gone."
    review = reviews.request(model=version.model, version=version, reason=doubt, by=cast.owner)
    assert (review.cause, review.details["reason"]) == ("requested", doubt)
    assert review.opened_by == cast.owner
    with pytest.raises(Refused) as refused:
        reviews.request(
            model=a_model(cast, "Churn"), version=version, reason="?", by=cast.validator
        )
    assert codes(refused) == ["review.reason", "review.other_model"]
    with pytest.raises(PermissionDenied):
        reviews.request(model=version.model, version=None, reason=doubt, by=cast.scientist)


def test_closing_keeps_who_in_which_role_why_and_on_what(cast: Cast) -> None:
    version = a_version(cast)
    review = a_review(version.model, version)
    exhibit = an_exhibit(cast, version)
    review = closed(review, cast.validator, "revalidated", evidence=(exhibit.pk,))
    review.refresh_from_db()
    assert (review.state, review.outcome) == ("done", "revalidated")
    assert (review.closed_by, review.closed_as) == (cast.validator, "validator")
    assert (review.reason, review.evidence) == (LOOKED_AT, [exhibit.pk])
    assert Entry.objects.get(action="review.closed").reason == LOOKED_AT


def test_why_it_was_not_revalidated_is_a_record_too(cast: Cast) -> None:
    review = put_off(a_review(a_version(cast).model), cast)
    assert review.decided_by == cast.manager2
    assert review.good_until == timezone.localdate() + timedelta(days=100)


def test_who_has_a_hand_in_the_version_neither_closes_nor_decides(cast: Cast) -> None:
    version = a_version(cast)
    an_exhibit(cast, version, reproduced=False, by=cast.validator)
    review = a_review(version.model, version)
    with pytest.raises(Refused) as refused:
        closed(review, cast.validator)
    assert codes(refused) == ["review.own_work.evidence"]
    with pytest.raises(Refused) as refused:
        closed(
            review,
            cast.manager,
            "not_revalidated",
            decided_by=cast.validator.pk,
            good_until=timezone.localdate() + timedelta(days=10),
        )
    assert codes(refused) == ["review.decided_by"]


def test_a_review_of_the_whole_model_is_not_closed_by_an_author_of_what_is_approved(
    cast: Cast,
) -> None:
    version = in_use(cast).version
    an_exhibit(cast, version, "other", reproduced=False, by=cast.validator)
    review = a_review(version.model, cause="tier_changed")
    with pytest.raises(Refused) as refused:
        closed(review, cast.validator)
    assert codes(refused) == ["review.own_work.evidence"]


def test_only_a_validator_or_a_model_risk_manager_closes(cast: Cast) -> None:
    review = a_review(a_version(cast).model)
    for person in (cast.owner, cast.scientist, cast.admin, cast.auditor, cast.outsider):
        with pytest.raises(PermissionDenied):
            closed(review, person)
    assert closed(review, cast.manager).state == "done"


def test_a_closed_review_is_not_closed_again(cast: Cast) -> None:
    review = closed(a_review(a_version(cast).model), cast.validator)
    with pytest.raises(Refused) as refused:
        closed(review, cast.manager, "adjusted")
    assert codes(refused) == ["review.done"]


def test_every_reason_against_an_ending_is_told_at_once(cast: Cast) -> None:
    release = in_use(cast)
    review = a_review(release.version.model)
    foreign = an_exhibit(cast, a_version(cast, a_model(cast, "Churn")))
    with pytest.raises(Refused) as refused:
        closed(
            review,
            cast.validator,
            "withdrawn_from_use",
            reason="no",
            evidence=(foreign.pk,),
            decided_by=cast.manager2.pk,
        )
    assert codes(refused) == [
        "review.reason",
        "review.evidence",
        "review.still_released",
        "review.not_asked",
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registry_review SET reason = 'other' WHERE id = %s",
        "UPDATE registry_review SET state = 'open' WHERE id = %s",
        "DELETE FROM registry_review WHERE id = %s",
    ],
)
def test_the_database_keeps_a_closed_review_as_it_is(cast: Cast, statement: str) -> None:
    review = closed(a_review(a_version(cast).model), cast.validator)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [review.pk])


def test_the_database_keeps_why_a_review_was_opened(cast: Cast) -> None:
    review = a_review(a_version(cast).model)
    with pytest.raises(DatabaseError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(due_at=timezone.now() + timedelta(days=900))


def test_of_two_people_who_close_at_the_same_instant_one_does(committed_db: str) -> None:
    cast = gather()
    review = a_review(a_version(cast).model)
    ways = [(cast.validator, "adjusted"), (cast.manager, "no_change_needed")] * 3

    def close(way: int) -> Callable[[], object]:
        person, outcome = ways[way]
        ending = Ending(outcome, LOOKED_AT)
        return lambda: reviews.close(
            review=Review.objects.get(pk=review.pk), ending=ending, by=person
        )

    ended = at_once(*(close(way) for way in range(len(ways))))
    [done] = [one for one in ended if isinstance(one, Review)]
    late = [one for one in ended if isinstance(one, Refused)]
    assert [one.objections[0].code for one in late] == ["review.done"] * 5
    review.refresh_from_db()
    assert (review.outcome, review.closed_by) == (done.outcome, done.closed_by)
    assert Entry.objects.filter(action="review.closed").count() == 1


def test_the_same_cause_told_at_the_same_instant_is_one_review(committed_db: str) -> None:
    cast = gather()
    version = a_version(cast)
    told = at_once(*(lambda: a_review(version.model, version) for _ in range(6)))
    assert {one.pk for one in told if isinstance(one, Review)} == {Review.objects.get().pk}
    assert Review.objects.get().events.count() == 5
