"""What may be installed on this machine, and the line a person types where we may not."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from crew import Crew
from words import Halt, say

QUIET = {"DEBIAN_FRONTEND": "noninteractive"}
# Another apt may be at work on a freshly started machine; it is waited for.
APT = ("apt-get", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120")


def line_to_type(packages: list[str]) -> str:
    """Return the command that installs these Debian packages."""
    prefix = "" if os.geteuid() == 0 else "sudo "
    return f"{prefix}apt-get update && {prefix}apt-get install -y {' '.join(packages)}"


def may_install() -> list[str] | None:
    """Return what goes before apt-get for it to be allowed, or None where it is not."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo is None:
        return None
    asked = subprocess.run([sudo, "-n", "true"], capture_output=True, check=False)
    return [sudo, "-n", "DEBIAN_FRONTEND=noninteractive"] if asked.returncode == 0 else None


def install(crew: Crew, packages: list[str]) -> bool:
    """Install Debian packages where that is allowed, and say whether they were."""
    prefix = may_install()
    if prefix is None:
        return False
    say(f"Installing {' '.join(packages)} with apt-get.")
    try:
        crew.finish("apt", [*prefix, "apt-get", "-q", "update"], shown=False, extra=QUIET)
        crew.finish("apt", [*prefix, *APT, "install", *packages], shown=False, extra=QUIET)
    except Halt as failure:
        say(str(failure))
        return False
    return True


def is_debian() -> bool:
    """Say whether this is Debian itself, not one of the systems made from it."""
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    return "ID=debian" in lines
