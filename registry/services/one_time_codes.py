"""Take a code once: a one-time code from an app, or one of the recovery codes."""

from __future__ import annotations

from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from django.utils import timezone

from registry.models import User
from registry.rules import signatures as rules

KINDS = [rules.Factor.CODE, rules.Factor.RECOVERY_CODE]


def new_secret() -> str:
    """Return 160 random bits in base32, from which an app makes its codes."""
    return str(generate_totp_secret())


def matching_step(secret: str, code: str, *, after: int = 0) -> int | None:
    """Return the time step a code is of, if it is taken now and later than ``after``."""
    for step in rules.steps_at(timezone.now().timestamp()):
        expected = format_hotp_value(hotp_value(secret, step))
        if step > after and compare_user_code(actual=code, expected=expected):
            return step
    return None


def take(person: User, code: str) -> rules.Factor | None:
    """Use a code up, and return what kind it was; None for one that is wrong or was used.

    Has to run in a transaction that holds the person's row, or two requests could use one code. A
    step once used is kept in the database, and no code of it or before it is taken again: what
    allauth keeps of used codes is in the cache, and ends before the codes do.
    """
    for authenticator in Authenticator.objects.filter(user=person, type__in=KINDS):
        if _fits(authenticator, code):
            authenticator.record_usage()
            return rules.Factor(authenticator.type)
    return None


def _fits(authenticator: Any, code: str) -> bool:
    if authenticator.type == rules.Factor.RECOVERY_CODE:
        return bool(authenticator.wrap().validate_code(code))
    kept = authenticator.data
    step = matching_step(decrypt(kept["secret"]), code, after=kept.get("last_step", 0))
    if step is None:
        return False
    authenticator.data = {**kept, "last_step": step}
    authenticator.save(update_fields=["data"])
    return True
