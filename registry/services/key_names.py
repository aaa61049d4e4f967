"""Short names of the installation's keys, by which a row says under which one its key lies."""

from __future__ import annotations

import hashlib


def name_of(key: bytes) -> str:
    """Return a short name of an installation's key, from which nobody gets back to the key."""
    return hashlib.sha256(b"mlops-gov/key-name\0" + key).hexdigest()[:16]
