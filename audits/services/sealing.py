"""Seal a report's pages with what the settings name: a file, a token, or the demo's own key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from audits.rendering import (
    Stamping,
    demo_signer,
    roots_from,
    seal,
    signer_from_pkcs12,
    signer_in_token,
)


def sealed(pages: bytes) -> bytes:
    """Return the pages sealed; raises Refused where key or time stamp cannot be had."""
    with signer() as by:
        return seal(pages, signer=by, stamping=stamping())


@contextmanager
def signer() -> Iterator[Any]:
    """Yield the organisation's signer: its own certificate, or the self-made one of the demo."""
    if settings.SEAL_PKCS11_MODULE:
        with signer_in_token(
            Path(settings.SEAL_PKCS11_MODULE),
            settings.SEAL_PKCS11_TOKEN,
            settings.SEAL_PKCS11_LABEL,
            settings.SEAL_PKCS11_PIN,
        ) as held:
            yield held
    elif settings.SEAL_PKCS12:
        yield signer_from_pkcs12(Path(settings.SEAL_PKCS12), settings.SEAL_PASSPHRASE)
    else:
        yield demo_signer(settings.SEAL_FOLDER, settings.ORGANISATION)


def stamping() -> Stamping | None:
    """Return who stamps the time, and whether the seal is to last; None at level B-B."""
    if settings.SEAL_LEVEL == "B-B":
        return None
    roots = roots_from(Path(settings.TSA_ROOTS)) if settings.TSA_ROOTS else ()
    return Stamping(settings.TSA_URL, lasting=settings.SEAL_LEVEL == "B-LTA", roots=roots)
