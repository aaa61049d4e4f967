"""Files on their way out: checked against their digest, and a broken one is told, not served."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from registry.models import RiskMatrix, StoredFile, User
from registry.services import evidence, matrices
from tests.cast import Cast, a_release, a_version, an_exhibit
from tests.registry.pages import World, signed_in, world
from tests.registry.test_pages_markup import faults_of

__all__ = ["world"]


def break_in_the_store(stored: StoredFile) -> None:
    path = Path(default_storage.path(stored.place))
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b" ")


def lose_from_the_store(stored: StoredFile) -> None:
    Path(default_storage.path(stored.place)).unlink()


def test_an_exhibits_file_comes_out_as_it_went_in(cast: Cast) -> None:
    exhibit = an_exhibit(cast, a_version(cast))
    answer = signed_in(cast.auditor).get(reverse("exhibit_file", args=[exhibit.pk]))
    assert hashlib.sha256(answer.content).hexdigest() == exhibit.digest
    assert answer["Content-Disposition"] == f'attachment; filename="{exhibit.file_name}"'


@pytest.mark.parametrize("name", ['a "quoted" name.json', "zwei\nZeilen.json", "Prüfung.json"])
def test_an_exhibit_of_an_odd_name_can_still_be_downloaded(cast: Cast, name: str) -> None:
    exhibit = evidence.file_exhibit(
        version=a_version(cast),
        kind="other",
        title="Of an odd name",
        verdict="none",
        summary="",
        content=b"{}",
        file_name=name,
        producer="the cast",
        origin="of an odd name",
        reproduced=False,
        data=None,
        by=cast.scientist,
    )
    answer = signed_in(cast.auditor).get(reverse("exhibit_file", args=[exhibit.pk]))
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert "\n" not in answer["Content-Disposition"]


def test_a_case_file_comes_out_as_the_text_that_was_digested(cast: Cast) -> None:
    release = a_release(cast)
    answer = signed_in(cast.auditor).get(reverse("case_file", args=[release.pk]))
    assert hashlib.sha256(answer.content).hexdigest() == release.case_file.digest
    assert json.loads(answer.content)["format"] == "mlops-gov/case-file/1"


def test_a_report_comes_out_as_it_was_sealed(world: World) -> None:
    answer = signed_in(world.cast.auditor).get(world.address("report_file"))
    assert answer.content == b"%PDF-1.7 sealed"
    assert answer["Content-Type"] == "application/pdf"
    assert f"{world.report.serial}.pdf" in answer["Content-Disposition"]


@pytest.mark.parametrize("harm", [break_in_the_store, lose_from_the_store])
@pytest.mark.parametrize("page", ["exhibit_file", "figures", "report_file"])
def test_a_file_broken_in_the_store_is_told_in_a_sentence(
    world: World, page: str, harm: object
) -> None:
    assert callable(harm)
    broken = world.report.file if page == "report_file" else world.fair.evidence.file
    assert broken
    harm(broken)
    answer = signed_in(world.cast.auditor).get(world.address(page))
    assert answer.status_code == 409
    assert "is missing from the store or was changed there; restore it from a backup" in answer.text
    assert broken.sha256[:12] in answer.text
    assert faults_of(answer) == []


def test_a_run_whose_exhibit_is_broken_says_so_rather_than_showing_nothing(world: World) -> None:
    break_in_the_store(world.done.evidence.file)
    answer = signed_in(world.cast.scientist).get(world.address("run"))
    assert answer.status_code == 409
    assert "restore it from a backup" in answer.text


def test_a_page_that_needs_a_matrix_says_that_none_is_loaded(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = a_version(cast)
    nothing = RiskMatrix.objects.none()
    monkeypatch.setattr(matrices.RiskMatrix.objects, "order_by", lambda *names: nothing)
    address = reverse("assess_risk", args=[version.model.slug, version.number])
    answer = signed_in(cast.scientist).get(address)
    assert answer.status_code == 409
    assert "No risk matrix is loaded; run manage.py load_policies." in answer.text


def test_an_error_that_is_ours_has_a_page_that_says_nothing_was_half_saved(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(user: User) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("audits.services.today.needs", broken)
    client = Client(raise_request_exception=False)
    client.force_login(cast.auditor)
    answer = client.get(reverse("today"))
    assert answer.status_code == 500
    assert "Nothing was half-saved" in answer.text
    assert "planted" not in answer.text
