"""Starts single processes so that none outlives the launcher, and reads the process table."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

# Loaded before any fork: between fork and exec only the call itself is safe.
LIBC = ctypes.CDLL(None)
Command = Sequence[str | Path]
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Account:
    """The user a process runs as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Seen:
    """One line of the process table."""

    pid: int
    parent: int
    session: int
    started: int


def start(
    command: Command,
    *,
    environment: Mapping[str, str],
    folder: Path,
    output: int | IO[bytes] | None,
    orphan_signal: int = signal.SIGTERM,
    account: Account | None = None,
    text: str | None = None,
    own_session: bool = True,
) -> subprocess.Popen[bytes]:
    """Start a process that gets `orphan_signal` from the kernel when its parent dies.

    A session of its own keeps the terminal's Ctrl-C from reaching it, so the launcher alone
    decides the order in which things end. `text` is handed over on standard input.
    """
    parent = os.getpid()

    def tie_to_parent() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, int(orphan_signal))
        if os.getppid() != parent:
            os._exit(1)

    process = subprocess.Popen(
        [str(part) for part in command],
        env=dict(environment),
        cwd=folder,
        stdin=(subprocess.DEVNULL if own_session else None) if text is None else subprocess.PIPE,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        start_new_session=own_session,
        preexec_fn=tie_to_parent,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    if text is not None and process.stdin is not None:
        with contextlib.suppress(BrokenPipeError), process.stdin as stdin:
            stdin.write(text.encode())
    return process


def adopt_orphans() -> None:
    """Let grandchildren whose parent dies become ours, so that none is out of reach at the end."""
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_with_make() -> None:
    """Stop in good order when a `make` that started us is killed outright."""
    if "MAKELEVEL" in os.environ:
        LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))


def table() -> Iterator[Seen]:
    """Yield the living processes of this machine; those that have ended but wait are left out."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (seen := look(int(folder.name))):
            yield seen


def look(pid: int) -> Seen | None:
    """Return what the process table says about one process, or None when it has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name stands in parentheses and may hold anything, parentheses included.
    fields = text.rpartition(")")[2].split()
    if fields[0] in "ZX":
        return None
    return Seen(pid, parent=int(fields[1]), session=int(fields[3]), started=int(fields[19]))


def send(pid: int, number: int) -> None:
    """Send a signal; a process that is gone has nothing to hear."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def kill_session(leader: int) -> None:
    """Kill everything in the session that this process opened."""
    for seen in table():
        if seen.session == leader:
            send(seen.pid, signal.SIGKILL)


def kill_adopted(ours: set[int]) -> None:
    """Kill and collect what descends from us, apart from our own children named in `ours`."""
    while strays := [s.pid for s in table() if s.parent == os.getpid() and s.pid not in ours]:
        for pid in strays:
            send(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
