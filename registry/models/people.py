"""People: who signs in, and the printed name that stands beside every signature."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """An account of one person.

    What it may do follows from memberships, never from Django's flags.
    """

    demo = models.BooleanField(
        _("demo account"),
        default=False,
        help_text=_("Lets itself in only where nobody else can reach the server."),
    )

    @property
    def printed_name(self) -> str:
        """The name that stands on decisions and in the journal."""
        return self.get_full_name() or self.username
