"""Send what people are told by mail: one mail for what is told at once, one a day for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from smtplib import SMTPResponseException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry import dispatch
from registry.models import Mail, Notice, User
from registry.rules.notices import one_line
from registry.rules.wording import gettext_noop
from registry.services.mail_choices import address_of, choice_of, zone_of

# Longer than any sending takes, with EMAIL_TIMEOUT for each of its steps.
HOLD = timedelta(minutes=10)
# After so many minutes it is tried again; then it is given up, and stays in the app.
WAITS = (1, 5, 30, 120, 720, 1440)
NOTHING_LEFT = gettext_noop("Not sent: nothing in it is for this person any more.")
NO_ADDRESS = gettext_noop("Not sent: there is no mail address for this person.")


def send(*, mail_id: int) -> None:
    """Send one mail; to be killed and called again at any point.

    Of two workers one gets it. The next attempt is set before this one is made, so a mail is never
    lost; it goes out twice only where a worker is killed after the server took it and before that
    is written down, and then under the same Message-ID.
    """
    now = timezone.now()
    held = Mail.objects.waiting().filter(pk=mail_id, due_at__lte=now)
    if not held.update(attempts=F("attempts") + 1, due_at=now + HOLD):
        return
    mail = Mail.objects.select_related("person__mail_choice").get(pk=mail_id)
    person = mail.person
    # Asked again: a unit may have been left since.
    notices = list(mail.notices.visible_to(person).order_by("pk")) if person.is_active else []
    address = _usable(address_of(person))
    if not notices or not address:
        _note(mail, given_up_at=timezone.now(), last_answer=NO_ADDRESS if notices else NOTHING_LEFT)
        return
    try:
        message(mail, notices, address).send()
    except (OSError, ValueError) as error:
        _put_off(mail, error)
    else:
        _note(mail, sent_at=timezone.now(), last_answer="")


def send_waiting() -> int:
    """Queue every mail that is due; return how many."""
    due = Mail.objects.waiting().filter(due_at__lte=timezone.now())
    queued = list(due.values_list("pk", flat=True)[:1000])
    for mail_id in queued:
        dispatch.send_mail(mail_id)
    return len(queued)


def gather_digests() -> int:
    """Write the digest of everybody whose day has reached its hour; return how many."""
    now = timezone.now()
    waiting = Notice.objects.filter(awaits_digest=True).values("person")
    written = 0
    for person in User.objects.filter(pk__in=waiting).select_related("mail_choice").order_by("pk"):
        here = now.astimezone(zone_of(choice_of(person)))
        if here.hour >= settings.DIGEST_HOUR:
            written += _gather(person, here.date(), now)
    return written


@transaction.atomic
def _gather(person: User, day: date, now: datetime) -> bool:
    """Put what waits into the one mail of this day, unless that was written, or would be empty."""
    waiting = Notice.objects.filter(person=person, awaits_digest=True).order_by("pk")
    held = list(waiting.select_for_update().values_list("pk", flat=True))
    visible = Notice.objects.visible_to(person).unread().filter(pk__in=held)
    worth = list(visible.values_list("pk", flat=True)) if person.is_active else []
    if not worth or not address_of(person):
        Notice.objects.filter(pk__in=held).update(awaits_digest=False)
        return False
    mail, made = Mail.objects.get_or_create(
        person=person, digest_of=day, defaults={"created_at": now, "due_at": now}
    )
    if not made:
        return False
    Notice.objects.filter(pk__in=worth).update(mail=mail)
    Notice.objects.filter(pk__in=held).update(awaits_digest=False)
    dispatch.send_mail(mail.pk)
    return True


def message(mail: Mail, notices: Sequence[Notice], address: str) -> EmailMessage:
    """Return a mail as it goes out: text alone, in the installation's language.

    Its header is made of one line, whatever a name in it says.
    """
    with translation.override(settings.LANGUAGE_CODE):
        said = [one_line(notice.sentence, 500) for notice in notices]
        subject = said[0]
        if mail.digest_of:
            subject = ngettext(
                "%(n)s thing waits for you", "%(n)s things wait for you", len(said)
            ) % {"n": len(said)}
        lines = [
            f"{text}\n{settings.BASE_URL}{notice.link}\n"
            for text, notice in zip(said, notices, strict=True)
        ]
        choose = _("You choose what comes by mail here: %(page)s") % {
            "page": f"{settings.BASE_URL}/notices/"
        }
    host = urlsplit(settings.BASE_URL).hostname
    return EmailMessage(
        subject=one_line(f"[mlops-gov] {subject}"),
        body="\n".join([*lines, "-- ", choose, ""]),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[address],
        headers={
            "Message-ID": f"<{mail.pk}.{int(mail.created_at.timestamp())}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
    )


def _usable(address: str) -> str:
    """Return an address that can stand in a header; empty for anything else."""
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address


def _put_off(mail: Mail, error: OSError | ValueError) -> None:
    told = type(error).__name__
    if isinstance(error, SMTPResponseException):
        told = f"{error.smtp_code} {told}"
    if mail.attempts > len(WAITS):
        _note(mail, given_up_at=timezone.now(), last_answer=told)
    else:
        again = timezone.now() + timedelta(minutes=WAITS[mail.attempts - 1])
        _note(mail, due_at=again, last_answer=told)


def _note(mail: Mail, **changed: object) -> None:
    Mail.objects.filter(pk=mail.pk).update(**changed)
