"""Notices: what a person was told in the app, the mails that carried it, and what they chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registry.models.units import Membership, Unit, UnitQuerySet
from registry.rules.notices import NOTICES, Acts, Reminders, filled

if TYPE_CHECKING:
    from registry.models.people import User


class MailQuerySet(models.QuerySet["Mail"]):
    """Adjectives for mails."""

    def waiting(self) -> MailQuerySet:
        """Those that have not gone out yet."""
        return self.filter(sent_at__isnull=True, given_up_at__isnull=True)

    def in_trouble(self, units: UnitQuerySet) -> MailQuerySet:
        """Those to people of these units that did not go out at the first attempt, newest first."""
        members = Membership.objects.current().filter(unit__in=units).values("user")
        tried = self.filter(person__in=members, sent_at__isnull=True)
        return tried.exclude(last_answer="").order_by("-pk")


class Mail(models.Model):
    """One mail to one person on its way: a notice told at once, or the digest of a day."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    digest_of = models.DateField(_("digest of"), null=True)
    created_at = models.DateTimeField(_("written"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("next attempt"))
    last_answer = models.CharField(_("last answer"), max_length=200, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    given_up_at = models.DateTimeField(_("given up"), null=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "digest_of"],
                condition=Q(digest_of__isnull=False),
                name="one_digest_a_day_and_person",
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="mails_that_wait",
            )
        ]

    def __str__(self) -> str:
        return f"mail {self.pk}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Adjectives for notices."""

    def visible_to(self, user: User) -> NoticeQuerySet:
        """The person's own, but for those of units the person has left since."""
        slugs = Unit.objects.visible_to(user).values("slug")
        return self.filter(Q(unit="") | Q(unit__in=slugs), person_id=user.pk)

    def unread(self) -> NoticeQuerySet:
        """Those that were not marked as read."""
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """One thing one person is told.

    What it is about is kept as text and numbers, so that it may be of any kind.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    code = models.CharField(_("code"), max_length=40)
    params = models.JSONField(_("details"), default=dict)
    link = models.CharField(_("page"), max_length=300, blank=True)
    unit = models.CharField(_("unit"), max_length=50, blank=True)
    model = models.CharField(_("model"), max_length=80, blank=True)
    about_kind = models.CharField(_("kind of subject"), max_length=40)
    about_id = models.BigIntegerField(_("subject id"), null=True)
    created_at = models.DateTimeField(_("told"))
    # The day it was for the person when it was told.
    day = models.DateField(_("day"))
    reminder = models.BooleanField(_("reminder"))
    critical = models.BooleanField(_("critical"))
    awaits_digest = models.BooleanField(_("waits for the daily mail"), default=False)
    mail = models.ForeignKey(Mail, models.PROTECT, related_name="notices", null=True)
    read_at = models.DateTimeField(_("read"), null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "code", "about_kind", "about_id", "day"],
                condition=Q(reminder=True),
                name="a_reminder_comes_once_a_day",
            )
        ]
        indexes = [
            models.Index(
                fields=["person"], condition=Q(read_at__isnull=True), name="notices_not_read"
            ),
            models.Index(
                fields=["person"], condition=Q(awaits_digest=True), name="notices_for_a_digest"
            ),
            models.Index(fields=["person", "-id"], name="notices_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.pk}"

    @property
    def sentence(self) -> str:
        """What it says, in the reader's language."""
        message = NOTICES.get(self.code)
        return filled(gettext(message), self.params) if message else self.code


class MailChoice(models.Model):
    """What a person chose to get by mail, where, and on whose clock; nothing chosen is no row."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="mail_choice"
    )
    address = models.EmailField(_("mail address"), blank=True)
    acts = models.CharField(_("what happens"), max_length=10, default=Acts.AT_ONCE.value)
    reminders = models.CharField(_("reminders"), max_length=10, default=Reminders.DIGEST.value)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("choice of mails")
        verbose_name_plural = _("choices of mails")
        constraints = [
            models.CheckConstraint(
                condition=Q(acts__in=[one.value for one in Acts])
                & Q(reminders__in=[one.value for one in Reminders]),
                name="a_choice_of_mails_is_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.acts}, {self.reminders}"
