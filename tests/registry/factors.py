"""Second factors as the tests hold them: an app for codes, and a key that signs as passkeys do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from registry.models import User
from registry.services import passkeys, second_factors
from registry.services.passkeys import Site

SITE = Site(rp_id="testserver", origin="http://testserver")
SESSION = "the session of the test"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@pytest.fixture
def still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock in the middle of a code's thirty seconds, so that none ends during a test."""
    middle = datetime.fromtimestamp(timezone.now().timestamp() // 30 * 30 + 15, tz=UTC)
    monkeypatch.setattr(timezone, "now", lambda: middle)


def code_at(secret: str, seconds: float) -> str:
    """Return the code of RFC 6238 for a time, by its text alone and not by the library in use."""
    key = base64.b32decode(secret)
    digest = hmac.digest(key, struct.pack(">Q", int(seconds) // 30), hashlib.sha1)
    place = digest[-1] & 0x0F
    (number,) = struct.unpack(">I", digest[place : place + 4])
    return f"{(number & 0x7FFFFFFF) % 10**6:06}"


def code_now(secret: str, *, steps: int = 0) -> str:
    """Return the code an app shows, so many steps of thirty seconds from now."""
    return code_at(secret, timezone.now().timestamp() + 30 * steps)


def with_codes(person: User) -> tuple[str, list[str]]:
    """Set up an app for codes; return its secret and the recovery codes.

    The step before is the one used for setting it up, so the present code is still good.
    """
    secret = base64.b32encode(f"secret {person.username:>13}".encode()[:20]).decode()
    codes = second_factors.activate_codes(
        secret=secret, code=code_now(secret, steps=-1), confirmed_at=timezone.now(), by=person
    )
    return secret, codes


def text(raw: bytes) -> str:
    """Return bytes as browsers send them."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class SoftKey:
    """A passkey in memory, and the browser around it; each part of an answer can be falsified."""

    site: Site = SITE
    flags: int = PRESENT | VERIFIED
    counter: int = 0
    credential_id: bytes = b"a credential of the tests"
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def make(self, options: dict[str, Any], **falsified: Any) -> str:
        """Answer a request for a new passkey."""
        public = ES256.from_cryptography_key(self.private.public_key())
        data = AttestedCredentialData.create(b"\0" * 16, self.credential_id, public)
        attested = AttestationObject.create("none", self._said(ATTESTED, data), {})
        response = {
            "clientDataJSON": text(self._client("webauthn.create", options, falsified)),
            "attestationObject": text(bytes(attested)),
        }
        return self._answer(response)

    def answer(self, options: dict[str, Any], **falsified: Any) -> str:
        """Answer a challenge."""
        client = self._client("webauthn.get", options, falsified)
        said = self._said(0)
        signed = self.private.sign(
            bytes(said) + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256())
        )
        response = {
            "clientDataJSON": text(client),
            "authenticatorData": text(bytes(said)),
            "signature": text(signed),
        }
        return self._answer(response)

    def _said(self, flags: int, data: bytes = b"") -> AuthenticatorData:
        host = hashlib.sha256(self.site.rp_id.encode()).digest()
        return AuthenticatorData.create(host, self.flags | flags, self.counter, data)

    def _client(self, kind: str, options: dict[str, Any], falsified: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.site.origin}
        return json.dumps(said | falsified).encode()

    def _answer(self, response: dict[str, str]) -> str:
        named = text(self.credential_id)
        kept = {"id": named, "rawId": named, "type": "public-key", "response": response}
        return json.dumps(kept | {"clientExtensionResults": {}})


def with_passkey(person: User, key: SoftKey | None = None, name: str = "Laptop") -> SoftKey:
    """Enrol a passkey."""
    key = key or SoftKey(credential_id=f"credential of {person.username}".encode())
    options = passkeys.creation_options(person=person, session=SESSION, site=key.site)
    second_factors.add_passkey(
        name=name,
        answer=key.make(options),
        session=SESSION,
        confirmed_at=timezone.now(),
        by=person,
    )
    return key


def answered(
    key: SoftKey, person: User, about: str, *, session: str = SESSION, **falsified: Any
) -> str:
    """Have a passkey challenged for an act, and return what it answers."""
    options = passkeys.request_options(person=person, about=about, session=session, site=SITE)
    return key.answer(options, **falsified)
