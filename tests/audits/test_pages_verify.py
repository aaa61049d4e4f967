"""The public page and the door on which anybody checks a report."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from rest_framework.test import APIClient

from audits.models import Report
from audits.services import recalls, reporting, reports, verifying
from registry.models import Entry, StoredFile
from registry.services import files, releases
from registry.services.signatures import Proof
from tests.audits.beside_the_seal import with_an_update
from tests.audits.tampering import SCRIPT
from tests.cast import PASSWORD, Cast, an_approved_release
from tests.registry.pages import signed_in

PAGE, DOOR = "/verify/", "/api/v1/verify/"


@pytest.fixture(autouse=True)
def apart(settings: Settings, tmp_path: Path) -> None:
    """Seal with a certificate of this test alone, and count its checks apart."""
    settings.SEAL_FOLDER = tmp_path / "seal"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    cache = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": cache, "LOCATION": str(tmp_path)}}


def as_file(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("report.pdf", content, "application/pdf")


def page_on(content: bytes) -> str:
    answer = Client().post(PAGE, {"report": as_file(content)})
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def door_on(content: bytes) -> Any:
    return APIClient().post(DOOR, {"report": as_file(content)}, format="multipart")


def a_report(cast: Cast) -> Report:
    """Return a report that was asked for, set and sealed as every one is."""
    release = an_approved_release(cast)
    report = reports.request(release=release, profile="regulator", language="en", by=cast.auditor)
    reporting.make(report_id=report.pk)
    report.refresh_from_db()
    assert report.file is not None, report.reason
    return report


def test_a_report_is_checked_by_anybody_and_its_serial_tells_where_it_stands(
    cast: Cast, settings: Settings
) -> None:
    report = a_report(cast)
    content = files.read_checked(report.file)
    entries, kept = Entry.objects.count(), StoredFile.objects.count()
    text = page_on(content)
    for said in (
        "Sealed by Example Bank, and not a byte was changed since.",
        f"No newer report than {report.serial} was made; it speaks as of",
        report.case_file_digest,
        "by their paths to the root of the checkpoint",
        "Its key is the one that was given.",
    ):
        assert said in text, said
    assert 'class="chip failed"' not in text
    found = door_on(content).json()
    assert (found["verdict"], found["standing"]["state"]) == ("valid", "current")
    assert found["facts"]["serial"] == report.serial
    assert {line["state"] for line in found["lines"]} == {"met", "could not"}
    # A file with something behind the seal is told, and nothing is said of its serial.
    text = page_on(with_an_update(content))
    assert "This is not a file that Example Bank sealed as it stands" in text
    assert "appended after the seal" in text
    assert "No newer report" not in text
    # Its release is revoked, and nobody has asked for a newer report.
    assert report.release is not None
    proof = Proof(password=PASSWORD)
    releases.revoke(release=report.release, reason="It drifts.", proof=proof, by=cast.manager2)
    entries = Entry.objects.count()
    looked_up = " ".join(Client().get(PAGE, {"serial": report.serial}).text.split())
    assert f"What {report.serial} speaks of has changed since" in looked_up
    assert "ask the organisation for a newer report" in looked_up
    assert not [word for word in ("evoked", "drifts", "Mortgage") if word in looked_up]
    assert door_on(content).json()["standing"]["overtaken"] is True
    recalls.recall(report=report, reason="A wrong exhibit.", by=cast.auditor)
    text = page_on(content)
    assert f"{report.serial} was recalled" in text
    assert "A wrong exhibit" not in text
    looked_up = Client().get(PAGE, {"serial": report.serial.lower()}).text
    assert f"{report.serial} was recalled" in looked_up
    assert report.file.sha256 in looked_up
    # Nothing of all that was kept, but for the recall itself.
    assert (Entry.objects.count(), StoredFile.objects.count()) == (entries + 1, kept)
    assert list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()) == []
    assert reverse("verify") in signed_in(cast.auditor).get(f"/reports/{report.pk}/").text


@pytest.mark.django_db
def test_what_is_no_report_is_answered_with_a_sentence(settings: Settings) -> None:
    assert "The file is no PDF." in page_on(b"no PDF at all")
    found = door_on(b"nor this").json()
    assert (found["verdict"], found["says"]) == ("unreadable", "The file is no PDF.")
    assert Client().post(PAGE).status_code == 422
    assert APIClient().post(DOOR, {}, format="multipart").status_code == 400
    looked_up = Client().get(PAGE, {"serial": "MG-0000"}).text
    assert "No report with this serial number was sealed here." in looked_up
    assert list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()) == []


@pytest.mark.django_db
def test_a_file_that_is_too_large_is_not_read(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VERIFY_LIMIT = 100
    monkeypatch.setattr(verifying, "AROUND_A_FILE", 400)
    answer = Client().post(PAGE, {"report": as_file(bytes(2000))})
    assert answer.status_code == 413
    assert "no report is" in answer.text
    answer = door_on(bytes(2000))
    assert answer.status_code == 413


@pytest.mark.django_db
def test_whoever_checks_too_often_has_to_wait(settings: Settings) -> None:
    settings.VERIFY_RATE = "2/m/ip"
    codes = [Client().get(PAGE, {"serial": "MG-1"}).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    answer = Client().post(PAGE, {"report": as_file(b"%PDF-")})
    assert answer.status_code == 429
    assert "Wait a minute, or check the file offline." in answer.text
    answer = door_on(b"%PDF-")
    assert answer.status_code == 429
    # The page itself, with the program to check by oneself, is there all the same.
    assert Client().get(PAGE).status_code == 200


@pytest.mark.django_db
def test_the_page_hands_out_the_program_and_the_certificate() -> None:
    text = Client().get(PAGE).text
    program, certificate = reverse("verify_checker"), reverse("verify_certificate")
    assert program in text and certificate in text
    assert Client().get(program).getvalue() == SCRIPT.read_bytes()
    pem = Client().get(certificate).content
    der = load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    assert hashlib.sha256(der).hexdigest() in text
    assert "Get it by another way" in text


def test_a_program_that_dies_on_a_file_is_a_sentence_and_no_accident(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "dies.py").write_text("import os\nos.abort()\n")
    monkeypatch.setattr(verifying, "SCRIPT", tmp_path / "dies.py")
    assert "The file could not be checked." in page_on(b"%PDF-1.7")


@pytest.mark.django_db
def test_no_more_than_two_files_are_checked_at_the_same_time() -> None:
    with verifying._place(), verifying._place():
        assert Client().post(PAGE, {"report": as_file(b"%PDF-")}).status_code == 429
        assert door_on(b"%PDF-").status_code == 429
    assert door_on(b"no PDF").status_code == 200
