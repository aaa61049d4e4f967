"""Evidence: write-once exhibits about a version, wherever they were made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.datasets import DatasetVersion
from registry.models.files import StoredFile
from registry.models.units import Unit
from registry.models.versions import ModelVersion
from registry.rules.catalogue import EVIDENCE_KINDS, VERDICT_NAMES

if TYPE_CHECKING:
    from registry.models.people import User


class EvidenceQuerySet(AppendOnlyQuerySet):
    """Adjectives for evidence."""

    def visible_to(self, user: User) -> EvidenceQuerySet:
        """That of the person's units."""
        return self.filter(version__model__unit__in=Unit.objects.visible_to(user))


class Evidence(models.Model):
    """One exhibit: what it is, its verdict, and the file behind it.

    ``digest`` is the sha256 of the file. ``origin`` names what produced it ("run 12") and is
    unique, so a task that is killed and runs again files one exhibit and not two.
    """

    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="evidence")
    kind = models.CharField(_("kind"), max_length=20, choices=list(EVIDENCE_KINDS.items()))
    title = models.CharField(_("title"), max_length=200)
    verdict = models.CharField(_("verdict"), max_length=12, choices=list(VERDICT_NAMES.items()))
    summary = models.TextField(_("summary"))
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    file_name = models.CharField(_("file name"), max_length=255)
    digest = models.CharField(_("digest"), max_length=64)
    data = models.ForeignKey(DatasetVersion, models.PROTECT, related_name="+", null=True)
    reproduced = models.BooleanField(_("reproduced here"))
    # Asked for by a validator who has no hand in the version, and so a part of its validation.
    independent = models.BooleanField(_("made on the validator's side"), default=False)
    producer = models.CharField(_("produced by"), max_length=200)
    origin = models.CharField(_("origin"), max_length=100, unique=True)
    filed_at = models.DateTimeField(_("filed"))
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["version", "-filed_at", "-pk"]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        indexes = [models.Index(fields=["version", "kind"], name="evidence_by_kind")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=list(EVIDENCE_KINDS)), name="evidence_has_a_known_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(verdict__in=list(VERDICT_NAMES)),
                name="evidence_has_a_known_verdict",
            ),
        ]

    def __str__(self) -> str:
        return self.title
