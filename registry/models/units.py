"""Business units, and who has held which role in them, from when to when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registry.rules.roles import ROLE_NAMES, Role, allowed

if TYPE_CHECKING:
    from registry.models.people import User


class UnitQuerySet(models.QuerySet["Unit"]):
    """Adjectives for units."""

    def visible_to(self, user: User) -> UnitQuerySet:
        """The units in which the person holds any role today."""
        return self.filter(
            pk__in=Membership.objects.current().filter(user_id=user.pk).values("unit")
        )

    def where(self, user: User, verb: str) -> UnitQuerySet:
        """The units in which the person's roles give the right to the verb."""
        held = Membership.objects.current().filter(user_id=user.pk, role__in=allowed(verb, Role))
        return self.filter(pk__in=held.values("unit"))


class Unit(models.Model):
    """A business unit; models, data and memberships belong to exactly one."""

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=200, unique=True)
    founded_at = models.DateTimeField(_("founded"))

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("unit")
        verbose_name_plural = _("units")

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Adjectives for memberships."""

    def current(self) -> MembershipQuerySet:
        """Those that have not ended."""
        return self.filter(ended_at__isnull=True)

    def at(self, instant: datetime) -> MembershipQuerySet:
        """Those that held at a past instant."""
        return self.filter(granted_at__lte=instant).filter(
            Q(ended_at__isnull=True) | Q(ended_at__gt=instant)
        )

    def roles_of(self, user: User, unit: Unit) -> set[str]:
        """The roles a person holds in a unit today."""
        return set(self.current().filter(user_id=user.pk, unit=unit).values_list("role", flat=True))


class Membership(models.Model):
    """One person's role in one unit, from a day on; ended, never deleted."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=40, choices=list(ROLE_NAMES.items()))
    granted_at = models.DateTimeField(_("granted"))
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["unit", "user", "role", "granted_at"]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "user", "role"],
                condition=Q(ended_at__isnull=True),
                name="one_current_membership_per_role",
            ),
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=models.F("user")),
                name="nobody_grants_themselves_a_role",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("granted_at")),
                name="a_membership_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.printed_name}, {ROLE_NAMES[Role(self.role)]}, {self.unit}"
