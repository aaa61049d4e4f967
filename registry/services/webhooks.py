"""Post a body to a listener, and only to an address that was looked at before connecting to it."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from registry.rules.addresses import all_open, port_is_open

SECONDS = 10
# So many of a host's addresses are tried; each is looked at, however many there are.
TRIED = 3
PRIVATE_PREFIX = "private+"
DEFAULT_PORTS = {"http": 80, "https": 443}


class NotOpen(OSError):
    """The listener's name leads to an address, or its address to a port, that is not allowed."""


def post(
    listener: str, body: bytes, headers: Mapping[str, str], *, private: bool
) -> tuple[int, str]:
    """Post to a listener, and return status and words of the answer; 0 where there was none.

    The name is resolved once, each address it has is looked at, and the connection goes to one of
    these very addresses, so that a name cannot lead elsewhere a moment later. No redirect is
    followed.
    """
    parts = urlsplit(listener.removeprefix(PRIVATE_PREFIX))
    try:
        connection = _connected(parts, private or listener.startswith(PRIVATE_PREFIX))
    except OSError as error:
        return 0, _words(error)
    try:
        path = parts.path or "/"
        asked = f"{path}?{parts.query}" if parts.query else path
        connection.request("POST", asked, body, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.reason
    except (OSError, http.client.HTTPException) as error:
        return 0, _words(error)
    finally:
        connection.close()


def _words(error: Exception) -> str:
    told = type(error).__name__
    return f"{told}: {error}" if isinstance(error, NotOpen) else told


def _connected(parts: SplitResult, private: bool) -> http.client.HTTPConnection:
    """Return a connection to an address that was looked at, under the host's own name."""
    host, port = parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]
    # Inside one's own network, services lie on any port.
    if not private and not port_is_open(port):
        raise NotOpen(f"port {port} is none of the web's")
    addresses = _resolved(host, port)
    if not all_open(addresses, private=private):
        raise NotOpen(f"{host} leads to {', '.join(addresses)}")
    wire = _reached(addresses[:TRIED], port)
    if parts.scheme == "http":
        connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    else:
        connection = http.client.HTTPSConnection(host, port, timeout=SECONDS)
        try:
            wire = ssl.create_default_context().wrap_socket(wire, server_hostname=host)
        except OSError:
            wire.close()
            raise
    connection.sock = wire
    return connection


def _resolved(host: str, port: int) -> list[str]:
    """Return each address of a host once, in the order to try them."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise NotOpen("the host's name is none") from error
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


def _reached(addresses: list[str], port: int) -> socket.socket:
    """Return a connection to the first address that answers."""
    for address in addresses[:-1]:
        try:
            return socket.create_connection((address, port), timeout=SECONDS)
        except OSError:
            continue
    return socket.create_connection((addresses[-1], port), timeout=SECONDS)
