"""The queryset of tables that are written once: it adds, and refuses to change or remove."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models


class WrittenOnce(TypeError):
    """Somebody tried to change or remove a row of a table that is only ever added to."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Refuses what would rewrite history. The trigger in the database refuses it once more."""

    def update(self, **values: Any) -> NoReturn:
        """Refuse."""
        raise WrittenOnce(f"{self.model.__name__} is written once; add a new row instead.")

    def delete(self) -> NoReturn:
        """Refuse."""
        raise WrittenOnce(f"{self.model.__name__} is written once and never removed.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise WrittenOnce(f"{self.model.__name__} is written once; add a new row instead.")
