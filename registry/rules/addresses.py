"""Where webhooks may go: addresses of the open network, and private ones only where allowed."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

PRIVATE = "private"
NEVER = "never"

# The first line that holds an address decides. "Private" is let through where an operator says so;
# what is "never" leads to nobody a webhook could be meant for, such as a cloud's metadata service.
RANGES = tuple(
    (ip_network(network), kind)
    for network, kind in (
        ("169.254.0.0/16", NEVER),  # link-local; clouds answer with credentials here
        ("0.0.0.0/8", NEVER),  # this network: reaches the own machine
        ("10.0.0.0/8", PRIVATE),
        ("100.64.0.0/10", PRIVATE),  # shared by carriers (RFC 6598)
        ("127.0.0.0/8", PRIVATE),  # loopback
        ("172.16.0.0/12", PRIVATE),
        ("192.0.0.0/24", NEVER),  # protocol assignments
        ("192.0.2.0/24", NEVER),  # documentation
        ("192.31.196.0/24", NEVER),  # AS112
        ("192.52.193.0/24", NEVER),  # AMT
        ("192.88.99.0/24", NEVER),  # 6to4 relays
        ("192.168.0.0/16", PRIVATE),
        ("192.175.48.0/24", NEVER),  # AS112
        ("198.18.0.0/15", NEVER),  # benchmarks
        ("198.51.100.0/24", NEVER),  # documentation
        ("203.0.113.0/24", NEVER),  # documentation
        ("224.0.0.0/4", NEVER),  # multicast
        ("240.0.0.0/4", NEVER),  # reserved, and broadcast
        ("::1/128", PRIVATE),  # loopback
        ("fd00:ec2::/32", NEVER),  # a cloud's metadata service
        ("fc00::/7", PRIVATE),  # unique local
        ("2001::/23", NEVER),  # protocol assignments, Teredo among them
        ("2001:db8::/32", NEVER),  # documentation
        ("2002::/16", NEVER),  # 6to4
        ("3fff::/20", NEVER),  # documentation
    )
)
# Of IPv6 only this is handed out; the rest is link-local, multicast, unspecified or reserved.
GLOBAL_UNICAST = ip_network("2000::/3")
# Addresses of IPv4 that are written as IPv6: the last 32 bits say where they lead.
EMBEDDING = (ip_network("::ffff:0:0/96"), ip_network("64:ff9b::/96"))

WEB_PORTS = frozenset({80, 443})
LOWEST_FREE_PORT = 1024


def meant(text: str) -> IPv4Address | IPv6Address:
    """Return the address that a text leads to. Raises ValueError where it is none."""
    address = ip_address(text)
    if isinstance(address, IPv6Address) and any(address in network for network in EMBEDDING):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_open_to_webhooks(text: str, *, private: bool = False) -> bool:
    """Say whether a webhook may go to this address; ``private`` also lets it into one's network."""
    try:
        address = meant(text)
    except ValueError:
        return False
    for network, kind in RANGES:
        if address in network:
            return private and kind == PRIVATE
    return address.version == 4 or address in GLOBAL_UNICAST


def all_open(texts: Iterable[str], *, private: bool = False) -> bool:
    """Say whether every address of a host is open, and there is one.

    A name that leads both outside and inside is made by somebody who wants in.
    """
    found = list(texts)
    return bool(found) and all(is_open_to_webhooks(one, private=private) for one in found)


def port_is_open(port: int) -> bool:
    """Say whether a webhook may go to this port: those of the web, and the unreserved ones.

    Mail, name and file servers listen on the others, and would read a request as theirs.
    """
    return port in WEB_PORTS or LOWEST_FREE_PORT <= port <= 65535
