"""A report is sealed with a key that stays in a token: SoftHSM, as a stand-in for a card or HSM."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from audits.rendering import demo_signer, fingerprint_of, seal, signer_in_token
from registry.rules.refusals import Refused
from tests.audits import tampering
from tests.audits.sample_journal import FINGERPRINT
from tests.audits.tampering import pages, told

MODULES = [
    Path(place)
    for place in (
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib64/pkcs11/libsofthsm2.so",
        "/usr/local/lib/softhsm/libsofthsm2.so",
        "/opt/homebrew/lib/softhsm/libsofthsm2.so",
    )
    if Path(place).exists()
]
TOKEN, LABEL, PIN = "house", "seal of the house", "482913"


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the library of a token that is made for this test, and empty."""
    if not MODULES or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM (the package softhsm2) is not here, so no token is sealed with.")
    (tmp_path / "tokens").mkdir()
    settings = tmp_path / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(settings))
    asked = (
        "softhsm2-util",
        "--init-token",
        "--free",
        "--label",
        TOKEN,
        "--so-pin",
        "2718",
        "--pin",
    )
    subprocess.run([*asked, PIN], check=True, capture_output=True)
    return MODULES[0]


def put_in(module: Path, pem: bytes) -> None:
    """Put the key and the certificate of a file into the token."""
    import pkcs11
    from pkcs11.util.rsa import decode_rsa_private_key
    from pkcs11.util.x509 import decode_x509_certificate

    key = load_pem_private_key(pem, password=None)
    packed = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    certificate = x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    named = {pkcs11.Attribute.LABEL: LABEL, pkcs11.Attribute.ID: b"1", pkcs11.Attribute.TOKEN: True}
    with pkcs11.lib(str(module)).get_token(token_label=TOKEN).open(rw=True, user_pin=PIN) as opened:
        opened.create_object({**decode_rsa_private_key(packed), **named})
        opened.create_object({**decode_x509_certificate(certificate), **named})


def test_a_report_is_sealed_by_a_key_in_a_token_and_checks(module: Path, tmp_path: Path) -> None:
    published = fingerprint_of(demo_signer(tmp_path / "keys", "Example Bank"))
    put_in(module, (tmp_path / "keys" / "organisation.pem").read_bytes())
    with signer_in_token(module, TOKEN, LABEL, PIN) as signer:
        assert fingerprint_of(signer) == published
        sealed = seal(pages(), signer=signer)
    found = tampering.loaded().examine(
        sealed, fingerprints=[published], checkpoint_keys=[FINGERPRINT]
    )
    assert told(found, "broken") == []
    assert found.verdict == "valid"
    for pin, label in (("000000", LABEL), (PIN, "no such label")):
        with (
            pytest.raises(Refused, match="Token house cannot be used to seal"),
            signer_in_token(module, TOKEN, label, pin) as signer,
        ):
            raise AssertionError(signer)
