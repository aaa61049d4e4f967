"""The form of sealed rows: whole, or refused, whatever was done to the bytes."""

from __future__ import annotations

import io
import secrets

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry.services import sealed_rows
from registry.services.sealed_rows import CHUNK, TAG, Damaged

KEY = bytes(range(32))
SHA256 = "ab" * 32
SEALED_CHUNK = CHUNK + TAG
THREE = b"".join(bytes([65 + number]) * CHUNK for number in range(2)) + b"the end"


def sealed(plain: bytes, key: bytes = KEY, sha256: str = SHA256) -> bytes:
    target = io.BytesIO()
    sealed_rows.seal(io.BytesIO(plain), target, key=key, sha256=sha256)
    return target.getvalue()


def unsealed(content: bytes, key: bytes = KEY, sha256: str = SHA256) -> bytes:
    return b"".join(sealed_rows.unseal(io.BytesIO(content), key=key, sha256=sha256))


@pytest.mark.parametrize("size", [1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_what_is_sealed_comes_back(size: int) -> None:
    plain = secrets.token_bytes(size)
    content = sealed(plain)
    assert len(content) == size + TAG * (-(-size // CHUNK))
    assert unsealed(content) == plain


def test_the_form_is_what_its_description_says() -> None:
    bound = b"mlops-gov/sealed-rows/1\x00" + b"ab" * 32
    content = sealed(THREE)
    for number in range(3):
        nonce = b"\x00" * 10 + bytes([number]) + bytes([number == 2])
        chunk = content[number * SEALED_CHUNK : (number + 1) * SEALED_CHUNK]
        plain = AESGCM(KEY).decrypt(nonce, chunk, bound)
        assert plain == THREE[number * CHUNK : (number + 1) * CHUNK]


@pytest.mark.parametrize("at", [0, CHUNK, SEALED_CHUNK, 2 * SEALED_CHUNK - 1, 2 * SEALED_CHUNK, -1])
def test_a_flipped_bit_is_found_before_its_chunk_is_handed_on(at: int) -> None:
    content = bytearray(sealed(THREE))
    content[at] ^= 1
    handed_on: list[bytes] = []
    with pytest.raises(Damaged):
        handed_on += sealed_rows.unseal(io.BytesIO(bytes(content)), key=KEY, sha256=SHA256)
    assert all(THREE.startswith(chunk) or chunk == THREE[CHUNK : 2 * CHUNK] for chunk in handed_on)


FIRST, SECOND, LAST = (
    slice(0, SEALED_CHUNK),
    slice(SEALED_CHUNK, 2 * SEALED_CHUNK),
    slice(2 * SEALED_CHUNK, None),
)


@pytest.mark.parametrize(
    "order",
    [
        (SECOND, FIRST, LAST),
        (FIRST, SECOND),
        (FIRST,),
        (FIRST, LAST),
        (FIRST, FIRST, SECOND, LAST),
        (FIRST, SECOND, LAST, LAST),
        (LAST,),
        (),
    ],
    ids=["swapped", "cut", "cut to one", "one out", "repeated", "more", "last alone", "nothing"],
)
def test_chunks_moved_left_out_or_repeated_are_found(order: tuple[slice, ...]) -> None:
    content = sealed(THREE)
    with pytest.raises(Damaged):
        unsealed(b"".join(content[part] for part in order))


@pytest.mark.parametrize("left", [1, TAG - 1, TAG, CHUNK])
def test_a_file_cut_within_a_chunk_is_found(left: int) -> None:
    with pytest.raises(Damaged):
        unsealed(sealed(THREE)[:left])


def test_another_key_or_another_files_name_opens_nothing() -> None:
    with pytest.raises(Damaged):
        unsealed(sealed(THREE), key=bytes(32))
    with pytest.raises(Damaged):
        unsealed(sealed(THREE), sha256="cd" * 32)


def test_the_same_rows_look_different_under_every_new_key() -> None:
    first, second = (sealed(THREE, sealed_rows.new_key()) for _ in range(2))
    assert first != second


def test_a_wrapped_key_opens_for_its_file_and_under_its_key_alone() -> None:
    under, key = sealed_rows.new_key(), sealed_rows.new_key()
    wrapped = sealed_rows.wrap(key, under=under, sha256=SHA256)
    assert key not in wrapped
    assert sealed_rows.unwrap(wrapped, under=under, sha256=SHA256) == key
    for changed, secret, name in (
        (wrapped, bytes(32), SHA256),
        (wrapped, under, "cd" * 32),
        (wrapped[:-1], under, SHA256),
        (b"", under, SHA256),
    ):
        with pytest.raises(Damaged):
            sealed_rows.unwrap(changed, under=secret, sha256=name)
