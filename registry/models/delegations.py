"""Delegations of a seat: from whom, to whom, for which models, from when to when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.models.registered_models import RegisteredModel
from registry.models.units import Unit
from registry.rules.roles import ROLE_NAMES

if TYPE_CHECKING:
    from registry.models.people import User


class DelegationQuerySet(models.QuerySet["Delegation"]):
    """Adjectives for delegations."""

    def visible_to(self, user: User) -> DelegationQuerySet:
        """Those of the person's units."""
        return self.filter(unit__in=Unit.objects.visible_to(user))

    def at(self, instant: datetime) -> DelegationQuerySet:
        """Those that hold at an instant."""
        return self.filter(starts_at__lte=instant, ends_at__gt=instant).filter(
            Q(ended_at__isnull=True) | Q(ended_at__gt=instant)
        )

    def in_force(self, now: datetime) -> DelegationQuerySet:
        """Those that can be signed by now; what was ended stays so when a clock is set back."""
        return self.filter(starts_at__lte=now, ends_at__gt=now, ended_at=None)


class Delegation(models.Model):
    """One person's seat, taken by another for a time; ended early or by its day, never deleted."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="delegations")
    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("giver")
    )
    delegate = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("delegate")
    )
    role = models.CharField(_("role"), max_length=40, choices=list(ROLE_NAMES.items()))
    # For this model alone; null for every model of the unit.
    model = models.ForeignKey(RegisteredModel, models.PROTECT, related_name="+", null=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    reason = models.TextField(_("reason"))
    given_at = models.DateTimeField(_("given"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    end_reason = models.TextField(_("reason of the end"), blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        ordering = ["-given_at", "-pk"]
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        constraints = [
            models.CheckConstraint(
                condition=~Q(giver=F("delegate")), name="nobody_delegates_to_themselves"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="a_delegation_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_delegation_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.giver.printed_name} to {self.delegate.printed_name}"
