"""Tell people what concerns them: written with the change, and only to who may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone

from registry import dispatch
from registry.models import Mail, Membership, Notice, RegisteredModel, Unit, User
from registry.rules.notices import (
    CRITICAL,
    REMINDERS,
    Mailing,
    is_own_page,
    mailing,
    places,
)
from registry.services import journal
from registry.services.mail_choices import address_of, choice_of, zone_of

NO_PARAMS: Mapping[str, object] = MappingProxyType({})


@journal.verb
def tell(
    *,
    people: Iterable[User],
    code: str,
    about: models.Model,
    model: RegisteredModel | None,
    params: Mapping[str, object] = NO_PARAMS,
    link: str = "",
    urgent: bool = False,
    unit: Unit | None = None,
) -> None:
    """Tell each of these people, in the transaction of the verb that calls this.

    Who has no role in the model's unit, or in the one that is named, is left out, and so is who was
    told the same reminder about the same thing today. What is of no unit concerns the installation
    or the person's own account. A mail is queued once this commits.
    """
    unit = model.unit if model else unit
    said = _said(code, about, model, params)
    if link and not is_own_page(link):
        raise ValueError(f"A notice leads to a page of this server, not to {link!r}.")
    now = timezone.now()
    rows = [
        Notice(
            person=person,
            code=code,
            params=said,
            link=link or (f"/models/{model.slug}/" if model else ""),
            unit=unit.slug if unit else "",
            model=model.slug if model else "",
            about_kind=str(about._meta.model_name),
            about_id=about.pk,
            created_at=now,
            day=now.astimezone(zone_of(choice_of(person))).date(),
            reminder=code in REMINDERS,
            critical=urgent or code in CRITICAL,
        )
        for person in _audience(people, unit)
    ]
    if code in REMINDERS:
        rows = _not_told_today(rows)
    _put_into_mails(rows, now)
    # Two workers may remind of the same thing at once; the second one's row is dropped, and its
    # mail, which then has nothing to tell, is never sent.
    Notice.objects.bulk_create(rows, ignore_conflicts=code in REMINDERS)
    for row in rows:
        if row.mail_id:
            dispatch.send_mail(row.mail_id)


def holders(unit: Unit, *roles: str) -> QuerySet[User]:
    """Return who holds one of the roles in the unit today."""
    held = Membership.objects.current().filter(unit=unit, role__in=[str(role) for role in roles])
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("pk")


def mark_read(*, by: User, ids: Iterable[int] | None = None) -> int:
    """Mark these notices of the person as read, or all; return how many were not yet.

    Numbers of other people's notices are passed over. The journal does not hear of it: it is the
    person's own desk.
    """
    mine = Notice.objects.visible_to(by).unread()
    if ids is not None:
        mine = mine.filter(pk__in=list(ids))
    return mine.update(read_at=timezone.now())


def _said(
    code: str, about: models.Model, model: RegisteredModel | None, params: Mapping[str, object]
) -> dict[str, str | int]:
    """Return what fills the sentence, as JSON keeps it."""
    given: dict[str, object] = {"about": about, "model": model.name if model else "", **params}
    missing = sorted(places(code) - set(given))
    if missing:
        raise ValueError(f"The notice {code} needs {', '.join(missing)}.")
    return {
        name: value if isinstance(value, int) else str(value)[:500] for name, value in given.items()
    }


def _audience(people: Iterable[User], unit: Unit | None) -> QuerySet[User]:
    """Return those of the people who may see it, each once and in a fixed order."""
    named = User.objects.filter(is_active=True, pk__in={person.pk for person in people})
    if unit is not None:
        held = Membership.objects.current().filter(unit=unit)
        named = named.filter(pk__in=held.values("user"))
    return named.select_related("mail_choice").order_by("pk")


def _not_told_today(rows: list[Notice]) -> list[Notice]:
    """Return the reminders that are new today, and put away those of earlier days they repeat."""
    if not rows:
        return []
    same = Notice.objects.filter(
        person__in=[row.person_id for row in rows],
        code=rows[0].code,
        about_kind=rows[0].about_kind,
        about_id=rows[0].about_id,
    )
    told = set(same.values_list("person", "day"))
    new = [row for row in rows if (row.person_id, row.day) not in told]
    same.unread().filter(person__in=[row.person_id for row in new]).update(
        read_at=rows[0].created_at, awaits_digest=False
    )
    return new


def _put_into_mails(rows: list[Notice], now: datetime) -> None:
    """Give each notice that goes out at once its mail, and mark those that wait for the digest."""
    for row in rows:
        choice = choice_of(row.person)
        if not address_of(row.person):
            continue
        how = mailing(row.code, urgent=row.critical, acts=choice.acts, reminders=choice.reminders)
        row.awaits_digest = how is Mailing.DIGEST
        if how is Mailing.AT_ONCE:
            row.mail = Mail(person=row.person, created_at=now, due_at=now)
    Mail.objects.bulk_create([row.mail for row in rows if row.mail])
