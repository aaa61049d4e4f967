"""The seal: PAdES over the finished PDF with the organisation's certificate, and its check."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyhanko.sign import SimpleSigner
    from pyhanko.sign.validation import EmbeddedPdfSignature

FIELD = "Seal"


@dataclass(frozen=True)
class SealStatus:
    """What a check of the seal found. Each part says one thing; only together do they say "valid".

    ``intact``: not a byte that the seal covers was changed. ``covers_whole_file``: nothing was
    added after it. ``identified``: the certificate is one of those that were to be trusted; an
    intact seal of an unknown signer proves nothing about who made the file.
    """

    sealed: bool
    intact: bool = False
    covers_whole_file: bool = False
    identified: bool = False
    signer: str = ""
    fingerprint: str = ""
    time: datetime | None = None

    @property
    def holds(self) -> bool:
        """Whether the file is, byte for byte, what a trusted signer sealed."""
        return self.sealed and self.intact and self.covers_whole_file and self.identified


def seal(pdf: bytes, *, signer: SimpleSigner) -> bytes:
    """Return the PDF sealed (PAdES B-B): certified, with no change allowed afterwards.

    The seal is an incremental update, so the unsealed bytes stand unchanged at its beginning.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import PdfSignatureMetadata, PdfSigner
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

    facts = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    sealed: bytes = (
        PdfSigner(facts, signer).sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf))).getvalue()
    )
    return sealed


def fingerprint_of(signer: Any) -> str:
    """Return the sha256 of the signer's certificate, as the organisation publishes it."""
    return bytes(signer.signing_cert.sha256).hex()


def check_seal(pdf: bytes, trust: Iterable[str] = ()) -> SealStatus:
    """Check the seal of any file; it never raises, whatever the file is.

    ``trust`` holds the sha256 fingerprints of the certificates that count as the organisation's.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    # A file that was tampered with breaks a parser in any of these ways.
    broken = (
        PdfError, UnsupportedAlgorithm, zlib.error, ValueError, TypeError, AttributeError,
        ArithmeticError, LookupError, NotImplementedError, RecursionError, AssertionError,
    )  # fmt: skip
    try:
        found = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures
        if not found:
            return SealStatus(sealed=False)
        # The first one certifies the document; anything after it shows as not covered.
        return _status(found[0], pdf, {_plain(fingerprint) for fingerprint in trust})
    except broken:
        return SealStatus(sealed=b"/ByteRange" in pdf)


def _status(found: EmbeddedPdfSignature, pdf: bytes, trusted: set[str]) -> SealStatus:
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    certificate = found.signer_cert
    # Whom to trust is a matter of the fingerprint; no authority is asked, and no network.
    itself = ValidationContext(trust_roots=[certificate], allow_fetching=False)
    status = validate_pdf_signature(found, itself, skip_diff=True)
    fingerprint = certificate.sha256.hex()
    return SealStatus(
        sealed=True,
        intact=status.intact and status.valid and _is_plainly_filled(found, pdf),
        covers_whole_file=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        identified=fingerprint in trusted,
        signer=certificate.subject.human_friendly,
        fingerprint=fingerprint,
        time=found.self_reported_timestamp,
    )


def _is_plainly_filled(found: EmbeddedPdfSignature, pdf: bytes) -> bool:
    """Say whether the one place no seal can cover holds the signature and zeros, nothing else."""
    from asn1crypto import parser

    _start, before, after, _length = found.byte_range
    content: bytes = found.pkcs7_content
    filled = content.hex().encode()
    gap = pdf[before:after]
    return gap in (b"<" + filled + b">", b"<" + filled.upper() + b">") and not any(
        content[parser.peek(content) :]
    )


def _plain(fingerprint: str) -> str:
    return fingerprint.replace(":", "").replace(" ", "").lower()
