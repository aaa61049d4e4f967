"""Dossiers hold the keys of names: they lie sealed, and go with a report that fails."""

from __future__ import annotations

from pathlib import Path

from django.core.files.storage import default_storage

from audits.models import Report
from audits.services import reports, retention
from audits.services.claims import claim
from registry.models import StoredFile, Tombstone
from registry.rules.refusals import Objection
from registry.services import files
from tests.audits.reporting import asked, finished
from tests.cast import Cast, a_version
from tests.registry.keeping import a_hold
from tests.registry.rows_at_rest import fresh, in_the_store
from tests.traces import journalled


def test_the_keys_of_names_in_a_dossier_lie_sealed_and_go_with_a_report_that_fails(
    cast: Cast,
) -> None:
    version = a_version(cast)
    first = asked(by=cast.auditor, version=version)
    assert first.dossier.is_sealed
    assert all(b"opened" not in path.read_bytes() for path in in_the_store())
    assert b'"opened":{"sealed:' in files.read_checked(first.dossier)
    claim(Report, first.pk)
    with journalled() as entries:
        reports.fail(report=first, attempt=1, objections=[Objection("x", "Y.")])
    assert [one.action for one in entries] == ["report.failed", "report.dossier_deleted"]
    gone = fresh(first.dossier)
    assert (gone.is_sealed, gone.erased_at is None) == (False, False)
    assert Tombstone.objects.get().record_id == first.pk
    # Asked for again, it is there again; a hold keeps it from then on.
    again = asked(by=cast.auditor, version=version)
    assert (again.dossier, again.dossier.is_sealed) == (gone, True)
    a_hold(cast, unit=cast.unit)
    claim(Report, again.pk)
    with journalled() as entries:
        reports.fail(report=again, attempt=1, objections=[Objection("x", "Y.")])
    assert [one.action for one in entries] == ["report.failed"]
    assert files.read_checked(fresh(again.dossier))


def test_a_dossier_that_an_earlier_edition_kept_plain_is_sealed(cast: Cast) -> None:
    report = finished(asked(by=cast.auditor, version=a_version(cast)))
    plain = files.read_checked(report.dossier)
    bare = Path(default_storage.path(report.dossier.places[False]))
    bare.parent.mkdir(parents=True, exist_ok=True)
    bare.write_bytes(plain)
    StoredFile.objects.filter(pk=report.dossier_id).update(wrapped_key=None, wrapped_by="")
    assert retention.seal_plain_dossiers() == 1
    assert retention.seal_plain_dossiers() == 0
    assert fresh(report.dossier).is_sealed
    assert files.read_checked(fresh(report.dossier)) == plain
