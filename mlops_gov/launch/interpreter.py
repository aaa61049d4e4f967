"""Picks a Python the project runs on; this file alone has to be readable by older ones."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

OLDEST = (3, 11)
NEWEST = (3, 13)
# The oldest first: it is the one for which every wheel exists, the embedded Redis included.
NAMES = ("python3.11", "python3.12", "python3.13")
ADVICE = (
    "mlops-gov runs on CPython 3.11, 3.12 or 3.13; this is {}. Install one of them, for example "
    "with `apt-get install python3.11 python3.11-venv`, and type the command again."
)


def is_suitable(version: Sequence[int]) -> bool:
    """Say whether the project runs on this version, given as (major, minor)."""
    return OLDEST <= (version[0], version[1]) <= NEWEST


def found_on_path() -> str | None:
    """Return the first suitable Python on the PATH that really starts, or None."""
    for name in NAMES:
        path = shutil.which(name)
        # A version manager's stand-in may be there for a Python that is not.
        if path and subprocess.call([path, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            return path
    return None


def settle() -> None:
    """Go on in this Python when it is suitable, else in one from the PATH, else stop."""
    if is_suitable(sys.version_info[:2]):
        return
    path = found_on_path()
    if path is None:
        sys.exit(ADVICE.format("{}.{}".format(*sys.version_info[:2])))
    os.execv(path, [path, *sys.argv])
