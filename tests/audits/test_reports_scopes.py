"""Reports on a release, a model and a portfolio: what they state, and who may have them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings

from audits.models import Report
from audits.rendering.completeness import objections_to
from audits.rules.reports import RENDERER
from audits.services import reports
from registry.models import Entry, User
from registry.rules.roles import Role
from registry.services import checkpoints, files, releases, units
from registry.services.signatures import Proof
from tests.audits.reporting import asked, finished, read, stated
from tests.cast import (
    PASSWORD,
    Cast,
    a_complete_version,
    a_model,
    a_release,
    a_version,
    an_approved_release,
)
from tests.registry.trouble import a_finding, in_days
from tests.traces import denied, refused


def revoked(cast: Cast, release: Any) -> None:
    releases.revoke(
        release=release, reason="It drifts.", proof=Proof(password=PASSWORD), by=cast.manager2
    )


def test_a_report_is_on_exactly_one_thing(cast: Cast) -> None:
    version, empty = a_version(cast), a_model(cast, "Empty")
    draft = releases.draft(version=version, environment="staging", by=cast.scientist)
    with refused("report.scope"):
        asked(cast.auditor)
    with refused("report.scope"):
        asked(cast.auditor, version=version, model=version.model)
    with refused("report.no_version"):
        asked(cast.auditor, model=empty)
    with refused("report.no_unit"):
        asked(cast.auditor, portfolio=[])
    with refused("report.draft"):
        asked(cast.auditor, release=draft)


def test_a_report_on_a_model_tells_the_version_in_force_and_where_the_others_stand(
    cast: Cast,
) -> None:
    approved = an_approved_release(cast)
    model = approved.version.model
    second = a_complete_version(cast, model, "2.0")
    waiting = a_release(cast, second)
    report = asked(cast.auditor, model=model)
    assert (report.scope, report.model, report.version) == ("model", model, approved.version)
    said = read(model=model)
    assert objections_to(said, RENDERER) == []
    assert [(one["label"], one["told"]) for one in said["versions"]] == [
        ("1.0", True),
        ("2.0", False),
    ]
    (told,) = said["versions"][1]["releases"]
    assert (told["state"], told["gate_allowed"]) == (waiting.state, False)
    revoked(cast, approved)
    again = read(model=model)
    assert [one["told"] for one in again["versions"]] == [False, True]


def test_a_portfolio_tells_where_every_model_stands(cast: Cast) -> None:
    approved = an_approved_release(cast)
    a_finding(cast, approved.version, severity="high", due=in_days(20))
    empty = a_model(cast, "Begun")
    portfolio = [cast.unit]
    said = read(portfolio=portfolio)
    assert objections_to(said, RENDERER) == []
    begun, mortgage = sorted(said["models"], key=lambda one: one["name"])
    assert (begun["slug"], begun["version"], begun["release"]) == (empty.slug, None, None)
    assert (mortgage["version"], mortgage["open_findings"]) == ("1.0", {"high": 1})
    assert (mortgage["release"]["state"], mortgage["owner"]) == ("approved", "Olga Winter")
    assert sum(cell["models"] for cell in said["matrix"]["cells"]) == 1
    newest = Entry.objects.filter(model=empty.slug).order_by("-number").first()
    assert newest
    assert newest.number in [entry["number"] for entry in said["journal"]]
    report = asked(cast.auditor, portfolio=portfolio)
    assert (report.scope, report.model, list(report.units.all())) == ("portfolio", None, portfolio)
    assert asked(cast.manager, portfolio=portfolio) == report


def test_only_who_is_in_every_unit_asks_for_its_portfolio_and_sees_it(cast: Cast) -> None:
    an_approved_release(cast)
    both = [cast.unit, cast.other_unit]
    there = User.objects.get(username="other_admin")
    with denied():
        asked(cast.auditor, portfolio=both)
    units.grant(unit=cast.other_unit, user=cast.auditor, role=Role.AUDITOR, by=there)
    report = asked(cast.auditor, portfolio=both)
    assert Report.objects.visible_to(cast.auditor).contains(report)
    assert not Report.objects.visible_to(cast.manager).exists()
    assert not Report.objects.visible_to(cast.outsider).exists()


def test_the_same_state_gives_the_same_checkpoint_and_its_proofs(cast: Cast) -> None:
    version = an_approved_release(cast).version
    first = stated(version=version)
    a_model(cast, "Something else")
    again = stated(version=version)
    assert first == again
    extract, last = first["journal_extract"], first["journal"][-1]["number"]
    checkpoint = checkpoints.covering(last)
    assert extract["checkpoint"]["statement"] == checkpoint.statement
    assert first["checkpoint"]["root"] == checkpoint.root
    # What a cut behind it can take at most stands in what is printed, and in what is attached.
    bound = {"entries": settings.CHECKPOINT_EVERY, "minutes": 60}
    assert extract["window"] == first["checkpoint"]["window"] == bound
    named = [one["name"] for entry in extract["entries"] for one in entry["opened"].values()]
    assert "Mara Roth" in named
    assert "Mara Roth" in {entry["actor"] for entry in first["journal"]}
    public = stated("public", version=version)["journal_extract"]["entries"]
    assert {tuple(sorted(entry)) for entry in public} == {
        ("action", "at", "number", "path", "seal")
    }


def test_a_revoked_release_is_never_printed_as_approved(cast: Cast) -> None:
    """Between the first press and the second, whatever it is asked on."""
    release = an_approved_release(cast)
    on: list[dict[str, Any]] = [
        {"release": release},
        {"version": release.version},
        {"model": release.version.model},
        {"portfolio": [cast.unit]},
    ]
    first = [finished(asked(cast.auditor, **one)) for one in on]
    revoked(cast, release)
    second = [asked(cast.auditor, **one) for one in on]
    assert not set(first) & set(second)
    for report in second:
        dossier = json.loads(files.read_checked(report.dossier))
        told = dossier["release"] if "release" in dossier else dossier["models"][0]["release"]
        assert told["state"] == "revoked"


def test_what_a_later_report_states_otherwise_supersedes_and_a_recall_says_so(cast: Cast) -> None:
    release = an_approved_release(cast)
    first = finished(asked(cast.auditor, release=release))
    public = finished(asked(cast.auditor, release=release, profile="public"))
    assert reports.standing_of(first.serial.lower()) == {
        "serial": first.serial,
        "state": "current",
        "superseded_by": None,
        "as_of": first.as_of,
        "overtaken": False,
        "recalled_at": None,
        "sha256": first.file.sha256,
    }
    waiting = asked(cast.auditor, version=release.version)
    assert reports.standing_of(waiting.serial) is None
    revoked(cast, release)
    for one in (first, public):
        now = reports.standing_of(one.serial)
        assert now and (now["state"], now["overtaken"]) == ("current", True)
    second = finished(asked(cast.auditor, release=release), b"%PDF-1.7 of another")
    newer = reports.standing_of(second.serial)
    assert newer and not newer["overtaken"]
    for one in (first, public):
        one.refresh_from_db()
    assert (first.superseded_by, public.superseded_by) == (second, None)
    told = reports.standing_of(first.serial)
    assert told
    assert (told["state"], told["superseded_by"]) == ("superseded", second.serial)


def test_of_two_sealed_out_of_order_the_one_asked_for_later_is_current(cast: Cast) -> None:
    release = an_approved_release(cast)
    first = asked(cast.auditor, release=release)
    revoked(cast, release)
    second = finished(asked(cast.auditor, release=release))
    finished(first, b"%PDF-1.7 that took longer")
    second.refresh_from_db()
    assert (first.superseded_by, second.superseded_by) == (second, None)


def test_one_that_was_recalled_takes_no_others_place_and_the_next_takes_its_own(
    cast: Cast,
) -> None:
    release = an_approved_release(cast)
    first = asked(cast.auditor, release=release)
    revoked(cast, release)
    newest = finished(asked(cast.auditor, release=release))
    reports.recall(report=newest, reason="A wrong annex.", by=cast.auditor)
    finished(first, b"%PDF-1.7 that took longer")
    found = [reports.standing_of(one.serial) for one in (first, newest)]
    assert [one and one["state"] for one in found] == ["current", "recalled"]
    # The next states which one was recalled, and takes the place of both.
    dossier = stated("internal", release=release)
    third = finished(asked(cast.auditor, release=release))
    assert dossier["recalled"] == [newest.serial]
    for one, state in ((first, "superseded"), (newest, "recalled"), (third, "current")):
        told = reports.standing_of(one.serial)
        assert told and told["state"] == state
    first.refresh_from_db()
    assert first.superseded_by == third


@pytest.mark.parametrize("by", ["auditor", "admin"])
def test_a_recalled_report_keeps_its_file_and_another_says_which_was_recalled(
    cast: Cast, by: str
) -> None:
    version = a_version(cast)
    report = asked(cast.auditor, version=version)
    person = getattr(cast, by)
    with refused("report.not_sealed", "report.recall_reason"):
        reports.recall(report=report, reason=" ", by=person)
    finished(report)
    with denied():
        reports.recall(report=report, reason="A wrong annex.", by=cast.manager)
    with denied():
        reports.recall(report=report, reason="A wrong annex.", by=cast.outsider)
    reports.recall(report=report, reason="A wrong annex.", by=person)
    report.refresh_from_db()
    assert files.read_checked(report.file) == b"%PDF-1.7 of a test"
    told = reports.standing_of(report.serial)
    assert told
    assert (told["state"], told["recalled_at"]) == ("recalled", report.recalled_at)
    assert "A wrong annex." not in str(told)
    entry = Entry.objects.filter(action="report.recalled").get()
    assert (entry.reason, json.loads(entry.changes)["serial"]) == ("A wrong annex.", report.serial)
    with refused("report.recalled"):
        reports.recall(report=report, reason="Again.", by=person)
    other = asked(cast.auditor, version=version)
    assert other.serial != report.serial
    assert json.loads(files.read_checked(other.dossier))["recalled"] == [report.serial]
