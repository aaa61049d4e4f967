"""Weak spots of approval that other tools have: five of them, tried here through page and API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from registry.models import Deployment, ModelVersion, RegisteredModel, Release, User
from registry.rules.cards import SECTION_CODES
from registry.rules.roles import Role
from registry.services import units
from tests.cast import Cast, a_complete_version, a_release, an_approved_release, api
from tests.registry.doors import (
    RELEASES,
    call,
    codes,
    door,
    nothing_decided,
    page_of,
    sign,
    state_of,
)
from tests.registry.live import found_live, with_artefact
from tests.registry.pages import signed_in

DOORS = pytest.mark.parametrize("through", ["page", "api"])


def gate_of(version: ModelVersion, person: User) -> tuple[int, str]:
    """Ask as a pipeline does, and return the status with the decision."""
    asked = {"model": version.model.slug, "version": version.label, "environment": "production"}
    answer = api(person).get("/api/v1/gate", {**asked, "strict": "1"})
    return answer.status_code, answer.json()["decision"]


def test_a_request_past_the_form_does_not_approve_ones_own_work(cast: Cast) -> None:
    """Elsewhere the form alone keeps authors from approving; who sends the request by hand may."""
    units.grant(unit=cast.unit, user=cast.scientist, role=Role.MODEL_RISK_MANAGER, by=cast.admin)
    release = a_release(cast)
    assert 'value="approve"' not in page_of(release, cast.scientist)
    with nothing_decided():
        page = sign(release, cast.scientist)
        told = call(release, cast.scientist)
    assert page.status_code == 409
    assert "You submitted this release; somebody else has to decide on it." in page.text
    assert "release.own_work.submitted" in codes(told)
    assert "release.own_work.card" in codes(told)
    assert call(release, cast.manager).json()["state"] == "approved"


def written(release: Release, person: User, through: str, said: str, seen: int) -> None:
    """Write another card over the one seen."""
    version = release.version
    texts = dict.fromkeys(SECTION_CODES, said)
    if through == "page":
        address = reverse("write_card", args=[version.model.slug, version.number])
        answer = signed_in(person).post(address, texts | {"based_on": str(seen)})
        assert answer.status_code == 302
        return
    card = f"/api/v1/versions/{version.pk}/card/"
    assert api(person).put(card, {"sections": texts, "based_on": seen}).status_code == 200


def into_effect(release: Release, person: User, through: str, revision: int) -> None:
    """Put a card into effect that the approval has held back as a draft."""
    version = release.version
    if through == "page":
        place = [version.model.slug, version.number, revision]
        answer = signed_in(person).post(reverse("card_into_effect", args=place))
        assert answer.status_code == 302
        return
    card = f"/api/v1/versions/{version.pk}/card/effective/"
    assert api(person).post(card, {"revision": revision}).status_code == 200


@DOORS
def test_an_approval_does_not_outlive_an_edit_of_what_was_approved(
    cast: Cast, through: str
) -> None:
    """Elsewhere the approved thing is unlocked, edited, and stays approved."""
    release = an_approved_release(cast)
    seen = release.version.card.effective
    assert seen is not None
    assert gate_of(release.version, cast.auditor) == (200, "approved")
    written(release, cast.scientist, through, "Said anew.", seen.number)
    assert gate_of(release.version, cast.auditor) == (200, "approved")
    into_effect(release, cast.scientist, through, seen.number + 1)
    assert state_of(release) == "void"
    assert gate_of(release.version, cast.auditor) == (409, "void")
    assert "Said anew." in page_of(release, cast.auditor)
    told = api(cast.auditor).get(door(release)).json()
    assert (told["state"], told["gate"]["allowed"]) == ("void", False)
    # Nobody brings it back by hand: neither the old text, nor another signature.
    written(release, cast.scientist, through, "As it was.", seen.number + 1)
    with nothing_decided():
        assert sign(release, cast.manager2).status_code == 409
        assert codes(call(release, cast.manager2)) == ["release.wrong_state"]
    assert gate_of(release.version, cast.auditor) == (409, "void")


@DOORS
def test_what_a_reviewer_edits_is_not_approved_by_the_edit(cast: Cast, through: str) -> None:
    """Elsewhere an update by a reviewer is approved at once, and nobody has to say why."""
    release = a_release(cast)
    with nothing_decided():
        assert sign(release, cast.manager, reason=" ").status_code == 422
        assert codes(call(release, cast.manager, reason=" ")) == ["release.no_reason"]
    revised(release.version.model, cast, through)
    assert (state_of(release), release.decisions.count()) == ("submitted", 0)
    with nothing_decided():
        page, told = sign(release, cast.manager), call(release, cast.manager)
        other = call(release, cast.manager2)
    assert "You wrote what this model is for; somebody else has to decide." in page.text
    assert codes(told) == ["release.own_work.purpose", "release.content_changed"]
    # For everybody else it is another content than the one that was submitted.
    assert codes(other) == ["release.content_changed"]


def revised(model: RegisteredModel, cast: Cast, through: str) -> None:
    """Have the manager say anew what the model is for."""
    said: dict[str, Any] = {
        "purpose": "Grant mortgages without a clerk.",
        "intended_use": "On its own.",
        "tier": 3,
        "reason": "Faster.",
        "ai_act_class": "unclassified",
    }
    if through == "page":
        people = {"owner": cast.owner.pk, "deputy": cast.manager2.pk}
        form = said | people | {"maintainers": [cast.scientist.pk]}
        address = reverse("revise_model", args=[model.slug])
        assert signed_in(cast.manager).post(address, form).status_code == 302
        return
    people = {"owner": cast.owner.username, "deputy": cast.manager2.username}
    body = said | people | {"maintainers": [cast.scientist.username]}
    made = api(cast.manager).post(f"/api/v1/models/{model.slug}/revisions/", body)
    assert made.status_code == 201, made.content


def test_nobody_approves_by_writing_approved_somewhere(cast: Cast) -> None:
    """Elsewhere "approved" is a tag, and who may set tags approves."""
    tags = {"stage": "Production", "approved": "true", "approved_by": "Mara Roth"}
    version = a_complete_version(cast, parameters=tags)
    client = api(cast.scientist)
    asked = {"version": version.pk, "environment": "production"}
    assert client.post(RELEASES, asked | {"state": "approved"}).status_code == 400
    address = reverse("submit", args=[version.model.slug, version.number])
    form = {"environment": "production", "state": "approved", "approved": "true"}
    assert signed_in(cast.scientist).post(address, form).status_code == 302
    release = Release.objects.get()
    assert release.state == "submitted"
    with nothing_decided():
        for method in (client.patch, client.put, client.post):
            for place in (door(release), f"/api/v1/versions/{version.pk}/"):
                assert method(place, {"state": "approved"}).status_code == 405, place
        for person in (cast.scientist, cast.auditor, cast.admin, cast.deployer, cast.owner):
            assert sign(release, person, state="approved").status_code == 403, person
            assert call(release, person).status_code == 403, person
        # Who may sign signs with the password, and says nothing beside it that is not asked.
        assert sign(release, cast.manager, password="").status_code in (409, 422)
        assert call(release, cast.manager, password="").status_code == 403
        assert call(release, cast.manager, state="approved").status_code == 400
    assert gate_of(version, cast.auditor) == (409, "pending")


@DOORS
def test_what_waits_for_approval_is_not_let_through_and_does_not_run_unseen(
    cast: Cast, tmp_path: Path, through: str
) -> None:
    """Elsewhere a model that "needs approval" serves all the same."""
    release = a_release(cast, with_artefact(cast, tmp_path))
    version = release.version
    assert gate_of(version, cast.deployer) == (409, "pending")
    assert version.artefact is not None
    said = {
        "environment": "production",
        "label": version.label,
        "artefact_sha256": version.artefact.sha256,
        "cluster": "eu-1",
    }
    if through == "page":
        address = reverse("report_deployment", args=[version.model.slug])
        assert signed_in(cast.deployer).post(address, said).status_code == 302
    else:
        body = said | {"model": version.model.slug}
        made = api(cast.deployer).post("/api/v1/deployments/", body)
        assert (made.status_code, made.json()["covered"]) == (201, False)
    deployment = Deployment.objects.get()
    assert found_live() == [(version.label, "critical", ["not_approved"])]
    assert "No valid approval covers" in page(f"/deployments/{deployment.pk}/", cast.auditor)
    assert state_of(release) == "submitted"
    assert gate_of(version, cast.deployer) == (409, "pending")


def page(address: str, person: User) -> str:
    """Return a page as this person sees it."""
    answer = signed_in(person).get(address)
    assert answer.status_code == 200
    return answer.text
