"""Monitors: later batches compared with a reference, on a schedule, by somebody's limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audits.rules.monitors import ANNOUNCES, LONGEST_DAYS, SHORTEST_DAYS
from registry.models import Dataset, DatasetVersion, ModelVersion, Unit

if TYPE_CHECKING:
    from registry.models import User


class MonitorQuerySet(models.QuerySet["Monitor"]):
    """Adjectives for monitors."""

    def visible_to(self, user: User) -> MonitorQuerySet:
        """Those of the person's units."""
        return self.filter(version__model__unit__in=Unit.objects.visible_to(user))

    def watching(self) -> MonitorQuerySet:
        """Those that nobody has ended."""
        return self.filter(ended_at__isnull=True)

    def for_list(self) -> MonitorQuerySet:
        """With what a row of the list shows, in one query."""
        return self.select_related(
            "version__model__unit", "batches", "reference__dataset", "labels", "owner"
        )


class Monitor(models.Model):
    """One watch over a version.

    At each due time the newest production rows of the dataset ``batches`` are compared with
    ``reference``; labels that came later are joined from the newest version of ``labels`` by
    ``truth_key``. ``checks`` are limits besides those of the version's plan, or stricter ones.
    ``owner`` answers for it, and its runs are asked for in the owner's name. ``trouble`` says why
    it could not look the last time.
    """

    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="+")
    batches = models.ForeignKey(Dataset, models.PROTECT, related_name="+")
    reference = models.ForeignKey(DatasetVersion, models.PROTECT, related_name="+")
    labels = models.ForeignKey(Dataset, models.PROTECT, related_name="+", null=True)
    truth_key = models.CharField(_("key of later labels"), max_length=200, blank=True)
    checks = models.JSONField(_("limits of its own"), default=list)
    every_days = models.PositiveSmallIntegerField(_("every so many days"))
    due_at = models.DateTimeField(_("next due"))
    announces = models.CharField(
        _("a breach asks for"), max_length=40, choices=list(ANNOUNCES.items())
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    trouble = models.JSONField(_("why it could not look"), default=list)
    looked_at = models.DateTimeField(_("last looked"), null=True)
    started_at = models.DateTimeField(_("started"))
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )

    objects = MonitorQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        verbose_name = _("monitor")
        verbose_name_plural = _("monitors")
        constraints = [
            models.CheckConstraint(
                condition=Q(every_days__gte=SHORTEST_DAYS, every_days__lte=LONGEST_DAYS),
                name="a_monitor_looks_at_least_once_a_year",
            ),
            models.CheckConstraint(
                condition=Q(labels__isnull=True, truth_key="")
                | Q(labels__isnull=False) & ~Q(truth_key=""),
                name="later_labels_are_joined_by_a_key",
            ),
            models.UniqueConstraint(
                fields=["version", "batches"],
                condition=Q(ended_at__isnull=True),
                name="one_monitor_of_a_version_on_a_dataset",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.batches}"
