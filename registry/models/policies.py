"""Editions of the policy: loaded from YAML, never changed.

A release keeps the one it began under.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet


class PolicyEdition(models.Model):
    """One edition of one policy, with the digest of its canonical definition."""

    name = models.CharField(_("name"), max_length=100)
    edition = models.PositiveIntegerField(_("edition"))
    definition = models.JSONField(_("definition"))
    digest = models.CharField(_("digest"), max_length=64)
    loaded_at = models.DateTimeField(_("loaded"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["name", "-edition"]
        verbose_name = _("policy edition")
        verbose_name_plural = _("policy editions")
        constraints = [
            models.UniqueConstraint(fields=["name", "edition"], name="policy_editions_are_numbered")
        ]

    def __str__(self) -> str:
        return f"{self.name}, edition {self.edition}"
