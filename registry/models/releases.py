"""Releases, the case files frozen for them, and the signed decisions on those."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.policies import PolicyEdition
from registry.models.units import Unit
from registry.models.versions import ModelVersion
from registry.rules.releases import (
    APPROVALS,
    IN_FORCE,
    ONCE_APPROVED,
    OPEN,
    STANDING,
    STATE_NAMES,
    Act,
    State,
)

if TYPE_CHECKING:
    from registry.models.people import User


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Adjectives for releases."""

    def visible_to(self, user: User) -> ReleaseQuerySet:
        """Those of the person's units."""
        return self.filter(version__model__unit__in=Unit.objects.visible_to(user))

    def open(self) -> ReleaseQuerySet:
        """Those still waiting for a decision."""
        return self.filter(state__in=sorted(OPEN))

    def submitted(self) -> ReleaseQuerySet:
        """All but drafts: those that have a case file."""
        return self.exclude(case_file=None)

    def in_force(self) -> ReleaseQuerySet:
        """Those whose approval holds, as far as the state tells."""
        return self.filter(state__in=sorted(IN_FORCE))

    def standing(self) -> ReleaseQuerySet:
        """Those whose approval holds, or could hold again."""
        return self.filter(state__in=sorted(STANDING))

    def approved(self) -> ReleaseQuerySet:
        """Those once approved that nobody took back; whether their gate is open is computed."""
        return self.filter(state__in=sorted(ONCE_APPROVED))

    def for_list(self) -> ReleaseQuerySet:
        """With what a row of the list shows, in one query."""
        return self.select_related(
            "version__model__unit",
            "version__model__revision",
            "submitted_by",
            "policy",
            "case_file",
        )


class Release(models.Model):
    """A request to put one version into one environment, and where it stands."""

    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="releases")
    environment = models.CharField(_("environment"), max_length=60)
    state = models.CharField(_("state"), max_length=30, choices=list(STATE_NAMES.items()))
    policy = models.ForeignKey(PolicyEdition, models.PROTECT, related_name="+")
    tier = models.PositiveSmallIntegerField(_("tier at submission"))
    # Of a draft: when and by whom it was drafted.
    submitted_at = models.DateTimeField(_("submitted"))
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # The case file under review or decided on. Null in a draft that was never submitted.
    case_file = models.OneToOneField(
        "registry.CaseFile", models.PROTECT, related_name="+", null=True
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    valid_until = models.DateTimeField(_("valid until"), null=True)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["-submitted_at", "-pk"]
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "environment"],
                condition=Q(state__in=sorted(OPEN | {State.DRAFT})),
                name="one_open_release_per_environment",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]),
                name="a_release_has_a_known_state",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=False) | ~Q(state__in=sorted(STANDING)),
                name="an_approval_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(case_file__isnull=False) | ~Q(state__in=sorted(ONCE_APPROVED)),
                name="an_approval_has_a_case_file",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} to {self.environment}"


class CaseFile(models.Model):
    """The frozen manifest of everything a decision on this release rests on."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="case_files")
    number = models.PositiveIntegerField(_("revision"))
    # Canonical text and not JSONB: the digest is over these very characters.
    text = models.TextField(_("canonical text"))
    digest = models.CharField(_("digest"), max_length=64)
    frozen_at = models.DateTimeField(_("frozen"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["release", "-number"]
        verbose_name = _("case file")
        verbose_name_plural = _("case files")
        constraints = [
            models.UniqueConstraint(fields=["release", "number"], name="case_files_are_numbered")
        ]

    def __str__(self) -> str:
        return self.digest[:12]

    @property
    def content(self) -> dict[str, Any]:
        """The case file as data."""
        content: dict[str, Any] = json.loads(self.text)
        return content


class Decision(models.Model):
    """One signed act, bound to the digest of the case file that the signer saw."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="decisions")
    case_file = models.ForeignKey(CaseFile, models.PROTECT, related_name="decisions")
    case_file_digest = models.CharField(_("signed digest"), max_length=64)
    act = models.CharField(_("act"), max_length=30)
    # How often the release was sent back on this case file before; each time is signed anew.
    round = models.PositiveSmallIntegerField(_("round"), default=0)
    stage = models.PositiveSmallIntegerField(_("stage"), null=True)
    stage_name = models.CharField(_("stage name"), max_length=100, blank=True)
    sent_to = models.PositiveSmallIntegerField(_("stage it was sent back to"), null=True)
    meaning = models.TextField(_("meaning of the signature"))
    reason = models.TextField(_("reason"))
    # The conditions named with an approval, as they were signed; they bind once it is approved.
    asked = models.JSONField(_("conditions asked"), default=list)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    printed_name = models.CharField(_("printed name"), max_length=300)
    role = models.CharField(_("role then"), max_length=40)
    method = models.CharField(_("signed with"), max_length=40)
    # Whose seat the signer sat in, where somebody had delegated theirs; and by which delegation.
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    delegation_number = models.PositiveBigIntegerField(_("delegation"), null=True)
    signed_at = models.DateTimeField(_("signed"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["release", "signed_at", "pk"]
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.UniqueConstraint(
                fields=["case_file", "round", "stage", "signer"],
                condition=Q(act__in=[*(act.value for act in APPROVALS), Act.REJECT.value]),
                name="one_vote_per_person_and_stage",
            ),
            models.CheckConstraint(
                condition=Q(act__in=[act.value for act in Act]), name="a_decision_has_a_known_act"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_decision_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.printed_name}: {self.act}"


class ReleaseMove(models.Model):
    """One change of a release's state, for good: what was approved when is read from these."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="moves")
    act = models.CharField(_("act"), max_length=30)
    before = models.CharField(_("before"), max_length=30, blank=True)
    after = models.CharField(_("after"), max_length=30)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["release", "at", "pk"]
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        constraints = [
            models.CheckConstraint(
                condition=Q(act__in=[act.value for act in Act])
                & Q(after__in=[state.value for state in State]),
                name="a_move_is_of_the_table",
            )
        ]

    def __str__(self) -> str:
        return f"{self.release}: {self.after}"
