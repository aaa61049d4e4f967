"""Files kept by content: the digest is the name, and the same bytes are kept once.

People's rows lie sealed, each file under a key of its own; see `services.sealed_rows`.
"""

from __future__ import annotations

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.rules.store import WRONGS

SHA256 = RegexValidator(r"^[0-9a-f]{64}$", _("A sha256 has 64 hexadecimal digits."))


class StoredFile(models.Model):
    """One file in the store. Who may read it follows from the record that refers to it.

    ``sha256`` and ``size`` are those of the plain bytes. ``wrapped_key`` is the file's own key,
    sealed under the installation's key named by ``wrapped_by``; without one the bytes lie plain.
    Once erased, the row keeps the fingerprint alone. ``has_leftovers`` says that bytes which no
    longer count still have to be removed from the store.
    """

    sha256 = models.CharField(_("digest"), max_length=64, unique=True, validators=[SHA256])
    size = models.BigIntegerField(_("size in bytes"))
    kept_at = models.DateTimeField(_("kept since"))
    wrapped_key = models.BinaryField(_("key, wrapped"), null=True)
    wrapped_by = models.CharField(_("wrapped by the key"), max_length=16, blank=True)
    erased_at = models.DateTimeField(_("erased"), null=True)
    has_leftovers = models.BooleanField(_("has bytes to remove"), default=False, db_index=True)
    # What the last check of the store found; blank is as it was kept.
    checked_at = models.DateTimeField(_("checked"), null=True, db_index=True)
    wrong = models.CharField(
        _("found"), max_length=10, blank=True, choices=list(WRONGS.items()), db_index=True
    )

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
            models.CheckConstraint(
                condition=models.Q(wrapped_key__isnull=True, wrapped_by="")
                | (models.Q(wrapped_key__isnull=False, erased_at=None) & ~models.Q(wrapped_by="")),
                name="a_sealed_file_has_a_key_and_an_erased_one_none",
            ),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def is_sealed(self) -> bool:
        """Whether the bytes lie encrypted."""
        return self.wrapped_key is not None

    @property
    def places(self) -> dict[bool, str]:
        """Where the file lies within the store when it is plain (False) and sealed (True)."""
        plain = f"{self.sha256[:2]}/{self.sha256}"
        return {False: plain, True: f"sealed/{plain}"}

    @property
    def place(self) -> str:
        """Where the file lies within the store."""
        return self.places[self.is_sealed]

    def open(self) -> File[bytes]:
        """Open the bytes as they lie in the store, sealed ones sealed.

        Raises FileNotFoundError where the store has lost them.
        """
        return default_storage.open(self.place, "rb")
