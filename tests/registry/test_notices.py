"""Telling people: with the change or not at all, and nobody what they may not see."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mlops_gov.celery import app
from registry.models import Entry, Mail, MailChoice, Notice, RegisteredModel, User
from registry.rules.notices import NOTICES
from registry.rules.roles import Role
from registry.services import journal, mail_choices, notices, units
from tests.cast import Cast, a_model, a_person
from tests.traces import journalled, refused, time_passes


@pytest.fixture
def model(cast: Cast) -> RegisteredModel:
    return a_model(cast)


def tell(
    *people: User, model: RegisteredModel, code: str = "release.approved", **more: Any
) -> None:
    notices.tell(**{"people": people, "code": code, "about": model, "model": model, **more})


def choose(person: User, **said: str) -> MailChoice:
    """Choose, from what holds unless one chooses."""
    usual = {"address": "", "acts": "at_once", "reminders": "digest", "time_zone": ""}
    return mail_choices.choose(**{**usual, **said}, by=person)


def with_address(person: User) -> User:
    person.email = f"{person.username}@bank.example"
    person.save()
    return person


def test_a_person_is_told_a_sentence_about_a_model(cast: Cast, model: RegisteredModel) -> None:
    tell(cast.owner, model=model, link="/releases/7/")
    notice = Notice.objects.visible_to(cast.owner).unread().get()
    assert notice.sentence == "Mortgage approval is approved."
    assert (notice.link, notice.model, notice.unit) == ("/releases/7/", model.slug, "retail-credit")
    assert (notice.about_kind, notice.about_id) == ("registeredmodel", model.pk)


def test_each_person_is_told_once_and_strangers_are_not(cast: Cast, model: RegisteredModel) -> None:
    cast.auditor.is_active = False
    cast.auditor.save()
    tell(cast.owner, cast.owner, cast.outsider, cast.auditor, cast.manager, model=model)
    told = Notice.objects.order_by("person__username").values_list("person__username", flat=True)
    assert list(told) == ["manager", "owner"]


def test_what_is_of_no_unit_is_told_to_whoever_is_named(cast: Cast) -> None:
    nobody = User.objects.create(username="newcomer")
    people = [cast.outsider, cast.owner, nobody]
    notices.tell(people=people, code="factor.changed", about=nobody, model=None)
    assert {one.person for one in Notice.objects.all()} == set(people)
    assert Notice.objects.visible_to(nobody).count() == 1
    notices.tell(people=people, code="attestation.due", about=nobody, model=None, unit=cast.unit)
    assert Notice.objects.get(code="attestation.due").person == cast.owner


def test_who_left_the_unit_no_longer_sees_what_it_was_about(
    cast: Cast, model: RegisteredModel
) -> None:
    tell(cast.validator, model=model)
    assert Notice.objects.visible_to(cast.validator).count() == 1
    membership = cast.validator.memberships.get()
    units.end(membership=membership, reason="Moves on.", by=cast.admin)
    assert not Notice.objects.visible_to(cast.validator)
    assert not Notice.objects.visible_to(cast.owner)


def test_there_is_no_notice_without_the_change(cast: Cast, model: RegisteredModel) -> None:
    @journal.verb
    def refused_in_the_end() -> None:
        tell(with_address(cast.owner), model=model)
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        refused_in_the_end()
    assert not Notice.objects.exists() and not Mail.objects.exists()


@pytest.mark.parametrize(
    ("code", "link", "complaint"),
    [
        ("release.sung", "", "release.sung"),
        ("release.approved", "https://evil.example/", "page of this server"),
        ("release.approved", "//evil.example/", "page of this server"),
    ],
)
def test_an_unknown_code_or_a_foreign_link_is_a_mistake_of_the_caller(
    cast: Cast, model: RegisteredModel, code: str, link: str, complaint: str
) -> None:
    with pytest.raises((ValueError, KeyError), match=complaint):
        tell(cast.owner, model=model, code=code, link=link)
    assert not Notice.objects.exists()


def test_a_place_of_the_sentence_that_nobody_fills_is_a_mistake_of_the_caller(
    cast: Cast, model: RegisteredModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(NOTICES, "release.approved", "%(about)s by %(who)s.")
    with pytest.raises(ValueError, match="needs who"):
        tell(cast.owner, model=model)
    tell(cast.owner, model=model, params={"who": cast.manager.printed_name})
    assert Notice.objects.get().sentence == "Mortgage approval by Mara Roth."


def test_what_is_told_at_once_has_its_mail_and_a_reminder_waits(
    cast: Cast, model: RegisteredModel
) -> None:
    owner = with_address(cast.owner)
    tell(owner, model=model)
    tell(owner, model=model, code="review.overdue")
    at_once, reminder = Notice.objects.order_by("pk")
    assert at_once.mail and not at_once.awaits_digest
    assert reminder.mail is None and reminder.awaits_digest
    assert Mail.objects.get().digest_of is None


def test_who_has_no_address_is_told_in_the_app_alone(cast: Cast, model: RegisteredModel) -> None:
    tell(cast.owner, model=model)
    tell(cast.owner, model=model, code="review.overdue")
    assert not Mail.objects.exists()
    assert not Notice.objects.filter(awaits_digest=True)


def test_the_same_reminder_comes_once_a_day(
    cast: Cast, model: RegisteredModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = with_address(cast.owner)
    for _ in range(3):
        tell(owner, cast.manager, model=model, code="incident.clock")
    assert Notice.objects.count() == 2
    # What is critical is mailed at once, and that too only once.
    assert Mail.objects.count() == 1
    other = a_model(cast, "Car loans")
    tell(owner, model=other, code="incident.clock")
    assert Notice.objects.filter(person=owner).count() == 2
    with monkeypatch.context() as tomorrow:
        time_passes(tomorrow, days=1)
        tell(owner, model=model, code="incident.clock")
    repeated = Notice.objects.filter(person=owner, about_id=model.pk).order_by("pk")
    assert [one.read_at is None for one in repeated] == [False, True]


def test_a_day_is_the_persons_own(
    cast: Cast, model: RegisteredModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(cast.owner, time_zone="Pacific/Kiritimati")
    choose(cast.manager, time_zone="Pacific/Pago_Pago")
    owner, manager = (User.objects.get(pk=one.pk) for one in (cast.owner, cast.manager))
    noon = timezone.now().replace(2026, 3, 10, hour=12)
    monkeypatch.setattr(timezone, "now", lambda: noon)
    tell(owner, manager, model=model, code="review.overdue")
    days = dict(Notice.objects.values_list("person__username", "day"))
    assert days == {"owner": date(2026, 3, 11), "manager": date(2026, 3, 10)}


def test_what_is_urgent_is_mailed_at_once_whatever_was_chosen(
    cast: Cast, model: RegisteredModel
) -> None:
    choose(cast.owner, address="olga@bank.example", acts="digest", reminders="none")
    owner = User.objects.get(pk=cast.owner.pk)
    tell(owner, model=model)
    tell(owner, model=model, code="review.overdue")
    assert not Mail.objects.exists()
    tell(owner, model=model, code="release.rejected", urgent=True)
    tell(owner, model=model, code="condition.breached")
    assert Mail.objects.count() == 2
    by_code = dict(Notice.objects.values_list("code", "awaits_digest"))
    assert by_code["release.approved"] and not by_code["review.overdue"]


def test_those_who_hold_a_role_today_are_found(cast: Cast) -> None:
    holders = notices.holders(cast.unit, Role.MODEL_RISK_MANAGER, "validator")
    assert {one.username for one in holders} == {"manager", "manager2", "manager3", "validator"}
    units.end(membership=cast.validator.memberships.get(), reason="Ends.", by=cast.admin)
    assert not notices.holders(cast.unit, Role.VALIDATOR)
    assert not notices.holders(cast.other_unit, Role.MODEL_RISK_MANAGER)


def test_only_ones_own_notices_are_marked_as_read(cast: Cast, model: RegisteredModel) -> None:
    tell(cast.owner, cast.manager, model=model)
    others = list(Notice.objects.filter(person=cast.manager).values_list("pk", flat=True))
    assert notices.mark_read(by=cast.owner, ids=others) == 0
    assert notices.mark_read(by=cast.owner) == 1
    assert notices.mark_read(by=cast.owner) == 0
    assert Notice.objects.visible_to(cast.manager).unread().count() == 1


def test_telling_twelve_people_takes_as_many_queries_as_telling_three(
    cast: Cast, model: RegisteredModel
) -> None:
    people = []
    for number in range(12):
        person = with_address(a_person(f"newcomer{number}", "Nora Keller"))
        units.grant(unit=cast.unit, user=person, role=Role.VALIDATOR, by=cast.admin)
        people.append(person)
    counts = []
    for some in (people[:3], people):
        with CaptureQueriesContext(connection) as seen:
            tell(*some, model=model)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_every_task_that_is_queued_or_timed_is_there(
    cast: Cast, model: RegisteredModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued: list[str] = []
    monkeypatch.setattr(app, "send_task", lambda name, args: queued.append(name))
    with TestCase.captureOnCommitCallbacks(execute=True):
        tell(with_address(cast.owner), model=model)
    assert queued == ["registry.send_mail"]
    app.loader.import_default_modules()
    timed = {line["task"] for line in app.conf.beat_schedule.values()}
    assert {"registry.send_waiting_mail", "registry.gather_digests"} <= timed
    assert set(app.tasks) >= timed | set(queued)


def test_a_choice_is_journalled_without_the_address(cast: Cast) -> None:
    with journalled() as entries:
        choose(cast.owner, address="olga@bank.example", reminders="none")
    assert [entry.action for entry in entries] == ["mail_choice.changed"]
    assert "olga@" not in entries[0].changes
    assert mail_choices.choice_of(User.objects.get(pk=cast.owner.pk)).address == "olga@bank.example"
    assert Entry.objects.filter(changes__contains="bank.example").count() == 0


def test_a_choice_that_cannot_be_is_refused_with_every_reason(cast: Cast) -> None:
    with refused("mail.address", "mail.acts", "mail.time_zone"):
        choose(cast.owner, address="a@b@c", acts="never", time_zone="Mars/Olympus")
    with refused("mail.address"):
        choose(cast.owner, address="olga@bank.example\nBcc: all@bank.example")


def test_who_wants_no_reminders_by_mail_gets_none_of_those_that_wait(
    cast: Cast, model: RegisteredModel
) -> None:
    owner = with_address(cast.owner)
    tell(owner, model=model, code="review.overdue")
    choose(owner, reminders="none")
    assert not Notice.objects.filter(awaits_digest=True)
