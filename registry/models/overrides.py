"""Overrides: emergency releases, and the two signatures under each."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.releases import ReleaseMove
from registry.models.units import Unit
from registry.models.versions import ModelVersion
from registry.rules.overrides import ENDED_BY, ROLES

if TYPE_CHECKING:
    from registry.models.people import User


class OverrideQuerySet(models.QuerySet["Override"]):
    """Adjectives for overrides."""

    def visible_to(self, user: User) -> OverrideQuerySet:
        """Those of the person's units."""
        return self.filter(version__model__unit__in=Unit.objects.visible_to(user))

    def waiting(self) -> OverrideQuerySet:
        """Those that one of two people has signed."""
        return self.filter(starts_at__isnull=True, ended_at__isnull=True)

    def lasting(self) -> OverrideQuerySet:
        """Those that are asked for or in force: nobody ended them, and nothing that was settled."""
        return self.filter(ended_at=None)

    def overtaken(self) -> OverrideQuerySet:
        """Those of which somebody decided otherwise since they were asked for."""
        against = ReleaseMove.objects.filter(
            release__version=OuterRef("version"),
            release__environment=OuterRef("environment"),
            act__in=sorted(ENDED_BY),
            at__gte=OuterRef("asked_at"),
        )
        return self.filter(Q(version__model__retired_at__isnull=False) | Exists(against))

    def in_force(self, now: datetime) -> OverrideQuerySet:
        """Those that open a gate now; what was ended stays so when a clock is set back."""
        return self.lasting().filter(starts_at__lte=now, ends_at__gt=now)

    def to_review(self, now: datetime) -> OverrideQuerySet:
        """Those that were in force and are over."""
        return self.exclude(starts_at=None).filter(Q(ended_at__lte=now) | Q(ends_at__lte=now))

    def at(self, instant: datetime) -> OverrideQuerySet:
        """Those that let their version through at an instant."""
        return self.filter(starts_at__lte=instant, ends_at__gt=instant).filter(
            Q(ended_at__isnull=True) | Q(ended_at__gt=instant)
        )


class Override(models.Model):
    """One version let through to one environment without a full approval, for some days."""

    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="overrides")
    environment = models.CharField(_("environment"), max_length=60)
    days = models.PositiveSmallIntegerField(_("days"))
    reason = models.TextField(_("the emergency"))
    # Over the version's artefact, the environment, the days and the reason: what both sign.
    digest = models.CharField(_("digest"), max_length=64)
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(_("in force since"), null=True)
    ends_at = models.DateTimeField(_("ends"), null=True)
    # Early, by who ends it or by what was decided since; else by its day, once that was settled.
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    end_reason = models.TextField(_("reason of the end"), blank=True)

    objects = OverrideQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("emergency release")
        verbose_name_plural = _("emergency releases")
        constraints = [
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=14), name="an_override_lasts_14_days_at_most"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True, ends_at__isnull=True)
                | Q(starts_at__isnull=False, ends_at__isnull=False),
                name="an_override_in_force_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} to {self.environment}"


class OverrideSignature(models.Model):
    """One of the two signatures under an override, for good."""

    override = models.ForeignKey(Override, models.PROTECT, related_name="signatures")
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    printed_name = models.CharField(_("printed name"), max_length=300)
    role = models.CharField(_("role then"), max_length=40)
    meaning = models.TextField(_("meaning of the signature"))
    reason = models.TextField(_("reason"))
    method = models.CharField(_("signed with"), max_length=40)
    digest = models.CharField(_("signed digest"), max_length=64)
    signed_at = models.DateTimeField(_("signed"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["override", "signed_at", "pk"]
        verbose_name = _("signature under an emergency release")
        verbose_name_plural = _("signatures under emergency releases")
        constraints = [
            models.UniqueConstraint(
                fields=["override", "role"], name="one_signature_per_role_and_override"
            ),
            models.UniqueConstraint(
                fields=["override", "signer"], name="one_signature_per_person_and_override"
            ),
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in ROLES]),
                name="an_override_is_signed_by_two_named_roles",
            ),
        ]

    def __str__(self) -> str:
        return self.printed_name
