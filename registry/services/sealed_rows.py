"""The form in which people's rows lie in the store: AES-256-GCM in chunks, one key for each file.

The chunks are numbered and the last is marked, in the nonce of each (the STREAM construction of
Hoang, Reyhanitabar, Rogaway and Vizar, 2015); so a chunk that was changed, dropped, repeated, moved
or cut off is found before any byte of it is handed on. What the file is about (its digest) is bound
to every chunk, so that no file can take another's place.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK = 1 << 20
TAG = 16
KEY_BYTES = 32
NONCE_BYTES = 12
# Bound to every chunk and every wrapped key; another form gets another name.
FORM = b"mlops-gov/sealed-rows/1"


class Damaged(ValueError):
    """What was read is not what was sealed with this key for this digest."""


def new_key() -> bytes:
    """Return a random key of 32 bytes; each file has its own, so no nonce is ever used twice."""
    return secrets.token_bytes(KEY_BYTES)


def seal(source: IO[bytes], target: IO[bytes], *, key: bytes, sha256: str) -> None:
    """Write the source to the target, sealed. The source is not empty."""
    cipher, bound = AESGCM(key), _bound(sha256)
    for number, chunk, is_last in _chunks(source, CHUNK):
        target.write(cipher.encrypt(_nonce(number, is_last), chunk, bound))


def unseal(source: IO[bytes], *, key: bytes, sha256: str) -> Iterator[bytes]:
    """Yield the plain chunks, each checked before it is handed on. Raises Damaged."""
    cipher, bound = AESGCM(key), _bound(sha256)
    number = -1
    for number, chunk, is_last in _chunks(source, CHUNK + TAG):  # noqa: B007 - read below
        try:
            yield cipher.decrypt(_nonce(number, is_last), chunk, bound)
        except InvalidTag:
            raise Damaged(f"Chunk {number} does not open.") from None
    if number < 0:
        raise Damaged("There is no chunk.")


def wrap(key: bytes, *, under: bytes, sha256: str) -> bytes:
    """Return a file's key, sealed under the installation's key for this one file."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(under).encrypt(nonce, key, _bound(sha256))


def unwrap(wrapped: bytes, *, under: bytes, sha256: str) -> bytes:
    """Return a file's key. Raises Damaged where it was not wrapped under this key for this file."""
    try:
        return AESGCM(under).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _bound(sha256))
    except (InvalidTag, ValueError):
        raise Damaged("The key of the file does not open.") from None


def _bound(sha256: str) -> bytes:
    return FORM + b"\0" + sha256.encode()


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(NONCE_BYTES - 1, "big") + bytes([is_last])


def _chunks(source: IO[bytes], size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Yield each chunk with its number and whether nothing follows it."""
    number, chunk = 0, source.read(size)
    while chunk:
        following = source.read(size)
        yield number, chunk, not following
        number, chunk = number + 1, following
