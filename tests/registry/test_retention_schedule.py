"""What is past its time goes with the retention task alone, and leaves a tombstone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from registry.models import Evidence, Tombstone
from registry.services import files, journal, overrides, retention, uses
from tests.cast import (
    Cast,
    a_complete_version,
    a_release,
    a_version,
    an_approved_release,
    an_exhibit,
)
from tests.registry.keeping import YEAR, a_rule, foreseen, keep_house
from tests.registry.lending import ask_for
from tests.registry.rows_at_rest import fresh, in_the_store
from tests.registry.signing import fresh as release_again
from tests.traces import journalled, nothing_written, time_passes

OWN_RULE = "own rule: 10 years since the version was last in use"


def test_an_exhibit_goes_after_ten_years_and_leaves_a_tombstone(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = a_version(cast)
    exhibit = an_exhibit(cast, version)
    before = Evidence.objects.filter(pk=exhibit.pk).values().get()
    time_passes(monkeypatch, days=9.9 * YEAR)
    assert foreseen().going == []
    with nothing_written():
        keep_house()
    time_passes(monkeypatch, days=0.2 * YEAR)
    (going,) = foreseen().going
    assert (going.thing.record, going.thing.kind, going.goes) == (exhibit, "evidence", True)
    assert going.thing.rule == OWN_RULE
    with journalled() as entries:
        keep_house()
    (told,) = [entry for entry in entries if entry.action == "evidence.file_deleted"]
    assert (told.actor, told.model, told.subject_id, told.reason) == (
        "system",
        version.model.slug,
        exhibit.pk,
        OWN_RULE,
    )
    stone = Tombstone.objects.get(kind="evidence")
    assert (stone.record_kind, stone.record_id, stone.sha256, stone.size, stone.rule) == (
        "evidence",
        exhibit.pk,
        exhibit.digest,
        exhibit.file.size,
        OWN_RULE,
    )
    (line,) = retention.tombstones_of(version)
    assert (line["what"], line["digest"], line["rule"], line["journal"]) == (
        exhibit.title,
        exhibit.digest,
        OWN_RULE,
        told.number,
    )
    assert retention.tombstones_of(version, stone.at - timedelta(seconds=1)) == []
    assert Evidence.objects.filter(pk=exhibit.pk).values().get() == before
    assert in_the_store() == []
    with pytest.raises(files.Refused, match="deleted on .* when its time was over"):
        files.read_checked(fresh(exhibit.file))
    assert journal.verify()[0] is None
    with nothing_written():
        keep_house()


def test_what_waits_for_a_decision_stays(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    a_rule(cast, artefact="1 day")
    waiting = a_release(cast, a_complete_version(cast))
    time_passes(monkeypatch, days=11 * YEAR)
    keep_house()
    assert not Tombstone.objects.filter(kind="evidence").exists()
    assert foreseen().going == []
    assert release_again(waiting).state == "submitted"


def test_an_emergency_release_that_waits_for_its_second_signature_is_in_use(cast: Cast) -> None:
    def in_use() -> bool:
        return uses.facts_of([override.version], on=timezone.localdate())[version.pk].in_use

    version = a_complete_version(cast)
    override = ask_for(version, cast.owner)
    assert in_use()
    overrides.end(override=override, reason="It is over.", by=cast.owner)
    assert not in_use()


def test_an_approval_that_holds_keeps_the_exhibits_it_rests_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = an_approved_release(cast)
    assert release.valid_until is not None
    open_for = (release.valid_until - timezone.now()).days
    time_passes(monkeypatch, days=open_for + 9.9 * YEAR)
    assert [one for one in foreseen().going if one.thing.kind == "evidence"] == []
    time_passes(monkeypatch, days=0.2 * YEAR)
    going = [one.thing for one in foreseen().going if one.thing.kind == "evidence"]
    assert {thing.record for thing in going} == set(release.version.evidence.all())


def test_a_file_that_another_record_needs_stays_until_that_is_due_as_well(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = a_version(cast)
    old = an_exhibit(cast, version)
    time_passes(monkeypatch, days=6 * YEAR)
    younger = Evidence(
        version=version,
        kind="other",
        title="The same once more",
        verdict="none",
        summary="Filed again.",
        file=old.file,
        file_name="again.json",
        digest=old.digest,
        reproduced=False,
        producer="the cast",
        origin="the same once more",
        filed_at=timezone.now(),
        filed_by=cast.scientist,
    )
    younger.save()
    time_passes(monkeypatch, days=5 * YEAR)
    (going,) = foreseen().going
    assert (going.thing.record, going.needed_by, going.goes) == (old, 1, False)
    keep_house()
    assert (Tombstone.objects.filter(kind="evidence").count(), len(in_the_store())) == (0, 1)
    time_passes(monkeypatch, days=6 * YEAR)
    keep_house()
    assert {one.record_id for one in Tombstone.objects.filter(kind="evidence")} == {
        old.pk,
        younger.pk,
    }
    assert in_the_store() == []


def test_drift_no_case_file_rests_on_is_a_log_and_goes_earlier(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = a_complete_version(cast)
    frozen = an_exhibit(cast, version, "drift")
    an_approved_release(cast, version)
    log = an_exhibit(cast, version, "drift")
    time_passes(monkeypatch, days=3 * YEAR + 2)
    logs = [one.thing for one in foreseen().going if one.thing.kind == "automatic_log"]
    assert [thing.record for thing in logs] == [log]
    keep_house()
    assert fresh(log.file).erased_at
    assert not fresh(frozen.file).erased_at
