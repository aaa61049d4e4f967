"""Risk matrices, and assessments of versions with the matrix frozen into each."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.versions import ModelVersion

ON_THE_MATRIX = [1, 2, 3, 4, 5]


class RiskMatrix(models.Model):
    """One edition of a matrix.

    Labels and levels, as ``registry.rules.risk.DEFAULT_MATRIX`` has them.
    """

    name = models.CharField(_("name"), max_length=100)
    edition = models.PositiveIntegerField(_("edition"))
    definition = models.JSONField(_("definition"))
    digest = models.CharField(_("digest"), max_length=64)
    loaded_at = models.DateTimeField(_("loaded"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["name", "-edition"]
        verbose_name = _("risk matrix")
        verbose_name_plural = _("risk matrices")
        constraints = [
            models.UniqueConstraint(fields=["name", "edition"], name="matrix_editions_are_numbered")
        ]

    def __str__(self) -> str:
        return f"{self.name}, edition {self.edition}"


class RiskFile(models.Model):
    """Points at the assessment of a version that is in effect.

    A later one is a draft until then.
    """

    version = models.OneToOneField(ModelVersion, models.PROTECT, related_name="risk")
    effective = models.OneToOneField(
        "registry.RiskAssessment", models.PROTECT, related_name="+", null=True
    )

    class Meta:
        verbose_name = _("risk file")
        verbose_name_plural = _("risk files")

    def __str__(self) -> str:
        return f"risk of {self.version}"


class RiskAssessment(models.Model):
    """One assessment: the hazards, and the worst cell before and after controls.

    The definition of the matrix is frozen into it, so a later edition changes no past assessment.
    """

    file = models.ForeignKey(RiskFile, models.PROTECT, related_name="assessments")
    number = models.PositiveIntegerField(_("revision"))
    matrix = models.ForeignKey(RiskMatrix, models.PROTECT, related_name="+")
    definition = models.JSONField(_("matrix at that time"))
    inherent = models.JSONField(_("inherent risk"))
    residual = models.JSONField(_("residual risk"))
    assessed_at = models.DateTimeField(_("assessed"))
    assessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["file", "-number"]
        verbose_name = _("risk assessment")
        verbose_name_plural = _("risk assessments")
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="assessments_are_numbered")
        ]

    def __str__(self) -> str:
        return f"{self.file}, revision {self.number}"


class Hazard(models.Model):
    """One thing that can go wrong, with its place on the matrix before and after controls."""

    assessment = models.ForeignKey(RiskAssessment, models.PROTECT, related_name="hazards")
    place = models.PositiveSmallIntegerField(_("place"))
    title = models.CharField(_("hazard"), max_length=300)
    likelihood = models.PositiveSmallIntegerField(_("likelihood"))
    impact = models.PositiveSmallIntegerField(_("impact"))
    controls = models.TextField(_("controls"), blank=True)
    residual_likelihood = models.PositiveSmallIntegerField(_("residual likelihood"))
    residual_impact = models.PositiveSmallIntegerField(_("residual impact"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["assessment", "place"]
        verbose_name = _("hazard")
        verbose_name_plural = _("hazards")
        constraints = [
            models.CheckConstraint(
                condition=Q(likelihood__in=ON_THE_MATRIX)
                & Q(impact__in=ON_THE_MATRIX)
                & Q(residual_likelihood__in=ON_THE_MATRIX)
                & Q(residual_impact__in=ON_THE_MATRIX),
                name="a_hazard_is_on_the_matrix",
            ),
            models.CheckConstraint(
                condition=Q(
                    residual_likelihood__lte=F("likelihood") * F("impact") / F("residual_impact")
                ),
                name="controls_add_no_risk",
            ),
        ]

    def __str__(self) -> str:
        return self.title
