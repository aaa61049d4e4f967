"""Finds a Chromium for the tests that go through pages, or installs Debian's."""

from __future__ import annotations

import os
import shutil
import subprocess

import libraries
import machine
from crew import Crew
from words import Halt, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Playwright's driver loads it and does not carry it.
DRIVER_LIBRARY = "libatomic.so.1"


def prepare(crew: Crew) -> None:
    """Tell the tests where Chromium is; where there is none they are skipped, but never in CI."""
    install(crew)
    packages = missing()
    if not packages:
        crew.environment["CHROMIUM"] = str(find())
        return
    crew.environment.pop("CHROMIUM", None)
    advice = f"Browser tests need this line first:\n    {machine.line_to_type(packages)}"
    if os.environ.get("CI") == "true":
        raise Halt(advice)
    say(f"\n*** NO BROWSER: THE BROWSER TESTS WILL BE SKIPPED. ***\n{advice}\n")


def install(crew: Crew) -> None:
    """Install what is missing, where that is allowed and has what is needed."""
    packages = missing()
    # Ubuntu's package of that name is no browser, only a way to a snap.
    if packages and ("chromium" not in packages or machine.is_debian()):
        machine.install(crew, packages)


def missing() -> list[str]:
    """Return the Debian packages of what is not here."""
    packages = [] if find() else ["chromium"]
    return packages if libraries.loads(DRIVER_LIBRARY) else [*packages, "libatomic1"]


def find() -> str | None:
    """Return the first Chromium that starts; CHROMIUM names one outright."""
    for name in (os.environ.get("CHROMIUM", ""), *NAMES):
        path = shutil.which(name) if name else None
        if path and starts(path):
            return path
    return None


def starts(path: str) -> bool:
    """Say whether it starts: Ubuntu has a program of that name which only tells of a snap."""
    return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0
