"""Reports: sealed PDFs, keyed on all that they state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from audits.rules.reports import PROFILE_NAMES, SCOPE_NAMES, Scope, Standing, standing
from audits.rules.runs import STATE_NAMES, UNDER_WAY, State
from registry.models import ModelVersion, RegisteredModel, Release, StoredFile, Unit

if TYPE_CHECKING:
    from registry.models import User

OF_ONE_MODEL = [scope.value for scope in Scope if scope != Scope.PORTFOLIO]
OF_ONE_VERSION = [Scope.VERSION.value, Scope.RELEASE.value]


class ReportQuerySet(models.QuerySet["Report"]):
    """Adjectives for reports."""

    def visible_to(self, user: User) -> ReportQuerySet:
        """Those of the person's units; one on several units, where the person is in all of them."""
        units = Unit.objects.visible_to(user)
        stated = Report.units.through.objects.filter(report=OuterRef("pk"))
        return self.filter(
            Q(model__unit__in=units)
            | Q(
                Exists(stated), ~Exists(stated.exclude(unit__in=units)), scope=Scope.PORTFOLIO.value
            )
        )

    def under_way(self) -> ReportQuerySet:
        """Those waiting or in the making."""
        return self.filter(state__in=sorted(UNDER_WAY))

    def not_failed(self) -> ReportQuerySet:
        """Those that are there, or may still be."""
        return self.exclude(state=State.FAILED)

    def sealed(self) -> ReportQuerySet:
        """Those that have their file."""
        return self.filter(state=State.DONE)

    def like(self, report: Report) -> ReportQuerySet:
        """Those on the same thing, in the same profile and language, as of no asked instant."""
        return self.filter(
            about=report.about,
            profile=report.profile,
            language=report.language,
            asked_as_of__isnull=True,
        )

    def for_list(self) -> ReportQuerySet:
        """With what a row of the list shows, in a fixed number of queries."""
        return self.select_related(
            "model__unit",
            "version__model__unit",
            "release__version__model",
            "requested_by",
            "recalled_by",
            "superseded_by",
            "file",
        ).prefetch_related("units")


class Report(models.Model):
    """One report. The same key asked for again hands out the file that exists.

    ``key`` is the digest of the dossier: case file, decisions and their state, as-of, checkpoint,
    profile, language and the renderer's version. ``unsealed`` is the digest of the bytes before
    the seal.
    """

    scope = models.CharField(_("scope"), max_length=10, choices=list(SCOPE_NAMES.items()))
    # What it is about, as one text: reports with the same text are on the same thing.
    about = models.CharField(_("about"), max_length=100)
    model = models.ForeignKey(RegisteredModel, models.PROTECT, related_name="+", null=True)
    # The version it tells of; a report on a model tells of the one in force or the newest.
    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="+", null=True)
    # The release it tells of; without one it is about the version as it stood.
    release = models.ForeignKey(Release, models.PROTECT, related_name="+", null=True)
    # The units of a portfolio.
    units = models.ManyToManyField(Unit, related_name="+")
    profile = models.CharField(_("profile"), max_length=20, choices=list(PROFILE_NAMES.items()))
    language = models.CharField(_("language"), max_length=10)
    serial = models.CharField(_("serial"), max_length=30)
    key = models.CharField(_("key"), max_length=64)
    as_of = models.CharField(_("as of"), max_length=32)
    # The instant that was asked for; without one it tells all that is known.
    asked_as_of = models.DateTimeField(_("asked as of"), null=True)
    case_file_digest = models.CharField(_("case file"), max_length=64, blank=True)
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
    superseded_by = models.ForeignKey("self", models.PROTECT, related_name="+", null=True)
    recalled_at = models.DateTimeField(_("recalled"), null=True)
    recalled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    recall_reason = models.TextField(_("why it was recalled"), blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        indexes = [models.Index(fields=["about", "profile", "language"], name="reports_on_a_thing")]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=~Q(state=State.FAILED), name="one_report_for_each_key"
            ),
            models.UniqueConstraint(
                fields=["serial"],
                condition=~Q(state=State.FAILED),
                name="one_report_for_each_serial",
            ),
            models.CheckConstraint(
                condition=Q(file__isnull=False) | ~Q(state=State.DONE),
                name="a_report_that_is_done_has_a_file",
            ),
            models.CheckConstraint(
                condition=Q(model__isnull=False, scope__in=OF_ONE_MODEL)
                | Q(
                    model__isnull=True,
                    version__isnull=True,
                    release__isnull=True,
                    scope=Scope.PORTFOLIO.value,
                ),
                name="a_report_is_on_a_model_or_on_a_portfolio",
            ),
            models.CheckConstraint(
                condition=Q(version__isnull=False) | ~Q(scope__in=OF_ONE_VERSION),
                name="a_report_on_a_version_names_it",
            ),
            models.CheckConstraint(
                condition=Q(release__isnull=False) | ~Q(scope=Scope.RELEASE.value),
                name="a_report_on_a_release_names_it",
            ),
            models.CheckConstraint(
                condition=Q(recalled_at__isnull=True, recalled_by__isnull=True, recall_reason="")
                | (
                    Q(recalled_at__isnull=False, recalled_by__isnull=False, state=State.DONE)
                    & ~Q(recall_reason="")
                ),
                name="a_recalled_report_says_when_by_whom_and_why",
            ),
            models.CheckConstraint(
                condition=Q(superseded_by__isnull=True)
                | (Q(state=State.DONE) & ~Q(superseded_by=models.F("id"))),
                name="a_sealed_report_is_superseded_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"Report {self.serial} on {self.on}"

    @property
    def on(self) -> str:
        """What it is on, in words."""
        if self.scope == Scope.PORTFOLIO:
            return ", ".join(unit.name for unit in self.units.all())
        if self.scope == Scope.MODEL:
            return str(self.model)
        return str(self.release if self.scope == Scope.RELEASE else self.version)

    @property
    def standing(self) -> Standing | None:
        """Where the sealed file stands; None while there is none."""
        if self.state != State.DONE:
            return None
        return standing(
            is_recalled=self.recalled_at is not None,
            is_superseded=self.superseded_by_id is not None,
        )
