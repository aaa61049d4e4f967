"""Which addresses and ports a webhook may go to: a table, worked out from the lists of IANA."""

from __future__ import annotations

import pytest

from registry.rules.addresses import all_open, is_open_to_webhooks, port_is_open

OPEN = (
    "1.1.1.1",
    "93.184.215.14",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.167.255.255",
    "223.255.255.255",
    "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
    "2a00:1450:4001::1",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
)
PRIVATE = (
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.127.255.255",
    "::1",
    "fc00::1",
    "fd12:3456:789a::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:c0a8:101",
    "64:ff9b::7f00:1",
)
NEVER = (
    "0.0.0.0",  # noqa: S104
    "0.1.2.3",
    "169.254.169.254",
    "169.254.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::127.0.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "fd00:ec2::254",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "64:ff9b:1::1",
    "4000::1",
    "localhost",
    "",
)


@pytest.mark.parametrize("address", OPEN)
def test_an_address_of_the_open_network_is_let_through(address: str) -> None:
    assert is_open_to_webhooks(address)
    assert is_open_to_webhooks(address, private=True)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_let_through_only_where_allowed(address: str) -> None:
    assert not is_open_to_webhooks(address)
    assert is_open_to_webhooks(address, private=True)


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_never_let_through(address: str) -> None:
    assert not is_open_to_webhooks(address)
    assert not is_open_to_webhooks(address, private=True)


def test_one_closed_address_closes_the_host() -> None:
    assert all_open(["1.1.1.1", "2606:2800::1"])
    assert not all_open(["1.1.1.1", "127.0.0.1"])
    assert not all_open(["127.0.0.1", "169.254.169.254"], private=True)
    assert not all_open([])


@pytest.mark.parametrize(
    ("port", "is_open"),
    [(80, True), (443, True), (1024, True), (8443, True), (65535, True)]
    + [(port, False) for port in (0, 22, 25, 53, 81, 139, 445, 1023, 65536)],
)
def test_ports_of_other_services_are_closed(port: int, is_open: bool) -> None:
    assert port_is_open(port) is is_open
