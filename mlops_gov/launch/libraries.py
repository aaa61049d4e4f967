"""Sees to what the machine itself has to bring: libraries that no wheel carries, test programs."""

from __future__ import annotations

import ctypes
import shutil

import machine
from crew import Crew
from words import Halt

# What is loaded by name, and the Debian package it comes in. WeasyPrint draws text with the first
# three; LightGBM counts on the compiler's threads, the fourth.
FOR_RUNNING = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
    "libgomp.so.1": "libgomp1",
}
# Tests read the text of a report with it.
FOR_TESTING = {"pdftotext": "poppler-utils"}

# Spark runs in it.
FOR_SPARK = {"java": "default-jre-headless"}


def loads(name: str) -> bool:
    """Say whether the system finds this library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def missing(*, testing: bool, spark: bool = False) -> list[str]:
    """Return the Debian packages of what is not here."""
    packages = [package for name, package in FOR_RUNNING.items() if not loads(name)]
    programs = {**(FOR_TESTING if testing else {}), **(FOR_SPARK if spark else {})}
    return packages + [package for name, package in programs.items() if not shutil.which(name)]


def prepare(crew: Crew, *, testing: bool = False, spark: bool = False) -> None:
    """Install what is missing where that is allowed, else stop with the line to type."""
    packages = missing(testing=testing, spark=spark)
    if not packages:
        return
    machine.install(crew, packages)
    if packages := missing(testing=testing, spark=spark):
        raise Halt(
            "Something of the system's is missing. Type this line, then the same command "
            f"again:\n    {machine.line_to_type(packages)}"
        )
