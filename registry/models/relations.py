"""Which model feeds which, from when to when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.models.registered_models import RegisteredModel
from registry.models.units import Unit

if TYPE_CHECKING:
    from registry.models.people import User


class ModelRelationQuerySet(models.QuerySet["ModelRelation"]):
    """Adjectives for relations."""

    def visible_to(self, user: User) -> ModelRelationQuerySet:
        """Those with both models in the person's units."""
        units = Unit.objects.visible_to(user)
        return self.filter(upstream__unit__in=units, downstream__unit__in=units)

    def in_force(self) -> ModelRelationQuerySet:
        """Those that have not ended."""
        return self.filter(until__isnull=True)

    def at(self, instant: datetime) -> ModelRelationQuerySet:
        """Those that held at a past instant."""
        return self.filter(since__lte=instant).filter(Q(until__isnull=True) | Q(until__gt=instant))


class ModelRelation(models.Model):
    """One model's output is another's input; ended, never deleted."""

    upstream = models.ForeignKey(RegisteredModel, models.PROTECT, related_name="feeds")
    downstream = models.ForeignKey(RegisteredModel, models.PROTECT, related_name="fed_by")
    what = models.TextField(_("which output feeds which input"))
    since = models.DateTimeField(_("since"))
    related_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    until = models.DateTimeField(_("until"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    end_reason = models.TextField(_("reason of the end"), blank=True)

    objects = ModelRelationQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-pk"]
        verbose_name = _("relation of models")
        verbose_name_plural = _("relations of models")
        constraints = [
            models.UniqueConstraint(
                fields=["upstream", "downstream"],
                condition=Q(until__isnull=True),
                name="a_model_feeds_another_once",
            ),
            models.CheckConstraint(
                condition=~Q(upstream=F("downstream")), name="a_model_does_not_feed_itself"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True, ended_by__isnull=True)
                | Q(until__isnull=False, ended_by__isnull=False),
                name="an_ended_relation_names_who_ended_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.upstream} feeds {self.downstream}"
