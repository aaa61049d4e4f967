"""What shuts a child in: limits on what it may use, and system calls it may not make."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from registry.inspection.fences import fence_in

_PR_SET_PDEATHSIG = 1
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2

# Numbers of system calls that no loader or table reader needs, by machine: the network (io_uring
# can open sockets too), other programs, other processes, and a way out of the process group by
# which the parent kills. abort() raises its signal with tgkill, which therefore stays.
_FORBIDDEN = {
    "socket": (41, 198),
    "connect": (42, 203),
    "socketpair": (53, 199),
    "io_uring_setup": (425, 425),
    "execve": (59, 221),
    "execveat": (322, 281),
    "kill": (62, 129),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_send_signal": (424, 424),
    "setsid": (112, 157),
    "setpgid": (109, 154),
}
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


@dataclass(frozen=True)
class Limits:
    """What a child may use up.

    ``memory_bytes`` bounds its address space, of which the libraries alone take some 600 MB;
    ``file_bytes`` the largest file it may write; ``answer_bytes`` all that it may say.
    """

    memory_bytes: int = 4 * 1024**3
    cpu_seconds: int = 120
    wall_seconds: float = 180.0
    file_bytes: int = 4 * 1024**3
    answer_bytes: int = 16 * 1024**2


def confine(limits: Limits, *, parent: int, reads: Sequence[str], writes: Sequence[str]) -> None:
    """Shut this process in for good, before it reads what others made.

    It dies with its parent. The limits hold wherever Python runs. On Linux the process is left
    the files named (`fences`), and a filter refuses system calls on the machines named here; an
    old or restricted kernel may leave out either.
    """
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    # One second between soft and hard: SIGXCPU tells the parent what a plain kill would not.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if platform.system() != "Linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        fence_in(libc, reads=reads, writes=[os.getcwd(), *writes])
        _forbid_system_calls(libc)


def _forbid_system_calls(libc: ctypes.CDLL) -> None:
    """Have the kernel answer EPERM to the calls in the table."""
    if platform.machine() not in _MACHINES:
        return
    column, architecture = _MACHINES[platform.machine()]
    code = _filter([numbers[column] for numbers in _FORBIDDEN.values()], architecture)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0)


def _filter(forbidden: list[int], architecture: int) -> bytes:
    """Assemble the filter in the kernel's little language (classic BPF)."""
    load, jump_equal, jump_at_least, give_back = 0x20, 0x15, 0x35, 0x06
    allow, deny = 0x7FFF0000, 0x00050000 | errno.EPERM
    last = len(forbidden) + 4
    steps = [(load, 0, 0, 4), (jump_equal, 0, last - 1, architecture), (load, 0, 0, 0)]
    # Calls by the second numbering of x86-64 would slip past a list of the first.
    steps.append((jump_at_least, last - 3, 0, 0x40000000))
    for place, number in enumerate(forbidden, start=4):
        steps.append((jump_equal, last - place, 0, number))
    steps += [(give_back, 0, 0, allow), (give_back, 0, 0, deny)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
