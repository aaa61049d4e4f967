"""Several workers at the same mail, the same digest and the same reminder, at the same instant."""

from __future__ import annotations

from django.core import mail as outgoing
from pytest_django import Settings

from registry.models import Mail, Notice, User
from registry.services import mails
from tests.cast import a_model, gather
from tests.registry.test_at_once import at_once
from tests.registry.test_notices import tell, with_address


def test_of_six_workers_one_sends_the_mail(committed_db: str, quick_passwords: None) -> None:
    cast = gather()
    tell(with_address(cast.owner), model=a_model(cast))
    number = Mail.objects.get().pk
    at_once(*[lambda: mails.send(mail_id=number)] * 6)
    assert len(outgoing.outbox) == 1
    assert Mail.objects.get().attempts == 1


def test_of_six_workers_one_writes_the_digest(
    committed_db: str, quick_passwords: None, settings: Settings
) -> None:
    settings.DIGEST_HOUR = 0
    cast = gather()
    model = a_model(cast)
    for code in ("review.overdue", "finding.overdue"):
        tell(with_address(cast.owner), with_address(cast.manager), model=model, code=code)
    written = at_once(*[mails.gather_digests] * 6)
    assert sum(int(str(one)) for one in written) == 2
    assert Mail.objects.count() == 2
    assert all(mail.notices.count() == 2 for mail in Mail.objects.all())


def test_six_workers_remind_of_one_thing_once(committed_db: str, quick_passwords: None) -> None:
    cast = gather()
    model = a_model(cast)
    people = [User.objects.get(pk=with_address(one).pk) for one in (cast.owner, cast.manager)]
    at_once(*[lambda: tell(*people, model=model, code="incident.clock")] * 6)
    assert Notice.objects.count() == 2
    for number in Mail.objects.values_list("pk", flat=True):
        mails.send(mail_id=number)
    # A mail whose notice was told by somebody else meanwhile has nothing to tell.
    assert sorted(one.to[0] for one in outgoing.outbox) == [
        "manager@bank.example",
        "owner@bank.example",
    ]
    assert not Mail.objects.waiting()
