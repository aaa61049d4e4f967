"""Give long-lived tokens to the accounts of machines: an operator's act, journalled."""

from __future__ import annotations

from datetime import datetime, timedelta

from knox.models import get_token_model

from registry.models import User
from registry.rules.refusals import Objection, Refused
from registry.rules.roles import Role
from registry.rules.wording import gettext_noop
from registry.services import journal

LONGEST_DAYS = 366
# A person signs in for each day; what never sleeps may hold a token for longer.
MACHINES = frozenset({Role.SERVICE})


@journal.verb
def give(*, username: str, days: int, by: None) -> tuple[str, datetime]:
    """Return a new token, which nobody can show again, and when it ends.

    For an account that holds the role of a service and no other: a long-lived token in a file is
    no proof of who is at the keyboard.
    """
    account = User.objects.filter(username=username).first()
    if account is None:
        raise Refused.because(
            "token.no_account",
            gettext_noop("There is no account %(username)s; add it with add_person."),
            username=username,
        )
    held = set(account.memberships.current().values_list("role", flat=True))
    objections = []
    if not account.is_active or account.demo:
        objections.append(
            Objection("token.account", gettext_noop("This account is closed, or one of the demo."))
        )
    if not held or held - MACHINES:
        objections.append(
            Objection(
                "token.not_a_service",
                gettext_noop(
                    "A long-lived token is for an account that holds the role service and no other;"
                    " have an administrator grant it. People get theirs by signing in."
                ),
            )
        )
    if not 1 <= days <= LONGEST_DAYS:
        objections.append(
            Objection(
                "token.days",
                gettext_noop("A token is good for 1 to %(most)s days."),
                {"most": LONGEST_DAYS},
            )
        )
    if objections:
        raise Refused(*objections)
    kept, token = get_token_model().objects.create(user=account, expiry=timedelta(days=days))
    journal.record(
        "person.token_given",
        by=by,
        subject=account,
        role="system",
        changes={"token": kept.token_key, "until": kept.expiry.isoformat()},
    )
    return token, kept.expiry
