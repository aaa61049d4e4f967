"""Pages of reviews: the list, closing, asking, and what the model's own page says."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest import MonkeyPatch

from registry.models import Review
from registry.services import reviews
from tests.cast import Cast, a_model, a_version, an_exhibit
from tests.registry.pages import signed_in
from tests.registry.reviewing import LOOKED_AT, a_review, closed, in_use, put_off
from tests.traces import time_passes


def test_the_list_shows_what_is_overdue_first_and_can_be_narrowed(
    cast: Cast, monkeypatch: MonkeyPatch
) -> None:
    late = a_review(a_model(cast, "Churn"), cause="incident")
    a_review(a_model(cast, "Fraud"), cause="policy_changed")
    done = closed(a_review(a_version(cast).model), cast.validator)
    time_passes(monkeypatch, days=11)
    client, address = signed_in(cast.auditor), reverse("reviews")
    shown = client.get(address)
    assert [one.model.name for one in shown.context["page"]] == ["Churn", "Fraud"]
    assert "Overdue" in shown.content.decode()
    assert list(client.get(address, {"state": "overdue"}).context["page"]) == [late]
    assert list(client.get(address, {"state": "done"}).context["page"]) == [done]
    assert len(client.get(address, {"state": "all"}).context["page"]) == 3
    narrowed = client.get(address, {"cause": "incident", "unit": cast.unit.slug})
    assert list(narrowed.context["page"]) == [late]
    assert not signed_in(cast.outsider).get(address).context["page"].object_list


def test_twelve_reviews_take_as_many_queries_as_three(cast: Cast) -> None:
    client = signed_in(cast.auditor)

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("reviews"), {"state": "all"}).status_code == 200
        return len(seen)

    version = a_version(cast)
    causes = ("drift_breach", "incident", "policy_changed")
    for cause in causes:
        a_review(version.model, version, cause)
    few = cost()
    for number in range(3):
        model = a_model(cast, f"Model {number}")
        for cause in causes:
            a_review(model, cause=cause)
            a_review(model, cause=cause)
    assert Review.objects.count() == 12
    assert cost() == few


def test_a_review_says_what_led_to_it_and_what_came_in_since(cast: Cast) -> None:
    version = a_version(cast)
    review = a_review(version.model, version)
    reviews.open_for(
        model=version.model,
        version=version,
        cause="drift_breach",
        details={"summary": "It moved again."},
        by=cast.scientist,
    )
    page = signed_in(cast.auditor).get(reverse("review", args=[review.pk])).content.decode()
    assert "Does the model still do what was approved?" in page
    assert "It moved." in page
    assert "It moved again." in page
    assert cast.scientist.printed_name in page
    assert 'name="outcome"' not in page


def test_a_validator_closes_a_review_on_its_page(cast: Cast) -> None:
    version = a_version(cast)
    review = a_review(version.model, version)
    exhibit = an_exhibit(cast, version)
    client = signed_in(cast.validator)
    assert 'name="outcome"' in client.get(reverse("review", args=[review.pk])).content.decode()
    said = {"outcome": "revalidated", "reason": LOOKED_AT, "evidence": [exhibit.pk]}
    answer = client.post(reverse("close_review", args=[review.pk]), said, follow=True)
    page = answer.content.decode()
    assert "The review is closed." in page
    assert LOOKED_AT in page
    assert exhibit.title in page
    assert Review.objects.get().closed_by == cast.validator


def test_not_revalidated_is_said_on_the_page_with_who_and_until_when(cast: Cast) -> None:
    review = a_review(a_version(cast).model)
    client = signed_in(cast.validator)
    until = timezone.localdate() + timedelta(days=60)
    said = {
        "outcome": "not_revalidated",
        "reason": LOOKED_AT,
        "decided_by": cast.manager2.pk,
        "good_until": until.isoformat(),
    }
    answer = client.post(reverse("close_review", args=[review.pk]), said, follow=True)
    assert cast.manager2.printed_name in answer.content.decode()
    assert Review.objects.get().good_until == until


def test_a_refused_ending_is_shown_again_with_every_reason(cast: Cast) -> None:
    review = a_review(a_version(cast).model)
    said = {"outcome": "not_revalidated", "reason": "no"}
    answer = signed_in(cast.validator).post(reverse("close_review", args=[review.pk]), said)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "at least a sentence" in page
    assert "Name who decided" in page
    assert "until when that is good" in page
    assert Review.objects.get().is_open
    answer = signed_in(cast.validator).post(reverse("close_review", args=[review.pk]), {})
    assert answer.status_code == 422


def test_an_author_sees_why_they_cannot_close_it(cast: Cast) -> None:
    version = a_version(cast)
    an_exhibit(cast, version, reproduced=False, by=cast.validator)
    review = a_review(version.model, version)
    client = signed_in(cast.validator)
    page = client.get(reverse("review", args=[review.pk])).content.decode()
    assert "You cannot close this review" in page
    said = {"outcome": "adjusted", "reason": LOOKED_AT}
    answer = client.post(reverse("close_review", args=[review.pk]), said)
    assert answer.status_code == 409
    assert "You handed in evidence" in answer.content.decode()


def test_a_review_closed_meanwhile_is_not_closed_again(cast: Cast) -> None:
    review = put_off(a_review(a_version(cast).model), cast)
    said = {"outcome": "adjusted", "reason": LOOKED_AT}
    answer = signed_in(cast.manager).post(reverse("close_review", args=[review.pk]), said)
    assert answer.status_code == 409
    assert "closed already" in answer.content.decode()


def test_a_stranger_finds_no_review_and_an_auditor_closes_none(cast: Cast) -> None:
    review = a_review(a_model(cast))
    said = {"outcome": "adjusted", "reason": LOOKED_AT}
    stranger = signed_in(cast.outsider)
    assert stranger.get(reverse("review", args=[review.pk])).status_code == 404
    assert stranger.post(reverse("close_review", args=[review.pk]), said).status_code == 404
    auditor = signed_in(cast.auditor)
    assert auditor.post(reverse("close_review", args=[review.pk]), said).status_code == 403


def test_a_review_is_asked_for_on_the_models_page(cast: Cast) -> None:
    model = in_use(cast).version.model
    client = signed_in(cast.owner)
    page = client.get(reverse("model", args=[model.slug])).content.decode()
    address = reverse("request_review", args=[model.slug])
    assert address in page
    assert "Next by calendar" in page
    assert client.post(address, {"reason": "hm"}).status_code == 409
    client.post(address, {"reason": "The branch closed in May, and its customers are gone."})
    review = Review.objects.get()
    assert (review.cause, review.opened_by) == ("requested", cast.owner)
    page = client.get(reverse("model", args=[model.slug])).content.decode()
    assert reverse("review", args=[review.pk]) in page
    assert signed_in(cast.scientist).get(address).status_code == 403
    assert signed_in(cast.outsider).get(address).status_code == 404
