"""What a person gets by mail, where, and on whose clock."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from registry.models import MailChoice, Notice, User
from registry.rules.notices import Reminders, objections_to_choice
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import journal

CHOSEN = ("acts", "reminders", "time_zone")


def choice_of(person: User) -> MailChoice:
    """Return what the person chose, or what holds for who chose nothing."""
    try:
        return person.mail_choice
    except MailChoice.DoesNotExist:
        return MailChoice(person=person)


def address_of(person: User) -> str:
    """Return where the person's mail goes; empty where no address is known."""
    return choice_of(person).address or person.email


def zone_of(choice: MailChoice) -> ZoneInfo:
    """Return the time zone the person chose, or the server's."""
    return ZoneInfo(choice.time_zone or settings.TIME_ZONE)


@journal.verb
def choose(*, address: str, acts: str, reminders: str, time_zone: str, by: User) -> MailChoice:
    """Choose how notices come by mail, from now on; what is critical comes at once all the same.

    The journal says that an address changed and never which it is, since nothing is ever taken out
    of the journal.
    """
    User.objects.select_for_update().get(pk=by.pk)
    address = address.strip()
    said = {"acts": acts, "reminders": reminders, "time_zone": time_zone.strip()}
    objections = _objections_to_address(address) + objections_to_choice(
        address=address, domains=settings.MAIL_DOMAINS, zones=available_timezones(), **said
    )
    if objections:
        raise Refused(*objections)
    choice = MailChoice.objects.filter(person=by).first() or MailChoice(person=by)
    changes: dict[str, object] = {
        name: [getattr(choice, name), said[name]]
        for name in CHOSEN
        if getattr(choice, name) != said[name]
    }
    if choice.address != address:
        changes["address"] = "changed"
    for name, value in {**said, "address": address}.items():
        setattr(choice, name, value)
    choice.save()
    if reminders == Reminders.NONE:
        waiting = Notice.objects.filter(person=by, awaits_digest=True, reminder=True)
        waiting.update(awaits_digest=False)
    journal.record("mail_choice.changed", by=by, subject=choice, changes=changes)
    return choice


def _objections_to_address(address: str) -> list[Objection]:
    if not address:
        return []
    try:
        validate_email(address)
    except ValidationError:
        return [
            Objection(
                "mail.address",
                gettext_noop(
                    "This is no mail address; write one such as ada@example.org, or none."
                ),
            )
        ]
    return []
