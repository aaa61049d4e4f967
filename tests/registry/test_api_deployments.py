"""The API of what is live: reporting, ending, and asking for an instant."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.models import Deployment
from registry.rules.roles import Role
from registry.services import units
from tests.cast import Cast, a_model, a_person, a_version, api
from tests.registry.live import OTHER, REBUILT, a_deployment, ago, an_approval

DOOR, LIVE = "/api/v1/deployments/", "/api/v1/live/"


def test_a_pipeline_reports_and_ends(cast: Cast, tmp_path: Path) -> None:
    release = an_approval(cast, tmp_path)
    pipeline = a_person("pipeline", "Deploying Pipeline")
    units.grant(unit=cast.unit, user=pipeline, role=Role.SERVICE, by=cast.admin)
    assert release.version.artefact is not None
    said = {
        "model": "mortgage-approval",
        "environment": "production",
        "label": "1.0",
        "artefact_sha256": release.version.artefact.sha256,
        "cluster": "eu-1",
        "live_from": ago(seconds=1).isoformat(),
    }
    made = api(pipeline).post(DOOR, said)
    assert made.status_code == 201
    told = made.json()
    assert (told["covered"], told["release"], told["shortcomings"]) == (True, release.pk, [])
    assert (told["role"], told["reported_by"]["username"]) == ("service", "pipeline")
    again = api(pipeline).post(DOOR, said)
    assert (again.status_code, again.json()["id"]) == (201, told["id"])
    one = f"{DOOR}{told['id']}/"
    assert api(cast.auditor).get(one).json() == told
    refused = api(pipeline).post(f"{one}end/", {"reason": " "})
    assert refused.status_code == 409
    assert refused.json()["objections"][0]["code"] == "deployment.no_reason"
    ended = api(pipeline).post(f"{one}end/", {"reason": "Load moved."})
    assert (ended.status_code, ended.json()["ended_how"]) == (200, "taken_down")
    assert ended.json()["end_reason"] == "Load moved."


def test_what_is_not_covered_is_kept_and_says_so(cast: Cast) -> None:
    a_version(cast)
    said = {"model": "mortgage-approval", "environment": "production", "artefact_sha256": OTHER}
    answer = api(cast.deployer).post(DOOR, said)
    assert answer.status_code == 201
    assert (answer.json()["covered"], answer.json()["version"]) == (False, None)
    assert [one["code"] for one in answer.json()["shortcomings"]] == ["deployment.unknown_version"]
    assert OTHER[:12] in answer.json()["shortcomings"][0]["message"]


def test_a_swapped_image_is_told_by_the_report_itself(cast: Cast, tmp_path: Path) -> None:
    version = an_approval(cast, tmp_path).version
    a_deployment(cast, version)
    assert version.artefact is not None
    said = {
        "model": "mortgage-approval",
        "environment": "production",
        "label": "1.0",
        "artefact_sha256": version.artefact.sha256,
        "image_digest": REBUILT,
    }
    told = api(cast.deployer).post(DOOR, said).json()
    assert (told["covered"], told["release"]) == (False, None)
    (shortcoming,) = told["shortcomings"]
    assert shortcoming["code"] == "deployment.other_image"
    assert REBUILT[:19] in shortcoming["message"]
    assert "have the new image looked at" in shortcoming["message"]


def test_a_report_is_refused_with_every_reason(cast: Cast) -> None:
    a_version(cast)
    said = {"model": "mortgage-approval", "environment": "prod", "image_digest": "latest"}
    answer = api(cast.deployer).post(DOOR, said)
    assert answer.status_code == 409
    assert [one["code"] for one in answer.json()["objections"]] == [
        "deployment.environment",
        "deployment.says_nothing",
        "deployment.image_digest",
    ]
    for wrong in ({"live_from": "soon"}, {"labl": "1.0"}, {"label": 1.0}, {"cluster": "a\0"}):
        answer = api(cast.deployer).post(DOOR, {**said, "environment": "production", **wrong})
        assert (answer.status_code, list(answer.json())) == (400, list(wrong))
    assert not Deployment.objects.exists()


def test_who_may_not_is_turned_away(cast: Cast) -> None:
    made = a_deployment(cast, a_version(cast))
    said = {"model": "mortgage-approval", "environment": "production", "label": "1.0"}
    end = f"{DOOR}{made.pk}/end/"
    assert api(cast.scientist).post(DOOR, said).status_code == 403
    assert api(cast.scientist).post(end, {"reason": "x"}).status_code == 403
    assert api(cast.outsider).post(DOOR, said).status_code == 404
    assert api(cast.outsider).post(end, {"reason": "x"}).status_code == 404
    assert api(cast.outsider).get(f"{DOOR}{made.pk}/").status_code == 404
    assert api(cast.outsider).get(DOOR).json()["count"] == 0
    assert api(cast.outsider).get(LIVE).json()["count"] == 0
    assert api(cast.outsider).get(LIVE, {"model": "mortgage-approval"}).status_code == 404
    assert Deployment.objects.count() == 1


def test_what_was_live_at_an_instant(cast: Cast) -> None:
    model = a_model(cast)
    first, second = a_version(cast, model, "1.0"), a_version(cast, model, "2.0")
    a_deployment(cast, second, live_from=ago(minutes=2))
    # Told late, of a time before the other; what is known of the past changes, and says when.
    late = a_deployment(cast, first, live_from=ago(minutes=4))
    client = api(cast.auditor)

    def live(**asked: str) -> list[str]:
        answer = client.get(LIVE, asked)
        assert answer.status_code == 200
        return [one["label"] for one in answer.json()["results"]]

    assert live() == ["2.0"]
    assert live(at=ago(minutes=3).isoformat(), model="mortgage-approval") == ["1.0"]
    assert live(at=ago(minutes=5).isoformat()) == []
    assert live(environment="staging") == []
    assert live(unit="retail-credit") == ["2.0"]
    (told,) = client.get(LIVE, {"at": ago(minutes=3).isoformat()}).json()["results"]
    assert told["live_until"] is not None
    assert told["reported_at"] > told["live_until"]
    assert late.reported_at > ago(minutes=1)
    assert client.get(DOOR, {"current": "true"}).json()["count"] == 1
    assert client.get(DOOR, {"model": "mortgage-approval"}).json()["count"] == 2


@pytest.mark.parametrize("asked", [{"at": "2999-01-01T00:00:00Z"}, {"at": "then"}, {"when": "now"}])
def test_a_question_that_cannot_be_read_is_answered_with_a_sentence(
    cast: Cast, asked: dict[str, str]
) -> None:
    answer = api(cast.auditor).get(LIVE, asked)
    assert (answer.status_code, list(answer.json())) == (400, list(asked))
