"""Pages of what is live: at an instant, one deployment, reporting it and taking it down."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from registry.models import Deployment, Review, User
from registry.web.timelines import WIDTH, timelines
from tests.cast import Cast, a_model, a_version
from tests.registry.live import OTHER, REBUILT, a_deployment, ago, an_approval, with_artefact


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def local(minutes: float) -> str:
    return timezone.localtime(ago(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S")


def test_the_page_shows_what_was_live_at_an_instant(cast: Cast) -> None:
    model = a_model(cast)
    first, second = a_version(cast, model, "1.0"), a_version(cast, model, "2.0")
    a_deployment(cast, first, live_from=ago(minutes=4))
    a_deployment(cast, second, live_from=ago(minutes=2))
    client = signed_in(cast.auditor)
    now = client.get("/live/").content.decode()
    assert "Mortgage approval 2.0" in now
    assert "Mortgage approval 1.0" not in now
    then = client.get("/live/", {"at": local(3), "environment": "production"}).content.decode()
    assert "Mortgage approval 1.0" in then
    assert "Mortgage approval 2.0" not in then
    assert "What was live" in then
    assert "Dana Kraft" in then
    for narrowed in ({"environment": "staging"}, {"at": local(9)}):
        assert "Nothing was reported" in client.get("/live/", narrowed).content.decode()


def test_the_page_says_that_the_image_was_swapped_and_what_to_do(
    cast: Cast, tmp_path: Path
) -> None:
    version = an_approval(cast, tmp_path).version
    a_deployment(cast, version)
    swapped = a_deployment(cast, version, image_digest=REBUILT)
    text = signed_in(cast.auditor).get(f"/deployments/{swapped.pk}/").text
    assert "Not covered" in text
    assert "runs from another container image" in text
    assert "have the new image looked at, and settle the finding" in text
    review = Review.objects.get(cause="unapproved_live")
    text = signed_in(cast.auditor).get(f"/reviews/{review.pk}/").text
    assert "What runs is from another container image than what went live" in text


@pytest.mark.parametrize(
    "asked", [{"at": "yesterday"}, {"at": "2999-01-01T00:00"}, {"model": "x"}, {"environment": "x"}]
)
def test_a_question_that_cannot_be_read_is_shown_again(cast: Cast, asked: dict[str, str]) -> None:
    a_deployment(cast, a_version(cast))
    answer = signed_in(cast.auditor).get("/live/", asked)
    assert answer.status_code == 422
    assert "Mortgage approval 1.0" not in answer.content.decode()


def test_the_list_takes_the_same_queries_however_long_it_is(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    version = a_version(cast)
    client = signed_in(cast.auditor)

    def counted() -> int:
        with django_assert_max_num_queries(40) as counting:
            client.get("/live/")
            client.get("/models/mortgage-approval/")
        return len(counting)

    a_deployment(cast, version, cluster="eu-0")
    before = counted()
    for number in range(1, 5):
        a_deployment(cast, version, cluster=f"eu-{number}")
    assert counted() == before


def test_who_deploys_reports_on_a_page_and_takes_down(cast: Cast, tmp_path: Path) -> None:
    release = an_approval(cast, tmp_path)
    client = signed_in(cast.deployer)
    assert "/deployments/report/" in client.get("/models/mortgage-approval/").content.decode()
    assert release.version.artefact is not None
    said = {
        "environment": "production",
        "label": "1.0",
        "artefact_sha256": release.version.artefact.sha256,
        "cluster": "eu-1",
    }
    address = "/models/mortgage-approval/deployments/report/"
    assert client.get(address).status_code == 200
    made = client.post(address, said)
    deployment = Deployment.objects.get()
    assert made["Location"] == f"/deployments/{deployment.pk}/"
    page = client.get(made["Location"]).content.decode()
    assert "A valid approval covers this very artefact" in page
    assert "It was taken down" in page
    refused = client.post(made["Location"], {"reason": "Down.", "until": "2020-01-01T00:00"})
    assert refused.status_code == 409
    assert "it cannot have ended before" in refused.content.decode()
    assert client.post(made["Location"], {"reason": ""}).status_code == 422
    assert client.post(made["Location"], {"reason": "Load moved."}).status_code == 302
    page = client.get(made["Location"]).content.decode()
    assert "Load moved." in page
    assert "It was taken down" not in page


def test_a_report_that_is_refused_says_everything(cast: Cast) -> None:
    a_version(cast)
    said = {"environment": "production", "artefact_sha256": "x", "image_digest": "latest"}
    answer = signed_in(cast.deployer).post("/models/mortgage-approval/deployments/report/", said)
    assert answer.status_code == 409
    assert "64 digits from 0 to f" in answer.content.decode()
    assert "a tag is none" in answer.content.decode()
    assert not Deployment.objects.exists()


def test_what_no_approval_covers_is_told_on_its_page(cast: Cast, tmp_path: Path) -> None:
    version = with_artefact(cast, tmp_path)
    made = a_deployment(cast, version, artefact_sha256=OTHER)
    page = signed_in(cast.auditor).get(f"/deployments/{made.pk}/").content.decode()
    assert "Not covered" in page
    assert "No valid approval covers 1.0 in production." in page
    assert "is another artefact" in page
    # An auditor reports nothing.
    assert "It was taken down" not in page


def test_who_may_not_is_turned_away(cast: Cast) -> None:
    made = a_deployment(cast, a_version(cast))
    report, page = "/models/mortgage-approval/deployments/report/", f"/deployments/{made.pk}/"
    scientist, outsider = signed_in(cast.scientist), signed_in(cast.outsider)
    assert scientist.get(report).status_code == 403
    assert scientist.post(page, {"reason": "Down."}).status_code == 403
    assert outsider.get(report).status_code == 404
    assert outsider.get(page).status_code == 404
    assert outsider.post(page, {"reason": "Down."}).status_code == 404
    assert "Mortgage" not in outsider.get("/live/").content.decode()
    assert Client().get("/live/").status_code == 302
    made.refresh_from_db()
    assert made.live_until is None


def test_bars_stand_where_their_time_is(cast: Cast) -> None:
    model = a_model(cast)
    first, second = a_version(cast, model, "1.0"), a_version(cast, model, "2.0")
    a_deployment(cast, first, live_from=ago(minutes=4))
    a_deployment(cast, second, live_from=ago(minutes=2))
    a_deployment(cast, second, cluster="us-1", environment="staging")
    later = timezone.now() + timedelta(days=10)
    production, staging = timelines(list(Deployment.objects.for_list()), later)
    assert (production["environment"], staging["environment"]) == ("production", "staging")
    old, new = production["bars"]
    assert (old.kind, new.kind) == ("past uncovered", "now uncovered")
    # Ten days wide: four minutes are less than can be seen, so the bar is as narrow as one may be.
    assert (old.x, old.until) == (0.0, 3.0)
    assert (round(new.x), new.until, new.words) == (0, WIDTH, "2.0")
    assert old.y == new.y
    page = signed_in(cast.auditor).get("/models/mortgage-approval/").content.decode()
    assert page.count("<svg") >= 2
    assert "style=" not in page
