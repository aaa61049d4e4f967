"""Evaluation plans: a version's own limits, stricter than the policy's; every change a revision."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.policies import PolicyEdition
from registry.models.versions import ModelVersion


class EvaluationPlan(models.Model):
    """One revision of a version's plan: a section for each kind of run that it is strict about.

    The newest revision counts, for the runs asked for after it. ``policy`` is the edition it was
    held against when it was written.
    """

    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="plans")
    number = models.PositiveIntegerField(_("revision"))
    content = models.JSONField(_("content"))
    policy = models.ForeignKey(PolicyEdition, models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"))
    revised_at = models.DateTimeField(_("revised"))
    revised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["version", "-number"]
        verbose_name = _("evaluation plan")
        verbose_name_plural = _("evaluation plans")
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="plans_are_numbered")
        ]

    def __str__(self) -> str:
        return f"plan of {self.version}, revision {self.number}"
