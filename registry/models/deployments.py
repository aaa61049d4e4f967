"""Deployments: what was reported to run where, from when to when, and what covered it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.models.registered_models import RegisteredModel
from registry.models.releases import Release
from registry.models.units import Unit
from registry.models.versions import ModelVersion
from registry.rules.deployments import CLOCK_SKEW, END_NAMES

if TYPE_CHECKING:
    from registry.models.people import User


class DeploymentQuerySet(models.QuerySet["Deployment"]):
    """Adjectives for deployments."""

    def visible_to(self, user: User) -> DeploymentQuerySet:
        """Those of the person's units."""
        return self.filter(model__unit__in=Unit.objects.visible_to(user))

    def current(self) -> DeploymentQuerySet:
        """Those that nobody has reported the end of."""
        return self.filter(live_until__isnull=True)

    def live_at(self, instant: datetime) -> DeploymentQuerySet:
        """Those that ran at an instant, by all that has been reported until today."""
        return self.filter(live_from__lte=instant).filter(
            Q(live_until__isnull=True) | Q(live_until__gt=instant)
        )

    def for_list(self) -> DeploymentQuerySet:
        """With what a row of the list shows, in one query."""
        return self.select_related(
            "model__unit", "version__model", "release__version__model", "reported_by", "ended_by"
        )


class Deployment(models.Model):
    """One artefact on one target, from an instant to another, as the deploying side reported it.

    The version is unknown (null) where the artefact is nobody's that was registered here;
    ``label`` is what the reporting side called it. ``release`` is the one that covered it when it
    was reported, or later; ``uncovered_since`` says since when none does.
    """

    model = models.ForeignKey(RegisteredModel, models.PROTECT, related_name="deployments")
    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="deployments", null=True)
    release = models.ForeignKey(Release, models.PROTECT, related_name="deployments", null=True)
    environment = models.CharField(_("environment"), max_length=60)
    label = models.CharField(_("version as reported"), max_length=60, blank=True)
    artefact_sha256 = models.CharField(_("artefact digest as reported"), max_length=64, blank=True)
    image_digest = models.CharField(_("container image"), max_length=71, blank=True)
    cluster = models.CharField(_("cluster"), max_length=200, blank=True)
    namespace = models.CharField(_("namespace"), max_length=200, blank=True)
    endpoint = models.CharField(_("endpoint"), max_length=500, blank=True)
    live_from = models.DateTimeField(_("live from"))
    live_until = models.DateTimeField(_("live until"), null=True)
    # Of what makes two reports the same one: a pipeline that tries again reports nothing new.
    key = models.CharField(_("key of the report"), max_length=64, unique=True)
    reported_at = models.DateTimeField(_("reported"))
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    role = models.CharField(_("role then"), max_length=100)
    shortcomings = models.JSONField(_("what was not covered when reported"))
    uncovered_since = models.DateTimeField(_("not covered since"), null=True)
    ended_how = models.CharField(
        _("ended by"), max_length=12, choices=list(END_NAMES.items()), blank=True
    )
    end_reported_at = models.DateTimeField(_("end reported"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    end_reason = models.TextField(_("why it was taken down"), blank=True)

    objects = DeploymentQuerySet.as_manager()

    class Meta:
        ordering = ["-live_from", "-pk"]
        verbose_name = _("deployment")
        verbose_name_plural = _("deployments")
        indexes = [
            models.Index(
                fields=["environment", "live_from", "live_until"], name="what_was_live_when"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "environment", "cluster", "namespace", "endpoint"],
                condition=Q(live_until__isnull=True),
                name="one_current_deployment_per_target",
            ),
            models.CheckConstraint(
                condition=Q(live_until__isnull=True) | Q(live_until__gte=F("live_from")),
                name="a_deployment_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(live_until__isnull=True, end_reported_at__isnull=True, ended_how="")
                | Q(
                    live_until__isnull=False,
                    end_reported_at__isnull=False,
                    ended_how__in=list(END_NAMES),
                ),
                name="an_ended_deployment_says_how",
            ),
            models.CheckConstraint(
                condition=~Q(artefact_sha256="") | ~Q(label=""),
                name="a_deployment_says_what_runs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.said} in {self.environment}"

    @property
    def said(self) -> str:
        """What runs, in a word: the version's label, or the start of the artefact's digest."""
        if self.version is not None:
            return self.version.label
        return self.label or self.artefact_sha256[:12]

    @property
    def target(self) -> str:
        """Where it runs, in one line; empty when the report named no target."""
        return " / ".join(part for part in (self.cluster, self.namespace, self.endpoint) if part)

    @property
    def is_late(self) -> bool:
        """Whether it was reported only after it had been live for a while."""
        return self.reported_at > self.live_from + CLOCK_SKEW
