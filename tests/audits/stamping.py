"""A time-stamping authority on this machine, for the tests of seals: real HTTP, made-up chain."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.sign.timestamps import DummyTimeStamper

DER = serialization.Encoding.DER


class Authority:
    """A root, and a stamper below it."""

    def __init__(self, name: str = "Stamps") -> None:
        root_key, key = _key(), _key()
        self.root = _certificate(f"{name} root", root_key, None, root_key)
        self.certificate = _certificate(name, key, self.root, root_key)
        packed = key.private_bytes(
            DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.stamper = DummyTimeStamper(
            _plain(self.certificate),
            keys.PrivateKeyInfo.load(packed),
            certs_to_embed=[_plain(self.root)],  # type: ignore[arg-type]
        )

    def answer(self, request: bytes) -> bytes:
        """Answer a request as RFC 3161 has it."""
        found = self.stamper.request_tsa_response(tsp.TimeStampReq.load(request))
        return bytes(found.dump())


@contextmanager
def listening(answer: Any, status: int = 200) -> Iterator[str]:
    """Yield the address of a server that hands what is posted to ``answer``."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802
            body = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/tsr"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _plain(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(DER))


def _certificate(
    name: str,
    key: rsa.RSAPrivateKey,
    issuer: x509.Certificate | None,
    by: rsa.RSAPrivateKey,
) -> x509.Certificate:
    said = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(said)
        .issuer_name(issuer.subject if issuer else said)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer is not None:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(purpose, critical=True)
    return builder.sign(by, hashes.SHA256())
