"""Checkpoints: signed states of the journal, their keys, and what became of them outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.units import Unit
from registry.rules.checkpoints import line

if TYPE_CHECKING:
    from registry.models.people import User


class CheckpointQuerySet(AppendOnlyQuerySet):
    """Adjectives for checkpoints."""

    def visible_to(self, user: User) -> CheckpointQuerySet:
        """All of them to whoever has a role anywhere: they say nothing of what they are over."""
        return self if Unit.objects.visible_to(user).exists() else self.none()


class Installation(models.Model):
    """This installation, by the name it has in what it signs. One row, made with the database."""

    uuid = models.UUIDField(_("name"), unique=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("installation")
        verbose_name_plural = _("installation")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_installation")]

    def __str__(self) -> str:
        return str(self.uuid)


class CheckpointKey(models.Model):
    """The public half of a key that signs checkpoints, or once did; it is never removed."""

    fingerprint = models.CharField(_("fingerprint"), max_length=64, primary_key=True)
    public_key = models.CharField(_("public key"), max_length=64)
    # It signs what is longer than this; up to here the key before it does.
    begins_after = models.BigIntegerField(_("signs after entry"), unique=True)
    begun_at = models.DateTimeField(_("since"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["begins_after"]
        verbose_name = _("key of checkpoints")
        verbose_name_plural = _("keys of checkpoints")

    def __str__(self) -> str:
        return self.fingerprint[:16]


class Checkpoint(models.Model):
    """A signed statement over the first ``size`` entries of the journal."""

    size = models.BigIntegerField(_("entries"), primary_key=True)
    head = models.CharField(_("seal of the last entry"), max_length=64)
    root = models.CharField(_("root of the tree"), max_length=64)
    at = models.CharField(_("when (UTC)"), max_length=32)
    key = models.ForeignKey(CheckpointKey, models.PROTECT, related_name="+")
    # The signature is over these very characters.
    statement = models.TextField(_("statement"))
    signature = models.CharField(_("signature"), max_length=128)
    # The edge of the tree, from which the next checkpoint goes on.
    frontier = models.JSONField(_("edge of the tree"))

    objects = CheckpointQuerySet.as_manager()

    class Meta:
        ordering = ["size"]
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")

    def __str__(self) -> str:
        return f"checkpoint over {self.size} entries"

    @property
    def line(self) -> str:
        """What is kept of it outside the database."""
        return line(
            statement=self.statement,
            signature=self.signature,
            public_key=self.key.public_key,
        )


class CheckpointDelivery(models.Model):
    """That a checkpoint was written down in one place outside the database."""

    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, related_name="deliveries")
    sink = models.CharField(_("place"), max_length=500)
    at = models.DateTimeField(_("at"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["checkpoint", "pk"]
        verbose_name = _("delivery of a checkpoint")
        verbose_name_plural = _("deliveries of checkpoints")
        constraints = [
            models.UniqueConstraint(
                fields=["checkpoint", "sink"], name="a_checkpoint_is_delivered_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.checkpoint}: {self.sink}"


class CheckpointStamp(models.Model):
    """A time stamp (RFC 3161) that an authority gave over the statement of a checkpoint."""

    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, related_name="stamps")
    authority = models.CharField(_("authority"), max_length=500)
    token = models.BinaryField(_("token"))
    at = models.DateTimeField(_("at"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["checkpoint", "pk"]
        verbose_name = _("time stamp of a checkpoint")
        verbose_name_plural = _("time stamps of checkpoints")
        constraints = [
            models.UniqueConstraint(
                fields=["checkpoint", "authority"], name="an_authority_stamps_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.checkpoint}: {self.authority}"


class JournalTile(models.Model):
    """The hash over a full run of 256 entries, so that a proof need not read them all."""

    # From 0; it stands for the entries 256 index + 1 to 256 index + 256.
    index = models.BigIntegerField(_("place"), primary_key=True)
    root = models.CharField(_("hash"), max_length=64)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["index"]
        verbose_name = _("tile of the journal")
        verbose_name_plural = _("tiles of the journal")

    def __str__(self) -> str:
        return f"tile {self.index}"


class JournalCheck(models.Model):
    """What a check of the whole journal found.

    ``unread`` are the places outside that it could not be compared with, as people are shown them.
    """

    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("kind"), max_length=20)
    whole = models.BooleanField(_("whole"))
    entries = models.BigIntegerField(_("entries"))
    number = models.BigIntegerField(_("first broken entry"), null=True)
    wrong = models.TextField(_("what is wrong"), blank=True)
    unread = models.JSONField(_("places not compared"), default=list)
    seconds = models.FloatField(_("seconds"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("check of the journal")
        verbose_name_plural = _("checks of the journal")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}: {self.wrong or 'whole'}"
