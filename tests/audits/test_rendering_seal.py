"""The seal: intact as made, found out when anything changes, and identified only by fingerprint."""

from __future__ import annotations

import io
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import load_pem_x509_certificate
from pikepdf import pdfa

from audits.rendering import check_seal, demo_signer, fingerprint_of, seal, signer_from_pkcs12
from registry.rules.refusals import Refused
from tests.audits.test_rendering_document import rendered


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys") / "seal"


@pytest.fixture(scope="module")
def signer(folder: Path) -> Any:
    return demo_signer(folder, "Prüfbank, Größe & Söhne")


@pytest.fixture(scope="module")
def sealed(signer: Any) -> bytes:
    return seal(rendered("full"), signer=signer)


def test_a_sealed_file_is_intact_whole_and_identified(signer: Any, sealed: bytes) -> None:
    status = check_seal(sealed, [fingerprint_of(signer)])
    assert status.holds
    assert "Prüfbank" in status.signer
    assert status.fingerprint == fingerprint_of(signer)
    assert status.time is not None and status.time.tzinfo is not None


def test_without_a_fingerprint_the_signer_is_not_identified(sealed: bytes) -> None:
    status = check_seal(sealed)
    assert status.intact and status.covers_whole_file
    assert not status.identified and not status.holds


def test_a_fingerprint_may_be_written_as_readers_print_it(signer: Any, sealed: bytes) -> None:
    digits = fingerprint_of(signer).upper()
    printed = ":".join(digits[place : place + 2] for place in range(0, 64, 2))
    assert check_seal(sealed, [printed]).holds


def test_the_seal_leaves_the_unsealed_bytes_as_they_are(sealed: bytes) -> None:
    assert sealed.startswith(rendered("full"))


def test_a_sealed_file_opens_with_its_attachments_and_stays_pdf_a_3(sealed: bytes) -> None:
    with pikepdf.open(io.BytesIO(rendered("full"))) as before:
        files = {name: one.get_file().read_bytes() for name, one in before.attachments.items()}
    with pikepdf.open(io.BytesIO(sealed)) as pdf, pdf.open_metadata() as metadata:
        assert {n: one.get_file().read_bytes() for n, one in pdf.attachments.items()} == files
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        assert metadata["pdf:Producer"] == str(pdf.docinfo["/Producer"])
        assert pdf.Root.Perms.DocMDP.Reference[0].TransformParams.P == 1
        # It claims no PDF/UA: the seal's field can be in no tag, and a checker of PDF/UA never ran.
        assert "pdfuaid:part" not in metadata
        # What the seal adds a foreign checker does not judge; it finds nothing against the file.
        found = pdfa.check(pdf, "3b").findings
        assert {(one.kind, one.message) for one in found} == {
            ("unsupported", "interactive forms (/AcroForm) are not supported"),
            ("unsupported", "permissions (/Perms) are not supported"),
            ("unsupported", "embedded files are not supported"),
            ("violation", "pdfaid:conformance is 'A', expected 'B'"),
        }


def test_a_flipped_byte_is_found_wherever_it_is(signer: Any, sealed: bytes) -> None:
    trust = [fingerprint_of(signer)]
    contents = sealed.rindex(b"/Contents")
    places = [
        *range(9, len(sealed), len(sealed) // 60),
        *range(contents, contents + 12_000, 900),
        *range(len(sealed) - 40, len(sealed), 5),
    ]
    for place in (place for place in places if place < len(sealed)):
        flipped = bytearray(sealed)
        flipped[place] ^= 0x20
        assert not check_seal(bytes(flipped), trust).holds, place


def test_an_update_appended_is_not_covered(signer: Any, sealed: bytes) -> None:
    status = check_seal(sealed + b"\n% one more line\n", [fingerprint_of(signer)])
    assert status.intact
    assert not status.covers_whole_file and not status.holds


def test_a_file_sealed_again_by_somebody_else_is_intact_but_not_identified(
    signer: Any, tmp_path: Path
) -> None:
    stranger = demo_signer(tmp_path, "Prüfbank, Größe & Söhne")
    status = check_seal(seal(rendered("full"), signer=stranger), [fingerprint_of(signer)])
    assert status.intact
    assert not status.identified and not status.holds


@pytest.mark.parametrize("file", [b"", b"no PDF", b"%PDF-1.7\n%%EOF", b"\x00" * 4096])
def test_a_file_that_is_no_sealed_pdf_is_told_apart(file: bytes) -> None:
    assert not check_seal(file).sealed


def test_an_unsealed_report_is_not_sealed() -> None:
    assert not check_seal(rendered("full")).sealed


def test_the_key_is_made_once_and_readable_by_its_owner_alone(folder: Path, signer: Any) -> None:
    again = demo_signer(folder, "Another name")
    assert fingerprint_of(again) == fingerprint_of(signer)
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]


def test_two_workers_at_once_make_one_certificate(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as workers:
        signers = list(workers.map(lambda _n: demo_signer(tmp_path / "keys", "Bank"), range(4)))
    assert len({fingerprint_of(one) for one in signers}) == 1
    assert len(list((tmp_path / "keys").iterdir())) == 1


def test_an_organisations_own_certificate_seals(folder: Path, signer: Any, tmp_path: Path) -> None:
    pem = (folder / "organisation.pem").read_bytes()
    packed = pkcs12.serialize_key_and_certificates(
        b"seal",
        serialization.load_pem_private_key(pem, None),  # type: ignore[arg-type]
        load_pem_x509_certificate(pem[pem.index(b"-----BEGIN CERT") :]),
        None,
        serialization.BestAvailableEncryption(b"passphrase"),
    )
    (tmp_path / "seal.p12").write_bytes(packed)
    own = signer_from_pkcs12(tmp_path / "seal.p12", "passphrase")
    assert check_seal(seal(rendered("bare"), signer=own), [fingerprint_of(signer)]).holds


@pytest.mark.parametrize("passphrase", ["wrong", ""])
def test_a_wrong_passphrase_is_refused_with_a_sentence(tmp_path: Path, passphrase: str) -> None:
    (tmp_path / "seal.p12").write_bytes(b"not a PKCS#12 file")
    with pytest.raises(Refused, match=r"seal\.p12 cannot be used to seal"):
        signer_from_pkcs12(tmp_path / "seal.p12", passphrase)
    with pytest.raises(Refused, match=r"absent\.p12"):
        signer_from_pkcs12(tmp_path / "absent.p12", passphrase)
