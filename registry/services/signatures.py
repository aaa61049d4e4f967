"""Sign: the password is entered again, and a wrong one is remembered."""

from __future__ import annotations

from datetime import timedelta

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
    since = (timezone.now() - LOCKED_FOR).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    wrong = Entry.objects.filter(action=FAILED, actor_id=by.pk, at__gte=since).count()
    if wrong >= MOST_WRONG_TRIES:
        raise SignatureFailed(
            _(
                "Signing is locked after %(tries)s wrong passwords; try again in %(minutes)s"
                " minutes."
            )
            % {"tries": MOST_WRONG_TRIES, "minutes": int(LOCKED_FOR.total_seconds() // 60)}
        )
    if not password:
        raise SignatureFailed(
            _("A signature needs your password, entered again for this decision.")
        )
    if not by.check_password(password):
        _remember_failure(release=release, by=by)
        raise SignatureFailed(
            _("The password is not right, so nothing was signed. Enter it again.")
        )
    return "password"


@journal.verb
def _remember_failure(*, release: Release, by: User) -> None:
    journal.record(FAILED, by=by, subject=release, model=release.version.model)
