"""Runs one of our programs in a child process with limits, since the bytes it reads may be hostile.

A native loader that meets a damaged file may end its whole process (LightGBM does), so no web or
worker process ever calls one. The child gets a question as JSON, answers as JSON, and is killed
with everything it started when it takes too long, too much memory or talks too much.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from registry.inspection import replies
from registry.inspection.confinements import Limits

ROOT = Path(__file__).resolve().parents[2]

__all__ = ["Limits", "run"]


def run(
    module: str,
    request: dict[str, Any],
    *,
    limits: Limits,
    reads: Sequence[Path] = (),
    writes: Sequence[Path] = (),
    on_line: Callable[[Any], None] | None = None,
) -> dict[str, Any]:
    """Run ``python -m module`` shut in, and return its answer to the request.

    The child may read the libraries, this project's code and the files in ``reads``, and may write
    into its own directory and the files in ``writes``, which must exist; the request names them
    by absolute paths.
    ``on_line`` gets each value the child tells on its way (progress), while it works. The child
    starts in an empty directory of its own, with an environment that holds no secret. Whatever
    keeps it from answering is `Refused`, with a code of its own: ``sandbox.time``,
    ``sandbox.memory``, ``sandbox.died``, ``sandbox.failed``, ``sandbox.talkative``. What the child
    itself refuses is raised here as it was there.
    """
    question = {
        "request": request,
        "limits": asdict(limits),
        "parent": os.getpid(),
        "reads": [str(path.resolve()) for path in reads],
        "writes": [str(path.resolve()) for path in writes],
    }
    with (
        tempfile.TemporaryDirectory(prefix="inspection-", ignore_cleanup_errors=True) as home,
        tempfile.TemporaryFile() as stdin,
    ):
        # A file and not a pipe: a child that dies early cannot leave the writer hanging.
        stdin.write(json.dumps(question).encode())
        stdin.seek(0)
        child = _start(module, stdin, home)
        try:
            reply = replies.listen(child, limits, on_line)
        finally:
            code = _end(child)
    return replies.conclude(reply, code, limits)


def _start(module: str, stdin: IO[bytes], home: str) -> subprocess.Popen[bytes]:
    # The child puts its limits on itself (`confinements`) before it reads anything of other
    # people's: a preexec_fn may deadlock in a parent that has threads.
    return subprocess.Popen(  # noqa: S603 - this Python, and a module of ours
        [sys.executable, "-P", "-m", module],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=home,
        env=_environment(home),
        start_new_session=True,
    )


def _environment(home: str) -> dict[str, str]:
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": home,
        "TMPDIR": home,
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "LOKY_MAX_CPU_COUNT": "1",
    }


def _end(child: subprocess.Popen[bytes]) -> int:
    """Kill the child's whole group, with what it may have left behind, and return its exit code."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    for stream in filter(None, (child.stdout, child.stderr)):
        stream.close()
    return child.wait()
