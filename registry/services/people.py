"""Add and erase people. What they may do follows from roles, which others grant them."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from registry.models import Decision, User
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import conditions, journal
from registry.services.erasures import erase
from registry.services.erasures import replay as replay_erasures
from registry.services.erasures import settle as settle_erasures
from registry.services.names import Named

__all__ = ["add", "erase", "replay_erasures", "settle_erasures"]


@journal.verb
def add(
    *, username: str, first_name: str, last_name: str, password: str, demo: bool = False, by: None
) -> User:
    """Add an account: an operator's act. The printed name stands beside every signature."""
    objections = []
    if not username.isidentifier():
        objections.append(
            Objection(
                "person.username", gettext_noop("An account's name has letters, digits and _ only.")
            )
        )
    # An earlier decision that names an owner by this name would lay the condition upon another.
    if (
        User.objects.filter(username=username).exists()
        or Decision.objects.filter(conditions.names_in_asked(username)).exists()
    ):
        objections.append(
            Objection(
                "person.exists",
                gettext_noop(
                    "There is or was an account %(username)s already; choose another name."
                ),
                {"username": username},
            )
        )
    if not first_name.strip() or not last_name.strip():
        objections.append(
            Objection(
                "person.name",
                gettext_noop("Give first and last name; they are printed on signatures."),
            )
        )
    person = User(
        username=username, first_name=first_name.strip(), last_name=last_name.strip(), demo=demo
    )
    if not demo:
        # A demo password is public and works only from the server's own machine.
        objections += _weaknesses(password, person)
    if objections:
        raise Refused(*objections)
    person.set_password(password)
    person.save()
    journal.record(
        "person.added",
        by=by,
        subject=person,
        role="system",
        changes={"name": Named(person), "demo": demo},
    )
    return person


def _weaknesses(password: str, person: User) -> list[Objection]:
    try:
        validate_password(password, person)
    except ValidationError as error:
        return [
            Objection(
                "person.password", gettext_noop("The password is too weak: %(why)s"), {"why": why}
            )
            for why in error.messages
        ]
    return []
