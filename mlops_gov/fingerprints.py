"""Reads fingerprints out of settings; one that is none stops the start with a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.core.exceptions import ImproperlyConfigured


def as_fingerprints(name: str, texts: Iterable[str]) -> list[str]:
    """Return sha256 fingerprints in plain digits, however they are written."""
    found = []
    for text in texts:
        digits = re.sub(r"[\s:]", "", text).lower()
        if not re.fullmatch(r"[0-9a-f]{64}", digits):
            raise ImproperlyConfigured(
                f"{name} holds {text[:80]!r}; write the sha256 of a certificate, 64 hexadecimal"
                " digits, several separated by commas."
            )
        found.append(digits)
    return found
