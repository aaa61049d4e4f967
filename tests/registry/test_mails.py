"""Mail: at once or one a day, to a real server, with nothing lost and nobody told twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core import mail as outgoing
from django.core.mail import EmailMessage
from django.utils import timezone
from pytest_django import Settings

from registry.models import Mail, Notice, RegisteredModel, User
from registry.services import mails, notices, units
from tests.cast import Cast, a_model
from tests.registry.listening import Postbox, serving
from tests.registry.test_notices import choose, model, tell, with_address
from tests.traces import time_passes

__all__ = ["model"]


@pytest.fixture
def postbox(settings: Settings) -> Iterator[Postbox]:
    """A server that takes mail, named in the settings."""
    with serving(Postbox()) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.BASE_URL = "https://gov.bank.example"
        yield server


def at(monkeypatch: pytest.MonkeyPatch, *instant: int) -> None:
    """Set the clock to this instant in UTC."""
    there = datetime(*instant, tzinfo=UTC)  # type: ignore[misc, arg-type]
    monkeypatch.setattr(timezone, "now", lambda: there)


def test_a_mail_says_one_thing_and_where_to_look(
    cast: Cast, model: RegisteredModel, postbox: Postbox
) -> None:
    tell(with_address(cast.owner), model=model, link="/releases/7/")
    mails.send(mail_id=Mail.objects.get().pk)
    [sent] = postbox.mails
    assert sent["Subject"] == "[mlops-gov] Mortgage approval is approved."
    assert sent["To"] == "owner@bank.example"
    assert sent["From"] == "mlops-gov <mlops-gov@localhost>"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent.get_content_type() == "text/plain"
    body = sent.get_content()
    assert "https://gov.bank.example/releases/7/" in body
    assert "https://gov.bank.example/notices/" in body
    mail = Mail.objects.get()
    assert mail.sent_at and mail.last_answer == ""


def test_a_name_with_a_newline_makes_no_second_header(
    cast: Cast, model: RegisteredModel, postbox: Postbox
) -> None:
    name = "Credit\r\nBcc: all@bank.example\r\n\r\nDear all"
    RegisteredModel.objects.filter(pk=model.pk).update(name=name)
    model.refresh_from_db()
    tell(with_address(cast.owner), model=model)
    mails.send(mail_id=Mail.objects.get().pk)
    [sent] = postbox.mails
    assert sent["Bcc"] is None and sent["To"] == "owner@bank.example"
    assert sent["Subject"] == "[mlops-gov] Credit Bcc: all@bank.example Dear all is approved."
    assert postbox.recipients == ["owner@bank.example"]


def test_an_address_that_is_none_gets_nothing(
    cast: Cast, model: RegisteredModel, postbox: Postbox
) -> None:
    cast.owner.email = "olga@bank.example>\r\nRCPT TO:<all@bank.example"
    cast.owner.save()
    tell(cast.owner, model=model)
    mails.send(mail_id=Mail.objects.get().pk)
    mail = Mail.objects.get()
    assert postbox.recipients == [] and mail.given_up_at
    assert mail.last_answer == mails.NO_ADDRESS


def test_a_mail_is_sent_once(cast: Cast, model: RegisteredModel, postbox: Postbox) -> None:
    tell(with_address(cast.owner), model=model)
    for _ in range(3):
        mails.send(mail_id=Mail.objects.get().pk)
    assert len(postbox.mails) == 1
    assert mails.send_waiting() == 0


def test_a_worker_killed_before_the_server_took_it_loses_nothing(
    cast: Cast, model: RegisteredModel, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(with_address(cast.owner), model=model)
    number = Mail.objects.get().pk
    with monkeypatch.context() as within, pytest.raises(KeyboardInterrupt):
        within.setattr(EmailMessage, "send", killed)
        mails.send(mail_id=number)
    # Nobody else gets it while the first one may still be at it.
    mails.send(mail_id=number)
    assert mails.send_waiting() == 0 and not postbox.mails
    time_passes(monkeypatch, minutes=11)
    assert mails.send_waiting() == 1
    mails.send(mail_id=number)
    assert len(postbox.mails) == 1 and Mail.objects.get().sent_at


def killed(*args: Any, **kwargs: Any) -> None:
    raise KeyboardInterrupt


def test_killed_between_sending_and_noting_it_goes_out_twice_under_one_id(
    cast: Cast, model: RegisteredModel, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(with_address(cast.owner), model=model)
    number = Mail.objects.get().pk
    with monkeypatch.context() as within, pytest.raises(KeyboardInterrupt):
        within.setattr(mails, "_note", killed)
        mails.send(mail_id=number)
    time_passes(monkeypatch, minutes=11)
    mails.send(mail_id=number)
    first, second = postbox.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].endswith("@gov.bank.example>")


def test_what_a_server_refuses_is_tried_again_with_waits_and_stays_in_the_app(
    cast: Cast, model: RegisteredModel, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    postbox.refusal = "451 later"
    tell(with_address(cast.owner), model=model)
    number = Mail.objects.get().pk
    for attempt in range(len(mails.WAITS) + 1):
        assert mails.send_waiting() == 1, attempt
        mails.send(mail_id=number)
        assert mails.send_waiting() == 0
        time_passes(monkeypatch, days=2)
    mail = Mail.objects.get()
    assert mail.given_up_at and mail.last_answer == "SMTPRecipientsRefused"
    assert mails.send_waiting() == 0
    assert Notice.objects.visible_to(cast.owner).unread().count() == 1


def test_a_server_that_is_away_is_tried_again(
    cast: Cast, model: RegisteredModel, postbox: Postbox, settings: Settings
) -> None:
    settings.EMAIL_PORT = 9
    tell(with_address(cast.owner), model=model)
    mails.send(mail_id=Mail.objects.get().pk)
    mail = Mail.objects.get()
    assert mail.last_answer == "ConnectionRefusedError" and mail.given_up_at is None
    assert list(Mail.objects.in_trouble(type(cast.unit).objects.all())) == [mail]


def test_who_left_the_unit_meanwhile_gets_no_mail(cast: Cast, model: RegisteredModel) -> None:
    tell(with_address(cast.validator), model=model)
    units.end(membership=cast.validator.memberships.get(), reason="Ends.", by=cast.admin)
    mails.send(mail_id=Mail.objects.get().pk)
    assert outgoing.outbox == []
    assert Mail.objects.get().last_answer == mails.NOTHING_LEFT


def test_without_a_server_mail_goes_into_files(
    cast: Cast, model: RegisteredModel, settings: Settings, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    tell(with_address(cast.owner), model=model)
    mails.send(mail_id=Mail.objects.get().pk)
    [file] = tmp_path.iterdir()
    assert "Subject: [mlops-gov] Mortgage approval is approved." in file.read_text("utf-8")


def test_reminders_of_a_day_come_in_one_mail_on_each_persons_clock(
    cast: Cast, model: RegisteredModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(cast.owner, address="olga@bank.example", time_zone="Asia/Tokyo")
    choose(cast.manager, address="mara@bank.example", time_zone="America/New_York")
    people = User.objects.filter(username__in=["owner", "manager"])
    other = a_model(cast, "Car loans")

    def morning(day: int, hour: int) -> list[tuple[str, int]]:
        """Let the clock reach this hour in UTC; return who was mailed, and of how many things."""
        at(monkeypatch, 2026, 3, day, hour)
        before = len(outgoing.outbox)
        mails.gather_digests()
        for number in Mail.objects.waiting().values_list("pk", flat=True):
            mails.send(mail_id=number)
        return [
            (one.to[0].split("@")[0], one.body.count("/models/"))
            for one in outgoing.outbox[before:]
        ]

    at(monkeypatch, 2026, 3, 9, 20)
    tell(*people, model=model, code="review.overdue")
    tell(*people, model=other, code="finding.overdue")
    assert morning(9, 21) == [("mara", 2)]  # evening in New York, and six in Tokyo
    assert morning(9, 22) == [("olga", 2)]  # seven there
    assert morning(9, 23) == []
    tell(*people, model=model, code="condition.due_soon")
    assert morning(10, 2) == []
    assert morning(10, 10) == []  # six in New York, in summer time
    assert morning(10, 11) == [("mara", 1)]
    assert morning(10, 22) == [("olga", 1)]
    assert morning(11, 22) == []
    assert len(outgoing.outbox) == 4


def test_a_digest_names_everything_that_waits(
    cast: Cast, model: RegisteredModel, settings: Settings
) -> None:
    settings.BASE_URL, settings.DIGEST_HOUR = "https://gov.bank.example", 0
    owner = with_address(cast.owner)
    tell(owner, model=model, code="review.overdue")
    tell(owner, model=model, code="finding.overdue", link="/findings/3/")
    assert mails.gather_digests() == 1
    mails.send(mail_id=Mail.objects.get().pk)
    [sent] = outgoing.outbox
    assert sent.subject == "[mlops-gov] 2 things wait for you"
    assert "A review of Mortgage approval is overdue: Mortgage approval." in sent.body
    assert "https://gov.bank.example/findings/3/" in sent.body


def test_a_digest_is_never_empty(cast: Cast, model: RegisteredModel, settings: Settings) -> None:
    settings.DIGEST_HOUR = 0
    assert mails.gather_digests() == 0
    tell(with_address(cast.owner), with_address(cast.validator), model=model, code="review.overdue")
    notices.mark_read(by=cast.owner)
    units.end(membership=cast.validator.memberships.get(), reason="Ends.", by=cast.admin)
    assert mails.gather_digests() == 0
    assert not Mail.objects.exists()
    assert not Notice.objects.filter(awaits_digest=True)


def test_a_day_has_one_digest_even_where_it_is_gathered_twice(
    cast: Cast, model: RegisteredModel, settings: Settings
) -> None:
    settings.DIGEST_HOUR = 0
    owner = with_address(cast.owner)
    tell(owner, model=model, code="review.overdue")
    assert mails.gather_digests() == 1
    tell(owner, model=model, code="finding.overdue")
    assert mails.gather_digests() == 0
    assert Notice.objects.filter(awaits_digest=True).count() == 1
