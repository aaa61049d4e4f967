"""Reads from the environment which server takes our mail, and who it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from mlops_gov.environment import is_loopback

PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@dataclass(frozen=True)
class MailServer:
    """What takes our mail: a server, or, without one, files in a folder."""

    backend: str = "filebased"
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False


def as_mail_server(name: str, text: str) -> MailServer:
    """Return the mail server of an address; an empty text means files.

    ``smtp+tls`` starts in the clear and changes to TLS, ``smtps`` is TLS from the start.
    """
    if not text:
        return MailServer()
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        host, port = "", 0
    if not host or not port or parts.scheme not in PORTS:
        # Never the text itself: there may be a password in it.
        raise ImproperlyConfigured(
            f"{name} is no mail server; write smtp+tls://user:password@host:587, or smtps://."
        )
    if parts.scheme == "smtp" and parts.password and not is_loopback(host):
        raise ImproperlyConfigured(
            f"{name} would send its password in the clear; write smtp+tls:// or smtps://."
        )
    return MailServer(
        backend="smtp",
        host=host,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp+tls",
        tls=parts.scheme == "smtps",
    )


def as_sender(name: str, text: str) -> str:
    """Return who mail comes from: an address, or a name with one in angle brackets."""
    _, address = parseaddr(text)
    if not text.isprintable() or "@" not in address:
        raise ImproperlyConfigured(f"{name} is {text!r}; write Name <address@host>.")
    return text


def as_hour(name: str, hour: int) -> int:
    """Return an hour of the day."""
    if not 0 <= hour <= 23:
        raise ImproperlyConfigured(f"{name} is {hour}; write an hour, from 0 to 23.")
    return hour
