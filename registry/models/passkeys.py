"""Challenges to passkeys: each is made for one person, one session and one act, and used once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PasskeyChallenge(models.Model):
    """What a passkey is asked to answer.

    ``session`` is a digest of the session's key, ``about`` the act that the answer is good for:
    an enrolment, a sign-in, or the subject and digest that are to be signed.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    session = models.CharField(_("session"), max_length=64)
    about = models.CharField(_("about"), max_length=300)
    challenge = models.CharField(_("challenge"), max_length=64, unique=True)
    rp_id = models.CharField(_("host"), max_length=255)
    origin = models.CharField(_("origin"), max_length=300)
    expires_at = models.DateTimeField(_("expires"))

    class Meta:
        verbose_name = _("challenge to a passkey")
        verbose_name_plural = _("challenges to passkeys")
        indexes = [models.Index(fields=["expires_at"], name="challenges_by_expiry")]

    def __str__(self) -> str:
        return f"{self.about} {self.pk}"
