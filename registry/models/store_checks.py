"""Checks of the store: what each pass read, what it found broken, and what no row names."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet


class StoreCheck(models.Model):
    """One pass over the files checked longest ago; written at its end and never changed.

    ``broken`` lists ``{"sha256", "wrong"}`` and ``orphans`` ``{"place", "size", "since"}``, each
    the first thousand; the counts are whole. ``left`` is how many files the pass did not come to.
    """

    began_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"))
    files = models.PositiveIntegerField(_("files read"))
    bytes = models.BigIntegerField(_("bytes read"))
    left = models.PositiveIntegerField(_("files left for the next pass"))
    broken_count = models.PositiveIntegerField(_("broken files"))
    broken = models.JSONField(_("broken"))
    orphans_count = models.PositiveIntegerField(_("orphans"))
    orphans = models.JSONField(_("files that no record names"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("check of the store")
        verbose_name_plural = _("checks of the store")

    def __str__(self) -> str:
        return f"check {self.pk}"
