"""The pages of notices, of what comes by mail, and of events and their deliveries."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from registry.models import Delivery, Event, Mail, MailChoice, Notice, RegisteredModel
from registry.services import events, units
from tests.cast import Cast, a_model, a_version
from tests.registry.pages import signed_in
from tests.registry.test_notices import model, tell, with_address
from tests.registry.test_pages_markup import faults_of

__all__ = ["model"]

MAIL = {"address": "olga@bank.example", "acts": "digest", "reminders": "none"}


@pytest.fixture
def delivery(cast: Cast, model: RegisteredModel, settings: Settings) -> Delivery:
    settings.EVENT_LISTENERS = {"warehouse": "https://hooks.example/"}
    version = a_version(cast, model)
    events.announce(name="model.review_due", version=version, details={}, by=None)
    return Delivery.objects.get()


def test_the_bell_counts_what_is_unread(cast: Cast, model: RegisteredModel) -> None:
    client = signed_in(cast.owner)
    assert 'class="badge"' not in client.get(reverse("models")).text
    for code in ("release.approved", "release.rejected"):
        tell(cast.owner, cast.manager, model=model, code=code)
    assert '<span class="badge">2<' in client.get(reverse("models")).text
    client.post(reverse("notices"))
    assert 'class="badge"' not in client.get(reverse("models")).text
    assert '<span class="badge">2<' in signed_in(cast.manager).get(reverse("models")).text


def test_the_bell_costs_one_query(cast: Cast, model: RegisteredModel) -> None:
    tell(cast.owner, model=model)
    with CaptureQueriesContext(connection) as seen:
        signed_in(cast.owner).get(reverse("notices"))
    counted = [one["sql"] for one in seen if 'FROM "registry_notice"' in one["sql"]]
    # The badge and the tab share one count; the others count and fetch the page's rows.
    assert len(counted) == 3


def test_the_page_shows_ones_own_notices_and_lets_them_be_read(
    cast: Cast, model: RegisteredModel
) -> None:
    tell(cast.owner, model=model, link="/releases/7/")
    tell(cast.owner, model=model, code="condition.breached")
    tell(cast.manager, model=model, code="release.rejected")
    client = signed_in(cast.owner)
    page = client.get(reverse("notices")).text
    assert '<a href="/releases/7/">Mortgage approval is approved.</a>' in page
    assert "A condition was missed" in page and "Urgent" in page and "rejected" not in page
    first = Notice.objects.visible_to(cast.owner).order_by("pk")[0]
    answer = client.post(reverse("read_notice", args=[first.pk]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("notices"))
    unread = client.get(reverse("notices"), {"unread": "1"}).text
    assert "is approved" not in unread and "A condition was missed" in unread
    assert "is approved" in client.get(reverse("notices")).text


def test_nobody_reads_or_marks_what_others_were_told(cast: Cast, model: RegisteredModel) -> None:
    tell(cast.owner, cast.validator, model=model)
    owners = Notice.objects.get(person=cast.owner)
    assert signed_in(cast.validator).post(f"/notices/{owners.pk}/read/").status_code == 404
    assert signed_in(cast.outsider).get(reverse("notices")).text.count("Mortgage") == 0
    units.end(membership=cast.validator.memberships.get(), reason="Ends.", by=cast.admin)
    client = signed_in(cast.validator)
    assert "Mortgage" not in client.get(reverse("notices")).text
    validators = Notice.objects.get(person=cast.validator)
    assert client.post(f"/notices/{validators.pk}/read/").status_code == 404
    assert Notice.objects.filter(read_at=None).count() == 2


def test_a_name_with_markup_in_it_stays_text(cast: Cast) -> None:
    tell(cast.owner, model=a_model(cast, "<script>alert(1)</script>"))
    page = signed_in(cast.owner).get(reverse("notices")).text
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_the_page_says_how_the_mail_fared(cast: Cast, model: RegisteredModel) -> None:
    client = signed_in(cast.owner)
    assert "No mail address is known for you" in client.get(reverse("notices")).text
    tell(with_address(cast.owner), model=model)
    page = client.get(reverse("notices")).text
    assert "Mail on its way" in page and "No mail address" not in page
    Mail.objects.update(last_answer="ConnectionRefusedError", attempts=1)
    assert "Not mailed yet" in client.get(reverse("notices")).text
    tell(cast.owner, model=model, code="review.overdue")
    assert "In the next daily mail" in client.get(reverse("notices")).text


def test_a_person_chooses_what_comes_by_mail(cast: Cast, settings: Settings) -> None:
    client = signed_in(cast.owner)
    assert "Always at once" in client.get(reverse("choose_mail")).text
    answer = client.post(reverse("choose_mail"), {**MAIL, "time_zone": "Europe/Berlin"})
    assert answer.status_code == 302
    choice = MailChoice.objects.get()
    assert (choice.person, choice.acts, choice.time_zone) == (cast.owner, "digest", "Europe/Berlin")
    settings.MAIL_DOMAINS = ["elsewhere.example"]
    refused = client.post(reverse("choose_mail"), MAIL)
    assert refused.status_code == 409
    assert "mailed to addresses at elsewhere.example alone" in refused.text
    mistaken = client.post(reverse("choose_mail"), {**MAIL, "address": "olga"})
    assert mistaken.status_code == 422


def test_an_administrator_sees_deliveries_and_sends_one_again(
    cast: Cast, delivery: Delivery
) -> None:
    Delivery.objects.update(given_up_at=delivery.due_at, last_answer="500 No")
    client = signed_in(cast.admin)
    assert reverse("events") in client.get(reverse("settings")).text
    page = client.get(reverse("events")).text
    assert "mlops-gov.model.review_due" in page and "Given up" in page and "500 No" in page
    answer = client.post(reverse("send_again", args=[delivery.pk]), follow=True)
    assert "It is sent again now." in answer.text
    assert Delivery.objects.get().given_up_at is None


def test_a_refusal_is_told_on_the_page(cast: Cast, delivery: Delivery, settings: Settings) -> None:
    settings.EVENT_LISTENERS = {}
    answer = signed_in(cast.admin).post(reverse("send_again", args=[delivery.pk]), follow=True)
    assert "The settings name no listener warehouse any more" in answer.text


def test_events_are_an_administrators(cast: Cast, delivery: Delivery) -> None:
    for person in (cast.scientist, cast.manager, cast.auditor):
        client = signed_in(person)
        assert client.get(reverse("events")).status_code == 403
        assert client.post(reverse("send_again", args=[delivery.pk])).status_code == 403
        assert reverse("events") not in client.get(reverse("settings")).text
    stranger = signed_in(cast.outsider)
    assert stranger.post(reverse("send_again", args=[delivery.pk])).status_code == 404


def test_mail_that_did_not_go_out_is_shown_to_administrators(
    cast: Cast, model: RegisteredModel
) -> None:
    tell(with_address(cast.owner), model=model)
    client = signed_in(cast.admin)
    assert "did not go out" not in client.get(reverse("events")).text
    Mail.objects.update(last_answer="ConnectionRefusedError", attempts=1)
    page = client.get(reverse("events")).text
    assert "did not go out" in page and "Olga Winter" in page
    assert "owner@bank.example" not in page


def test_twelve_rows_take_as_many_queries_as_three(
    cast: Cast, model: RegisteredModel, settings: Settings
) -> None:
    settings.EVENT_LISTENERS = {"one": "https://one.example/", "two": "https://two.example/"}
    version = a_version(cast, model)
    pages = {"notices": signed_in(cast.owner), "events": signed_in(cast.admin)}
    counts: list[dict[str, int]] = []
    with_address(cast.owner)
    for rows in (3, 9):
        for number in range(rows):
            tell(cast.owner, model=model)
            events.announce(name="gate.closed", version=version, details={}, by=None)
            about = a_model(cast, f"Model {rows} {number}")
            events.announce(
                name="incident.reported", version=None, model=about, details={}, by=None
            )
        Mail.objects.update(last_answer="ConnectionRefusedError")
        counts.append({})
        for page, client in pages.items():
            with CaptureQueriesContext(connection) as seen:
                assert client.get(reverse(page)).status_code == 200
            counts[-1][page] = len(seen)
    assert Notice.objects.count() == 12 and Event.objects.count() == 24
    assert counts[0] == counts[1]


def test_the_pages_are_well_made(cast: Cast, model: RegisteredModel, delivery: Delivery) -> None:
    for code in ("release.approved", "condition.breached", "review.overdue"):
        tell(with_address(cast.admin), model=model, code=code)
    Mail.objects.update(last_answer="ConnectionRefusedError", attempts=1)
    client = signed_in(cast.admin)
    for page in ("notices", "choose_mail", "events", "settings"):
        assert faults_of(client.get(reverse(page))) == [], page
    refused = client.post(reverse("choose_mail"), {**MAIL, "address": "no", "time_zone": "Mars"})
    assert faults_of(refused) == []


def test_numbers_that_are_none_of_ours_are_not_found(cast: Cast, model: RegisteredModel) -> None:
    client = signed_in(cast.owner)
    assert client.post(f"/notices/{10**30}/read/").status_code == 404
    assert client.get("/notices/?page=x&unread=2").status_code == 200
