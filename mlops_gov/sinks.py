"""Reads the places outside the database where checkpoints are written down as well."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


def as_sinks(parts: list[str]) -> list[str]:
    """Return the places; a part that is none stops the start."""
    for part in parts:
        address = urlsplit(part)
        is_file = address.scheme == "file" and not address.netloc and len(address.path) > 1
        is_storage = address.scheme == "storage" and bool(address.netloc)
        if not (is_file or is_storage):
            raise ImproperlyConfigured(
                f"CHECKPOINT_SINKS holds {part!r}; write file:///folder/checkpoints.jsonl, or"
                " storage://alias/prefix for a storage of the settings."
            )
    return parts


def as_interval(entries: int) -> int:
    """Return after how many entries the journal is signed."""
    if entries < 1:
        raise ImproperlyConfigured(f"CHECKPOINT_EVERY is {entries}; write 1 or more.")
    return entries
