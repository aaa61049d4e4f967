"""Model cards: one for each version; every save is a revision, one of them in effect."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.versions import ModelVersion
from registry.rules.cards import SECTION_CODES, filled


class ModelCard(models.Model):
    """Points at the revision in effect. A later revision is a draft until it is made effective."""

    version = models.OneToOneField(ModelVersion, models.PROTECT, related_name="card")
    effective = models.OneToOneField(
        "registry.CardRevision", models.PROTECT, related_name="+", null=True
    )

    class Meta:
        verbose_name = _("model card")
        verbose_name_plural = _("model cards")

    def __str__(self) -> str:
        return f"card of {self.version}"


class CardRevision(models.Model):
    """What a card said after one save: a text for each section's code."""

    card = models.ForeignKey(ModelCard, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("revision"))
    sections = models.JSONField(_("sections"))
    saved_at = models.DateTimeField(_("saved"))
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["card", "-number"]
        verbose_name = _("card revision")
        verbose_name_plural = _("card revisions")
        constraints = [
            models.UniqueConstraint(fields=["card", "number"], name="card_revisions_are_numbered")
        ]

    def __str__(self) -> str:
        return f"{self.card}, revision {self.number}"

    @property
    def filled_count(self) -> int:
        """How many sections say something, of nine."""
        return len(filled(self.sections))

    @property
    def section_count(self) -> int:
        """How many sections a card has."""
        return len(SECTION_CODES)
