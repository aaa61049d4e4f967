"""Runs one part of the bench in a process of its own, and reads what it found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def run(module: str, *arguments: object, extra: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Run a module of the bench and return the JSON object that it prints last.

    ``extra`` are settings added to the environment.
    """
    command = [sys.executable, "-m", module, *map(str, arguments)]
    environment = {**os.environ, **(extra or {})}
    done = subprocess.run(  # noqa: S603 - this Python, on modules of the bench
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{module} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def tell(**found: object) -> None:
    """Hand what was found to the process that waits for it."""
    sys.stdout.write(json.dumps({**found, "peak_bytes": peak_bytes()}) + "\n")


def peak_bytes() -> int:
    """Return the most memory this process has held since it started."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def timed(act: Callable[[], object], *, repeats: int = 1) -> float:
    """Return how many seconds an act takes, the median of several times."""
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        act()
        taken.append(time.perf_counter() - started)
    return median(taken)
