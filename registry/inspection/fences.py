"""Fences a process in to the files it needs, by Linux's Landlock; all others are gone for it.

A model that was made to do harm need not break anything to read files: there are honest
estimators that open the files their data name. So the child sees the libraries, its own directory
and the files it was given, but no other file, no setting and no environment of another process.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_OF = 1
_PATH_BENEATH = 1

# What is fenced: executing, writing, reading, listing, removing and making of every kind (the
# thirteen of the first version), and cutting short (from the third version on).
_ALL = (1 << 13) - 1
_TRUNCATE = 1 << 14
_READ = 1 << 2 | 1 << 3
_OF_A_FILE = 1 << 0 | 1 << 1 | 1 << 2 | _TRUNCATE

_OURS = Path(__file__).resolve().parents[2]
_READABLE: tuple[str | Path, ...] = (
    # Python and the libraries, and of our own only the code: settings and data lie beside it.
    sys.prefix,
    sys.base_prefix,
    _OURS / "registry",
    _OURS / "audits",
    "/usr",
    "/lib",
    "/lib64",
    "/nix/store",
    # What the loader of shared libraries, the clock, and the libraries' counting of processors
    # and memory look up.
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system",
    "/sys/fs/cgroup",
    "/dev/urandom",
)


def fence_in(libc: ctypes.CDLL, *, reads: Iterable[str], writes: Iterable[str]) -> None:
    """Leave this process the libraries, ``reads``, and for writing ``writes``; for good.

    A path that is a directory stands for all beneath it. Nothing happens on a kernel without
    Landlock (before 5.13, or where it is switched off).
    """
    version = libc.syscall(_CREATE_RULESET, None, 0, _VERSION_OF)
    if version < 1:
        return
    fenced = _ALL | (_TRUNCATE if version >= 3 else 0)
    attributes = ctypes.c_uint64(fenced)
    rules = libc.syscall(_CREATE_RULESET, ctypes.byref(attributes), 8, 0)
    if rules < 0:
        return
    for path in (*_READABLE, *reads):
        _allow(libc, rules, path, _READ)
    for path in ("/dev/null", *writes):
        _allow(libc, rules, path, fenced)
    libc.syscall(_RESTRICT_SELF, rules, 0)
    os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: str | Path, access: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(os.fstat(place).st_mode):
        access &= _OF_A_FILE
    libc.syscall(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("=Qi", access, place), 0)
    os.close(place)
