"""Deletions of people's rows: what was deleted, when, by whom and why, without the rows."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.datasets import DatasetVersion


class RowsDeletion(models.Model):
    """The end of one dataset version's rows. Its fingerprint, shape and figures stay.

    ``deleted_by`` is empty where the retention set for the rows had passed.
    """

    data = models.OneToOneField(DatasetVersion, models.PROTECT, related_name="rows_deletion")
    sha256 = models.CharField(_("digest"), max_length=64)
    rows = models.BigIntegerField(_("rows"))
    reason = models.TextField(_("reason"))
    deleted_at = models.DateTimeField(_("deleted"))
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["-deleted_at", "-pk"]
        verbose_name = _("deletion of rows")
        verbose_name_plural = _("deletions of rows")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="a_deletion_of_rows_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.data}: {self.sha256[:12]}"
