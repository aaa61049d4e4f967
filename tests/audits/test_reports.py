"""Asking for reports: one row and one file for one state, and none for an incomplete one."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from audits.models import Report
from audits.rendering.standing import sentence
from audits.rules.reports import key
from registry.models import ModelVersion, Release, User
from registry.rules import casefile
from registry.services import cards, evidence, files, releases
from registry.services.signatures import Proof
from tests.audits import reporting as reporting_of
from tests.audits.reporting import finished, stated
from tests.cast import (
    PASSWORD,
    Cast,
    a_card,
    a_release,
    a_version,
    an_approved_release,
    an_exhibit,
)
from tests.registry.signing import where_two_sign
from tests.traces import journalled, nothing_written, only_the_entitled_may, refused


def asked(cast: Cast, version: ModelVersion, **changed: Any) -> Report:
    return reporting_of.asked(**{"by": cast.auditor, "version": version, **changed})


def told(version: ModelVersion, profile: str = "regulator") -> dict[str, Any]:
    """Return what a report on the version would state."""
    return stated(profile, version=version)


def test_a_report_is_queued_with_everything_it_states(cast: Cast) -> None:
    release = an_approved_release(cast)
    with journalled() as entries:
        report = asked(cast, release.version)
    dossier = json.loads(files.read_checked(report.dossier))
    assert (report.state, report.key) == ("queued", key(dossier))
    assert report.case_file_digest == release.case_file.digest
    assert dossier["case_file_text"] == release.case_file.text
    assert casefile.digest(dossier["case_file_text"]) == dossier["case_file_digest"]
    (entry,) = entries
    assert (entry.action, entry.role) == ("report.requested", "auditor")


def test_nobody_else_asks_for_a_report(cast: Cast) -> None:
    version = a_version(cast)
    only_the_entitled_may(cast, "report.request", lambda by: asked(cast, version, by=by))


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"profile": "secret"}, ["report.profile"]),
        ({"language": "de"}, ["report.language"]),
        ({"profile": "", "language": ""}, ["report.profile", "report.language"]),
    ],
)
def test_an_unknown_profile_or_language_is_refused(
    cast: Cast, changed: dict[str, str], codes: list[str]
) -> None:
    version = a_version(cast)
    with refused(*codes):
        asked(cast, version, **changed)


def test_the_same_state_asked_for_again_is_the_same_report(cast: Cast) -> None:
    """Whoever asks, and whether it waits or is done."""
    version = an_approved_release(cast).version
    report = asked(cast, version)
    with nothing_written():
        assert asked(cast, version) == report
        assert asked(cast, version, by=cast.manager) == report
    finished(report)
    with nothing_written():
        assert asked(cast, version) == report


def test_another_profile_is_another_report(cast: Cast) -> None:
    version = a_version(cast)
    assert asked(cast, version).key != asked(cast, version, profile="public").key


def test_another_decision_gives_another_report(cast: Cast) -> None:
    release = an_approved_release(cast)
    before = asked(cast, release.version)
    releases.revoke(
        release=release, reason="It drifts.", proof=Proof(password=PASSWORD), by=cast.manager2
    )
    after = asked(cast, release.version)
    assert (before.key != after.key, Report.objects.count()) == (True, 2)
    assert before.as_of < after.as_of


def test_a_new_exhibit_gives_another_report(cast: Cast) -> None:
    version = a_version(cast)
    before = asked(cast, version)
    an_exhibit(cast, version)
    assert asked(cast, version) != before


def test_a_report_states_the_last_time_anything_changed(cast: Cast) -> None:
    """Reports themselves change nothing, or no two would ever be alike."""
    version = an_approved_release(cast).version
    first = finished(asked(cast, version))
    again = told(version, "internal")
    assert (key(again), again["as_of"]) == (first.key, first.as_of)
    assert not [one for one in again["journal"] if one["action"].startswith("report.")]


def test_the_dossier_tells_who_decided_what_and_where_it_stands(cast: Cast) -> None:
    release = an_approved_release(cast)
    said = told(release.version)
    (decision,) = said["decisions"]
    assert (decision["printed_name"], decision["role"], decision["act"], decision["bound"]) == (
        "Mara Roth",
        "model_risk_manager",
        "approve",
        True,
    )
    assert decision["case_file_digest"] == release.case_file.digest
    assert said["release"]["stages"] == [
        {
            "name": "Risk sign-off",
            "asks": [{"role": "model_risk_manager", "needed": 1, "of": None, "signed": 1}],
            "rule": "all",
            "beside": False,
            "needed": 1,
            "signed": 1,
        }
    ]
    assert said["release"]["gate"] == {"allowed": True, "reasons": []}
    for exhibit in said["evidence"]:
        assert hashlib.sha256(exhibit["text"].encode()).hexdigest() == exhibit["digest"]
    numbers = [entry["model_number"] for entry in said["journal"]]
    assert numbers == list(range(1, len(numbers) + 1))


def approved_by(release: Release, signer: User) -> None:
    release.refresh_from_db()
    releases.approve(
        release=release,
        digest=release.case_file.digest,
        reason="Read in full.",
        proof=Proof(password=PASSWORD),
        by=signer,
    )


def test_a_signature_on_an_earlier_case_file_is_not_bound(cast: Cast) -> None:
    where_two_sign()
    release = a_release(cast)
    approved_by(release, cast.manager)
    an_exhibit(cast, release.version)
    approved_by(release, cast.manager2)
    said = told(release.version)
    assert [one["bound"] for one in said["decisions"]] == [False, True]
    assert said["release"]["stages"][0]["signed"] == 1
    assert said["case_file_digest"] == said["decisions"][1]["case_file_digest"]


def test_a_report_is_about_the_approved_release_unless_told(cast: Cast) -> None:
    approved = an_approved_release(cast)
    waiting = a_release(cast, approved.version, "staging")
    assert asked(cast, approved.version).release == approved
    on_release = reporting_of.asked(cast.auditor, release=waiting)
    assert (on_release.release, on_release.version) == (waiting, approved.version)


def test_a_closed_gate_is_told_with_its_reason(cast: Cast) -> None:
    release = an_approved_release(cast)
    draft = a_card(cast, release.version, factors="Also age.")
    cards.make_effective(revision=draft, by=cast.scientist)
    said = told(release.version)
    assert said["release"]["gate"]["allowed"] is False
    (reason,) = said["release"]["gate"]["reasons"]
    assert "Model card: Factors" in sentence(reason)
    assert "card.sections.factors" in reason["about"]
    assert said["case_file_digest"] == release.case_file.digest


def test_every_missing_or_broken_exhibit_is_named_and_nothing_is_made(cast: Cast) -> None:
    version = a_version(cast)
    exhibits = [an_exhibit(cast, version) for _ in range(3)]
    Path(default_storage.path(exhibits[0].file.place)).unlink()
    broken = Path(default_storage.path(exhibits[2].file.place))
    broken.chmod(0o600)
    broken.write_bytes(b"{}")
    with refused("report.exhibit_missing", "report.exhibit_missing") as caught:
        asked(cast, version)
    assert exhibits[0].title in str(caught.value)
    assert exhibits[1].title not in str(caught.value)
    assert exhibits[2].title in str(caught.value)


def test_an_exhibit_that_is_no_text_is_named(cast: Cast) -> None:
    version = a_version(cast)
    evidence.file_exhibit(
        version=version,
        kind="other",
        title="A picture",
        verdict="none",
        summary="",
        content=b"\x89PNG\xff",
        file_name="picture.png",
        producer="a colleague",
        origin="by hand 1",
        reproduced=False,
        data=None,
        by=cast.scientist,
    )
    with refused("report.exhibit_missing") as caught:
        asked(cast, version)
    assert "A picture" in str(caught.value)


def test_the_database_too_keeps_one_report_for_each_key(cast: Cast) -> None:
    report = asked(cast, a_version(cast))
    report.pk = None
    with (
        pytest.raises(IntegrityError, match="one_report_for_each_key"),
        transaction.atomic(),
    ):
        report.save()


def test_a_stranger_sees_no_report(cast: Cast) -> None:
    report = asked(cast, a_version(cast))
    assert Report.objects.visible_to(cast.auditor).contains(report)
    assert not Report.objects.visible_to(cast.outsider).exists()
