"""What can be typed after `make` is what the launcher tells about."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_target_of_the_makefile_is_explained_by_help() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    found = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert found is not None
    said = subprocess.run(
        [sys.executable, ROOT / "mlops_gov" / "launch", "help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert set(found[1].split()) == set(re.findall(r"^make ([\w-]+)", said, re.MULTILINE))
    assert {"bench", "intervals"} <= set(found[1].split())


def test_an_unknown_verb_is_answered_with_help() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "mlops_gov" / "launch", "benhc"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "make bench" in done.stdout
