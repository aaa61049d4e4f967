"""Conditions of an approval: what, by whom, by when, and what fulfilled it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from registry.models.evidence import Evidence
from registry.models.releases import Decision, Release, ReleaseMove
from registry.models.units import Unit
from registry.rules.catalogue import EVIDENCE_KINDS
from registry.rules.releases import APPROVALS

if TYPE_CHECKING:
    from registry.models.people import User


class ConditionQuerySet(models.QuerySet["Condition"]):
    """Adjectives for conditions."""

    def visible_to(self, user: User) -> ConditionQuerySet:
        """Those of the person's units."""
        return self.filter(release__version__model__unit__in=Unit.objects.visible_to(user))

    def waiting(self) -> ConditionQuerySet:
        """Those not accepted yet."""
        return self.filter(accepted_at__isnull=True)

    def at(self, instant: datetime) -> ConditionQuerySet:
        """Those that bound somebody by a past instant: from the approval on."""
        approval = ReleaseMove.objects.filter(
            release=OuterRef("release"), act__in=sorted(APPROVALS), at__lte=instant
        )
        return self.filter(Exists(approval))


class Condition(models.Model):
    """One thing that has to be done by a day for the approval to hold.

    Its owner offers what fulfils it; somebody else accepts. Both are recorded beside the decision,
    never inside the digest that was signed.
    """

    release = models.ForeignKey(Release, models.PROTECT, related_name="conditions")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="conditions")
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("condition"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    due_at = models.DateTimeField(_("due"))
    # The kind of evidence that fulfils it; blank where words do.
    evidence_kind = models.CharField(_("kind of evidence"), max_length=20, blank=True)
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="+", null=True)
    offered_at = models.DateTimeField(_("offered"), null=True)
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    offer = models.TextField(_("what fulfils it"), blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    acceptance = models.TextField(_("reason of the acceptance"), blank=True)

    objects = ConditionQuerySet.as_manager()

    class Meta:
        ordering = ["release", "number"]
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        constraints = [
            models.UniqueConstraint(fields=["release", "number"], name="conditions_are_numbered"),
            models.CheckConstraint(
                condition=Q(evidence_kind="") | Q(evidence_kind__in=list(EVIDENCE_KINDS)),
                name="a_condition_asks_for_a_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(offered_at__isnull=False),
                name="what_is_accepted_was_offered",
            ),
        ]

    def __str__(self) -> str:
        return f"condition {self.number} of {self.release}"
