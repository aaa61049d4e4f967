"""Finds a Chromium for the tests that go through pages, or installs Debian's."""

from __future__ import annotations

import os
import shutil
import subprocess

import machine
from crew import Crew
from words import Halt, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def prepare(crew: Crew) -> None:
    """Tell the tests where Chromium is; where there is none they are skipped, but never in CI."""
    path = find() or installed(crew)
    if path:
        crew.environment["CHROMIUM"] = path
        return
    advice = f"Browser tests need Chromium:\n    {machine.line_to_type(['chromium'])}"
    if os.environ.get("CI") == "true":
        raise Halt(advice)
    say(f"\n*** NO BROWSER: THE BROWSER TESTS WILL BE SKIPPED. ***\n{advice}\n")


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


def installed(crew: Crew) -> str | None:
    """Install Debian's Chromium where that is allowed, and return where it is."""
    if machine.is_debian() and machine.install(crew, ["chromium"]):
        return find()
    return None
