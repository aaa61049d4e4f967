"""Check a report that somebody hands in; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from allauth.core.internal import ratelimit
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from audits.services import reports, sealing
from registry.inspection import sandbox
from registry.inspection.confinements import Limits
from registry.models import CheckpointKey
from registry.rules.refusals import Refused

SCRIPT = Path(__file__).resolve().parents[2] / "static" / "verify_report.py"
LIMITS = Limits(memory_bytes=3 * 2**30, cpu_seconds=20, wall_seconds=45, file_bytes=0)
# So many files are checked at the same time, however many processes serve; the next has to wait.
AT_ONCE = 2
# The boundaries and headers of a form around its one file.
AROUND_A_FILE = 64 * 2**10
VALID, BROKEN, UNREADABLE = "valid", "broken", "unreadable"


class TooManyChecks(Exception):
    """So many files or serials came from this address, or from all, that it has to wait."""


@dataclass(frozen=True)
class Certificate:
    """The organisation's certificate, as it is handed out."""

    pem: bytes
    fingerprint: str
    subject: str
    valid_until: datetime


@dataclass(frozen=True)
class Checked:
    """What the checker said of a file, and what this installation knows of its serial.

    ``verdict`` is "valid", "broken" or "unreadable": this installation says whose seal it has to
    be, so no file is left with an unknown signer. ``standing`` is told of a valid file alone, since
    anybody can print any serial on theirs.
    """

    verdict: str
    says: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    lines: list[dict[str, str]] = field(default_factory=list)
    standing: dict[str, Any] | None = None

    @property
    def sealed_at(self) -> datetime | None:
        """When the seal says it was made."""
        told = self.facts.get("sealed_at")
        return datetime.fromisoformat(told) if told else None

    def told(self, state: str) -> list[dict[str, str]]:
        """Return the lines that are "met", "broken" or "could not"."""
        return [line for line in self.lines if line["state"] == state]


def count(request: HttpRequest) -> None:
    """Count a look at a file or a serial. Raises TooManyChecks; call it before a body is read."""
    usage = ratelimit.consume(
        request,
        app="audits",
        action="verify",
        config={"verify": settings.VERIFY_RATE},
        key="everybody",
        limit_get=True,
    )
    if usage is None:
        raise TooManyChecks


def too_many_checks() -> str:
    """Return the sentence for whoever has to wait."""
    return _("There were too many checks. Wait a minute, or check the file offline.")


def is_too_large(request: HttpRequest) -> bool:
    """Say whether the body is larger than any report, before a byte of it is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    most: int = settings.VERIFY_LIMIT + AROUND_A_FILE
    return not length.isdecimal() or int(length) > most


def too_large() -> str:
    """Return the sentence for a file that is not looked at."""
    limit = settings.VERIFY_LIMIT // 2**20
    return _("The file is larger than %(limit)s MiB; no report is.") % {"limit": limit}


def check(file: TemporaryUploadedFile) -> Checked:
    """Check an upload with this organisation's certificate and keys; the upload is gone after."""
    with file:
        return check_file(Path(file.temporary_file_path()))


@contextmanager
def _place() -> Iterator[None]:
    """Take one of the few places for a check. Raises TooManyChecks when all are taken."""
    # A place whose process was killed is free again once no check can be running in it.
    longest = int(LIMITS.wall_seconds) + 30
    names = (f"verify-place-{number}" for number in range(AT_ONCE))
    taken = next((name for name in names if cache.add(name, 1, timeout=longest)), None)
    if taken is None:
        raise TooManyChecks
    try:
        yield
    finally:
        cache.delete(taken)


def check_file(path: Path) -> Checked:
    """Check a file with this organisation's certificate and keys. Raises TooManyChecks."""
    try:
        with _place():
            found = _answer_on(path)
    except Refused as refused:
        return Checked(UNREADABLE, " ".join(str(one) for one in refused.objections))
    if found["verdict"] == UNREADABLE:
        return Checked(UNREADABLE, found["says"])
    facts = found["facts"]
    standing = reports.standing_of(facts.get("serial") or "") if found["verdict"] == VALID else None
    return Checked(found["verdict"], "", facts, found["lines"], standing)


def _answer_on(path: Path) -> dict[str, Any]:
    return sandbox.run(
        "audits.checking.child",
        {
            "script": str(SCRIPT),
            "file": str(path.resolve()),
            "fingerprints": [certificate().fingerprint, *settings.SEAL_OLD_FINGERPRINTS],
            "checkpoint_keys": [key.fingerprint for key in CheckpointKey.objects.all()],
        },
        limits=LIMITS,
        reads=[SCRIPT, path],
    )


def certificate() -> Certificate:
    """Return the certificate that reports are sealed with."""
    return _certificate(
        settings.SEAL_PKCS12,
        settings.SEAL_PKCS11_MODULE,
        settings.SEAL_PKCS11_LABEL,
        settings.SEAL_FOLDER,
        settings.ORGANISATION,
    )


@lru_cache(maxsize=4)
def _certificate(*_where: object) -> Certificate:
    """Read it once for each place: a token or a file is opened for it, key and all."""
    with sealing.signer() as signer:
        found = load_der_x509_certificate(signer.signing_cert.dump())
        fingerprint = bytes(signer.signing_cert.sha256).hex()
    return Certificate(
        found.public_bytes(Encoding.PEM),
        fingerprint,
        ", ".join(str(part.value) for part in found.subject),
        found.not_valid_after_utc,
    )
