"""What the bench ran on: never the machine's name, nor where anything lies on it."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

LIBRARIES = (
    "duckdb",
    "fairlearn",
    "ibis-framework",
    "lightgbm",
    "numpy",
    "pandas",
    "pyarrow",
    "scikit-learn",
    "scipy",
    "shap",
)


def facts() -> dict[str, str]:
    """Return processor, cores, memory, Python and the libraries' versions."""
    return {
        "Processor": _first(Path("/proc/cpuinfo"), "model name") or platform.machine(),
        "Cores": str(len(os.sched_getaffinity(0))),
        "Memory": _memory(_first(Path("/proc/meminfo"), "MemTotal")),
        "System": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }


def _first(path: Path, name: str) -> str:
    """Return what follows a name and a colon in a file of the system's, empty without it."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return ""
    found = (line.partition(":")[2] for line in text.splitlines() if line.startswith(name))
    return next(found, "").strip()


def _memory(words: str) -> str:
    return f"{int(words.split()[0]) / 2**20:.0f} GiB" if words else "unknown"
