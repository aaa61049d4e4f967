"""Where the project lies, and where it writes."""

from __future__ import annotations

from pathlib import Path

from mlops_gov.environment import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(env("VAR_DIR", str(BASE_DIR / "var"))).resolve()
