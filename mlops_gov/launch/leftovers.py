"""Remembers what runs, so that the next start can end what a killed launcher left behind."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import processes
from words import say

PATIENCE_SECONDS = 10.0


def remember(path: Path, leaders: list[int]) -> None:
    """Write down the running processes, each with its start, since numbers are used again."""
    seen = [found for pid in leaders if (found := processes.look(pid))]
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps({s.pid: s.started for s in seen}), encoding="utf-8")
    draft.replace(path)


def remembered(path: Path) -> dict[int, int]:
    """Return session and start of what ran last; a torn file tells nothing."""
    try:
        return {int(pid): int(started) for pid, started in json.loads(path.read_text()).items()}
    except (OSError, ValueError, AttributeError):
        return {}


def alive(sessions: dict[int, int]) -> list[int]:
    """Return who still lives in those sessions, whether or not its leader does."""
    return [
        seen.pid
        for seen in processes.table()
        if seen.session in sessions and seen.started >= sessions[seen.session]
    ]


def end(path: Path) -> None:
    """End what an earlier launcher left behind: by asking, then by force."""
    sessions = remembered(path)
    if alive(sessions):
        say("Ending what an earlier start left behind.")
    # They have heard from the kernel that their launcher died; most are on their way out.
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (left := alive(sessions)) and time.monotonic() < deadline:
        time.sleep(0.1)
    for pid in left:
        processes.send(pid, signal.SIGKILL)
    while alive(sessions):
        time.sleep(0.05)
    path.unlink(missing_ok=True)
