"""The Merkle tree: the known answers of RFC 6962, and a naive tree beside it."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.rules.merkle import (
    EMPTY_ROOT,
    Frontier,
    Known,
    inclusion_path,
    leaf_hash,
    node_hash,
    root,
    root_from_path,
)

# The leaves, roots and paths with which implementations of Certificate Transparency are tested.
LEAVES = [
    bytes.fromhex(data)
    for data in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (3, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        2,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


def hashed(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def known_of(leaves: list[bytes]) -> Known:
    return {(place, place + 1): leaf for place, leaf in enumerate(leaves)}


def naive_root(leaves: list[bytes]) -> bytes:
    """As RFC 6962, section 2.1, writes it down."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


def naive_path(index: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return [*naive_path(index, leaves[:split]), naive_root(leaves[split:])]
    return [*naive_path(index - split, leaves[split:]), naive_root(leaves[:split])]


@pytest.mark.parametrize("count", range(1, 9))
def test_roots_are_those_of_certificate_transparency(count: int) -> None:
    leaves = [hashed(data) for data in LEAVES[:count]]
    assert root(leaves).hex() == ROOTS[count - 1]


def test_nothing_has_the_digest_of_nothing_for_a_root() -> None:
    assert root([]).hex() == hashlib.sha256(b"").hexdigest()
    assert root([]) == EMPTY_ROOT


@pytest.mark.parametrize(("number", "size", "path"), PATHS)
def test_paths_are_those_of_certificate_transparency(
    number: int, size: int, path: list[str]
) -> None:
    leaves = [hashed(data) for data in LEAVES[:size]]
    found = inclusion_path(number - 1, size, known_of(leaves))
    assert [part.hex() for part in found] == path
    assert root_from_path(number - 1, size, leaves[number - 1], found).hex() == ROOTS[size - 1]


def test_a_seal_is_a_leaf_by_its_bytes() -> None:
    assert leaf_hash("ab" * 32) == hashed(bytes([0xAB] * 32))


leaves_of = st.integers(1, 70).map(
    lambda count: [hashed(number.to_bytes(4)) for number in range(count)]
)


@settings(max_examples=60, deadline=None)
@given(leaves_of, st.data())
def test_everything_agrees_with_a_naive_tree(leaves: list[bytes], data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    expected = naive_root(leaves[:size])
    assert root(leaves[:size]) == expected
    path = inclusion_path(index, size, known_of(leaves))
    assert path == naive_path(index, leaves[:size])
    assert root_from_path(index, size, leaves[index], path) == expected
    other = data.draw(st.integers(0, size - 1))
    if other != index:
        assert root_from_path(index, size, leaves[other], path) != expected


@settings(max_examples=40, deadline=None)
@given(leaves_of, st.data())
def test_an_edge_that_was_kept_grows_as_if_it_had_not_been(
    leaves: list[bytes], data: st.DataObject
) -> None:
    kept_at = data.draw(st.integers(0, len(leaves)))
    edge = Frontier()
    for leaf in leaves[:kept_at]:
        edge.append(leaf)
    again = Frontier.from_list(edge.size, edge.as_list())
    for leaf in leaves[kept_at:]:
        again.append(leaf)
    assert again.root() == naive_root(leaves)


def test_full_subtrees_may_be_added_whole() -> None:
    leaves = [hashed(bytes([number])) for number in range(13)]
    edge = Frontier()
    for start in (0, 4, 8):
        edge.append_full(root(leaves[start : start + 4]), 4)
    edge.append(leaves[12])
    assert edge.root() == naive_root(leaves)
    with pytest.raises(ValueError, match="4 leaves do not fit behind 13"):
        edge.append_full(EMPTY_ROOT, 4)


def test_full_subtrees_take_the_place_of_their_leaves_in_a_path() -> None:
    leaves = [hashed(bytes([number])) for number in range(13)]
    known: Known = {(place, place + 1): leaf for place, leaf in enumerate(leaves) if place >= 4}
    known[(0, 4)] = root(leaves[:4])
    assert inclusion_path(9, 13, known) == naive_path(9, leaves)
    with pytest.raises(KeyError):
        inclusion_path(2, 13, known)


@pytest.mark.parametrize("change", ["shorter", "longer"])
def test_a_path_of_another_length_leads_nowhere(change: str) -> None:
    leaves = [hashed(bytes([number])) for number in range(11)]
    path = inclusion_path(10, 11, known_of(leaves))
    changed = path[:-1] if change == "shorter" else [*path, leaves[0]]
    with pytest.raises(ValueError, match="The path is too"):
        root_from_path(10, 11, leaves[10], changed)


@pytest.mark.parametrize("index", [-1, 3])
def test_a_leaf_outside_the_tree_has_no_path(index: int) -> None:
    leaves = [hashed(bytes([number])) for number in range(3)]
    with pytest.raises(ValueError, match="There is no leaf"):
        inclusion_path(index, 3, known_of(leaves))
    with pytest.raises(ValueError, match="There is no leaf"):
        root_from_path(index, 3, leaves[0], [])


def test_an_edge_with_too_few_peaks_is_refused() -> None:
    with pytest.raises(ValueError, match="1 peaks cannot stand for 3 leaves"):
        Frontier.from_list(3, ["ab" * 32])
