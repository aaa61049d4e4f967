"""The whole product for one test: web server, worker and, when asked, clock; nothing is faked."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from django.conf import settings as project_settings
from django.db import connections
from pytest_django import Settings

import ports
import processes
import programs

Answer = TypeVar("Answer")
ROOT = Path(__file__).resolve().parent.parent
PYTHON = Path(sys.executable)
START_SECONDS = 60.0
END_SECONDS = 10.0
STACK = pytest.StashKey["Stack"]()


class Stack:
    """Processes of the product, as `make run` starts them, on a test's own data."""

    def __init__(self, *, database_url: str, var: Path) -> None:
        """Take the folder that stands in for var/, and the database."""
        self.port = ports.free()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url = database_url
        self.var = var
        self.log_folder = var / "log"
        self.log_folder.mkdir(parents=True)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = os.environ | {
            "DATABASE_URL": database_url,
            "VAR_DIR": str(var),
            "LISTEN": "127.0.0.1",
            "PORT": str(self.port),
            # What this process signs, the server's processes take, and the other way round.
            "SECRET_KEY": project_settings.SECRET_KEY,
            "ROWS_KEY": b64encode(project_settings.ROWS_KEY).decode(),
            "SECOND_FACTOR_KEY": b64encode(project_settings.SECOND_FACTOR_KEY).decode(),
            "PEOPLE_KEY": b64encode(project_settings.PEOPLE_KEY).decode(),
            "CHECKPOINT_KEY": b64encode(project_settings.CHECKPOINT_KEY).decode(),
            "PYTHONUNBUFFERED": "1",
        }

    def start(self, *names: str) -> None:
        """Start "web", "worker" or "beat", and wait until they are at work."""
        commands = {
            "web": programs.web(PYTHON, f"127.0.0.1:{self.port}"),
            "worker": programs.worker(PYTHON),
            "beat": programs.beat(PYTHON),
        }
        for name in names:
            with self._log(name).open("ab") as log:
                self.running[name] = processes.start(
                    commands[name],
                    environment=self.environment,
                    folder=ROOT,
                    output=log,
                    orphan_signal=signal.SIGKILL,
                )
        for name in names:
            self._await(name)

    def end(self, name: str, number: int = signal.SIGTERM) -> None:
        """End one of them: SIGTERM asks, SIGKILL is a crash of the process and all it started."""
        process = self.running.pop(name)
        if number != signal.SIGKILL:
            processes.send(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(END_SECONDS)
        processes.kill_session(process.pid)
        process.wait()

    def stop(self) -> None:
        """End all of them."""
        for process in self.running.values():
            processes.send(process.pid, signal.SIGTERM)
        for name in list(self.running):
            self.end(name)

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a management command as a person at a terminal does; the caller looks at the code."""
        return subprocess.run(
            [PYTHON, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """Ask the database something in a test that also drives a browser.

        Playwright keeps an event loop running in the test's thread, and Django's database will
        not be used beside one; so the question is asked in a thread of its own.
        """

        def asked() -> Answer:
            try:
                return question()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(asked).result()

    def until(self, condition: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait until the processes have brought something about; fail when they have not."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                pytest.fail(f"It had not come about after {seconds:.0f} seconds.")
            time.sleep(0.2)

    def last_words(self) -> Iterator[tuple[str, str]]:
        """Yield the name of each log, and its end."""
        for path in sorted(self.log_folder.glob("*.log")):
            yield path.stem, path.read_text(encoding="utf-8", errors="replace")[-6000:]

    def _log(self, name: str) -> Path:
        return self.log_folder / f"{name}.log"

    def _await(self, name: str) -> None:
        ready = {"web": self._web_answers, "worker": self._worker_is_ready}.get(name, bool)
        deadline = time.monotonic() + START_SECONDS
        while name in ("web", "worker") and not ready():
            dead = self.running[name].poll() is not None
            if dead or time.monotonic() > deadline:
                said = self._log(name).read_text(encoding="utf-8", errors="replace")
                pytest.fail(f"{name} did not start. It said:\n{said}")
            time.sleep(0.05)

    def _web_answers(self) -> bool:
        door = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            door.request("GET", "/healthz")
            return door.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            door.close()

    def _worker_is_ready(self) -> bool:
        return b" ready." in self._log("worker").read_bytes()


@pytest.fixture
def stack(
    request: pytest.FixtureRequest,
    committed_db: str,
    own_store: None,
    settings: Settings,
    tmp_path: Path,
) -> Iterator[Stack]:
    """Give a running web server and worker on a database of the test's own."""
    var = tmp_path / "var"
    stack = Stack(database_url=committed_db, var=var)
    # Gathered once for all tests; gathering takes longer than most of them.
    (var / "static").symlink_to(project_settings.STATIC_ROOT)
    share_folders(settings, var)
    request.node.stash[STACK] = stack
    try:
        stack.start("web", "worker")
        yield stack
    finally:
        stack.stop()


def share_folders(settings: Settings, var: Path) -> None:
    """Let the services that a test calls itself find what the server's processes keep."""
    kept = {**settings.STORAGES["default"], "OPTIONS": {"location": var / "files"}}
    settings.STORAGES = {**settings.STORAGES, "default": kept}
    settings.SEAL_FOLDER = var / "keys" / "seal"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show, with a failure, what the processes said last."""
    report = yield
    stack = item.stash.get(STACK, None)
    if report.failed and stack is not None:
        report.sections += [(f"log of {name}", text) for name, text in stack.last_words()]
    return report
