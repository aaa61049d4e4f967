"""Reads typed settings from the environment; a wrong value stops the start with a sentence."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off", ""}


def env(name: str, default: str = "") -> str:
    """Return the variable's text, or the default when it is not set."""
    return os.environ.get(name, default)


def env_bool(name: str, default: bool = False) -> bool:
    """Return a switch; anything but a plain yes or no stops the start."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in TRUE_WORDS:
        return True
    if value.strip().lower() in FALSE_WORDS:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; write 1 or 0.")


def env_int(name: str, default: int) -> int:
    """Return a whole number."""
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number.") from error


def env_list(name: str, default: str = "") -> list[str]:
    """Return the comma-separated parts, without blanks."""
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


def env_secret(name: str) -> str:
    """Return a secret from NAME, or from the file that NAME_FILE points at (mounted secrets)."""
    file_name = os.environ.get(f"{name}_FILE")
    if file_name is None:
        return env(name)
    try:
        return Path(file_name).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}_FILE points at {file_name}: {error.strerror}."
        ) from error


def read_services(path: Path) -> None:
    """Take DATABASE_URL and REDIS_URL of the services `make run` started, where neither is set.

    So `manage.py` works from a second terminal while the embedded services are up.
    """
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        if name in {"DATABASE_URL", "REDIS_URL"} and value:
            os.environ.setdefault(name, value)
