"""Risk matrices, and assessments of versions with the matrix frozen into each."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.versions import ModelVersion
from registry.rules.risk import KNOWLEDGE, TEXTS, Control, HazardFacts, stated

ON_THE_MATRIX = [1, 2, 3, 4, 5]


class RiskMatrix(models.Model):
    """One edition of a matrix.

    Labels and levels, as ``registry.rules.matrices.DEFAULT_MATRIX`` has them. Nobody edited the
    default that an installation starts with.
    """

    name = models.CharField(_("name"), max_length=100)
    edition = models.PositiveIntegerField(_("edition"))
    definition = models.JSONField(_("definition"))
    digest = models.CharField(_("digest"), max_length=64)
    loaded_at = models.DateTimeField(_("loaded"))
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    reason = models.TextField(_("reason"), blank=True)

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
    knowledge = models.CharField(
        _("strength of knowledge"), max_length=8, blank=True, choices=list(KNOWLEDGE.items())
    )
    knowledge_ground = models.TextField(_("ground for the strength of knowledge"), blank=True)
    assessed_at = models.DateTimeField(_("assessed"))
    assessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["file", "-number"]
        verbose_name = _("risk assessment")
        verbose_name_plural = _("risk assessments")
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="assessments_are_numbered"),
            models.CheckConstraint(
                condition=Q(knowledge__in=["", *KNOWLEDGE]),
                name="an_assessment_has_a_known_strength",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file}, revision {self.number}"

    @property
    def stated(self) -> dict[str, Any]:
        """The assessment as the case file states it."""
        known = {"strength": self.knowledge, "ground": self.knowledge_ground}
        return {
            "revision": self.number,
            "matrix": {**self.definition, "edition": self.matrix.edition},
            "hazards": [stated(self.definition, one.facts) for one in self.hazards.all()],
            "inherent": self.inherent,
            "residual": self.residual,
            **({"knowledge": known} if any(known.values()) else {}),
        }


class Hazard(models.Model):
    """One thing that can go wrong, with its place on the matrix before and after controls.

    ``assessed_controls`` is a list of what ``registry.rules.risk.Control.as_dict`` gives.
    """

    assessment = models.ForeignKey(RiskAssessment, models.PROTECT, related_name="hazards")
    place = models.PositiveSmallIntegerField(_("place"))
    title = models.CharField(_("hazard"), max_length=300)
    likelihood = models.PositiveSmallIntegerField(_("likelihood"))
    impact = models.PositiveSmallIntegerField(_("impact"))
    controls = models.TextField(_("controls"), blank=True)
    residual_likelihood = models.PositiveSmallIntegerField(_("residual likelihood"))
    residual_impact = models.PositiveSmallIntegerField(_("residual impact"))
    cause = models.TextField(_("cause"), blank=True)
    consequence = models.TextField(_("consequence"), blank=True)
    affected = models.TextField(_("affected people"), blank=True)
    vulnerable = models.TextField(_("vulnerable groups"), blank=True)
    likelihood_ground = models.TextField(_("ground for the likelihood"), blank=True)
    impact_ground = models.TextField(_("ground for the impact"), blank=True)
    residual_ground = models.TextField(_("ground for the residual risk"), blank=True)
    assessed_controls = models.JSONField(_("assessed controls"), default=list)

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

    @property
    def facts(self) -> HazardFacts:
        """What is said of it, as the rules take it."""
        return HazardFacts(
            title=self.title,
            likelihood=self.likelihood,
            impact=self.impact,
            controls=self.controls,
            residual_likelihood=self.residual_likelihood,
            residual_impact=self.residual_impact,
            assessed_controls=tuple(map(Control.from_dict, self.assessed_controls)),
            **{name: getattr(self, name) for name in TEXTS},
        )
