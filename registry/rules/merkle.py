"""The Merkle tree of RFC 6962 over the journal's seals: roots, a growing edge, and paths."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, MutableMapping, Sequence
from dataclasses import dataclass, field

# Hashes by the range of leaves they stand for: (first, one past the last), counted from 0.
Known = MutableMapping[tuple[int, int], bytes]
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(seal: str) -> bytes:
    """Return the hash of a leaf. Its data are the 32 bytes of a seal, given in hexadecimal."""
    return hashlib.sha256(b"\x00" + bytes.fromhex(seal)).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two neighbours."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Frontier:
    """The growing edge of a tree: one hash for each full subtree, the largest first.

    That many are set bits in the size, so that twenty hashes stand for a million leaves, and a
    leaf more costs two hashes on average.
    """

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, hashed: bytes) -> None:
        """Add the hash of one leaf."""
        # Written out once more than in `append_full`: a journal calls this a million times.
        count, peaks = self.size, self.peaks
        while count & 1:
            hashed = hashlib.sha256(b"\x01" + peaks.pop() + hashed).digest()
            count >>= 1
        peaks.append(hashed)
        self.size += 1

    def append_full(self, hashed: bytes, leaves: int) -> None:
        """Add a full subtree of so many leaves, a power of two that divides the size so far."""
        if leaves & (leaves - 1) or self.size % leaves:
            raise ValueError(f"{leaves} leaves do not fit behind {self.size}.")
        count = self.size // leaves
        while count & 1:
            hashed = node_hash(self.peaks.pop(), hashed)
            count >>= 1
        self.peaks.append(hashed)
        self.size += leaves

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        if not self.peaks:
            return EMPTY_ROOT
        hashed = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            hashed = node_hash(peak, hashed)
        return hashed

    def as_list(self) -> list[str]:
        """Return the peaks as text, to be kept."""
        return [peak.hex() for peak in self.peaks]

    @classmethod
    def from_list(cls, size: int, peaks: Sequence[str]) -> Frontier:
        """Return an edge that was kept. Raises ValueError where the peaks are of another size."""
        if len(peaks) != size.bit_count():
            raise ValueError(f"{len(peaks)} peaks cannot stand for {size} leaves.")
        return cls(size, [bytes.fromhex(peak) for peak in peaks])


def root(hashed: Iterable[bytes]) -> bytes:
    """Return the root over the hashes of leaves."""
    edge = Frontier()
    for leaf in hashed:
        edge.append(leaf)
    return edge.root()


def inclusion_path(index: int, size: int, known: Known) -> list[bytes]:
    """Return what proves the leaf ``index`` to be in the tree of ``size`` leaves: RFC 6962, 2.1.1.

    Nearest neighbour first. ``known`` holds leaves and full subtrees; what is worked out is put in,
    so that a second path costs less. Raises KeyError for a leaf that would be needed.
    """
    if not 0 <= index < size:
        raise ValueError(f"There is no leaf {index} in a tree of {size}.")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(subtree(middle, end, known))
            end = middle
        else:
            path.append(subtree(start, middle, known))
            start = middle
    return path[::-1]


def root_from_path(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """Return the root that a path leads to: RFC 9162, 2.1.3.2.

    Raises ValueError where the path is too short or too long for such a leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"There is no leaf {index} in a tree of {size}.")
    at, last, hashed = index, size - 1, leaf
    for neighbour in path:
        if last == 0:
            raise ValueError("The path is too long.")
        if at & 1 or at == last:
            hashed = node_hash(neighbour, hashed)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            hashed = node_hash(hashed, neighbour)
        at, last = at >> 1, last >> 1
    if last:
        raise ValueError("The path is too short.")
    return hashed


def subtree(start: int, end: int, known: Known) -> bytes:
    """Return the root over the leaves from ``start`` to before ``end``, worked out once."""
    place = (start, end)
    if place not in known:
        if end - start == 1:
            raise KeyError(place)
        middle = start + _split(end - start)
        known[place] = node_hash(subtree(start, middle, known), subtree(middle, end, known))
    return known[place]


def _split(leaves: int) -> int:
    """Return the largest power of two below a number of leaves, where RFC 6962 parts them."""
    return 1 << (leaves - 1).bit_length() - 1
