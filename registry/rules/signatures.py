"""What a signature takes: which proofs of the signer, and the words that stand for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from registry.rules.wording import gettext_noop


class Strength(StrEnum):
    """How surely the signer has to prove anew who they are; the policy says which."""

    PASSWORD = "password"  # noqa: S105
    SECOND_FACTOR = "second_factor"


class Factor(StrEnum):
    """What a person may have beside the password; the values are those of allauth."""

    CODE = "totp"
    RECOVERY_CODE = "recovery_codes"
    PASSKEY = "webauthn"


FACTOR_NAMES = {
    Factor.CODE: gettext_noop("Codes from an app"),
    Factor.RECOVERY_CODE: gettext_noop("Recovery codes"),
    Factor.PASSKEY: gettext_noop("Passkey"),
}

# How a signature was given, as it stands beside it: by password or not, and the other factor.
METHODS: dict[tuple[bool, Factor | None], str] = {
    (True, None): gettext_noop("password"),
    (True, Factor.CODE): gettext_noop("password and one-time code"),
    (True, Factor.RECOVERY_CODE): gettext_noop("password and recovery code"),
    (True, Factor.PASSKEY): gettext_noop("password and passkey"),
    (False, Factor.CODE): gettext_noop("one-time code"),
    (False, Factor.RECOVERY_CODE): gettext_noop("recovery code"),
    (False, Factor.PASSKEY): gettext_noop("passkey"),
}

MOST_WRONG_TRIES = 3
LOCKED_FOR = timedelta(minutes=15)
# How long a confirmed person may change their own factors before they are asked again.
CONFIRMED_FOR = timedelta(minutes=10)
CHALLENGE_LASTS = timedelta(minutes=5)
LONGEST_NAME = 60

# RFC 6238: a code is good for its own step of 30 seconds, and one beside it, as clocks differ.
STEP_SECONDS = 30
STEPS_BESIDE = 1


@dataclass(frozen=True)
class Held:
    """What a person has to prove themselves with; ``code`` stands for either kind of code."""

    password: bool
    code: bool = False
    passkey: bool = False


@dataclass(frozen=True)
class Given:
    """What of it was given for this signature."""

    password: bool = False
    code: bool = False
    passkey: bool = False


PASSWORD_MISSING = gettext_noop("A signature needs your password, entered again for this decision.")
SECOND_FACTOR_MISSING = gettext_noop(
    "This signature takes a second factor beside the password:"
    " a one-time code, a recovery code or a passkey."
)
NOTHING_ENROLLED = gettext_noop(
    "This signature takes a second factor, and you have none yet."
    " Set up an app for codes, or a passkey, under “My account”."
)
STEP_UP = gettext_noop(
    "You sign in elsewhere and have no password here, so a signature takes your passkey,"
    " or a one-time code."
)
STEP_UP_BY_PASSKEY = gettext_noop(
    "You sign in elsewhere and have no password here, so this signature takes a passkey,"
    " which is two factors in one. Set one up under “My account”, or use yours."
)


def missing(strength: Strength, held: Held, given: Given) -> str:
    """Say what is still missing for a signature of this strength; empty when nothing is.

    21 CFR 11.200(a)(1) asks for two distinct components. Being signed in under one's name is the
    first and the password the second; a second factor is a third. Who has no password here gives
    a factor instead of it; where the policy asks for two, that is a passkey, which its owner
    unlocks by PIN or finger.
    """
    enrolled = held.code or held.passkey
    if held.password:
        if not given.password:
            return PASSWORD_MISSING
        if strength is Strength.SECOND_FACTOR and not (given.code or given.passkey):
            return SECOND_FACTOR_MISSING if enrolled else NOTHING_ENROLLED
        return ""
    if strength is Strength.SECOND_FACTOR:
        return "" if given.passkey else STEP_UP_BY_PASSKEY
    if given.code or given.passkey:
        return ""
    return STEP_UP if enrolled else NOTHING_ENROLLED


def steps_at(seconds: float) -> range:
    """Return the time steps whose codes are taken at this time (seconds since 1970)."""
    now = int(seconds) // STEP_SECONDS
    return range(now - STEPS_BESIDE, now + STEPS_BESIDE + 1)
