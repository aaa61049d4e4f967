"""What the launcher says to the person at the terminal."""

from __future__ import annotations

import contextlib
import sys


class Halt(Exception):
    """A reason to stop, as a sentence that says what is wrong and what to do."""


def say(text: str) -> None:
    """Print one line; a terminal that is gone is no reason to fail."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
