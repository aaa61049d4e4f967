"""Presses HTML and files into a PDF, in a child process whose surroundings are fixed.

The bytes of a PDF depend on the environment of the process: font tools stamp subset fonts with the
clock unless ``SOURCE_DATE_EPOCH`` is set, and Pango looks for the machine's fonts where fontconfig
sends it. Both are environment variables, and a worker or web process may be doing other things at
the same time; so they are set for a child alone. It also keeps the worker's memory flat, hands no
secret of the worker to the layout of other people's text, and a crash of a native library stays in
the child.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
LONGEST_SECONDS = 300
# Where the interpreter and the layout libraries are found; nothing else is handed on.
HANDED_ON = (
    "PATH",
    "HOME",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
)


@dataclass(frozen=True)
class Attachment:
    """A file inside the PDF. ``relationship`` is its AFRelationship (ISO 19005-3, ISO 32000-2)."""

    name: str
    description: str
    relationship: str
    text: str


class PressFailed(RuntimeError):
    """The PDF could not be made; the message holds what the layout engine said."""


def press(
    html: str, attachments: Sequence[Attachment], *, moment: datetime, identifier: str
) -> bytes:
    """Return the PDF. ``moment`` stamps everything in it; ``identifier`` is its file identifier."""
    request = {
        "html": html,
        "attachments": [asdict(attachment) for attachment in attachments],
        "moment": moment.isoformat(),
        "identifier": identifier,
    }
    try:
        # A fixed command: what the dossier says goes in by standard input alone.
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "audits.rendering.child"],
            input=json.dumps(request).encode("ascii"),
            capture_output=True,
            timeout=LONGEST_SECONDS,
            cwd=PROJECT,
            env=_surroundings(moment),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PressFailed(f"The layout took longer than {LONGEST_SECONDS} seconds.") from error
    if done.returncode != 0:
        raise PressFailed(done.stderr.decode("utf-8", "replace")[-2000:] or "The layout died.")
    return done.stdout


def _surroundings(moment: datetime) -> dict[str, str]:
    return {name: os.environ[name] for name in HANDED_ON if name in os.environ} | {
        "SOURCE_DATE_EPOCH": str(int(moment.timestamp())),
        "FONTCONFIG_FILE": str(Path(__file__).with_name("fonts.conf")),
        "PYTHONHASHSEED": "0",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
    }
