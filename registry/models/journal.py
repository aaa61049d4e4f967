"""The journal: one line for each act, sealed into a chain.

No foreign keys, so nothing cascades in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.units import Unit
from registry.rules.journal import GENESIS, SEALED_FIELDS
from registry.rules.journal_actions import CHECK_ASKED
from registry.rules.retention import DELETIONS

if TYPE_CHECKING:
    from registry.models.people import User


class EntryQuerySet(AppendOnlyQuerySet):
    """Adjectives for entries."""

    def visible_to(self, user: User) -> EntryQuerySet:
        """Those of the person's units, and those of the installation that name no unit."""
        slugs = Unit.objects.visible_to(user).values("slug")
        if not Unit.objects.visible_to(user).exists():
            return self.none()
        return self.filter(models.Q(unit="") | models.Q(unit__in=slugs))


class Entry(models.Model):
    """One line. Subject, actor and role are text as they were.

    ``changes`` is canonical JSON text.
    """

    number = models.BigIntegerField(_("number"), primary_key=True)
    at = models.CharField(_("when (UTC)"), max_length=32)
    action = models.CharField(_("action"), max_length=60)
    actor_id = models.BigIntegerField(_("account"), null=True)
    actor = models.TextField(_("who"))
    role = models.CharField(_("role then"), max_length=200, blank=True)
    unit = models.CharField(_("unit"), max_length=50, blank=True)
    model = models.CharField(_("model"), max_length=80, blank=True)
    model_number = models.BigIntegerField(_("number within the model"), null=True)
    subject_kind = models.CharField(_("kind of subject"), max_length=40)
    subject_id = models.BigIntegerField(_("subject id"), null=True)
    subject = models.TextField(_("subject"))
    changes = models.TextField(_("changes"))
    reason = models.TextField(_("reason"), blank=True)
    door = models.CharField(_("came in by"), max_length=100)
    method = models.CharField(_("authenticated by"), max_length=60)
    previous = models.CharField(_("previous seal"), max_length=64)
    seal = models.CharField(_("seal"), max_length=64)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        indexes = [
            models.Index(fields=["model", "number"], name="journal_by_model"),
            models.Index(
                fields=["subject_kind", "subject_id"],
                condition=models.Q(action__in=DELETIONS),
                name="journal_of_deletions",
            ),
            models.Index(
                fields=["number"],
                condition=models.Q(action=CHECK_ASKED),
                name="journal_of_checks_asked",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "model_number"],
                condition=~models.Q(model=""),
                name="entries_of_a_model_are_numbered",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.action}"

    @property
    def facts(self) -> dict[str, Any]:
        """Everything under the seal, and the seal."""
        return {name: getattr(self, name) for name in (*SEALED_FIELDS, "seal")}


class Head(models.Model):
    """The last entry's number and seal. One row; whoever appends locks it, last of all locks."""

    number = models.BigIntegerField(default=0)
    seal = models.CharField(max_length=64, default=GENESIS)

    class Meta:
        verbose_name = _("head of the journal")
        verbose_name_plural = _("head of the journal")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_head")]

    def __str__(self) -> str:
        return f"entry {self.number}"


class ModelHead(models.Model):
    """The last number within one model; written only under the lock on the head."""

    model = models.CharField(max_length=80, primary_key=True)
    number = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("head of a model's journal")
        verbose_name_plural = _("heads of models' journals")

    def __str__(self) -> str:
        return f"{self.model}: {self.number}"
