"""Sign: the password is entered again, and a wrong one is remembered."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, auto

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import Entry, Release, User
from registry.services import journal

MOST_WRONG_TRIES = 3
LOCKED_FOR = timedelta(minutes=15)
FAILED = "release.signature_failed"


class SignatureFailed(PermissionDenied):
    """The signer did not prove to be the person signed in."""


def check(*, release: Release, password: str, by: User) -> str:
    """Return the method the signature was made with. Raises SignatureFailed for a wrong password.

    Has to be called outside a verb: the failed try is journalled in a transaction of its own, so
    that the refusal cannot roll it back.
    """
    if not password:
        raise SignatureFailed(
            _("A signature needs your password, entered again for this decision.")
        )
    tried = _try(release=release, password=password, by=by)
    if tried is Tried.LOCKED:
        raise SignatureFailed(
            _(
                "Signing is locked after %(tries)s wrong passwords; try again in %(minutes)s"
                " minutes."
            )
            % {"tries": MOST_WRONG_TRIES, "minutes": int(LOCKED_FOR.total_seconds() // 60)}
        )
    if tried is Tried.WRONG:
        raise SignatureFailed(
            _("The password is not right, so nothing was signed. Enter it again.")
        )
    return "password"


class Tried(Enum):
    """How a try with a password went."""

    RIGHT = auto()
    WRONG = auto()
    LOCKED = auto()


@journal.verb
def _try(*, release: Release, password: str, by: User) -> Tried:
    """Judge one try, and journal it when it is wrong.

    One try of a person at a time: guesses sent together would all find the lock still open.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    since = (timezone.now() - LOCKED_FOR).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    wrong = Entry.objects.filter(action=FAILED, actor_id=by.pk, at__gte=since).count()
    if wrong >= MOST_WRONG_TRIES:
        return Tried.LOCKED
    if person.check_password(password):
        return Tried.RIGHT
    journal.record(FAILED, by=by, subject=release, model=release.version.model)
    return Tried.WRONG
