"""Editions of the policy, who approved them, and which were adopted; none of it ever changes.

A release keeps the edition it was submitted under.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet


class PolicyEditionQuerySet(AppendOnlyQuerySet):
    """Adjectives for policy editions."""

    def in_force(self) -> PolicyEditionQuerySet:
        """Those adopted, the newest first; the first of them is the policy in force."""
        adopted = self.filter(name="default", adoption__isnull=False)
        return adopted.order_by("-edition")

    def in_force_at(self, instant: datetime) -> PolicyEditionQuerySet:
        """Those adopted by a past instant, the newest first: the first of them held then."""
        return self.in_force().filter(adoption__adopted_at__lte=instant)

    def for_list(self) -> PolicyEditionQuerySet:
        """With what a row of the list shows, in a fixed number of queries."""
        related = self.select_related("adoption", "base", "proposed_by")
        return related.prefetch_related("approvals__signer")


class PolicyEdition(models.Model):
    """One edition of one policy, with the digest of its canonical definition.

    It is a proposal until it is adopted. ``base`` is the edition in force when it was written.
    """

    name = models.CharField(_("name"), max_length=100)
    edition = models.PositiveIntegerField(_("edition"))
    definition = models.JSONField(_("definition"))
    digest = models.CharField(_("digest"), max_length=64)
    # As it was written, with its comments; empty where it was loaded as data.
    text = models.TextField(_("text"), blank=True, default="")
    note = models.TextField(_("reason"), blank=True, default="")
    base = models.ForeignKey("self", models.PROTECT, related_name="+", null=True)
    # Null where an operator brought it in.
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    loaded_at = models.DateTimeField(_("loaded"))

    objects = PolicyEditionQuerySet.as_manager()

    class Meta:
        ordering = ["name", "-edition"]
        verbose_name = _("policy edition")
        verbose_name_plural = _("policy editions")
        constraints = [
            models.UniqueConstraint(
                fields=["name", "edition"], name="policy_editions_are_numbered"
            ),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=True) | ~Q(note=""),
                name="a_proposed_policy_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, edition {self.edition}"


class PolicyApproval(models.Model):
    """One signature for an edition, over the digest of its definition."""

    edition = models.ForeignKey(PolicyEdition, models.PROTECT, related_name="approvals")
    digest = models.CharField(_("signed digest"), max_length=64)
    meaning = models.TextField(_("meaning of the signature"))
    reason = models.TextField(_("reason"))
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    printed_name = models.CharField(_("printed name"), max_length=300)
    role = models.CharField(_("role then"), max_length=40)
    method = models.CharField(_("signed with"), max_length=40)
    signed_at = models.DateTimeField(_("signed"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["edition", "signed_at", "pk"]
        verbose_name = _("approval of a policy")
        verbose_name_plural = _("approvals of policies")
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "signer"], name="one_approval_per_person_and_policy"
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="an_approval_of_a_policy_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.printed_name}: {self.edition}"


class PolicyAdoption(models.Model):
    """The moment from which an edition holds, until a later one is adopted."""

    edition = models.OneToOneField(PolicyEdition, models.PROTECT, related_name="adoption")
    adopted_at = models.DateTimeField(_("adopted"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["edition"]
        verbose_name = _("adoption of a policy")
        verbose_name_plural = _("adoptions of policies")

    def __str__(self) -> str:
        return f"{self.edition}, adopted"
