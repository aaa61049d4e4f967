"""Sees to the system libraries that wheels load but do not carry."""

from __future__ import annotations

import ctypes

import machine
from crew import Crew
from words import Halt

# What is loaded by name, and the Debian package it comes in. WeasyPrint draws text with the first
# three; LightGBM counts on the compiler's threads, the fourth.
NEEDED = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
    "libgomp.so.1": "libgomp1",
}


def loads(name: str) -> bool:
    """Say whether the system finds this library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def missing() -> list[str]:
    """Return the Debian packages of the libraries that cannot be loaded."""
    return [package for name, package in NEEDED.items() if not loads(name)]


def prepare(crew: Crew) -> None:
    """Install what is missing where that is allowed, else stop with the line to type."""
    packages = missing()
    if not packages:
        return
    machine.install(crew, packages)
    if packages := missing():
        raise Halt(
            "Reports and models need system libraries that are not here. Type this line, then "
            f"the same command again:\n    {machine.line_to_type(packages)}"
        )
