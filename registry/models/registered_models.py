"""Registered models, and the dated revisions of their purpose, owner, maintainers.

Deputy and tier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.units import Unit
from registry.rules.catalogue import TASKS

if TYPE_CHECKING:
    from registry.models.people import User


class RegisteredModelQuerySet(models.QuerySet["RegisteredModel"]):
    """Adjectives for registered models."""

    def visible_to(self, user: User) -> RegisteredModelQuerySet:
        """Those of the person's units."""
        return self.filter(unit__in=Unit.objects.visible_to(user))

    def for_list(self) -> RegisteredModelQuerySet:
        """With what a row of the list shows, in one query."""
        return self.select_related("unit", "revision__owner")


class RegisteredModel(models.Model):
    """The thing with a purpose, an owner, a unit and a tier.

    Its versions are what gets released.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="models")
    slug = models.SlugField(_("short name"), unique=True, max_length=80)
    name = models.CharField(_("name"), max_length=200)
    task = models.CharField(_("task"), max_length=20, choices=list(TASKS.items()))
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # The revision in force. Null only between the two writes that register a model.
    revision = models.OneToOneField(
        "registry.ModelRevision", models.PROTECT, related_name="+", null=True
    )

    objects = RegisteredModelQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("model")
        verbose_name_plural = _("models")
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="one_model_per_name_and_unit"),
            models.CheckConstraint(
                condition=models.Q(task__in=list(TASKS)), name="a_model_has_a_known_task"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ModelRevision(models.Model):
    """What was said of a model from one instant on. Never changed; the next revision follows it."""

    model = models.ForeignKey(RegisteredModel, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("revision"))
    purpose = models.TextField(_("purpose"))
    intended_use = models.TextField(_("intended use"))
    tier = models.PositiveSmallIntegerField(_("tier"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        verbose_name=_("deputy"),
    )
    maintainers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("maintainers")
    )
    reason = models.TextField(_("reason"), blank=True)
    revised_at = models.DateTimeField(_("revised"))
    revised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["model", "-number"]
        verbose_name = _("model revision")
        verbose_name_plural = _("model revisions")
        constraints = [
            models.UniqueConstraint(
                fields=["model", "number"], name="model_revisions_are_numbered"
            ),
            models.CheckConstraint(
                condition=models.Q(tier__gte=1, tier__lte=4), name="a_tier_is_1_to_4"
            ),
            models.CheckConstraint(
                condition=models.Q(deputy__isnull=True) | ~models.Q(deputy=models.F("owner")),
                name="a_deputy_is_not_the_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model}, revision {self.number}"
