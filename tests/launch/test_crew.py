"""The launcher's processes: a death is told by name, and no end leaves anything behind."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

STAND_INS = Path(__file__).with_name("stand_ins.py")
PATIENCE_SECONDS = 15.0
Launch = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """A folder with a space in its name, as people have them."""
    return tmp_path / "a folder" / "var"


@pytest.fixture
def launch(var: Path) -> Iterator[Launch]:
    """Start a launcher with stand-ins, wait until they are up, and end it with the test."""
    started: list[subprocess.Popen[str]] = []

    def launched(scenario: str) -> subprocess.Popen[str]:
        launcher = subprocess.Popen(
            [sys.executable, STAND_INS, var, scenario],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(launcher)
        return launcher

    yield launched
    for launcher in started:
        launcher.kill()
        launcher.communicate()


def read_until(launcher: subprocess.Popen[str], words: str) -> str:
    """Return what is said up to a line with these words."""
    assert launcher.stdout is not None
    said = ""
    for line in launcher.stdout:
        said += line
        if words in line:
            return said
    pytest.fail(f"Never said {words!r}, but:\n{said}")


def belonging_to(var: Path, but: int = 0) -> list[int]:
    """Return the living processes that carry the folder's name, the launcher left out."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if os.fsencode(var) in words and int(folder.name) != but:
            found.append(int(folder.name))
    return found


def left(var: Path, at_most: int) -> list[int]:
    """Wait until no more than so many processes belong to the folder, and return them."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(belonging_to(var)) > at_most and time.monotonic() < deadline:
        time.sleep(0.05)
    return belonging_to(var)


def nothing_is_left(var: Path) -> bool:
    return left(var, at_most=0) == []


def test_what_a_process_says_carries_its_name_and_is_kept(launch: Launch, var: Path) -> None:
    said = read_until(launch("steady"), "up")
    assert "web      | ready\n" in said
    assert "worker   | ready\n" in said
    assert (var / "log" / "web.log").read_text(encoding="utf-8") == "ready\n"


def test_a_process_that_dies_is_told_by_name_and_the_whole_stops(launch: Launch, var: Path) -> None:
    launcher = launch("dying")
    said, _ = launcher.communicate(timeout=PATIENCE_SECONDS)
    assert "worker stopped (exit code 3). Its last lines:\n    the disk is full\n" in said
    assert launcher.returncode == 1
    assert nothing_is_left(var)


def test_a_process_that_is_killed_is_told_by_its_signal(launch: Launch, var: Path) -> None:
    launcher = launch("steady")
    read_until(launcher, "up")
    os.kill(belonging_to(var, but=launcher.pid)[0], signal.SIGKILL)
    said, _ = launcher.communicate(timeout=PATIENCE_SECONDS)
    assert "stopped (killed by SIGKILL)" in said
    assert nothing_is_left(var)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_way_to_stop_leaves_nothing_behind(
    launch: Launch, var: Path, number: signal.Signals
) -> None:
    launcher = launch("steady")
    read_until(launcher, "up")
    assert len(belonging_to(var, but=launcher.pid)) == 2
    launcher.send_signal(number)
    launcher.communicate(timeout=PATIENCE_SECONDS)
    assert launcher.returncode == 0
    assert nothing_is_left(var)
    assert not (var / "run" / "processes.json").exists()


def test_a_process_that_does_not_listen_is_killed(launch: Launch, var: Path) -> None:
    launcher = launch("deaf")
    read_until(launcher, "up")
    launcher.terminate()
    launcher.communicate(timeout=PATIENCE_SECONDS)
    assert nothing_is_left(var)


def test_what_a_process_started_and_left_alone_ends_as_well(launch: Launch, var: Path) -> None:
    launcher = launch("parent")
    read_until(launcher, "up")
    assert len(belonging_to(var, but=launcher.pid)) == 3
    launcher.terminate()
    launcher.communicate(timeout=PATIENCE_SECONDS)
    assert nothing_is_left(var)


def test_a_launcher_that_is_killed_takes_its_processes_with_it(launch: Launch, var: Path) -> None:
    launcher = launch("steady")
    read_until(launcher, "up")
    launcher.kill()
    launcher.communicate(timeout=PATIENCE_SECONDS)
    assert nothing_is_left(var)


def test_the_next_start_ends_what_a_killed_launcher_left(launch: Launch, var: Path) -> None:
    launcher = launch("deaf")
    read_until(launcher, "up")
    launcher.kill()
    launcher.communicate(timeout=PATIENCE_SECONDS)
    (deaf,) = left(var, at_most=1)
    said = read_until(launch("steady"), "up")
    assert "Ending what an earlier start left behind." in said
    assert deaf not in belonging_to(var)


def test_a_second_start_in_the_same_folder_is_refused_by_name(launch: Launch) -> None:
    first = launch("steady")
    read_until(first, "up")
    second = launch("steady")
    said, _ = second.communicate(timeout=PATIENCE_SECONDS)
    assert f"make run is already under way in this folder: make run, process {first.pid}." in said
    assert second.returncode == 1
    assert first.poll() is None


def test_a_closed_terminal_ends_everything(var: Path) -> None:
    # A window that runs nothing else: the launcher itself is not the one the kernel tells.
    told, terminal = pty.fork()
    if told == 0:
        code = "import subprocess, sys; subprocess.call(sys.argv[1:])"
        leader = [sys.executable, "-c", f"import signal; signal.signal(1, signal.SIG_IGN); {code}"]
        os.execv(sys.executable, [*leader, sys.executable, str(STAND_INS), str(var), "steady"])
    said = b""
    while b"up\r\n" not in said:
        said += os.read(terminal, 4096)
    os.close(terminal)
    os.waitpid(told, 0)
    assert nothing_is_left(var)
