"""Sign: the signer proves anew who they are, and a wrong try is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import Entry, RegisteredModel, Release, User
from registry.rules import signatures as rules
from registry.rules.signatures import LOCKED_FOR, MOST_WRONG_TRIES
from registry.rules.wording import gettext_noop
from registry.services import journal, one_time_codes, passkeys

FAILED = "signature.failed"
# Releases had signatures first, and their entries keep the name they were written under.
FAILED_ON_RELEASE = "release.signature_failed"
FAILED_AT_CONFIRMING = "person.confirmation_failed"
FAILED_AT_SIGNING_IN = "person.sign_in_failed"
# Tries of these kinds are counted together; signing in has a count of its own, or whoever knows a
# password could keep its owner from signing.
WHILE_SIGNED_IN = (FAILED, FAILED_ON_RELEASE, FAILED_AT_CONFIRMING)


class SignatureFailed(PermissionDenied):
    """The signer did not prove to be the person signed in; ``part`` names what was wrong."""

    def __init__(self, sentence: str, part: str = "password") -> None:
        super().__init__(sentence)
        self.part = part


@dataclass(frozen=True)
class Proof:
    """What a signer gives to prove who they are: a password, a code, a passkey's answer.

    ``code`` is a one-time or a recovery code. ``passkey`` is the browser's answer as JSON, and
    ``session`` the key of the session it was challenged in; without one no passkey is taken.
    """

    password: str = ""
    code: str = ""
    passkey: str = ""
    session: str = ""

    @property
    def given(self) -> rules.Given:
        """Which parts of it there are."""
        return rules.Given(bool(self.password), bool(self.code), bool(self.passkey))


class Tried(StrEnum):
    """How a try went; a wrong one is called after the part of the proof that was wrong."""

    RIGHT = "right"
    WRONG_PASSWORD = "password"  # noqa: S105
    WRONG_CODE = "code"
    WRONG_PASSKEY = "passkey"
    LOCKED = "locked"


SAID = {
    Tried.WRONG_PASSWORD: gettext_noop(
        "The password is not right, so nothing was signed. Enter it again."
    ),
    Tried.WRONG_CODE: gettext_noop(
        "The code is not right or was used before, so nothing was signed. Enter the next one."
    ),
    Tried.WRONG_PASSKEY: gettext_noop(
        "The passkey did not answer for this signature, or too late, so nothing was signed."
        " Use it again."
    ),
    Tried.LOCKED: gettext_noop(
        "Signing is locked after %(tries)s wrong tries; try again in %(minutes)s minutes."
    ),
}


def check(
    *,
    subject: models.Model,
    model: RegisteredModel | None,
    proof: Proof,
    strength: str = rules.Strength.PASSWORD,
    digest: str = "",
    by: User,
) -> str:
    """Return the method the signature was made with. Raises SignatureFailed for a wrong try.

    Everything that is given has to be right, needed or not. ``digest`` is of what is signed: a
    passkey answers for that and nothing else. Has to be called outside a verb: the failed try is
    journalled in a transaction of its own, so that the refusal cannot roll it back.
    """
    still = rules.missing(rules.Strength(strength), held_by(by), proof.given)
    if still:
        raise SignatureFailed(_(still), "password" if still == rules.PASSWORD_MISSING else "code")
    tried, factor = attempt(
        action=FAILED_ON_RELEASE if isinstance(subject, Release) else FAILED,
        counted=WHILE_SIGNED_IN,
        subject=subject,
        model=model,
        proof=proof,
        about=about(subject, digest),
        by=by,
    )
    if tried is not Tried.RIGHT:
        raise SignatureFailed(said(SAID, tried), tried)
    return rules.METHODS[bool(proof.password), factor]


def about(subject: models.Model, digest: str = "") -> str:
    """Name the act that a passkey is asked to answer for: this subject, with this content."""
    return f"{subject._meta.label_lower}:{subject.pk}:{digest}"


def held_by(person: User) -> rules.Held:
    """Return what a person has to prove themselves with."""
    kinds = set(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    return rules.Held(
        password=person.has_usable_password(),
        code=rules.Factor.CODE in kinds or rules.Factor.RECOVERY_CODE in kinds,
        passkey=rules.Factor.PASSKEY in kinds,
    )


def said(sentences: dict[Tried, str], tried: Tried) -> str:
    """Return the sentence for a try that failed."""
    told = {"tries": MOST_WRONG_TRIES, "minutes": int(LOCKED_FOR.total_seconds() // 60)}
    return _(sentences[tried]) % (told if tried is Tried.LOCKED else {})


@journal.verb
def attempt(
    *,
    action: str,
    counted: tuple[str, ...],
    subject: models.Model,
    model: RegisteredModel | None,
    proof: Proof,
    about: str,
    by: User,
) -> tuple[Tried, rules.Factor | None]:
    """Judge one try, and journal it as ``action`` when it is wrong; return the factor beside it.

    One try of a person at a time: guesses sent together would all find the lock still open, and
    one code would be good for two signatures.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    since = (timezone.now() - LOCKED_FOR).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    wrong = Entry.objects.filter(action__in=counted, actor_id=by.pk, at__gte=since).count()
    if wrong >= MOST_WRONG_TRIES:
        return Tried.LOCKED, None
    tried, factor = _judge(person, proof, about)
    if tried is not Tried.RIGHT:
        journal.record(action, by=by, subject=subject, model=model, changes={"wrong": str(tried)})
    return tried, factor


def _judge(person: User, proof: Proof, about: str) -> tuple[Tried, rules.Factor | None]:
    """Look at the password first: with a wrong one no code is used up."""
    if proof.password and not person.check_password(proof.password):
        return Tried.WRONG_PASSWORD, None
    factor = None
    if proof.code:
        factor = one_time_codes.take(person, proof.code)
        if factor is None:
            return Tried.WRONG_CODE, None
    if proof.passkey:
        answered = passkeys.take(
            person=person, answer=proof.passkey, about=about, session=proof.session
        )
        if not answered:
            return Tried.WRONG_PASSKEY, None
        factor = rules.Factor.PASSKEY
    return Tried.RIGHT, factor
