"""Seals with a time stamp from a real authority on this machine, and seals that are to last."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfTimeStamper
from pyhanko.sign.timestamps import HTTPTimeStamper

from audits.rendering import (
    Stamping,
    check_seal,
    demo_signer,
    fingerprint_of,
    roots_from,
    seal,
    signer_in_token,
)
from registry.rules.refusals import Refused
from tests.audits.stamping import Authority, listening
from tests.audits.test_rendering_document import rendered


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return demo_signer(tmp_path_factory.mktemp("keys"), "Prüfbank")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("Time of Prüfbank")


@pytest.fixture(scope="module")
def address(authority: Authority) -> Iterator[str]:
    with listening(authority.answer) as found:
        yield found


@pytest.fixture(scope="module")
def lasting(signer: Any, address: str) -> bytes:
    return seal(rendered("bare"), signer=signer, stamping=Stamping(address, lasting=True))


def test_an_authority_stamps_the_time_on_the_seal(signer: Any, address: str) -> None:
    sealed = seal(rendered("bare"), signer=signer, stamping=Stamping(address))
    status = check_seal(sealed, [fingerprint_of(signer)])
    assert status.holds and status.level == "B-T"
    assert status.stamped_at is not None
    assert abs(datetime.now(UTC) - status.stamped_at) < timedelta(minutes=5)
    assert "Time of Prüfbank" in status.stamped_by
    assert sealed.startswith(rendered("bare"))


def test_a_lasting_seal_holds_what_checks_it_and_a_stamp_over_all_of_that(
    signer: Any, lasting: bytes
) -> None:
    status = check_seal(lasting, [fingerprint_of(signer)])
    assert status.holds and status.level == "B-LTA"
    with pikepdf.open(io.BytesIO(lasting)) as pdf:
        kept = [bytes(one.read_bytes()) for one in pdf.Root.DSS.Certs]
        kinds = {str(one.V.SubFilter) for one in pdf.Root.AcroForm.Fields}
        assert pdf.Root.Perms.DocMDP.Reference[0].TransformParams.P == 1
    assert signer.signing_cert.dump() in kept and len(kept) == 3
    assert kinds == {"/ETSI.CAdES.detached", "/ETSI.RFC3161"}


def test_a_flipped_byte_of_a_lasting_seal_is_found_wherever_it_is(
    signer: Any, lasting: bytes
) -> None:
    trust = [fingerprint_of(signer)]
    after = len(rendered("bare"))
    for place in [after // 2, *range(after + 9, len(lasting), (len(lasting) - after) // 7)]:
        flipped = bytearray(lasting)
        flipped[place] ^= 0x20
        assert not check_seal(bytes(flipped), trust).holds, place


def test_a_page_added_after_a_lasting_seal_is_not_covered(signer: Any, lasting: bytes) -> None:
    trust = [fingerprint_of(signer)]
    assert not check_seal(lasting + b"\n% one more line\n", trust).holds
    with pikepdf.open(io.BytesIO(lasting)) as pdf:
        pdf.add_blank_page()
        again = io.BytesIO()
        pdf.save(again)
    assert not check_seal(again.getvalue(), trust).holds


def test_another_title_under_an_honest_stamp_is_not_covered(signer: Any, address: str) -> None:
    """The seal itself stays intact, and the stamp covers every byte of the file."""
    sealed = seal(rendered("bare"), signer=signer, stamping=Stamping(address))
    writer: Any = IncrementalPdfFileWriter(io.BytesIO(sealed))
    del writer.root["/ViewerPreferences"]
    writer.update_root()
    changed = io.BytesIO()
    writer.write(changed)
    stamped = PdfTimeStamper(HTTPTimeStamper(address)).timestamp_pdf(
        IncrementalPdfFileWriter(changed), "sha256"
    )
    status = check_seal(stamped.getvalue(), [fingerprint_of(signer)])
    assert status.intact and status.level == "B-LTA"
    assert not status.covers_whole_file and not status.holds


def test_the_roots_of_an_authority_are_held_to(
    signer: Any, address: str, authority: Authority, tmp_path: Path
) -> None:
    (tmp_path / "own.pem").write_bytes(authority.root.public_bytes(Encoding.PEM))
    (tmp_path / "other.pem").write_bytes(Authority("Else").root.public_bytes(Encoding.PEM))
    own = Stamping(address, roots=roots_from(tmp_path / "own.pem"))
    assert check_seal(seal(rendered("bare"), signer=signer, stamping=own)).level == "B-T"
    other = Stamping(address, roots=roots_from(tmp_path / "other.pem"))
    with pytest.raises(Refused, match="gave no stamp that holds"):
        seal(rendered("bare"), signer=signer, stamping=other)


@pytest.mark.parametrize("content", [b"", b"no certificate"])
def test_a_file_without_roots_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "roots.pem").write_bytes(content)
    with pytest.raises(Refused, match=r"roots\.pem holds no certificate"):
        roots_from(tmp_path / "roots.pem")
    with pytest.raises(Refused, match=r"absent\.pem"):
        roots_from(tmp_path / "absent.pem")


@pytest.mark.parametrize(("said", "status"), [(b"no stamp", 200), (b"", 200), (b"busy", 503)])
def test_an_authority_that_answers_something_else_fails_the_seal(
    signer: Any, said: bytes, status: int
) -> None:
    with (
        listening(lambda _request: said, status) as found,
        pytest.raises(Refused, match="ask for the report again"),
    ):
        seal(b"%PDF-1.7", signer=signer, stamping=Stamping(found))


def test_a_stamp_on_something_else_fails_the_seal(signer: Any, authority: Authority) -> None:
    """The first answer is handed out again for whatever is asked."""
    kept: list[bytes] = []

    def answer(request: bytes) -> bytes:
        kept.append(authority.answer(request))
        return kept[0]

    with listening(answer) as found, pytest.raises(Refused, match="no stamp that holds"):
        seal(rendered("bare"), signer=signer, stamping=Stamping(found))


def test_an_authority_that_is_not_there_fails_the_seal(signer: Any) -> None:
    with pytest.raises(Refused, match=r"127\.0\.0\.1:9"):
        seal(b"", signer=signer, stamping=Stamping("http://127.0.0.1:9/tsr"))


def test_a_token_that_cannot_be_reached_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(Refused, match=r"Token house cannot be used to seal \(absent\.so said"),
        signer_in_token(tmp_path / "absent.so", "house", "seal", "1234"),
    ):
        pass
