"""Gates: what was settled of each version and environment, so that one read answers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.models.releases import Release
from registry.models.units import Unit
from registry.models.versions import ModelVersion
from registry.rules.gate_answers import OVERRIDE
from registry.rules.releases import IN_FORCE

if TYPE_CHECKING:
    from registry.models.people import User


class GateRowQuerySet(models.QuerySet["GateRow"]):
    """Adjectives for gates."""

    def visible_to(self, user: User) -> GateRowQuerySet:
        """Those of the person's units."""
        return self.filter(version__model__unit__in=Unit.objects.visible_to(user))


class GateRow(models.Model):
    """How the gate of one version stands in one environment, but for the passing of time.

    Written at the end of every verb that touched the model, in its transaction. Who reads it still
    compares ``valid_until`` and ``condition_due`` with now.
    """

    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="gates")
    environment = models.CharField(_("environment"), max_length=60)
    # Null where the version was let through in an emergency and no release was ever asked for.
    release = models.ForeignKey(Release, models.PROTECT, related_name="+", null=True)
    state = models.CharField(_("state"), max_length=30)
    # [{"code", "message", "params"}]: every reason against that time alone does not change.
    reasons = models.JSONField(_("reasons"))
    valid_until = models.DateTimeField(_("valid until"), null=True)
    # The earliest day of a condition that is not accepted yet.
    condition_due = models.DateTimeField(_("next condition due"), null=True)
    artefact_sha256 = models.CharField(_("digest of the artefact"), max_length=64, blank=True)
    case_file_digest = models.CharField(_("digest of the case file"), max_length=64, blank=True)
    settled_at = models.DateTimeField(_("settled"))
    # Whether it was open when listeners were last told of it.
    told_open = models.BooleanField(_("told to be open"), default=False)

    objects = GateRowQuerySet.as_manager()

    class Meta:
        ordering = ["version", "environment"]
        verbose_name = _("gate")
        verbose_name_plural = _("gates")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "environment"], name="one_gate_per_version_and_environment"
            )
        ]

    def __str__(self) -> str:
        return f"gate of {self.version} to {self.environment}"

    def is_open(self, now: datetime) -> bool:
        """Say whether the version may run there at this instant."""
        lasts = self.valid_until is not None and self.valid_until > now
        in_time = self.condition_due is None or self.condition_due > now
        return self.state in {*IN_FORCE, OVERRIDE} and not self.reasons and lasts and in_time
