"""Pages and API of emergency releases: asking, signing second, ending, and who may not."""

from __future__ import annotations

from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.models import Override
from tests.cast import PASSWORD, Cast, a_complete_version, a_model, api
from tests.registry.lending import ask_for, let_through
from tests.registry.pages import signed_in

WHERE = {"slug": "mortgage-approval", "number": 1}
ASKED = {"environment": "production", "days": 5, "reason": "A flood.", "password": PASSWORD}


def test_two_people_let_it_through_on_the_pages(cast: Cast) -> None:
    a_complete_version(cast)
    address = reverse("request_override", kwargs=WHERE)
    manager, owner = signed_in(cast.manager), signed_in(cast.owner)
    assert address in manager.get(reverse("version", kwargs=WHERE)).text
    assert address not in signed_in(cast.scientist).get(reverse("version", kwargs=WHERE)).text
    assert "The first of two signatures" in manager.get(address).text
    page = manager.post(address, ASKED, follow=True).text
    assert "Waits for a second signature" in page
    assert "Sign and let it run" not in page
    override = Override.objects.get()
    here = reverse("override", args=[override.pk])
    assert "Sign and let it run" in owner.get(here).text
    said = {"digest": override.digest, "reason": "Necessary.", "password": PASSWORD}
    page = owner.post(here, said, follow=True).text
    assert cast.manager.printed_name in page
    assert cast.owner.printed_name in page
    assert "In force" in page
    assert "It has to be reviewed." in page
    assert here in owner.get(reverse("overrides")).text
    ended = reverse("end_override", args=[override.pk])
    page = owner.post(ended, {"reason": "Mended."}, follow=True).text
    assert "Mended." in page
    assert "End it now" not in page


def test_refusals_and_wrong_passwords_are_shown_with_the_form(cast: Cast) -> None:
    version = a_complete_version(cast)
    address = reverse("request_override", kwargs=WHERE)
    manager, owner = signed_in(cast.manager), signed_in(cast.owner)
    assert manager.post(address, ASKED | {"password": "a guess"}).status_code == 403
    assert manager.post(address, ASKED | {"days": 15}).status_code == 422
    override = ask_for(version, cast.manager)
    answer = manager.post(address, ASKED)
    assert answer.status_code == 409
    assert "asked for or in force there already" in answer.text
    here = reverse("override", args=[override.pk])
    said = {"digest": "0" * 64, "reason": "Necessary.", "password": PASSWORD}
    answer = owner.post(here, said)
    assert answer.status_code == 409
    assert "What you signed is not what is asked for here" in answer.text
    assert owner.post(here, said | {"password": "a guess"}).status_code == 403
    assert signed_in(cast.scientist).post(here, said).status_code == 403
    page = manager.post(reverse("end_override", args=[override.pk]), {"reason": " "}, follow=True)
    assert "Give the reason" in page.text


def test_strangers_find_no_emergency_release(cast: Cast) -> None:
    override = ask_for(a_complete_version(cast), cast.manager)
    stranger = signed_in(cast.outsider)
    for address in (
        reverse("override", args=[override.pk]),
        reverse("request_override", kwargs=WHERE),
    ):
        assert stranger.get(address).status_code == 404
    assert stranger.post(reverse("end_override", args=[override.pk])).status_code == 404
    assert "Mortgage" not in stranger.get(reverse("overrides")).text
    client = api(cast.outsider)
    assert client.get(f"/api/v1/overrides/{override.pk}/").status_code == 404
    assert client.get("/api/v1/overrides/").json()["count"] == 0
    asked = {"version": override.version_id, **ASKED}
    assert client.post("/api/v1/overrides/", asked).status_code == 404


def test_scripts_ask_sign_and_end(cast: Cast) -> None:
    version = a_complete_version(cast)
    manager, owner = api(cast.manager), api(cast.owner)
    asked = {"version": version.pk, **ASKED}
    assert manager.post("/api/v1/overrides/", asked | {"password": "no"}).status_code == 403
    assert api(cast.scientist).post("/api/v1/overrides/", asked).status_code == 403
    answer = manager.post("/api/v1/overrides/", asked | {"days": 15})
    assert (answer.status_code, answer.json()["objections"][0]["code"]) == (409, "override.days")
    answer = manager.post("/api/v1/overrides/", asked)
    assert answer.status_code == 201
    told = answer.json()
    assert told["starts_at"] is None
    here = f"/api/v1/overrides/{told['id']}/"
    said = {"digest": told["digest"], "reason": "Necessary.", "password": PASSWORD}
    assert manager.post(here + "sign/", said).status_code == 409
    signed = owner.post(here + "sign/", said).json()
    assert [one["role"] for one in signed["signatures"]] == ["model_risk_manager", "business_owner"]
    where = {"model": version.model.slug, "version": "1.0", "environment": "production"}
    gate = owner.get("/api/v1/gate", where).json()
    assert (gate["decision"], gate["valid_until"]) == ("override", signed["ends_at"])
    assert owner.post(here + "end/", {"reason": "Mended."}).json()["end_reason"] == "Mended."
    assert owner.post(here + "end/", {"reason": "Again."}).status_code == 409
    assert owner.get("/api/v1/overrides/?model=mortgage-approval").json()["count"] == 1


def test_the_lists_take_as_many_queries_for_many_rows(cast: Cast) -> None:
    client, scripts = signed_in(cast.auditor), api(cast.auditor)

    def counted() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as page:
            client.get(reverse("overrides"))
        with CaptureQueriesContext(connection) as listed:
            scripts.get("/api/v1/overrides/")
        return len(page), len(listed)

    let_through(cast, Path(), a_complete_version(cast))
    few = counted()
    for number in range(3):
        let_through(cast, Path(), a_complete_version(cast, a_model(cast, f"Model {number}")))
    assert counted() == few
