"""Finds out about the port before anything is started on it."""

from __future__ import annotations

import contextlib
import errno
import os
import socket

from words import Halt


def wanted() -> tuple[str, int]:
    """Return the address and port that LISTEN and PORT ask for."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Halt(f"PORT is {text!r}; write a number from 1 to 65535.")
    return os.environ.get("LISTEN") or "127.0.0.1", int(text)


def written(host: str, port: int) -> str:
    """Return host and port as they stand in an address; IPv6 needs brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def must_be_free(host: str, port: int) -> None:
    """Stop with a sentence when the port cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise Halt(refusal(host, port, error)) from error


def refusal(host: str, port: int, error: OSError) -> str:
    """Put into words why the port cannot be had."""
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use. Choose another: make run PORT={next_free(host, port)}"
    if error.errno == errno.EACCES:
        return f"Port {port} is for the superuser alone. Choose another: make run PORT=8000"
    return f"Cannot listen on {written(host, port)}: {error.strerror or error}."


def next_free(host: str, port: int) -> int:
    """Return the next port that is free, for a suggestion."""
    for candidate in range(port + 1, 65536):
        with contextlib.suppress(OSError), socket.create_server((host, candidate)):
            return candidate
    return port


def free() -> int:
    """Return a loopback port that nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        number: int = server.getsockname()[1]
        return number
