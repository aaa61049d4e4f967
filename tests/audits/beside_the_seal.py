"""What somebody appends behind the seal of a report, or puts beside it where it covers nothing."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import cms, core, keys, parser
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.timestamps import DummyTimeStamper

from tests.audits.stamping import Authority
from tests.audits.tampering import loaded

PARTS: Any = generic  # its makers are not typed
# Of no meaning to anybody.
FOREIGN = "1.3.6.1.4.1.99999.1"


def with_an_update(sealed: bytes) -> bytes:
    """Return the file with another language, in an incremental update behind the seal."""
    writer: Any = IncrementalPdfFileWriter(io.BytesIO(sealed))
    writer.root[pdf_name("/Lang")] = pdf_string("de")
    writer.update_root()
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _stamped(writer: Any) -> bytes:
    """Return an update with a time stamp over it, which anybody can have made."""
    written = io.BytesIO()
    writer.write(written)
    again: Any = IncrementalPdfFileWriter(written)
    stamper = PdfTimeStamper(Authority().stamper)
    return bytes(stamper.timestamp_pdf(again, "sha256").getvalue())


def with_another_catalogue(sealed: bytes) -> bytes:
    """Return the file with a catalogue of one's own, named by the trailer, and a time stamp."""
    writer: Any = IncrementalPdfFileWriter(io.BytesIO(sealed))
    old = writer.prev.root
    new = PARTS.DictionaryObject({name: old.raw_get(name) for name in old})
    new[pdf_name("/Lang")] = pdf_string("de")
    writer._root = writer.add_object(new)
    return _stamped(writer)


def with_a_mark(sealed: bytes, kind: str, holding: Mapping[str, Any]) -> bytes:
    """Return the file with a mark of no size on its first page, and a time stamp."""
    writer: Any = IncrementalPdfFileWriter(io.BytesIO(sealed))
    node, place = writer.root["/Pages"], None
    while "/Kids" in node:
        place = node["/Kids"].raw_get(0)
        node = place.get_object()
    assert place is not None
    page = writer.get_object(PARTS.Reference(place.idnum, place.generation, writer))
    mark = _written({"/Type": "/Annot", "/Subtype": kind, "/Rect": [0, 0, 0, 0], **holding})
    marks = page["/Annots"]
    had = [marks.raw_get(number) for number in range(len(marks))]
    page[pdf_name("/Annots")] = PARTS.ArrayObject([*had, writer.add_object(mark)])
    writer.update_container(page)
    return _stamped(writer)


def _written(value: Any) -> Any:
    if isinstance(value, dict):
        return PARTS.DictionaryObject(
            {pdf_name(name): _written(one) for name, one in value.items()}
        )
    if isinstance(value, list):
        return PARTS.ArrayObject(_written(one) for one in value)
    return pdf_name(value) if isinstance(value, str) else PARTS.NumberObject(value)


def _small_stamper(at: datetime) -> Any:
    """Return an authority of anybody's own whose stamps fit into what a seal leaves free."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
    nobody = x509.Name([])
    made = (
        x509.CertificateBuilder(nobody, nobody, key.public_key(), 5)
        .not_valid_before(at - timedelta(days=9000))
        .not_valid_after(at + timedelta(days=9000))
        .sign(key, hashes.SHA256())
    )
    packed = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return DummyTimeStamper(
        asn1_x509.Certificate.load(made.public_bytes(Encoding.DER)),
        keys.PrivateKeyInfo.load(packed),
        fixed_dt=at,
        include_nonce=False,
    )


def with_a_time_stamp_of(sealed: bytes, at: datetime) -> bytes:
    """Return the file with a time stamp put beside its seal, where no seal can cover it."""
    stamper = _small_stamper(at)

    def stamped(signature: bytes) -> dict[str, Any]:
        asked = stamper.async_timestamp(hashlib.sha256(signature).digest(), "sha256")
        return {"type": "signature_time_stamp_token", "values": [loaded().at_once(asked)]}

    return _with_beside(sealed, stamped)


def with_a_foreign_attribute(sealed: bytes) -> bytes:
    """Return the file with an attribute beside its seal that says anything at all."""
    told = core.UTF8String("Approved for everything.")
    return _with_beside(sealed, lambda _signature: {"type": FOREIGN, "values": [told]})


def _with_beside(sealed: bytes, made: Callable[[bytes], dict[str, Any]]) -> bytes:
    seal_ = PdfFileReader(io.BytesIO(sealed)).embedded_regular_signatures[0]
    _start, before, after, _length = (int(part) for part in seal_.byte_range)
    content: bytes = seal_.pkcs7_content
    whole = cms.ContentInfo.load(content[: parser.peek(content)])
    signed = whole["content"]["signer_infos"][0]
    attribute = cms.CMSAttribute(made(signed["signature"].native))
    signed["unsigned_attrs"] = cms.CMSAttributes([attribute])
    filled: bytes = whole.dump(force=True).ljust(len(content), b"\0")
    assert len(filled) == len(content)
    return sealed[:before] + b"<" + filled.hex().encode() + b">" + sealed[after:]


def with_the_seal_passed_over(sealed: bytes) -> bytes:
    """Return the file with an update whose table of objects goes on from before the seal."""
    tables = [int(place) for place in re.findall(rb"startxref\s+(\d+)", sealed)]
    update = with_an_update(sealed)[len(sealed) :]
    named = b"/Prev %d" % tables[-1]
    assert update.count(named) == 1
    skipping = b"/Prev " + str(tables[0]).zfill(len(str(tables[-1]))).encode()
    return sealed + update.replace(named, skipping)


def with_its_end_before_the_seal(sealed: bytes) -> bytes:
    """Return the file with one more end, which names the table of objects from before the seal."""
    first = re.findall(rb"startxref\s+(\d+)", sealed)[0]
    return sealed + b"startxref\n" + first + b"\n%%EOF\n"
