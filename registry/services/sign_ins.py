"""Let people in by password and second factor; demo accounts only from the server's own machine."""

from __future__ import annotations

import ipaddress

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import User
from registry.rules.signatures import CONFIRMED_FOR
from registry.rules.wording import gettext_noop
from registry.services import second_factors, signatures
from registry.services.signatures import Proof, Tried

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")
# The act that a passkey answers for at the sign-in, and when the person confirms who they are.
SIGNING_IN, CONFIRMING = "sign-in", "confirmation"
MISSING = gettext_noop("Enter the code of this moment, or a recovery code, or use a passkey.")
SAID = {
    Tried.WRONG_PASSWORD: gettext_noop("The password is not right. Enter it again."),
    Tried.WRONG_CODE: gettext_noop("The code is not right or was used before. Enter the next one."),
    Tried.WRONG_PASSKEY: gettext_noop(
        "The passkey did not answer for this page, or too late. Use it again."
    ),
    Tried.LOCKED: gettext_noop(
        "After %(tries)s wrong tries this is locked; try again in %(minutes)s minutes."
    ),
}


class SignInFailed(PermissionDenied):
    """The person did not prove to be who they say; ``part`` names what was wrong."""

    def __init__(self, sentence: str, part: str) -> None:
        super().__init__(sentence)
        self.part = part


class TooManyTries(Exception):
    """So many wrong passwords came from this address, or for this account, that it has to wait."""


def demo_may_come_from(request: HttpRequest) -> bool:
    """Say whether a demo account may be used here.

    Its password is printed in the README, so the request has to come from this machine itself: to
    a server that listens on loopback, from a loopback address, and through no proxy.
    """
    if settings.DEMO_REACHABLE:
        return True
    if not settings.DEMO_SIGN_INS or any(header in request.META for header in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class SignInBackend(ModelBackend):
    """Django's own check of the password. Django's permission flags give no right in the domain."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: object,
    ) -> User | None:
        """Return the person, or None; a demo account from elsewhere is nobody.

        Raises TooManyTries. A right password takes back what its own try counted, so people who
        sign in do not wear the limit down, and nobody's signing in frees another's guesses.
        """
        tried = _counted(request, username or "") if request is not None else None
        user = super().authenticate(request, username=username, password=password, **kwargs)
        if user is not None and user.demo and (request is None or not demo_may_come_from(request)):
            return None
        if user is not None and tried is not None:
            tried.rollback()
        return user


def _counted(request: HttpRequest, username: str) -> ratelimit.RateLimitUsage:
    usage = ratelimit.consume(
        request,
        app="registry",
        action="sign_in",
        config={"sign_in": settings.WRONG_SIGN_INS},
        key=username.lower(),
    )
    if usage is None:
        raise TooManyTries
    return usage


def too_many_tries() -> str:
    """Return the sentence for whoever has to wait."""
    return _("There were too many wrong tries. Wait five minutes, then sign in again.")


def check_second_factor(*, proof: Proof, by: User) -> str:
    """Return how a person whose password was right proved the rest; empty where nothing else is.

    Raises SignInFailed. Wrong tries are journalled: whoever makes them knows the password.
    """
    if not second_factors.takes_second_factor(by):
        return ""
    beside = Proof(code=proof.code, passkey=proof.passkey, session=proof.session)
    if not (beside.code or beside.passkey):
        raise SignInFailed(_(MISSING), "code")
    return _prove(
        beside,
        SIGNING_IN,
        signatures.FAILED_AT_SIGNING_IN,
        (signatures.FAILED_AT_SIGNING_IN,),
        by,
    )


def confirm(*, proof: Proof, by: User) -> str:
    """Let a signed-in person prove anew who they are, before they change their own factors.

    With everything they have: the password, and a second factor where there is one, so that a
    guessed password alone adds no passkey. Who has neither here has to have signed in just now.
    Raises SignInFailed.
    """
    held = signatures.held_by(by)
    if held.password and not proof.password:
        raise SignInFailed(_("Enter your password."), "password")
    if (held.code or held.passkey) and not (proof.code or proof.passkey):
        raise SignInFailed(_(MISSING), "code")
    since = timezone.now() - CONFIRMED_FOR
    fresh = by.last_login is not None and by.last_login > since
    if not (held.password or held.code or held.passkey or fresh):
        raise SignInFailed(_("Sign out, sign in again, and come back at once."), "code")
    return _prove(
        proof, CONFIRMING, signatures.FAILED_AT_CONFIRMING, signatures.WHILE_SIGNED_IN, by
    )


def _prove(proof: Proof, about: str, action: str, counted: tuple[str, ...], by: User) -> str:
    tried, factor = signatures.attempt(
        action=action, counted=counted, subject=by, model=None, proof=proof, about=about, by=by
    )
    if tried is not Tried.RIGHT:
        raise SignInFailed(signatures.said(SAID, tried), tried)
    return str(factor or "password")
