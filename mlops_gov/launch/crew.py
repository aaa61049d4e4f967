"""Runs several processes side by side: shows what they say, notices a death, ends them all.

One thread does everything, because the kernel ties a process to the thread that started it, and
because a fork is only safe where no other thread holds a lock.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Self

import leftovers
import processes
from members import Member, Steps
from places import Places
from processes import Account, Command
from words import Halt, say

TICK_SECONDS = 0.1
TERMINAL = 0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """The person, or the system, asked for the end; no error, so no `except Halt` takes it."""


class Crew:
    """The processes of one launcher, from the first start to the last end."""

    def __init__(self, places: Places, environment: dict[str, str]) -> None:
        """Take the stop signals over; from here on they end everything in good order."""
        self.places = places
        self.environment = environment
        self.members: list[Member] = []
        self.heard: list[int] = []
        self.selector = selectors.DefaultSelector()
        self.has_terminal = os.isatty(TERMINAL)
        for number in STOP_SIGNALS:
            # `nohup make run` is meant to outlast its terminal; a shell's `&` means no such thing.
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._hear)
        processes.adopt_orphans()
        processes.end_with_make()

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        self.heard.append(number)

    def __enter__(self) -> Self:
        """Go on; the end of the block is the end of every process."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop whatever still runs."""
        self.stop()

    def start(
        self,
        name: str,
        command: Command,
        *,
        stop: Steps = ((signal.SIGTERM, 5.0),),
        orphan_signal: int = signal.SIGTERM,
        shown: bool = True,
        service: bool = False,
        account: Account | None = None,
        text: str | None = None,
        extra: dict[str, str] | None = None,
    ) -> Member:
        """Start a process that is meant to stay; services end after everything else."""
        process = processes.start(
            command,
            environment=self.environment | (extra or {}),
            folder=self.places.root,
            output=subprocess.PIPE,
            orphan_signal=orphan_signal,
            account=account,
            text=text,
        )
        log = (self.places.logs / f"{name}.log").open("wb")
        member = Member(name, process, log, stop=stop, shown=shown, service=service)
        self.members.append(member)
        self.selector.register(member.output, selectors.EVENT_READ, member)
        self._remember()
        return member

    def finish(
        self,
        name: str,
        command: Command,
        *,
        shown: bool = True,
        account: Account | None = None,
        extra: dict[str, str] | None = None,
    ) -> None:
        """Run a process to its end, while the others go on; a failure stops with its last lines."""
        member = self.start(name, command, shown=shown, account=account, extra=extra)
        member.staying = False
        while member.process.poll() is None:
            self.watch(TICK_SECONDS)
        self._let_go(member)
        if member.process.returncode:
            raise Halt(member.obituary())

    def foreground(self, command: Command, extra: dict[str, str]) -> int:
        """Run a process with this terminal's own input and output, and return its exit code."""
        process = processes.start(
            command,
            environment=self.environment | extra,
            folder=self.places.root,
            output=None,
            own_session=False,
        )
        try:
            while process.poll() is None:
                self.watch(TICK_SECONDS)
        finally:
            # A Ctrl-C reached it as well, since it shares our terminal; other signals did not.
            if process.poll() is None and signal.SIGINT not in self.heard:
                process.send_signal(signal.SIGINT)
            self._wait_for(process, 20.0)
        return process.returncode

    def _wait_for(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while process.poll() is None and time.monotonic() < deadline:
            self._read(TICK_SECONDS)
        if process.poll() is None:
            process.kill()
            process.wait()

    def watch(self, seconds: float) -> None:
        """Show what is said for so long; a stop signal or a death ends it."""
        deadline = time.monotonic() + seconds
        while True:
            self._read(max(0.0, min(TICK_SECONDS, deadline - time.monotonic())))
            if self.heard or self._lost_terminal():
                raise Interrupted
            self._nobody_died()
            if time.monotonic() >= deadline:
                return

    def until(self, answered: Callable[[], bool], *, seconds: float, name: str) -> None:
        """Go on until something answers; when it does not in time, stop."""
        deadline = time.monotonic() + seconds
        while not answered():
            if time.monotonic() > deadline:
                raise Halt(f"{name} did not answer within {seconds:.0f} seconds; see var/log.")
            self.watch(TICK_SECONDS / 2)

    def stop(self) -> None:
        """End everything: first the programs, then the services they lean on."""
        for service in (False, True):
            self._end([member for member in self.members if member.service is service])
        processes.kill_adopted(ours=set())
        self._record.unlink(missing_ok=True)

    def _end(self, members: list[Member]) -> None:
        waiting = [member for member in members if member.process.poll() is None]
        so_far = max(len(self.heard), 1)
        for member in waiting:
            member.ask_to_end()
        while waiting:
            self._read(TICK_SECONDS)
            # A second Ctrl-C while things end means: no more patience.
            hurry = len(self.heard) > so_far
            waiting = [member for member in waiting if not member.has_ended(hurry=hurry)]
        for member in members:
            processes.kill_session(member.process.pid)
            self._let_go(member)

    def _lost_terminal(self) -> bool:
        # Where `make` itself leads the terminal's session, closing the window tells make alone.
        return self.has_terminal and not os.isatty(TERMINAL)

    def _nobody_died(self) -> None:
        for member in self.members:
            if member.staying and member.process.poll() is not None:
                self._let_go(member)
                raise Halt(member.obituary())

    def _read(self, seconds: float) -> None:
        if not self.selector.get_map():
            time.sleep(seconds)
            return
        for key, _ in self.selector.select(seconds):
            self._take(key.data)

    def _take(self, member: Member) -> None:
        data = os.read(member.output.fileno(), 65536)
        if not data:
            self.selector.unregister(member.output)
            member.output.close()
        for line in member.hear(data):
            say(line)

    def _let_go(self, member: Member) -> None:
        """Read what a member that has ended said last, and forget it."""
        while not member.output.closed and self._has_more(member):
            self._take(member)
        if not member.output.closed:
            self.selector.unregister(member.output)
        member.close()
        if member in self.members:
            self.members.remove(member)
        self._remember()

    def _has_more(self, member: Member) -> bool:
        return any(key.data is member for key, _ in self.selector.select(0))

    @property
    def _record(self) -> Path:
        return self.places.run / "processes.json"

    def _remember(self) -> None:
        leftovers.remember(self._record, [member.process.pid for member in self.members])
