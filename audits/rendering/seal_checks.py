"""The check of a seal: what it says of a file, whoever made it, and whatever the file is."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import EmbeddedPdfSignature, PdfSignatureStatus

LASTING = "B-LTA"


@dataclass(frozen=True)
class SealStatus:
    """What a check of the seal found. Each part says one thing; only together do they say "valid".

    ``intact``: not a byte that the seal covers was changed. ``covers_whole_file``: nothing was
    added after it. ``identified``: the certificate is one of those that were to be trusted; an
    intact seal of an unknown signer proves nothing about who made the file. ``level`` is what of
    PAdES it keeps to (B-B, B-T, B-LTA), ``stamped_at`` when an authority saw it, by its own word.
    """

    sealed: bool
    intact: bool = False
    covers_whole_file: bool = False
    identified: bool = False
    signer: str = ""
    fingerprint: str = ""
    time: datetime | None = None
    level: str = ""
    stamped_at: datetime | None = None
    stamped_by: str = ""

    @property
    def holds(self) -> bool:
        """Whether the file is, byte for byte, what a trusted signer sealed."""
        return self.sealed and self.intact and self.covers_whole_file and self.identified


def check_seal(pdf: bytes, trust: Iterable[str] = ()) -> SealStatus:
    """Check the seal of any file; it never raises, whatever the file is.

    ``trust`` holds the sha256 fingerprints of the certificates that count as the organisation's.
    """
    return checked(pdf, trust, review=True)


def checked(pdf: bytes, trust: Iterable[str], *, review: bool) -> SealStatus:
    """Check a seal; without ``review`` what stands between it and a later stamp is not read."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    # A file that was tampered with breaks a parser in any of these ways.
    broken = (
        PdfError, UnsupportedAlgorithm, zlib.error, ValueError, TypeError, AttributeError,
        ArithmeticError, LookupError, NotImplementedError, RecursionError, AssertionError,
    )  # fmt: skip
    try:
        reader = PdfFileReader(BytesIO(pdf))
        found = reader.embedded_regular_signatures
        if not found:
            return SealStatus(sealed=False)
        # The first one certifies the document; anything after it shows as not covered.
        status = _status(found[0], reader, pdf, {_plain(fingerprint) for fingerprint in trust})
        # Whatever level it keeps to: a stamp of anybody's may stand behind a seal without one.
        later = reader.embedded_timestamp_signatures
        if review and status.intact and status.covers_whole_file and later:
            return replace(status, covers_whole_file=_adds_nothing(found[0], reader))
        return status
    except broken:
        return SealStatus(sealed=b"/ByteRange" in pdf)


def _status(
    found: EmbeddedPdfSignature, reader: PdfFileReader, pdf: bytes, trusted: set[str]
) -> SealStatus:
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    certificate = found.signer_cert
    # Whom to trust is a matter of the fingerprint; no authority is asked, and no network.
    itself = ValidationContext(trust_roots=[certificate], allow_fetching=False)
    stamps = reader.embedded_timestamp_signatures
    status = validate_pdf_signature(
        found, itself, ts_validation_context=_of_stamp(found), skip_diff=True
    )
    stamp = status.timestamp_validity
    fingerprint = certificate.sha256.hex()
    return SealStatus(
        sealed=True,
        intact=status.intact
        and status.valid
        and (stamp is None or (stamp.intact and stamp.valid))
        and _is_plainly_filled(found, pdf),
        covers_whole_file=_covers(status, stamps, pdf),
        identified=fingerprint in trusted,
        signer=certificate.subject.human_friendly,
        fingerprint=fingerprint,
        time=found.self_reported_timestamp,
        level="B-B" if stamp is None else LASTING if stamps else "B-T",
        stamped_at=stamp.timestamp if stamp else None,
        stamped_by=stamp.signing_cert.subject.human_friendly if stamp else "",
    )


def _of_stamp(found: EmbeddedPdfSignature) -> Any:
    """Return what takes the stamp's own certificates as they are: whose it is, is told by name."""
    from asn1crypto import core
    from pyhanko_certvalidator import ValidationContext

    attributes = found.signer_info["unsigned_attrs"]
    if isinstance(attributes, core.Void):
        return None
    tokens = [
        token["content"]
        for attribute in attributes
        if attribute["type"].native == "signature_time_stamp_token"
        for token in attribute["values"]
    ]
    sent = [one.chosen for token in tokens for one in token["certificates"] or []]
    return ValidationContext(trust_roots=sent, allow_fetching=False)


def _covers(status: PdfSignatureStatus, stamps: list[EmbeddedPdfSignature], pdf: bytes) -> bool:
    """Say whether the seal covers the file; but for one stamp of time, which then covers it all."""
    from pyhanko.sign.validation import validate_pdf_timestamp
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    if not stamps:
        return status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    last = stamps[-1]
    itself = ValidationContext(trust_roots=[last.signer_cert], allow_fetching=False)
    told = validate_pdf_timestamp(last, itself, skip_diff=True)
    return (
        len(stamps) == 1
        and told.intact
        and told.valid
        and told.coverage == SignatureCoverageLevel.ENTIRE_FILE
        and _is_plainly_filled(last, pdf)
    )


def _adds_nothing(found: EmbeddedPdfSignature, reader: PdfFileReader) -> bool:
    """Say whether what follows the seal is a stamp and what checks certificates, and no more."""
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    itself = ValidationContext(trust_roots=[found.signer_cert], allow_fetching=False)
    # Comparing the revisions takes long, so what can be told without comes first.
    covered = found.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_REVISION
    if not (covered and _starts_alike(found, reader)):
        return False
    level = validate_pdf_signature(
        found, itself, ts_validation_context=_of_stamp(found)
    ).modification_level
    return level in (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES)


def _starts_alike(found: EmbeddedPdfSignature, reader: PdfFileReader) -> bool:
    """Say whether each later revision names the catalogue and the facts that were sealed."""
    sealed = found.signed_revision
    views = [
        reader.get_historical_resolver(revision).trailer_view
        for revision in range(sealed, reader.xrefs.total_revisions)
    ]
    return all(
        "/Encrypt" not in view
        and all(
            (view.raw_get(name) if name in view else None)
            == (views[0].raw_get(name) if name in views[0] else None)
            for name in ("/Root", "/Info")
        )
        for view in views
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
