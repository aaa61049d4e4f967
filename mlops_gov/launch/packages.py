"""Makes the virtual environment and keeps it as requirements.txt says."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import locks
import machine
from crew import Crew
from interpreter import is_suitable
from places import Places
from processes import Command
from words import Halt, say

RUNNING = ("requirements.txt",)
DEVELOPING = ("requirements.txt", "requirements-dev.txt")
SPARK = (*DEVELOPING, "requirements-spark.txt")
NO_COMPILER = re.compile(
    r"No such file or directory: '(\w+-)*(gcc|cc|c\+\+|g\+\+)'|Python\.h|"
    r"unable to execute|command '.*(gcc|cc)' failed"
)


def prepare(crew: Crew, files: tuple[str, ...]) -> None:
    """Bring .venv to what these files say; does nothing when it already is."""
    places = crew.places
    with locks.held(places.root / "var" / "install.lock", doing="An installation"):
        version = version_of(places.python)
        if version is None:
            make(crew)
            version = version_of(places.python)
        wanted = stamp(places, files, version)
        kept = read(stamp_file(places))
        if all(kept.get(name) == value for name, value in wanted.items()):
            return
        # Without its stamp an interrupted installation is found unfinished and done again.
        stamp_file(places).unlink(missing_ok=True)
        install(crew, files)
        stamp_file(places).write_text(json.dumps(wanted, indent=1), encoding="utf-8")


def stamp_file(places: Places) -> Path:
    """Return where the virtual environment says what it holds."""
    return places.root / ".venv" / "mlops-gov.json"


def stamp(places: Places, files: tuple[str, ...], version: str | None) -> dict[str, str]:
    """Return what an environment made of these files, here and with this Python, says of itself."""
    contents = {name: (places.root / name).read_bytes() for name in files}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    # Scripts in .venv name its folder, so a moved folder is installed anew.
    return {"python": str(version), "folder": str(places.root), **digests}


def read(path: Path) -> dict[str, str]:
    """Return a stamp, empty when there is none or it was torn."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def version_of(python: Path) -> str | None:
    """Return the version of a working, suitable Python that has pip, else None."""
    code = "import pip, platform; print(platform.python_version())"
    try:
        answer = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    version = answer.stdout.strip()
    return version if is_suitable([int(part) for part in version.split(".")[:2]]) else None


def make(crew: Crew) -> None:
    """Make an empty .venv, in place of one that does not work."""
    if importlib.util.find_spec("ensurepip") is None:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        raise Halt(
            "Python's module for virtual environments is missing. Type this line, then the same "
            f"command again:\n    {machine.line_to_type([package])}"
        )
    say("Making the virtual environment .venv.")
    folder = crew.places.root / ".venv"
    crew.finish("venv", [sys.executable, "-m", "venv", "--clear", folder])


def install(crew: Crew, files: tuple[str, ...]) -> None:
    """Install what the files pin, and nothing else."""
    say(f"Installing {' and '.join(files)} into .venv; the first time takes some minutes.")
    wanted = [part for name in files for part in ("-r", name)]
    command: Command = [crew.places.python, "-m", "pip", "install", "--disable-pip-version-check"]
    try:
        crew.finish("pip", [*command, "--progress-bar", "off", "--quiet", *wanted])
    except Halt as failure:
        if NO_COMPILER.search(str(failure)) is None:
            raise
        headers = f"python{sys.version_info.major}.{sys.version_info.minor}-dev"
        raise Halt(
            f"{failure}\nA package had to be built and there is no compiler. Type this line, then "
            f"the same command again:\n    {machine.line_to_type(['build-essential', headers])}"
        ) from failure
