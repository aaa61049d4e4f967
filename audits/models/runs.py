"""Runs: one execution of a measure on the workers. The row is the truth that people see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audits.models.monitors import Monitor
from audits.rules.runs import KIND_NAMES, STATE_NAMES, UNDER_WAY, State
from registry.models import DatasetVersion, Evidence, ModelVersion, StoredFile, Unit

if TYPE_CHECKING:
    from registry.models import User


class RunQuerySet(models.QuerySet["Run"]):
    """Adjectives for runs."""

    def visible_to(self, user: User) -> RunQuerySet:
        """Those of the person's units."""
        return self.filter(version__model__unit__in=Unit.objects.visible_to(user))

    def under_way(self) -> RunQuerySet:
        """Those waiting or running."""
        return self.filter(state__in=sorted(UNDER_WAY))

    def for_list(self) -> RunQuerySet:
        """With what a row of the list shows, in one query."""
        return self.select_related(
            "version__model__unit", "data__dataset", "requested_by", "evidence"
        )

    def for_work(self) -> RunQuerySet:
        """With everything a worker reads, in one query."""
        return self.select_related(
            "version__model__unit",
            "version__artefact",
            "data__file",
            "data__dataset",
            "reference__file",
            "reference__dataset",
            "truth__file",
            "truth__dataset",
            "predictions",
            "requested_by",
            "monitor",
        )


class Run(models.Model):
    """One measurement of one version on one dataset version.

    ``plan`` holds the thresholds it is judged by, fixed when it was asked for. ``ordinal`` counts
    the runs of this kind that the model has had on this very data, across versions: it shows who
    tested until it passed. ``predictions`` are those handed in for a vendor model. A drift run
    compares ``data`` with ``reference``, and takes labels that came later from ``truth``.
    ``options`` say what is looked at besides (slices, strata, rows to explain); see
    `audits.rules.options`.
    """

    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="+")
    data = models.ForeignKey(DatasetVersion, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=20, choices=list(KIND_NAMES.items()))
    plan = models.JSONField(_("plan"))
    ordinal = models.PositiveIntegerField(_("run of this kind on this data"))
    predictions = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True)
    reference = models.ForeignKey(DatasetVersion, models.PROTECT, related_name="+", null=True)
    truth = models.ForeignKey(DatasetVersion, models.PROTECT, related_name="+", null=True)
    monitor = models.ForeignKey(Monitor, models.PROTECT, related_name="runs", null=True)
    options = models.JSONField(_("what is looked at besides"), default=dict)
    state = models.CharField(
        _("state"), max_length=10, choices=list(STATE_NAMES.items()), default=State.QUEUED
    )
    stage = models.CharField(_("stage"), max_length=20, blank=True)
    percent = models.PositiveSmallIntegerField(_("percent"), default=0)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    reason = models.JSONField(_("why it failed"), default=list)
    requested_at = models.DateTimeField(_("asked for"))
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(_("started"), null=True)
    heard_at = models.DateTimeField(_("last heard of"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    evidence = models.OneToOneField(Evidence, models.PROTECT, related_name="+", null=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        indexes = [models.Index(fields=["version", "kind"], name="runs_by_version")]
        constraints = [
            models.CheckConstraint(condition=Q(percent__lte=100), name="percent_is_up_to_100"),
            models.CheckConstraint(
                condition=Q(evidence__isnull=False) | ~Q(state=State.DONE),
                name="a_run_that_is_done_has_filed_evidence",
            ),
            models.UniqueConstraint(
                fields=["version", "data", "kind"],
                condition=Q(state__in=sorted(UNDER_WAY)),
                name="one_run_of_a_kind_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{KIND_NAMES[self.kind]}, run {self.pk}"  # type: ignore[index]
