"""The API's doors to reviews and attestations."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from pytest import MonkeyPatch

from registry.models import Confirmation, Review
from tests.cast import PASSWORD, Cast, a_model, a_version, an_exhibit, api
from tests.registry.reviewing import LOOKED_AT, a_review, a_round, closed
from tests.traces import time_passes

REVIEWS, ROUNDS = "/api/v1/reviews/", "/api/v1/attestations/"


def test_reviews_are_listed_narrowed_and_read(cast: Cast, monkeypatch: MonkeyPatch) -> None:
    model = a_model(cast, "Churn")
    review = a_review(model, cause="incident")
    a_review(model, cause="incident")
    done = closed(a_review(a_version(cast).model), cast.validator)
    client = api(cast.auditor)
    assert client.get(REVIEWS).json()["count"] == 2
    [shown] = client.get(REVIEWS, {"state": "done"}).json()["results"]
    assert (shown["id"], shown["outcome"]) == (done.pk, "no_change_needed")
    assert shown["closed_by"]["username"] == "validator"
    assert client.get(REVIEWS, {"overdue": "true"}).json()["count"] == 0
    time_passes(monkeypatch, days=11)
    # A token lives for an hour.
    client = api(cast.auditor)
    [late] = client.get(REVIEWS, {"overdue": "true", "unit": cast.unit.slug}).json()["results"]
    assert (late["id"], late["overdue"]) == (review.pk, True)
    assert client.get(REVIEWS, {"model": "churn", "cause": "calendar"}).json()["count"] == 0
    read = client.get(f"{REVIEWS}{review.pk}/").json()
    assert [event["details"] for event in read["events"]] == [{"summary": "It moved."}]
    assert client.get(REVIEWS, {"cause": "rain"}).status_code == 400
    assert api(cast.outsider).get(REVIEWS).json()["count"] == 0


def test_a_review_is_asked_for_and_closed(cast: Cast) -> None:
    version = a_version(cast)
    doubt = "The branch closed in May, and its customers are gone."
    asked = {"model": version.model.slug, "version": version.pk, "reason": doubt}
    answer = api(cast.owner).post(REVIEWS, asked)
    assert answer.status_code == 201
    assert answer.json()["details"] == {"reason": doubt}
    exhibit = an_exhibit(cast, version)
    ending = {"outcome": "revalidated", "reason": LOOKED_AT, "evidence": [exhibit.pk]}
    answer = api(cast.validator).post(f"{REVIEWS}{answer.json()['id']}/close/", ending)
    assert answer.status_code == 200
    assert answer.json()["state"] == "done"


def test_not_revalidated_names_an_account_and_a_day(cast: Cast) -> None:
    review = a_review(a_version(cast).model)
    until = (timezone.localdate() + timedelta(days=30)).isoformat()
    ending = {"outcome": "not_revalidated", "reason": LOOKED_AT, "good_until": until}
    client, address = api(cast.validator), f"{REVIEWS}{review.pk}/close/"
    for name in ("nobody", "scientist", ""):
        answer = client.post(address, ending | {"decided_by": name})
        assert answer.status_code == 409
        assert [one["code"] for one in answer.json()["objections"]] == ["review.decided_by"]
    answer = client.post(address, ending | {"decided_by": "manager2"})
    assert answer.json()["decided_by"]["username"] == "manager2"
    assert answer.json()["good_until"] == until


def test_refusals_of_reviews_come_with_every_reason(cast: Cast) -> None:
    review = a_review(a_version(cast).model)
    address = f"{REVIEWS}{review.pk}/close/"
    answer = api(cast.validator).post(address, {"outcome": "fine", "reason": "ok"})
    assert answer.status_code == 409
    assert [one["code"] for one in answer.json()["objections"]] == [
        "review.reason",
        "review.outcome",
    ]
    good = {"outcome": "adjusted", "reason": LOOKED_AT}
    assert api(cast.auditor).post(address, good).status_code == 403
    assert api(cast.outsider).post(address, good).status_code == 404
    assert api(cast.validator).post(address, good | {"why": "?"}).status_code == 400
    assert api(cast.validator).post(address, good | {"reason": "a\0b" * 20}).status_code == 400
    assert Review.objects.get().is_open
    asked = {"model": review.model.slug, "reason": LOOKED_AT}
    assert api(cast.scientist).post(REVIEWS, asked).status_code == 403
    assert api(cast.outsider).post(REVIEWS, asked).status_code == 404
    assert api(cast.owner).post(REVIEWS, asked | {"reason": "?"}).status_code == 409
    other = a_version(cast, a_model(cast, "Churn"))
    assert api(cast.owner).post(REVIEWS, asked | {"version": other.pk}).status_code == 404


def test_a_round_is_opened_read_and_confirmed(cast: Cast) -> None:
    model = a_model(cast)
    due = timezone.localdate() + timedelta(days=30)
    asked = {
        "unit": cast.unit.slug,
        "period": "2026-Q4",
        "starts_on": "2026-10-01",
        "ends_on": "2026-12-31",
        "due_on": due.isoformat(),
    }
    answer = api(cast.manager).post(ROUNDS, asked)
    assert answer.status_code == 201
    opened = answer.json()
    assert [one["slug"] for one in opened["inventory"]["models"]] == [model.slug]
    assert opened["waiting"] == [{"username": "owner", "name": cast.owner.printed_name}]
    a_model(cast, "Churn")
    read = api(cast.auditor).get(f"{ROUNDS}{opened['id']}/").json()
    assert read["different_by_now"]["added"] == ["churn"]
    said = {
        "says": "confirmed_with_exceptions",
        "exceptions": {model.slug: "The intended use is wider by now."},
        "digest": opened["digest"],
        "password": PASSWORD,
    }
    answer = api(cast.owner).post(f"{ROUNDS}{opened['id']}/confirm/", said)
    assert answer.status_code == 200
    [one] = answer.json()["confirmations"]
    assert (one["method"], one["digest"]) == ("password", opened["digest"])
    assert answer.json()["waiting"] == []
    assert api(cast.auditor).get(ROUNDS, {"unit": "treasury"}).json()["count"] == 0
    assert api(cast.auditor).get(ROUNDS).json()["count"] == 1


def test_refusals_of_attestations(cast: Cast) -> None:
    a_model(cast)
    opened = a_round(cast)
    address = f"{ROUNDS}{opened.pk}/confirm/"
    said = {"says": "confirmed", "digest": opened.digest, "password": PASSWORD}
    owner = api(cast.owner)
    assert owner.post(address, said | {"password": ""}).status_code == 403
    assert owner.post(address, said | {"password": "a guess"}).status_code == 403
    answer = owner.post(address, said | {"digest": "0" * 64})
    assert [one["code"] for one in answer.json()["objections"]] == ["attestation.other_digest"]
    assert owner.post(address, said | {"exceptions": {"x": 1}}).status_code == 400
    assert owner.post(address, said | {"exceptions": "all"}).status_code == 400
    assert api(cast.manager).post(address, said).status_code == 403
    assert api(cast.outsider).post(address, said).status_code == 404
    assert not Confirmation.objects.exists()
    asked = {
        "unit": cast.unit.slug,
        "period": opened.period,
        "starts_on": "2026-10-01",
        "ends_on": "2026-09-01",
        "due_on": "2020-01-01",
    }
    answer = api(cast.manager).post(ROUNDS, asked)
    assert answer.status_code == 409
    assert [one["code"] for one in answer.json()["objections"]] == [
        "attestation.taken",
        "attestation.backwards",
        "attestation.due",
    ]
    assert api(cast.owner).post(ROUNDS, asked).status_code == 403
    assert api(cast.outsider).post(ROUNDS, asked).status_code == 404
