"""Time stamps on a seal (RFC 3161), and what checks a seal when its certificates have run out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

if TYPE_CHECKING:
    from asn1crypto.x509 import Certificate
    from pyhanko.sign.timestamps import HTTPTimeStamper
    from pyhanko_certvalidator import ValidationContext

SECONDS = 20


@dataclass(frozen=True)
class Stamping:
    """Who stamps the time, and how long the seal is to be checkable.

    ``lasting`` makes it B-LTA: certificates, and what says they were not revoked, go into the file
    under a stamp of their own. ``roots`` are whom the authority's certificate has to lead to;
    without any, the topmost certificate it sends is taken as its root.
    """

    url: str
    lasting: bool = False
    roots: tuple[Certificate, ...] = ()


def roots_from(path: Path) -> tuple[Certificate, ...]:
    """Return the certificates of a PEM file; raises Refused where it holds none."""
    from asn1crypto import pem, x509

    try:
        content = path.read_bytes()
        parts = list(pem.unarmor(content, multiple=True))
    except (OSError, ValueError) as error:
        raise _unreadable(path) from error
    found = [x509.Certificate.load(der) for kind, _headers, der in parts if kind == "CERTIFICATE"]
    if not found:
        raise _unreadable(path)
    return tuple(found)


def stamper_of(stamping: Stamping) -> HTTPTimeStamper:
    """Return a client of the authority, which has answered once."""
    from pyhanko.sign.timestamps import HTTPTimeStamper

    stamper = HTTPTimeStamper(stamping.url, timeout=SECONDS)
    # The first answer brings its certificates, and the size that later ones take up.
    asyncio.run(stamper.async_dummy_response("sha256"))
    return stamper


def validation_of(
    stamping: Stamping, signer: Any, stamper: HTTPTimeStamper
) -> ValidationContext | None:
    """Return by what the certificates are checked before they seal; None where nobody named it.

    Where a certificate says where its revocations are listed, that list has to be had, and goes
    into the file; self-made chains name no such place, and nothing is fetched for them.
    """
    from pyhanko_certvalidator import ValidationContext

    if not (stamping.lasting or stamping.roots):
        return None
    own = [signer.signing_cert, *signer.cert_registry]
    theirs = list(stamper.cert_registry)
    return ValidationContext(
        trust_roots=[*_topmost(own), *(stamping.roots or _topmost(theirs))],
        other_certs=[*own, *theirs],
        allow_fetching=True,
        revocation_mode="hard-fail",
    )


def no_stamp(url: str, why: Exception) -> Refused:
    """Return the refusal of a seal whose time nobody stamped."""
    return Refused.because(
        "seal.time_stamp",
        gettext_noop(
            "The time-stamping authority at %(url)s gave no stamp that holds (%(why)s). See that it"
            " can be reached and is the one in the settings, then ask for the report again."
        ),
        url=url,
        why=str(why) or type(why).__name__,
    )


def _topmost(certificates: Sequence[Certificate]) -> list[Certificate]:
    """Return those whose issuer is not among them, or is themselves."""
    subjects = {one.subject.hashable for one in certificates}
    return [one for one in _once(certificates) if _is_its_own(one) or _issuer(one) not in subjects]


def _once(certificates: Iterable[Certificate]) -> list[Certificate]:
    return list({one.sha256: one for one in certificates}.values())


def _issuer(certificate: Certificate) -> str:
    return str(certificate.issuer.hashable)


def _is_its_own(certificate: Certificate) -> bool:
    return _issuer(certificate) == str(certificate.subject.hashable)


def _unreadable(path: Path) -> Refused:
    return Refused.because(
        "seal.roots",
        gettext_noop("%(file)s holds no certificate; it has to be a PEM file of one or more."),
        file=path.name,
    )
