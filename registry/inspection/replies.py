"""The parent's side of the talk with a sandboxed child: listens, and makes refusals of its ends."""

from __future__ import annotations

import json
import logging
import os
import re
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from registry.inspection.confinements import Limits
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop

logger = logging.getLogger(__name__)

# The exit code by which a child says that its memory ran out; it may be unable to say more.
OUT_OF_MEMORY = 75

_COMPLAINT_KEPT = 16 * 1024
_STARVED = re.compile(rb"bad_alloc|MemoryError|[Cc]annot allocate memory|[Oo]ut of memory")
_SAFE_MESSAGE = re.compile(r"(?:[^%]|%%|%\(\w+\)s)*")

_TIME = gettext_noop(
    "Reading this took longer than the %(seconds)s seconds allowed, and was stopped. Hand in less "
    "(fewer rows or a smaller model), or ask an administrator for a higher limit."
)
_MEMORY = gettext_noop(
    "Reading this needed more than the %(megabytes)s MB of memory allowed, and was stopped. Hand "
    "in less (fewer rows or a smaller model), or ask an administrator for a higher limit."
)
_DIED = gettext_noop(
    "The program that read this file died (signal %(signal)s, %(name)s). The file is damaged, cut "
    "off or made to do harm. Save it again from its source and hand in the new file."
)
_FAILED = gettext_noop(
    "This file could not be read; the reader stopped with an error it did not expect: %(error)s. "
    "Save the file again from its source and hand in the new one. If that does not help, show this "
    "sentence to an administrator."
)
_TALKATIVE = gettext_noop(
    "The program that read this file gave back more than the %(megabytes)s MB allowed, and was "
    "stopped. Hand in a file with fewer columns or shorter names."
)


@dataclass
class Reply:
    """What a child has said so far."""

    answer: dict[str, Any] | None = None
    complaint: bytes = b""
    heard: int = 0
    unfinished: bytes = field(default=b"", repr=False)


def listen(
    child: subprocess.Popen[bytes], limits: Limits, on_line: Callable[[Any], None] | None
) -> Reply:
    """Hear the child out until it has ended, passing on what it tells on the way.

    The child is left unreaped, so that its group can still be killed under its number.
    """
    deadline = time.monotonic() + limits.wall_seconds
    reply = Reply()
    with selectors.DefaultSelector() as selector:
        for stream in filter(None, (child.stdout, child.stderr)):
            selector.register(stream, selectors.EVENT_READ)
        while selector.get_map() or not _has_ended(child):
            if time.monotonic() >= deadline:
                raise _too_slow(limits.wall_seconds)
            # Asked before the look, or an answer written between the two would be thrown away.
            ended = _has_ended(child)
            ready = selector.select(timeout=0.05)
            # Something it started may hold the pipes open after its own end.
            if not ready and ended:
                break
            for key, _ in ready:
                piece = os.read(key.fd, 64 * 1024)
                if not piece:
                    selector.unregister(key.fileobj)
                elif key.fileobj is child.stderr:
                    reply.complaint = (reply.complaint + piece)[-_COMPLAINT_KEPT:]
                else:
                    _hear(reply, piece, limits, on_line)
    return reply


def conclude(reply: Reply, code: int, limits: Limits) -> dict[str, Any]:
    """Return the answer of a child that ended with this code, or refuse with the reason."""
    if code == 0 and reply.answer is not None:
        return reply.answer
    complaint = reply.complaint.decode(errors="replace").strip()
    logger.warning("A sandboxed reader ended with code %s: %s", code, complaint)
    if code == -signal.SIGXCPU:
        raise _too_slow(limits.cpu_seconds)
    # A kill that did not come from us is the kernel's, when the whole machine runs short.
    if code in (OUT_OF_MEMORY, -signal.SIGKILL) or _STARVED.search(reply.complaint):
        megabytes = limits.memory_bytes // 1024**2
        raise Refused.because("sandbox.memory", _MEMORY, megabytes=megabytes)
    if code < 0:
        raise Refused.because("sandbox.died", _DIED, signal=-code, name=signal.strsignal(-code))
    raise _unreadable(complaint.splitlines()[-1] if complaint else "?")


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _hear(
    reply: Reply, piece: bytes, limits: Limits, on_line: Callable[[Any], None] | None
) -> None:
    reply.heard += len(piece)
    if reply.heard > limits.answer_bytes:
        megabytes = limits.answer_bytes // 1024**2
        raise Refused.because("sandbox.talkative", _TALKATIVE, megabytes=megabytes)
    *lines, reply.unfinished = (reply.unfinished + piece).split(b"\n")
    for line in lines:
        kind, value = _said(line)
        if kind == "refused":
            raise Refused(*value)
        if kind == "answer":
            reply.answer = value
        elif on_line is not None:
            on_line(value)


def _said(line: bytes) -> tuple[str, Any]:
    """Read one line, which a child that was taken over could have made up."""
    try:
        ((kind, value),) = json.loads(line).items()
        if kind == "refused":
            value = [_objection(**raw) for raw in value]
        if kind not in ("answer", "tell", "refused") or (kind == "refused" and not value):
            raise ValueError(kind)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _unreadable(str(error)) from error
    return kind, value


def _objection(code: str, message: str, params: dict[str, Any]) -> Objection:
    # Nothing but plain places: "%(x)999999999d" would fill the memory of the parent.
    if not re.fullmatch(r"[a-z_.]+", code) or not _SAFE_MESSAGE.fullmatch(message):
        raise ValueError(code)
    _ = message % params
    return Objection(code, message, params)


def _too_slow(seconds: float) -> Refused:
    return Refused.because("sandbox.time", _TIME, seconds=round(seconds))


def _unreadable(error: str) -> Refused:
    return Refused.because("sandbox.failed", _FAILED, error=error[:300].rstrip("."))
