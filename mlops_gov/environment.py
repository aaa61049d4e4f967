"""Reads typed settings from the environment; a wrong value stops the start with a sentence."""

from __future__ import annotations

import base64
import binascii
import contextlib
import ipaddress
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

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


def as_key(name: str, text: str) -> bytes:
    """Return the 32 bytes of a key from their base64, in either alphabet."""
    plain = text.strip().rstrip("=").replace("-", "+").replace("_", "/")
    try:
        key = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32:
        # Never the text itself: this sentence goes to a log.
        raise ImproperlyConfigured(
            f"{name} is no key: write 32 random bytes in base64, as `openssl rand -base64 32` does."
        )
    return key


def as_size(name: str, gibibytes: int) -> int:
    """Return so many GiB in bytes; there has to be one at least."""
    if gibibytes < 1:
        raise ImproperlyConfigured(f"{name} is {gibibytes}; write 1 or more.")
    return gibibytes * 2**30


def kept_secret(path: Path, length: int = 64) -> str:
    """Return a secret of this installation, made once and readable by its owner alone.

    Of so many random bytes, in base64.
    """
    if not path.exists():
        private_folder(path.parent)
        draft = path.with_suffix(f".{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(length), encoding="utf-8")
        # A link fails where another process was first, so all processes read the same key.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text(encoding="utf-8")


def private_folder(path: Path) -> Path:
    """Make a folder that its owner alone can enter, and return it; one that is there is closed."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Somebody else's folder, such as a mounted one, is theirs to close.
    with contextlib.suppress(PermissionError):
        path.chmod(0o700)
    return path


def is_loopback(host: str) -> bool:
    """Say whether a server that listens on this address is reachable from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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


def as_listeners(name: str, parts: list[str]) -> dict[str, str]:
    """Return addresses by name from "name=https://address" parts.

    "name=private+https://address" is a listener in one's own network.
    """
    found = {}
    for part in parts:
        listener, _, address = part.partition("=")
        if not listener or not _is_web_address(address.removeprefix("private+")):
            raise ImproperlyConfigured(
                f"{name} holds a part that is no listener; write name=https://address."
            )
        found[listener[:60]] = address
    return found


def as_base_url(name: str, text: str) -> str:
    """Return where people reach this server, without a slash at the end."""
    if not _is_web_address(text) or "".join(urlsplit(text)[2:]).strip("/"):
        raise ImproperlyConfigured(
            f"{name} is {text!r}; write an address such as https://gov.bank."
        )
    return text.rstrip("/")


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
