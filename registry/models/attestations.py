"""Attestations: the inventory of a unit, frozen, and what its owners say of it."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.units import Unit
from registry.rules.attestations import SAYINGS

if TYPE_CHECKING:
    from registry.models.people import User


class AttestationRoundQuerySet(AppendOnlyQuerySet):
    """Adjectives for rounds."""

    def visible_to(self, user: User) -> AttestationRoundQuerySet:
        """Those of the person's units."""
        return self.filter(unit__in=Unit.objects.visible_to(user))

    def past(self, today: date) -> AttestationRoundQuerySet:
        """Those whose last day has passed, whether or not everybody confirmed."""
        return self.filter(due_on__lt=today)


class AttestationRound(models.Model):
    """One period's inventory of a unit, frozen as canonical text: every owner confirms theirs."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="attestations")
    period = models.CharField(_("period"), max_length=60)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    due_on = models.DateField(_("due"))
    # Canonical text and not JSONB: the digest is over these very characters.
    text = models.TextField(_("canonical text"))
    digest = models.CharField(_("digest"), max_length=64)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = AttestationRoundQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        verbose_name = _("attestation round")
        verbose_name_plural = _("attestation rounds")
        constraints = [
            models.UniqueConstraint(fields=["unit", "period"], name="one_round_per_period"),
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")), name="a_period_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}, {self.period}"

    @property
    def inventory(self) -> dict[str, Any]:
        """The frozen inventory as data."""
        inventory: dict[str, Any] = json.loads(self.text)
        return inventory


class Confirmation(models.Model):
    """What one owner said of their models in a round, signed over the digest of the inventory.

    ``exceptions`` are texts by the models' short names; empty where all is as it stands.
    """

    round = models.ForeignKey(AttestationRound, models.PROTECT, related_name="confirmations")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    says = models.CharField(_("says"), max_length=30, choices=list(SAYINGS.items()))
    exceptions = models.JSONField(_("exceptions"))
    meaning = models.TextField(_("meaning of the signature"))
    printed_name = models.CharField(_("printed name"), max_length=300)
    role = models.CharField(_("role then"), max_length=100)
    method = models.CharField(_("signed with"), max_length=40)
    digest = models.CharField(_("signed digest"), max_length=64)
    confirmed_at = models.DateTimeField(_("confirmed"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["round", "confirmed_at", "pk"]
        verbose_name = _("confirmation")
        verbose_name_plural = _("confirmations")
        constraints = [
            models.UniqueConstraint(fields=["round", "owner"], name="an_owner_confirms_once"),
            models.CheckConstraint(
                condition=Q(says__in=list(SAYINGS)), name="a_confirmation_says_what_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.printed_name}"
