"""Retention, legal holds and the store through the API and from a shell."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from registry import tasks
from registry.models import Notice, User
from registry.services import store
from tests.cast import Cast, a_model, a_version, an_exhibit, api
from tests.registry.keeping import YEAR, a_hold
from tests.registry.rows_at_rest import lies_at
from tests.traces import nothing_written, time_passes


def get(person: User, path: str, **query: Any) -> Any:
    return api(person).get(f"/api/v1/{path}", query)


def post(person: User, path: str, **said: Any) -> Any:
    return api(person).post(f"/api/v1/{path}", said)


def codes(answer: Any) -> list[str]:
    return [one["code"] for one in answer.json()["objections"]]


def test_the_schedule_and_its_editions(cast: Cast) -> None:
    told = get(cast.outsider, "retention/").json()
    kinds = {kind["kind"]: kind for kind in told["kinds"]}
    assert (told["edition"], kinds["evidence"]["period"], kinds["rows"]["period"]) == (
        0,
        "10 years",
        None,
    )
    assert kinds["automatic_log"]["at_least"] == [
        {
            "framework": "eu_ai_act",
            "paragraph": "Art. 19(1), Art. 26(6)",
            "period": "6 months",
            "start": "made",
        }
    ]
    said: dict[str, Any] = {"frameworks": [], "periods": {"notice": "90 days"}, "reason": "Ours."}
    assert post(cast.auditor, "retention/rules/", **said).status_code == 403
    wrong = post(cast.admin, "retention/rules/", **said | {"periods": {"notice": 90}})
    assert (wrong.status_code, codes(wrong)) == (409, ["retention.period"])
    made = post(cast.admin, "retention/rules/", **said)
    assert (made.status_code, made.json()["confirmed_at"]) == (201, None)
    confirm = f"retention/rules/{made.json()['edition']}/confirm/"
    assert codes(post(cast.admin, confirm)) == ["retention.own_proposal"]
    assert post(cast.owner, confirm).status_code == 403
    assert post(cast.manager, "retention/rules/9/confirm/").status_code == 404
    assert post(cast.manager, confirm).json()["confirmed_by"]["username"] == "manager"
    assert get(cast.auditor, "retention/").json()["edition"] == 1
    assert get(cast.auditor, "retention/rules/").json()["count"] == 1


def test_a_hold_is_placed_seen_and_released(cast: Cast) -> None:
    model = a_model(cast)
    said = {"scope": "model", "on": model.slug, "reason": "A law suit."}
    assert post(cast.scientist, "retention/holds/", **said).status_code == 403
    assert post(cast.outsider, "retention/holds/", **said).status_code == 404
    wrong = post(cast.manager, "retention/holds/", scope="model", reason="")
    assert codes(wrong) == ["hold.subject", "hold.no_reason"]
    made = post(cast.manager, "retention/holds/", **said)
    assert (made.status_code, made.json()["held"]) == (201, model.slug)
    assert get(cast.auditor, "retention/holds/", standing=True).json()["count"] == 1
    assert get(cast.outsider, "retention/holds/").json()["count"] == 0
    release = f"retention/holds/{made.json()['id']}/release/"
    assert post(cast.outsider, release, reason="Mine.").status_code == 404
    assert post(cast.scientist, release, reason="Mine.").status_code == 403
    assert codes(post(cast.admin, release, reason="")) == ["hold.no_reason"]
    assert post(cast.admin, release, reason="Settled.").json()["release_reason"] == "Settled."
    assert get(cast.auditor, "retention/holds/", standing=True).json()["count"] == 0


def test_what_would_go_and_what_went(
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    version = a_version(cast)
    exhibits = [an_exhibit(cast, version) for _ in range(3)]
    hold = a_hold(cast, model=version.model)
    assert get(cast.auditor, "retention/preview/").json()["going"] == []
    later = str(timezone.localdate() + timedelta(days=11 * YEAR))
    told = get(cast.auditor, "retention/preview/", on=later).json()["going"]
    assert {(one["digest"], one["goes"], *one["holds"]) for one in told} == {
        (exhibit.digest, False, hold.pk) for exhibit in exhibits
    }
    assert get(cast.scientist, "retention/preview/").status_code == 403
    assert get(cast.outsider, "retention/preview/").status_code == 403
    assert get(cast.auditor, "retention/preview/", on="soon").status_code == 400
    post(cast.manager, f"retention/holds/{hold.pk}/release/", reason="Settled.")
    time_passes(monkeypatch, days=11 * YEAR)
    tasks.keep_house()
    client = api(cast.auditor)
    with django_assert_num_queries(6):
        stones = client.get("/api/v1/retention/tombstones/", {"model": version.model.slug}).json()
    assert {(one["record_id"], one["digest"]) for one in stones["results"]} == {
        (exhibit.pk, exhibit.digest) for exhibit in exhibits
    }
    assert all(one["journal"] for one in stones["results"])
    assert (
        get(cast.outsider, "retention/tombstones/", model=version.model.slug).json()["results"]
        == []
    )
    file = get(cast.auditor, f"evidence/{exhibits[0].pk}/file/")
    assert (file.status_code, codes(file)) == (409, ["file.deleted"])


def test_the_store_is_told_to_those_who_answer_for_it(cast: Cast) -> None:
    stored = an_exhibit(cast, a_version(cast)).file
    assert get(cast.admin, "store/").json() == {"broken": [], "last_check": None}
    lies_at(stored).unlink()
    store.check()
    told = get(cast.auditor, "store/").json()
    assert [(one["digest"], one["wrong"]) for one in told["broken"]] == [(stored.sha256, "missing")]
    assert told["last_check"]["broken_count"] == 1
    assert get(cast.manager, "store/").status_code == 403


def keep_house(*options: str) -> str:
    said = io.StringIO()
    call_command("keep_house", *options, stdout=said)
    return said.getvalue()


def test_the_command_tells_beforehand_and_does_the_same(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    exhibit = an_exhibit(cast, a_version(cast))
    Notice.objects.all().delete()
    with nothing_written():
        assert "Nothing is past its time on " in keep_house("--preview")
        with pytest.raises(CommandError, match="write it as 2027-01-31"):
            keep_house("--preview", "--on", "soon")
        with pytest.raises(CommandError, match="give --preview as well"):
            keep_house("--on", "2027-01-31")
        later = str(timezone.localdate() + timedelta(days=11 * YEAR))
        ahead = keep_house("--preview", "--on", later)
    assert f"goes: evidence, {exhibit.title}, {exhibit.digest}, since " in ahead
    a_hold(cast)
    assert "held by hold" in keep_house("--preview", "--on", later)
    time_passes(monkeypatch, days=11 * YEAR)
    keep_house()
    assert lies_at(exhibit.file).exists()
