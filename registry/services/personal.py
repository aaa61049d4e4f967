"""The form in which a person's name lies in the journal: under a key of the person's own.

A name is kept as ``sealed:v1:<person>:<nonce>:<commitment>:<ciphertext>``, and the journal's chain
seals that text as it stands. Each sealed name has a key derived for it alone, so that one name can
be opened to an outsider by handing over that one key; and it states a commitment to its key, so
that no other key opens it to another name. Destroying the person's key closes all of them for good.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORM = b"mlops-gov/name/1"
COMMITMENT = b"mlops-gov/name-commit/1"
WRAPPING = b"mlops-gov/person-key/1"
KEY_BYTES = 32
NONCE_BYTES = 16
WRAP_NONCE_BYTES = 12
# Each key seals one name and nothing else, so that its nonce may be fixed.
USED_ONCE = bytes(12)
SEALED = re.compile(
    r"sealed:v1:(?P<person>[0-9]{1,19}):(?P<nonce>[\w-]{22}):(?P<commitment>[\w-]{22})"
    r":(?P<ciphertext>[\w-]{22,})",
    re.ASCII,
)


class Unopened(ValueError):
    """A sealed name, or a person's key, does not open with the key given for it."""


def new_key() -> bytes:
    """Return a random key of 32 bytes for one person."""
    return secrets.token_bytes(KEY_BYTES)


def seal_name(text: str, *, person: int, key: bytes) -> str:
    """Return the text sealed under a key derived from the person's key for this one text."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    own = _derived(key, nonce)
    sealed = AESGCM(own).encrypt(USED_ONCE, text.encode("utf-8"), FORM + nonce)
    return f"sealed:v1:{person}:{_text(nonce)}:{_text(_commitment(own))}:{_text(sealed)}"


def left_of(person: int) -> str:
    """Return what stands for a person who was erased, where their name would."""
    return f"erased-{person}"


def is_sealed(text: str) -> bool:
    """Say whether the text is a sealed name and nothing beside it."""
    return SEALED.fullmatch(text) is not None


def person_of(sealed: str) -> int:
    """Return whose name it is: the account's number. Raises Unopened where it is no sealed name."""
    return int(_parts(sealed)["person"])


def entry_key(sealed: str, *, key: bytes) -> str:
    """Return the key of this one sealed name, in hex; of no use for any other name."""
    return _derived(key, _bytes(_parts(sealed)["nonce"])).hex()


def open_name(sealed: str, key_hex: str) -> str:
    """Return the name. Raises Unopened where this is not the key that the sealed name states."""
    parts = _parts(sealed)
    nonce = _bytes(parts["nonce"])
    try:
        own = bytes.fromhex(key_hex)
    except ValueError:
        raise Unopened("The key is not in hex.") from None
    if not hmac.compare_digest(_commitment(own), _bytes(parts["commitment"])):
        raise Unopened("The key is not the one that the sealed name states.")
    try:
        return AESGCM(own).decrypt(USED_ONCE, _bytes(parts["ciphertext"]), FORM + nonce).decode()
    except (InvalidTag, ValueError):
        raise Unopened("The sealed name is damaged.") from None


def wrap(key: bytes, *, under: bytes, person: int) -> bytes:
    """Return a person's key, sealed under the installation's key for this one person."""
    nonce = secrets.token_bytes(WRAP_NONCE_BYTES)
    return nonce + AESGCM(under).encrypt(nonce, key, _bound(person))


def unwrap(wrapped: bytes, *, under: bytes, person: int) -> bytes:
    """Return a person's key. Raises Unopened where it was not wrapped under this key for them."""
    nonce, sealed = wrapped[:WRAP_NONCE_BYTES], wrapped[WRAP_NONCE_BYTES:]
    try:
        return AESGCM(under).decrypt(nonce, sealed, _bound(person))
    except (InvalidTag, ValueError):
        raise Unopened("The person's key does not open.") from None


def _derived(key: bytes, nonce: bytes) -> bytes:
    return hmac.digest(key, FORM + nonce, "sha256")


def _commitment(own: bytes) -> bytes:
    return hashlib.sha256(COMMITMENT + own).digest()[:16]


def _bound(person: int) -> bytes:
    return WRAPPING + b"\0" + str(person).encode()


def _parts(sealed: str) -> dict[str, str]:
    found = SEALED.fullmatch(sealed)
    if found is None:
        raise Unopened("This is no sealed name.")
    return found.groupdict()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise Unopened("The sealed name is damaged.") from None
