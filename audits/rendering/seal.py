"""The seal: PAdES over the finished PDF with the organisation's certificate."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from audits.rendering.seal_checks import LASTING, checked
from audits.rendering.stamping import Stamping, no_stamp, stamper_of, validation_of

if TYPE_CHECKING:
    from pyhanko.sign import Signer

FIELD, LASTING_FIELD = "Seal", "SealTime"


def seal(pdf: bytes, *, signer: Signer, stamping: Stamping | None = None) -> bytes:
    """Return the PDF sealed: certified, with no change allowed afterwards.

    PAdES B-B; B-T or B-LTA where somebody stamps the time. The seal is an incremental update, so
    the unsealed bytes stand unchanged at its beginning. Raises Refused where no time stamp that
    holds was to be had: never a seal of a lower level than was asked for.
    """
    from aiohttp import ClientError
    from pyhanko.sign.general import SigningError
    from pyhanko.sign.timestamps import TimestampRequestError
    from pyhanko_certvalidator.errors import (
        PathError,
        ValidationError,
    )

    if stamping is None:
        return _signed(pdf, signer, {})
    try:
        stamper = stamper_of(stamping)
        validation = validation_of(stamping, signer, stamper)
        sealed = _signed(pdf, signer, _lasting(stamping, signer, validation), stamper)
    except (
        TimestampRequestError, SigningError, PathError, ValidationError, ClientError,
        OSError, ValueError, TypeError, LookupError, AttributeError,
    ) as error:  # fmt: skip
        raise no_stamp(stamping.url, error) from error
    # What stands between seal and stamp was written here; to review it takes seconds.
    status = checked(sealed, [fingerprint_of(signer)], review=False)
    if not status.holds or status.level != (LASTING if stamping.lasting else "B-T"):
        raise no_stamp(stamping.url, ValueError("its stamp does not fit the seal"))
    return sealed


def _signed(pdf: bytes, signer: Signer, more: dict[str, Any], stamper: Any = None) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import PdfSignatureMetadata, PdfSigner
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

    facts = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        **more,
    )
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    sealed: bytes = PdfSigner(facts, signer, timestamper=stamper).sign_pdf(writer).getvalue()
    return sealed


def _lasting(stamping: Stamping, signer: Signer, validation: Any) -> dict[str, Any]:
    """Return what goes into the file beside the seal, so that it can be checked in ten years."""
    from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference

    usage = {"signer_key_usage": _usage(signer), "validation_context": validation}
    if not stamping.lasting:
        return usage
    # With the seal, so that nothing but the last stamp is written after it.
    placed = DSSContentSettings(
        include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
    )
    return {
        **usage,
        "embed_validation_info": True,
        "use_pades_lta": True,
        "timestamp_field_name": LASTING_FIELD,
        "dss_settings": placed,
    }


def _usage(signer: Signer) -> set[str]:
    """Return the use of its key by which a certificate seals; some are for one of these alone."""
    certificate = signer.signing_cert
    stated = certificate.key_usage_value if certificate else None
    committing = stated is not None and "non_repudiation" in stated.native
    return {"non_repudiation" if committing else "digital_signature"}


def fingerprint_of(signer: Any) -> str:
    """Return the sha256 of the signer's certificate, as the organisation publishes it."""
    return bytes(signer.signing_cert.sha256).hex()
