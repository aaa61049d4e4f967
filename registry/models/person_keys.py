"""A key for each person, under which the journal holds their names."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PersonKey(models.Model):
    """One person's key, wrapped under the installation's; gone for good once they are erased.

    The person is a plain number, as in the journal; nothing cascades in.
    """

    person = models.BigIntegerField(_("account"), primary_key=True)
    wrapped_key = models.BinaryField(_("wrapped key"), null=True)
    wrapped_by = models.CharField(_("wrapped under"), max_length=16, blank=True)
    made_at = models.DateTimeField(_("made"))
    erased_at = models.DateTimeField(_("erased"), null=True)

    class Meta:
        ordering = ["person"]
        verbose_name = _("person's key")
        verbose_name_plural = _("people's keys")
        constraints = [
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, wrapped_key__isnull=False) & ~Q(wrapped_by="")
                | Q(erased_at__isnull=False, wrapped_key__isnull=True, wrapped_by=""),
                name="an_erased_person_has_no_key",
            )
        ]

    def __str__(self) -> str:
        return f"key of {self.person}"
