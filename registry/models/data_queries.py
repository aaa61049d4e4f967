"""Queries that stand for data: proposed by one person, reviewed or refused by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.models.datasets import Dataset, DatasetVersion
from registry.models.units import Unit
from registry.rules.catalogue import DATA_ROLES
from registry.rules.data_queries import STATE_NAMES, State

if TYPE_CHECKING:
    from registry.models.people import User


class DataQueryQuerySet(models.QuerySet["DataQuery"]):
    """Adjectives for queries."""

    def visible_to(self, user: User) -> DataQueryQuerySet:
        """Those of the person's units."""
        return self.filter(dataset__unit__in=Unit.objects.visible_to(user))

    def waiting(self) -> DataQueryQuerySet:
        """Those that nobody has decided on."""
        return self.filter(state=State.PROPOSED.value)


class DataQuery(models.Model):
    """A SELECT over a named connection that somebody wants to use as data.

    ``columns`` says what its columns are, as `rules.data_queries.Columns` does. Once reviewed it
    is a dataset version; until then nothing of it is sent anywhere.
    """

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="queries")
    connection = models.CharField(_("connection"), max_length=40)
    kind = models.CharField(_("kind"), max_length=20)
    sql = models.TextField(_("query"))
    columns = models.JSONField(_("columns"))
    role = models.CharField(_("role"), max_length=20, choices=list(DATA_ROLES.items()))
    provenance = models.TextField(_("provenance"))
    state = models.CharField(
        _("state"),
        max_length=20,
        choices=[(state.value, name) for state, name in STATE_NAMES.items()],
        default=State.PROPOSED.value,
    )
    proposed_at = models.DateTimeField(_("proposed"))
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    reason = models.TextField(_("reason"), blank=True)
    version = models.OneToOneField(
        DatasetVersion, models.PROTECT, related_name="data_query", null=True
    )

    objects = DataQueryQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        verbose_name = _("query")
        verbose_name_plural = _("queries")
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=list(DATA_ROLES)), name="a_query_has_a_known_role"
            ),
            models.CheckConstraint(
                condition=Q(
                    state=State.PROPOSED.value, decided_at=None, decided_by=None, version=None
                )
                | Q(
                    state=State.REVIEWED.value,
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    version__isnull=False,
                )
                | (
                    Q(
                        state=State.REFUSED.value,
                        decided_at__isnull=False,
                        decided_by__isnull=False,
                        version=None,
                    )
                    & ~Q(reason="")
                ),
                name="a_query_is_decided_as_its_state_says",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                name="nobody_reviews_their_own_query",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset}, query {self.pk}"
