"""Files kept by content: the digest is the name, and the same bytes are kept once."""

from __future__ import annotations

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

SHA256 = RegexValidator(r"^[0-9a-f]{64}$", _("A sha256 has 64 hexadecimal digits."))


class StoredFile(models.Model):
    """One file in the store. Who may read it follows from the record that refers to it."""

    sha256 = models.CharField(_("digest"), max_length=64, unique=True, validators=[SHA256])
    size = models.BigIntegerField(_("size in bytes"))
    kept_at = models.DateTimeField(_("kept since"))

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(size__gt=0), name="a_stored_file_is_not_empty"
            ),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="a_digest_is_a_sha256"
            ),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def place(self) -> str:
        """Where the file lies within the store."""
        return f"{self.sha256[:2]}/{self.sha256}"

    def open(self) -> File[bytes]:
        """Open the bytes for reading. Raises FileNotFoundError where the store has lost them."""
        return default_storage.open(self.place, "rb")
