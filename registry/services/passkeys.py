"""Challenge passkeys and check what they answer: one session, one act, one use, and soon."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import secrets
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AuthenticationResponse,
    AuthenticatorData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from registry.models import PasskeyChallenge, User
from registry.rules.signatures import CHALLENGE_LASTS, Factor

ENROLMENT = "enrolment"
# What a made-up answer brings the parser to.
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)
VERIFIED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True)
class Site:
    """Where the person's browser is: the host a passkey belongs to, and the whole origin."""

    rp_id: str
    origin: str

    @property
    def can_hold_passkeys(self) -> bool:
        """Say whether passkeys work here at all: by their standard, only under a name."""
        try:
            ipaddress.ip_address(self.rp_id.strip("[]"))
        except ValueError:
            return True
        return False


def creation_options(*, person: User, session: str, site: Site) -> dict[str, Any]:
    """Return what a browser needs to make a new passkey."""
    challenge = _challenge(person=person, about=ENROLMENT, session=session, site=site)
    options, _ = _server(site.rp_id, site.origin).register_begin(
        PublicKeyCredentialUserEntity(
            id=str(person.pk).encode(), name=person.username, display_name=person.printed_name
        ),
        credentials=[_credential(one) for one in _of(person)],
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=VERIFIED,
        challenge=challenge,
    )
    return dict(options.public_key)


def request_options(*, person: User, about: str, session: str, site: Site) -> dict[str, Any]:
    """Return what a browser needs to have a passkey answer for this one act."""
    challenge = _challenge(person=person, about=about, session=session, site=site)
    options, _ = _server(site.rp_id, site.origin).authenticate_begin(
        credentials=[_credential(one) for one in _of(person)],
        user_verification=VERIFIED,
        challenge=challenge,
    )
    return dict(options.public_key)


def made(*, person: User, answer: str, session: str) -> dict[str, Any] | None:
    """Return a new passkey as it is kept, if the answer is one to an enrolment of this session."""
    try:
        said = json.loads(answer)
        response = RegistrationResponse.from_dict(said)
        asked = _used(person, ENROLMENT, session, response.response.client_data.challenge)
        if asked is None:
            return None
        server = _server(asked.rp_id, asked.origin)
        given = server.register_complete(_state(asked), response)
    except UNREADABLE:
        return None
    return {"credential": said, "sign_count": given.counter}


def take(*, person: User, answer: str, about: str, session: str) -> bool:
    """Say whether one of the person's passkeys answered for this act; a challenge is used up.

    Has to run in a transaction that holds the person's row.
    """
    if not session:
        return False
    try:
        response = AuthenticationResponse.from_dict(json.loads(answer))
        asked = _used(person, about, session, response.response.client_data.challenge)
        if asked is None:
            return False
        known = {_credential(one).credential_id: one for one in _of(person)}
        server = _server(asked.rp_id, asked.origin)
        found = server.authenticate_complete(
            _state(asked), [_credential(one) for one in known.values()], response
        )
    except UNREADABLE:
        return False
    return _counted(known[found.credential_id], response.response.authenticator_data)


def _counted(passkey: Any, answered: AuthenticatorData) -> bool:
    """Keep the passkey's counter, which two copies of one key would both count up.

    Passkeys that are synchronised do not count, and always say 0.
    """
    if answered.counter and answered.counter <= passkey.data.get("sign_count", 0):
        return False
    passkey.data = {**passkey.data, "sign_count": answered.counter}
    passkey.save(update_fields=["data"])
    passkey.record_usage()
    return True


def _challenge(*, person: User, about: str, session: str, site: Site) -> bytes:
    """Keep a new challenge. It replaces the earlier one of the session, and those that ended."""
    challenge = secrets.token_bytes(32)
    now, of_session = timezone.now(), _digest(session)
    with transaction.atomic():
        PasskeyChallenge.objects.filter(expires_at__lte=now).delete()
        PasskeyChallenge.objects.filter(user=person, session=of_session).delete()
        PasskeyChallenge.objects.create(
            user=person,
            session=of_session,
            about=about,
            challenge=websafe_encode(challenge),
            rp_id=site.rp_id,
            origin=site.origin,
            expires_at=now + CHALLENGE_LASTS,
        )
    return challenge


def _used(person: User, about: str, session: str, challenge: bytes) -> PasskeyChallenge | None:
    """Return the challenge that was answered, and delete it: whatever comes of it, it is used."""
    kept = PasskeyChallenge.objects.filter(challenge=websafe_encode(challenge))
    asked = kept.select_for_update().first()
    if asked is None:
        return None
    kept.delete()
    fits = (asked.user_id, asked.about, asked.session) == (person.pk, about, _digest(session))
    return asked if fits and asked.expires_at > timezone.now() else None


def _digest(session: str) -> str:
    return hashlib.sha256(session.encode()).hexdigest()


def _state(asked: PasskeyChallenge) -> dict[str, Any]:
    return {"challenge": asked.challenge, "user_verification": VERIFIED}


def _server(rp_id: str, origin: str) -> Fido2Server:
    site = PublicKeyCredentialRpEntity(id=rp_id, name="mlops-gov")
    return Fido2Server(site, verify_origin=lambda said: said == origin)


def _of(person: User) -> list[Any]:
    return list(Authenticator.objects.filter(user=person, type=Factor.PASSKEY).order_by("pk"))


def _credential(passkey: Any) -> Any:
    return passkey.wrap().authenticator_data.credential_data
