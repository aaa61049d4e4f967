"""The port: what is wrong with it is said before anything is started."""

from __future__ import annotations

import socket

import pytest

import ports
from words import Halt


def test_a_port_in_use_is_named_with_another_that_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(Halt, match=rf"Port {port} is in use\. .*: make run PORT=\d+") as caught:
            ports.must_be_free("127.0.0.1", port)
    suggestion = int(str(caught.value).rpartition("=")[2])
    assert suggestion > port
    ports.must_be_free("127.0.0.1", suggestion)


def test_a_free_port_is_no_objection() -> None:
    ports.must_be_free("127.0.0.1", ports.free())


@pytest.mark.parametrize("text", ["eight thousand", "0", "65536", "-1", "80.5"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("PORT", text)
    with pytest.raises(Halt, match="write a number from 1 to 65535"):
        ports.wanted()


def test_the_port_is_8000_on_this_machine_alone_unless_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.delenv("LISTEN", raising=False)
    assert ports.wanted() == ("127.0.0.1", 8000)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(Halt, match="Cannot listen on 192.0.2.1:8000"):
        ports.must_be_free("192.0.2.1", 8000)


def test_an_ipv6_address_is_written_in_brackets() -> None:
    assert ports.written("::1", 8000) == "[::1]:8000"
