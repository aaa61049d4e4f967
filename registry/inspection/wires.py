"""Walks the outermost fields of a protocol buffer, to tell an ONNX model from other bytes."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

# The fields of ONNX's ModelProto by number, with the wire type each must have: 0 for a number, 2
# for a length and that many bytes.
_FIELDS = {1: 0, 2: 2, 3: 2, 4: 2, 5: 0, 6: 2, 7: 2, 8: 2, 14: 2, 20: 2, 25: 2, 26: 2}
_GRAPH = 7
_MOST_FIELDS = 10_000
_LARGEST = 2**40


def is_onnx(path: Path) -> bool:
    """Tell whether a file is an ONNX model, perhaps cut off: only known fields, one the graph.

    Every writer puts the version of the format first, which keeps ordinary text apart.
    """
    with path.open("rb") as file:
        if file.read(1) != b"\x08":
            return False
        file.seek(0)
        for _ in range(_MOST_FIELDS):
            key = _number(file)
            if key is None or _FIELDS.get(key >> 3) != key & 7:
                return False
            if key >> 3 == _GRAPH:
                return True
            value = _number(file)
            if value is None or value > _LARGEST:
                return False
            if key & 7 == 2:
                file.seek(value, 1)
    return False


def _number(file: BinaryIO) -> int | None:
    """Read one number in seven-bit groups; None at the end of the file or for more than 64 bits."""
    value = 0
    for shift in range(0, 64, 7):
        byte = file.read(1)
        if not byte:
            return None
        value |= (byte[0] & 0x7F) << shift
        if not byte[0] & 0x80:
            return value
    return None
