"""Reports: sealed PDFs, keyed on all that they state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audits.rules.reports import PROFILE_NAMES
from audits.rules.runs import STATE_NAMES, UNDER_WAY, State
from registry.models import ModelVersion, Release, StoredFile, Unit

if TYPE_CHECKING:
    from registry.models import User


class ReportQuerySet(models.QuerySet["Report"]):
    """Adjectives for reports."""

    def visible_to(self, user: User) -> ReportQuerySet:
        """Those of the person's units."""
        return self.filter(version__model__unit__in=Unit.objects.visible_to(user))

    def under_way(self) -> ReportQuerySet:
        """Those waiting or in the making."""
        return self.filter(state__in=sorted(UNDER_WAY))

    def for_list(self) -> ReportQuerySet:
        """With what a row of the list shows, in one query."""
        return self.select_related("version__model__unit", "release", "requested_by", "file")


class Report(models.Model):
    """One report on a version. The same key asked for again hands out the file that exists.

    ``key`` is the digest of the dossier: case file, decisions and their state, as-of, profile,
    language and the renderer's version. ``unsealed`` is the digest of the bytes before the seal.
    """

    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="+")
    # The release it is about; without one it is about the version as it stood.
    release = models.ForeignKey(Release, models.PROTECT, related_name="+", null=True)
    profile = models.CharField(_("profile"), max_length=20, choices=list(PROFILE_NAMES.items()))
    language = models.CharField(_("language"), max_length=10)
    key = models.CharField(_("key"), max_length=64)
    as_of = models.CharField(_("as of"), max_length=32)
    case_file_digest = models.CharField(_("case file"), max_length=64)
    dossier = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    state = models.CharField(
        _("state"), max_length=10, choices=list(STATE_NAMES.items()), default=State.QUEUED
    )
    stage = models.CharField(_("stage"), max_length=20, blank=True)
    percent = models.PositiveSmallIntegerField(_("percent"), default=0)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    reason = models.JSONField(_("why it failed"), default=list)
    unsealed = models.CharField(_("digest before the seal"), max_length=64, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True)
    requested_at = models.DateTimeField(_("asked for"))
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(_("started"), null=True)
    heard_at = models.DateTimeField(_("last heard of"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=~Q(state=State.FAILED), name="one_report_for_each_key"
            ),
            models.CheckConstraint(
                condition=Q(file__isnull=False) | ~Q(state=State.DONE),
                name="a_report_that_is_done_has_a_file",
            ),
        ]

    def __str__(self) -> str:
        return f"Report on {self.version}"
