"""Where things lie: the project's folder, its virtual environment, and what is kept under var/."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from words import Halt

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Places:
    """The folders of one set-up: `make run` and `make test` each have their own var."""

    root: Path
    var: Path

    @property
    def python(self) -> Path:
        """The virtual environment's Python, shared by every set-up in this folder."""
        return self.root / ".venv" / "bin" / "python"

    @property
    def run(self) -> Path:
        """What exists only while things run: lock, sockets, addresses, process numbers."""
        return self.var / "run"

    @property
    def logs(self) -> Path:
        """What each process said since it was last started."""
        return self.var / "log"


def for_running() -> Places:
    """Return the places of `make run`; VAR_DIR moves them."""
    return Places(ROOT, Path(os.environ.get("VAR_DIR") or ROOT / "var").resolve())


def for_testing() -> Places:
    """Return the places of `make test`, which never touches the data of `make run`."""
    return Places(ROOT, for_running().var / "test")


def prepare(places: Places) -> None:
    """Make the folders, for their owner alone; somebody else's folder stops the start."""
    for folder in (places.var, places.run, places.logs):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Halt(f"{folder} cannot be made: {error.strerror}.") from error
        if not os.access(folder, os.W_OK | os.X_OK):
            raise Halt(
                f"{folder} belongs to somebody else ({folder.owner()}). Run as that person, "
                "or set VAR_DIR to a folder of your own."
            )
