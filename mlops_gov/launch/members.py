"""One process of the crew: its output, its last words, and how it is asked to end."""

from __future__ import annotations

import signal
import subprocess
import time
from collections import deque
from collections.abc import Iterator
from typing import IO

import processes

# Which signal, and how many seconds it is given before the next one.
Steps = tuple[tuple[int, float], ...]
LAST_LINES = 15
NAME_WIDTH = 8


class Member:
    """A running process with a name."""

    def __init__(
        self,
        name: str,
        process: subprocess.Popen[bytes],
        log: IO[bytes],
        *,
        stop: Steps,
        shown: bool,
        service: bool,
    ) -> None:
        """Take over a process whose output is a pipe."""
        if process.stdout is None:
            raise ValueError("A member's output has to be a pipe.")
        self.name = name
        self.process = process
        self.output: IO[bytes] = process.stdout
        self.log = log
        self.shown = shown
        self.service = service
        self.staying = True  # its end is a death, unless somebody waits for it
        self.last_lines: deque[str] = deque(maxlen=LAST_LINES)
        self._unfinished = b""
        self._steps = list(stop)
        self._patience = 0.0

    def hear(self, data: bytes) -> Iterator[str]:
        """Take output in, and yield the lines to show; no data means that it is over."""
        self.log.write(data)
        self.log.flush()
        *lines, self._unfinished = (self._unfinished + data).split(b"\n")
        if not data and self._unfinished:
            lines, self._unfinished = [*lines, self._unfinished], b""
        for line in lines:
            text = line.decode(errors="replace").rstrip("\r")
            self.last_lines.append(text)
            if self.shown:
                yield f"{self.name:<{NAME_WIDTH}} | {text}"

    def obituary(self) -> str:
        """Say who died, of what, and what it said last."""
        code = self.process.returncode
        cause = f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
        told = f"{self.name} stopped ({cause})."
        if self.shown and not self.staying:
            return told  # its last lines are the last ones on the screen
        words = "".join(f"\n    {line}" for line in self.last_lines) or " none"
        return f"{told} Its last lines:{words}"

    def ask_to_end(self) -> None:
        """Send the next signal of its list; when there is none left, kill its whole session."""
        if self._steps:
            number, seconds = self._steps.pop(0)
            processes.send(self.process.pid, number)
            self._patience = time.monotonic() + seconds
        else:
            processes.kill_session(self.process.pid)

    def has_ended(self, *, hurry: bool) -> bool:
        """Say whether it is over, and press harder when its time is up."""
        if self.process.poll() is not None:
            return True
        if hurry or time.monotonic() > self._patience:
            self._steps = [] if hurry else self._steps
            self.ask_to_end()
        return False

    def close(self) -> None:
        """Close what is open; it has ended."""
        self.output.close()
        self.log.close()
