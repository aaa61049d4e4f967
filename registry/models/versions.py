"""Model versions: immutable builds, and the dataset versions attached to them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.datasets import DatasetVersion
from registry.models.files import StoredFile
from registry.models.registered_models import RegisteredModel
from registry.models.units import Unit

if TYPE_CHECKING:
    from registry.models.people import User


class ModelVersionQuerySet(AppendOnlyQuerySet):
    """Adjectives for model versions."""

    def visible_to(self, user: User) -> ModelVersionQuerySet:
        """Those of the person's units."""
        return self.filter(model__unit__in=Unit.objects.visible_to(user))

    def twinned(self) -> ModelVersionQuerySet:
        """Those whose artefact is that of another version of the same unit too."""
        same = ModelVersion.objects.filter(
            model__unit=models.OuterRef("model__unit"), artefact=models.OuterRef("artefact")
        )
        return self.filter(models.Exists(same.exclude(pk=models.OuterRef("pk"))))


class ModelVersion(models.Model):
    """One immutable build. A vendor model has no artefact: its predictions are handed in.

    ``features`` are the input columns in the order the artefact takes them; ``threshold`` is the
    score from which a row counts as positive (binary task only).
    """

    model = models.ForeignKey(RegisteredModel, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    label = models.CharField(_("version"), max_length=60)
    artefact = models.ForeignKey(StoredFile, models.PROTECT, related_name="versions", null=True)
    artefact_format = models.CharField(_("artefact format"), max_length=20, blank=True)
    artefact_name = models.CharField(_("file name"), max_length=255, blank=True)
    source = models.CharField(_("source"), max_length=500, blank=True)
    code_commit = models.CharField(_("code commit"), max_length=64, blank=True)
    environment = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True)
    environment_name = models.CharField(_("environment lock file"), max_length=255, blank=True)
    parameters = models.JSONField(_("parameters"), encoder=DjangoJSONEncoder)
    features = models.JSONField(_("features"))
    label_column = models.CharField(_("label column"), max_length=200)
    positive_label = models.CharField(_("positive label"), max_length=200, blank=True)
    threshold = models.FloatField(_("threshold"), null=True)
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        ordering = ["model", "-number"]
        verbose_name = _("model version")
        verbose_name_plural = _("model versions")
        constraints = [
            models.UniqueConstraint(fields=["model", "number"], name="model_versions_are_numbered"),
            models.UniqueConstraint(fields=["model", "label"], name="one_version_per_label"),
            models.CheckConstraint(
                condition=models.Q(artefact__isnull=True, artefact_format="")
                | models.Q(artefact__isnull=False) & ~models.Q(artefact_format=""),
                name="an_artefact_has_a_format",
            ),
            models.CheckConstraint(
                condition=models.Q(threshold__isnull=True)
                | models.Q(threshold__gte=0, threshold__lte=1),
                name="a_threshold_is_a_probability",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.label}"

    @property
    def is_vendor_model(self) -> bool:
        """Whether there is no artefact to score with here."""
        return self.artefact_id is None


class DataLinkQuerySet(models.QuerySet["DataLink"]):
    """Adjectives for attached data."""

    def attached(self) -> DataLinkQuerySet:
        """Those that have not been detached."""
        return self.filter(detached_at__isnull=True)

    def at(self, instant: datetime) -> DataLinkQuerySet:
        """Those that were attached at a past instant."""
        return self.filter(attached_at__lte=instant).filter(
            models.Q(detached_at__isnull=True) | models.Q(detached_at__gt=instant)
        )


class DataLink(models.Model):
    """One dataset version attached to one model version, from an instant on."""

    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="data_links")
    data = models.ForeignKey(DatasetVersion, models.PROTECT, related_name="links")
    attached_at = models.DateTimeField(_("attached"))
    attached_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    detached_at = models.DateTimeField(_("detached"), null=True)
    detached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )

    objects = DataLinkQuerySet.as_manager()

    class Meta:
        ordering = ["version", "attached_at"]
        verbose_name = _("attached data")
        verbose_name_plural = _("attached data")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "data"],
                condition=models.Q(detached_at__isnull=True),
                name="data_is_attached_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.data} on {self.version}"
