"""The organisation's certificate: from a PKCS#12 file, or self-made once for a demonstration."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa
    from pyhanko.sign import SimpleSigner

KEY_BITS = 3072
YEARS = 10
# Microsoft's and Adobe's readers look for this purpose (RFC 9336, id-kp-documentSigning).
DOCUMENT_SIGNING = "1.3.6.1.5.5.7.3.36"


def demo_signer(folder: Path, organisation: str) -> SimpleSigner:
    """Return a signer with a self-signed certificate of the organisation, made once in the folder.

    Key and certificate stand in one file, so no moment exists at which one is without the other.
    """
    path = folder / "organisation.pem"
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _keep_first(path, _made(organisation))
    return _read(path)


def signer_from_pkcs12(path: Path, passphrase: str) -> SimpleSigner:
    """Return a signer with key and certificates of a PKCS#12 file; raises Refused if it is none."""
    from pyhanko.sign import SimpleSigner

    try:
        signer: SimpleSigner = SimpleSigner.load_pkcs12_data(
            path.read_bytes(), other_certs=[], passphrase=passphrase.encode("utf-8") or None
        )
    except (OSError, ValueError) as error:
        raise _unusable(path) from error
    if signer.signing_cert is None:
        raise _unusable(path)
    return signer


def _unusable(path: Path) -> Refused:
    return Refused.because(
        "seal.certificate",
        gettext_noop(
            "%(file)s cannot be used to seal: it has to be a PKCS#12 file with a private key and"
            " its certificate, and the passphrase has to be the right one."
        ),
        file=path.name,
    )


def _keep_first(path: Path, content: bytes) -> None:
    """Put the content in place unless another process was first; then theirs is kept."""
    draft = path.with_suffix(f".{secrets.token_hex(8)}")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    try:
        # A link appears whole or not at all, and fails where the name is taken.
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _made(organisation: str) -> bytes:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    certificate = _certificate(organisation, key)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)


def _certificate(organisation: str, key: rsa.RSAPrivateKey) -> x509.Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    # RFC 5280 lets each part hold 64 characters.
    name = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{organisation[:50]}, report seal"),
        ]
    )
    now = datetime.now(UTC).replace(microsecond=0)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([x509.ObjectIdentifier(DOCUMENT_SIGNING)]), critical=False
        )
        .add_extension(identifier, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )


def _usage() -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _read(path: Path) -> SimpleSigner:
    from asn1crypto import keys, x509
    from asn1crypto import pem as armour
    from pyhanko.sign import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    parts = {
        kind: content
        for kind, _headers, content in armour.unarmor(path.read_bytes(), multiple=True)
    }
    if set(parts) != {"PRIVATE KEY", "CERTIFICATE"}:
        raise _unusable(path)
    return SimpleSigner(
        signing_cert=x509.Certificate.load(parts["CERTIFICATE"]),
        signing_key=keys.PrivateKeyInfo.load(parts["PRIVATE KEY"]),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )
