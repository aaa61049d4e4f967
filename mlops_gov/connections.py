"""Reads the file of named data connections; a wrong one stops the start with a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from django.core.exceptions import ImproperlyConfigured

from mlops_gov.environment import env_secret

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
# For each kind, what has to be said and what may be, beside kind and description.
NEEDED = {"duckdb": ("path",), "postgresql": ("url",), "spark": ("master",)}
OPTIONAL = {
    "duckdb": (),
    "postgresql": ("password_from", "timeout_seconds"),
    "spark": ("views", "options"),
}
TIMEOUT_SECONDS = 600


def read_connections(file_name: str) -> dict[str, dict[str, Any]]:
    """Return the connections by name, none where no file is named."""
    if not file_name:
        return {}
    try:
        content = yaml.safe_load(Path(file_name).read_text(encoding="utf-8"))
    except OSError as error:
        raise _wrong(f"points at {file_name}: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError):
        # The parser's own words would quote the file.
        raise _wrong(f"points at {file_name}, which is not YAML; correct it.") from None
    if not isinstance(content or {}, dict):
        raise _wrong("has to hold names with what they stand for, each `name: {kind: ...}`.")
    return {str(name): _connection(str(name), about) for name, about in (content or {}).items()}


def _wrong(sentence: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"DATA_CONNECTIONS_FILE {sentence}")


def _connection(name: str, about: object) -> dict[str, Any]:
    """Check one connection; no sentence repeats a value, which may be an address or a secret."""
    if not NAME.fullmatch(name):
        raise _wrong(f"names a connection {name!r}; write small letters, digits, - and _ only.")
    kind = about.get("kind") if isinstance(about, dict) else None
    if not isinstance(about, dict) or kind not in NEEDED:
        raise _wrong(f"has to give {name} a kind, one of {', '.join(NEEDED)}.")
    known = ("kind", "description", *NEEDED[kind], *OPTIONAL[kind])
    if unknown := sorted(str(field) for field in about if field not in known):
        raise _wrong(f"says {', '.join(unknown)} of {name}; known are {', '.join(known)}.")
    for field in ("description", *NEEDED[kind]):
        if not isinstance(about.get(field), str) or not about[field].strip():
            raise _wrong(f"has to say a {field} of {name}, as text.")
    checked = {"duckdb": _duckdb, "postgresql": _postgresql, "spark": _spark}[kind](name, about)
    return {"kind": kind, "description": about["description"].strip(), **checked}


def _duckdb(name: str, about: Mapping[str, Any]) -> dict[str, Any]:
    if not Path(about["path"]).is_absolute():
        raise _wrong(f"has to give {name} a path from the root on.")
    return {"path": about["path"]}


def _postgresql(name: str, about: Mapping[str, Any]) -> dict[str, Any]:
    """Take the password from the environment alone, so that the file holds no secret."""
    try:
        url = urlsplit(about["url"])
        secret, scheme = url.password is not None or "password" in url.query, url.scheme
    except ValueError:
        secret, scheme = False, ""
    if scheme not in {"postgresql", "postgres"}:
        raise _wrong(f"has to give {name} a url like postgresql://reader@host/database.")
    if secret:
        raise _wrong(
            f"holds a password of {name}; say password_from instead, the name of the variable (or,"
            " with _FILE behind it, of the file) that holds it."
        )
    timeout = about.get("timeout_seconds", TIMEOUT_SECONDS)
    if isinstance(timeout, bool) or not isinstance(timeout, int) or not 0 < timeout <= 86_400:
        raise _wrong(f"has to give {name} timeout_seconds from 1 to 86400.")
    checked = {"url": about["url"], "timeout_seconds": timeout}
    if "password_from" in about:
        checked["password"] = env_secret(str(about["password_from"]))
        if not checked["password"]:
            raise _wrong(
                f"takes the password of {name} from {about['password_from']}, which is empty."
            )
    return checked


def _spark(name: str, about: Mapping[str, Any]) -> dict[str, Any]:
    for field in OPTIONAL["spark"]:
        words = about.get(field, {})
        if not isinstance(words, dict) or not all(isinstance(one, str) for one in words.values()):
            raise _wrong(f"has to give the {field} of {name} as names with a text each.")
    return {
        "master": about["master"],
        "views": {str(view): path for view, path in about.get("views", {}).items()},
        "options": {str(option): value for option, value in about.get("options", {}).items()},
    }
