"""A listener with TLS proves its name, and is asked for by it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from registry.services import webhooks
from tests.registry.listening import Listener, serving

NAME = "hooks.example"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Make a certificate of the listener's name, and its key behind it in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "listener.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def asked_for() -> list[str]:
    """The names by which the listener was asked for in the TLS handshake."""
    return []


@pytest.fixture
def listener(
    certificate: Path, asked_for: list[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Listener]:
    """A listener that speaks TLS, to which every name leads."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def note(wire: ssl.SSLObject, name: str, of: ssl.SSLContext) -> None:
        asked_for.append(name)

    context.sni_callback = note
    server = Listener()
    server.socket = context.wrap_socket(server.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *args, **kwargs: real("127.0.0.1", *args, **kwargs)
    )
    with serving(server):
        yield server


def test_it_is_asked_for_by_its_name(listener: Listener, asked_for: list[str]) -> None:
    address = f"https://{NAME}:{listener.server_port}/hooks"
    assert webhooks.post(address, b"{}", {}, private=True)[0] == 204
    assert asked_for == [NAME]
    assert listener.heard[0][0]["Host"] == f"{NAME}:{listener.server_port}"


def test_a_certificate_of_another_name_is_not_believed(listener: Listener) -> None:
    address = f"https://other.example:{listener.server_port}/hooks"
    status, words = webhooks.post(address, b"{}", {}, private=True)
    assert (status, words) == (0, "SSLCertVerificationError")
    assert listener.heard == []
