"""`make bench` and `make intervals`: measure the product itself, and write what was found."""

from __future__ import annotations

import os
import shlex
import sys

import libraries
import packages
import testing


def bench(arguments: list[str]) -> None:
    """Time the measures beside their peers; BENCH_ARGS="--rows 100000" for a quick run."""
    run("benchmarks", "make bench", [*shlex.split(os.environ.get("BENCH_ARGS", "")), *arguments])


def intervals(arguments: list[str]) -> None:
    """Simulate how well the intervals cover."""
    run("benchmarks.intervals", "make intervals", arguments)


def run(module: str, doing: str, arguments: list[str]) -> None:
    """Run a module that needs the packages but no service, and end with its exit code."""
    with testing.alone(doing) as crew:
        libraries.prepare(crew)
        packages.prepare(crew, packages.RUNNING)
        code = crew.foreground([crew.places.python, "-m", module, *arguments], extra={})
    sys.exit(code)
