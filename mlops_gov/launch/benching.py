"""`make bench` and `make intervals`: measure the product itself, and write what was found."""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import nullcontext

import libraries
import packages
import services
import testing


def bench(arguments: list[str]) -> None:
    """Time the measures beside their peers; BENCH_ARGS="--rows 100000" for a quick run."""
    chosen = [*shlex.split(os.environ.get("BENCH_ARGS", "")), *arguments]
    # The gate is timed on a database of its own.
    run("benchmarks", "make bench", chosen, served=True)


def intervals(arguments: list[str]) -> None:
    """Simulate how well the intervals cover."""
    run("benchmarks.intervals", "make intervals", arguments)


def run(module: str, doing: str, arguments: list[str], served: bool = False) -> None:
    """Run a module that needs the packages, and services where asked; end with its exit code."""
    with testing.alone(doing) as crew:
        libraries.prepare(crew)
        packages.prepare(crew, packages.RUNNING)
        with services.running(crew, throwaway=True) if served else nullcontext():
            code = crew.foreground([crew.places.python, "-m", module, *arguments], extra={})
    sys.exit(code)
