"""Filled scorecards of models, and tiers that two people set in place of the scored one."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.registered_models import RegisteredModel


class ScorecardFilling(models.Model):
    """One filling of a model's scorecard; the next one follows it and leaves it as it was.

    The edition of the questions, the AI Act class and every step to the tier are kept in it, so it
    still reads as it did when the questions have changed.
    """

    model = models.ForeignKey(RegisteredModel, models.PROTECT, related_name="scorecards")
    number = models.PositiveIntegerField(_("revision"))
    edition = models.PositiveSmallIntegerField(_("edition of the questions"))
    answers = models.JSONField(_("answers"))
    grounds = models.JSONField(_("grounds"))
    ai_act_class = models.CharField(_("EU AI Act class then"), max_length=30)
    tier = models.PositiveSmallIntegerField(_("tier"))
    points = models.PositiveSmallIntegerField(_("points"))
    why = models.JSONField(_("how the tier came about"))
    filled_at = models.DateTimeField(_("filled"))
    filled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["model", "-number"]
        verbose_name = _("scorecard")
        verbose_name_plural = _("scorecards")
        constraints = [
            models.UniqueConstraint(fields=["model", "number"], name="scorecards_are_numbered"),
            models.CheckConstraint(
                condition=Q(tier__gte=1, tier__lte=4), name="a_scored_tier_is_1_to_4"
            ),
        ]

    def __str__(self) -> str:
        return f"scorecard of {self.model}, revision {self.number}"


class TierOverrideQuerySet(models.QuerySet["TierOverride"]):
    """Adjectives for overrides."""

    def open(self) -> TierOverrideQuerySet:
        """Those that wait for the second person."""
        return self.filter(confirmed_at__isnull=True, ended_at__isnull=True)

    def in_force(self) -> TierOverrideQuerySet:
        """Those confirmed and not ended."""
        return self.filter(confirmed_at__isnull=False, ended_at__isnull=True)

    def at(self, instant: datetime) -> TierOverrideQuerySet:
        """Those in force at a past instant."""
        return self.filter(confirmed_at__lte=instant).filter(
            Q(ended_at__isnull=True) | Q(ended_at__gt=instant)
        )


class TierOverride(models.Model):
    """Another tier than the scored one: proposed by one person, confirmed by a second.

    What both signed is printed as it was then. It ends by the next confirmed one or by withdrawal.
    """

    model = models.ForeignKey(RegisteredModel, models.PROTECT, related_name="tier_overrides")
    number = models.PositiveIntegerField(_("number"))
    tier = models.PositiveSmallIntegerField(_("tier"))
    reason = models.TextField(_("reason"))
    proposed_at = models.DateTimeField(_("proposed"))
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposer_name = models.CharField(_("printed name of the proposer"), max_length=300)
    proposer_role = models.CharField(_("role of the proposer then"), max_length=200)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    confirmer_name = models.CharField(
        _("printed name of the confirmer"), max_length=300, blank=True
    )
    confirmer_role = models.CharField(_("role of the confirmer then"), max_length=200, blank=True)
    meaning = models.TextField(_("meaning of the signature"), blank=True)
    method = models.CharField(_("signed with"), max_length=60, blank=True)
    signed_digest = models.CharField(_("signed digest"), max_length=64, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    end_reason = models.TextField(_("reason of the end"), blank=True)

    objects = TierOverrideQuerySet.as_manager()

    class Meta:
        ordering = ["model", "-number"]
        verbose_name = _("override of a tier")
        verbose_name_plural = _("overrides of tiers")
        constraints = [
            models.UniqueConstraint(fields=["model", "number"], name="overrides_are_numbered"),
            models.UniqueConstraint(
                fields=["model"],
                condition=Q(confirmed_at__isnull=True, ended_at__isnull=True),
                name="one_open_override_per_model",
            ),
            models.UniqueConstraint(
                fields=["model"],
                condition=Q(confirmed_at__isnull=False, ended_at__isnull=True),
                name="one_override_in_force_per_model",
            ),
            models.CheckConstraint(
                condition=Q(tier__gte=1, tier__lte=4), name="an_override_is_1_to_4"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="an_override_has_a_reason"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")),
                name="an_override_takes_two_people",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False)
                & ~Q(method="")
                & ~Q(signed_digest=""),
                name="a_confirmed_override_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"override {self.number} of the tier of {self.model}"

    @property
    def standing(self) -> str:
        """Say where it stands: open, in_force, withdrawn (never confirmed) or ended."""
        if self.ended_at:
            return "ended" if self.confirmed_at else "withdrawn"
        return "in_force" if self.confirmed_at else "open"
