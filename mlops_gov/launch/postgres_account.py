"""Settles which user PostgreSQL runs as: it refuses to run as root, so root lends it another."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from pathlib import Path

from places import Places
from processes import Account
from words import Halt, say

# Debian's own account for it where its packages have been installed, else the one always there.
CANDIDATES = ("postgres", "nobody")


def settle(places: Places, data: Path, programs: Path) -> Account | None:
    """Return the account to run as, able to reach data and programs; None means ourselves."""
    if os.geteuid() != 0:
        return None
    account = owner_of(data) or first_known()
    if not can_run(account, programs):
        open_tree(programs.parent, places.root)
    if not can_run(account, programs):
        raise Halt(
            f"PostgreSQL refuses to run as root, and {account.name}, as whom it would run, cannot "
            f"enter {programs}. Start as an ordinary user, or clone to another folder."
        )
    for folder in (data.parent, places.run):
        open_way(folder, places.root)
    return account


def owner_of(data: Path) -> Account | None:
    """Return the owner of a data folder that exists, unless that is root."""
    if not data.exists() or (uid := data.stat().st_uid) == 0:
        return None
    return Account(str(uid), uid, data.stat().st_gid)


def first_known() -> Account:
    """Return the first account of our list that this machine has."""
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise Halt("PostgreSQL refuses to run as root. Start as an ordinary user.")


def can_run(account: Account, programs: Path) -> bool:
    """Say whether this account can start PostgreSQL's program."""
    try:
        subprocess.run(
            [programs / "postgres", "--version"],
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def open_way(folder: Path, root: Path) -> None:
    """Let other users pass through this folder and those above it, without listing them.

    This is what root's own home needs: it is closed to everybody, and PostgreSQL works inside it.
    What is changed outside the project is told.
    """
    for step in (folder, *folder.parents):
        mode = step.stat().st_mode
        if not mode & stat.S_IXOTH:
            step.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
            if not step.is_relative_to(root):
                say(f"PostgreSQL cannot run as root: other users may now pass {step} (chmod o+x).")


def open_tree(folder: Path, root: Path) -> None:
    """Let other users read what is inside a folder and pass through all above it."""
    open_way(folder, root)
    for entry in folder.rglob("*"):
        mode = stat.S_IMODE(entry.stat().st_mode)
        reads = stat.S_IROTH
        passes = stat.S_IXOTH if mode & stat.S_IXUSR else 0
        entry.chmod(mode | reads | passes)
