"""Gathers the files browsers fetch, only when one of them has changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from crew import Crew
from packages import stamp_file
from places import Places
from processes import Command


def gather(crew: Crew) -> None:
    """Run collectstatic unless what it would gather is what it gathered last."""
    note = crew.places.var / "static.digest"
    wanted = digest(crew.places)
    if note.exists() and note.read_text(encoding="utf-8") == wanted:
        return
    note.unlink(missing_ok=True)
    command: Command = [crew.places.python, "manage.py", "collectstatic", "--noinput", "--clear"]
    crew.finish("static", command, shown=False)
    note.write_text(wanted, encoding="utf-8")


def digest(places: Places) -> str:
    """Return a digest over our own files and over which packages bring theirs."""
    hasher = hashlib.sha256(stamp_file(places).read_bytes())
    for path in sorted(files(places.root)):
        hasher.update(f"{path}|{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return hasher.hexdigest()


def files(root: Path) -> list[Path]:
    """Return the files under static/, and the settings, which say how they are gathered."""
    found = [path for path in (root / "static").rglob("*") if path.is_file()]
    return [*found, root / "mlops_gov" / "settings.py"]
