"""`make test`: the checks and the tests, on services of their own."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import browser
import checks
import leftovers
import libraries
import locks
import packages
import places
import running
import services
import static_files
from crew import Crew
from processes import Command
from words import say

# One test process a core of a small machine; each has its own database and queue.
PARALLEL = ("-n", "2")


def test(arguments: list[str]) -> None:
    """Check everything and run the tests; PYTEST_ARGS narrows them."""
    with testing() as crew:
        checks.form(crew)
        with services.running(crew, throwaway=True):
            checks.project(crew)
            code = pytest(crew, arguments)
    sys.exit(code)


def only_pytest(arguments: list[str]) -> None:
    """Run the tests alone, without the checks."""
    with testing() as crew, services.running(crew, throwaway=True):
        code = pytest(crew, arguments)
    sys.exit(code)


def spark(arguments: list[str]) -> None:
    """Run the tests that take Spark, with what they need installed in addition."""
    with alone("make spark-test") as crew:
        libraries.prepare(crew, testing=True, spark=True)
        packages.prepare(crew, packages.SPARK)
        with services.running(crew, throwaway=True):
            # One session a process is enough for this machine.
            code = pytest(crew, ["-n", "0", "-m", "spark", *arguments])
    sys.exit(code)


def pytest(crew: Crew, arguments: list[str]) -> int:
    """Run pytest in this terminal and return its exit code."""
    static_files.gather(crew)
    chosen = [*shlex.split(os.environ.get("PYTEST_ARGS", "")), *arguments]
    # A debugger needs the terminal, which processes side by side cannot share.
    parallel = [] if {"--pdb", "-n"} & set(chosen) else PARALLEL
    command: Command = [crew.places.python, "-m", "pytest", *parallel, *chosen]
    return crew.foreground(command, extra={})


@contextmanager
def testing() -> Iterator[Crew]:
    """Give a crew with everything the tests need, the browser included where it may be had."""
    with alone() as crew:
        # First what may end in a line to type; the packages take minutes.
        libraries.prepare(crew, testing=True)
        browser.prepare(crew)
        packages.prepare(crew, packages.DEVELOPING)
        yield crew


@contextmanager
def alone(doing: str = "make test") -> Iterator[Crew]:
    """Give a crew in the tests' own folder, the only one there."""
    here = places.for_testing()
    places.prepare(here)
    with locks.held(here.run / "lock", doing=doing):
        leftovers.end(here.run / "processes.json")
        with Crew(here, running.environment(here, "127.0.0.1", 8000)) as crew:
            yield crew


def lint() -> None:
    """Check form and types alone."""
    quick(checks.form)


def reshape() -> None:
    """Bring the code into form."""
    quick(checks.reshape)


def quick(act: Callable[[Crew], None]) -> None:
    """Do something that needs no service."""
    with alone() as crew:
        packages.prepare(crew, packages.DEVELOPING)
        act(crew)
    say("Done.")
