"""Legal holds: what nothing is deleted of until somebody lifts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registry.models.datasets import Dataset
from registry.models.registered_models import RegisteredModel
from registry.models.units import Unit
from registry.rules.holds import SCOPES, Scope

if TYPE_CHECKING:
    from registry.models.people import User


class RetentionHoldQuerySet(models.QuerySet["RetentionHold"]):
    """Adjectives for holds."""

    def visible_to(self, user: User) -> RetentionHoldQuerySet:
        """Those on what is of the person's units, and those on the whole installation."""
        units = Unit.objects.visible_to(user)
        if not units.exists():
            return self.none()
        of_units = Q(unit__in=units) | Q(model__unit__in=units) | Q(dataset__unit__in=units)
        return self.filter(of_units | Q(scope=Scope.INSTALLATION))

    def standing(self) -> RetentionHoldQuerySet:
        """Those that nobody has released."""
        return self.filter(released_at__isnull=True)

    def for_list(self) -> RetentionHoldQuerySet:
        """With what a row of the list shows, in one query."""
        return self.select_related(
            "model__unit", "dataset__unit", "unit", "placed_by", "released_by"
        )


class RetentionHold(models.Model):
    """A hold on one model, one dataset, one unit or the whole installation, and its end."""

    scope = models.CharField(_("scope"), max_length=12, choices=list(SCOPES.items()))
    model = models.ForeignKey(RegisteredModel, models.PROTECT, related_name="holds", null=True)
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="holds", null=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="holds", null=True)
    reason = models.TextField(_("reason"))
    placed_at = models.DateTimeField(_("placed"))
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    placed_as = models.CharField(_("role then"), max_length=100)
    released_at = models.DateTimeField(_("released"), null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    released_as = models.CharField(_("role of who released it"), max_length=100, blank=True)
    release_reason = models.TextField(_("why it was released"), blank=True)

    objects = RetentionHoldQuerySet.as_manager()

    class Meta:
        ordering = ["-placed_at", "-pk"]
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="model", model__isnull=False, dataset=None, unit=None)
                | Q(scope="dataset", dataset__isnull=False, model=None, unit=None)
                | Q(scope="unit", unit__isnull=False, model=None, dataset=None)
                | Q(scope="installation", unit=None, model=None, dataset=None),
                name="a_hold_names_what_it_holds",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_hold_has_a_reason"),
            models.CheckConstraint(
                condition=Q(released_at=None, released_by=None, released_as="", release_reason="")
                | Q(released_at__isnull=False, released_by__isnull=False)
                & ~Q(released_as="")
                & ~Q(release_reason=""),
                name="a_released_hold_says_by_whom_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"hold {self.pk} on {self.held or 'the whole installation'}"

    @property
    def held(self) -> RegisteredModel | Dataset | Unit | None:
        """What it is on; None for the whole installation."""
        return self.model or self.dataset or self.unit
