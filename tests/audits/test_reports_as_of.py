"""Reports as of a past instant: what came later is left out of every part."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from django.core.files.storage import default_storage
from django.utils import timezone

from audits.models import Report
from audits.rendering.completeness import objections_to
from audits.rules.reports import RENDERER
from registry.services import files, releases
from registry.services.case_files import instant
from registry.services.signatures import Proof
from tests.audits.reporting import asked, finished, read, stated
from tests.cast import (
    PASSWORD,
    Cast,
    a_card,
    a_complete_version,
    a_release,
    an_approved_release,
    an_exhibit,
)
from tests.registry.trouble import a_finding
from tests.traces import nothing_written, refused


def test_what_came_later_is_left_out_of_every_part(cast: Cast) -> None:
    """Held against what was stated at that instant, part by part."""
    release = an_approved_release(cast)
    version = release.version
    on = {
        "release": {"release": release},
        "version": {"version": version},
        "model": {"model": version.model},
        "portfolio": {"portfolio": [cast.unit]},
    }
    then = {name: stated(**one) for name, one in on.items()}
    held = {(one["role"], one["person"], one["unit"]) for one in then["portfolio"]["roles"]}
    assert ("validator", cast.validator.printed_name, cast.unit.name) in held
    at = timezone.now()
    # First of all: after an act of its own, a test is given no scene with times of before.
    releases.revoke(
        release=release, reason="It drifts.", proof=Proof(password=PASSWORD), by=cast.manager2
    )
    an_exhibit(cast, version, "drift", verdict="fail")
    a_finding(cast, version)
    a_card(cast, version, factors="Also age, since then.")
    a_release(cast, a_complete_version(cast, version.model, "2.0"))
    for name, one in on.items():
        told = read(as_of=at, **one)
        assert objections_to(told, RENDERER) == [], name
        told = stated(as_of=at, **one)
        assert (told["as_of"], told["asked_as_of"]) == (instant(at), instant(at))
        same = {"as_of", "asked_as_of"}
        for part in then[name].keys() - same:
            assert told[part] == then[name][part], (name, part)


def test_before_a_release_its_version_is_told_as_it_stood_without_one(cast: Cast) -> None:
    version = a_complete_version(cast)
    then = stated(version=version)
    at = timezone.now()
    asked(cast.auditor, version=version)
    release = a_release(cast, version)
    told = stated(version=version, as_of=at)
    assert (told["release"], told["case_file_digest"]) == (None, then["case_file_digest"])
    with refused("report.as_of_before"):
        asked(cast.auditor, release=release, as_of=at)


def test_an_instant_to_come_or_before_there_was_anything_is_refused(cast: Cast) -> None:
    version = a_complete_version(cast)
    day = timedelta(days=1)
    for on in ({"version": version}, {"model": version.model}, {"portfolio": [cast.unit]}):
        with refused("report.as_of_future"):
            asked(cast.auditor, as_of=timezone.now() + day, **on)
        with refused("report.as_of_before"):
            asked(cast.auditor, as_of=timezone.now() - day, **on)


def test_one_instant_gives_one_report_that_nothing_supersedes(cast: Cast) -> None:
    version = a_complete_version(cast)
    at = timezone.now()
    first = finished(asked(cast.auditor, version=version, as_of=at))
    an_exhibit(cast, version)
    with nothing_written():
        assert asked(cast.manager, version=version, as_of=at) == first
    now = finished(asked(cast.auditor, version=version))
    first.refresh_from_db()
    assert (first.superseded_by, now.superseded_by, Report.objects.count()) == (None, None, 2)
    dossier = json.loads(files.read_checked(first.dossier))
    assert dossier["asked_as_of"] == instant(at)


def test_an_exhibit_that_is_lost_is_named_though_it_was_filed_before_the_instant(
    cast: Cast,
) -> None:
    version = a_complete_version(cast)
    lost = an_exhibit(cast, version)
    at = timezone.now()
    report = asked(cast.auditor, version=version, as_of=at)
    later = an_exhibit(cast, version)
    Path(default_storage.path(later.file.place)).unlink()
    assert asked(cast.auditor, version=version, as_of=at) == report
    Path(default_storage.path(lost.file.place)).unlink()
    with refused("report.exhibit_missing"):
        asked(cast.auditor, version=version, as_of=at)
