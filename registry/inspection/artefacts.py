"""Tells what a model file is by its bytes, and refuses whatever cannot be opened safely."""

from __future__ import annotations

import pickletools
from pathlib import Path

from registry.inspection import sandbox, wires, zips
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

# The formats that are taken, with what people call them. None of them can carry code.
FORMATS = {
    "skops": "skops (scikit-learn)",
    "xgboost-json": "XGBoost JSON",
    "xgboost-ubj": "XGBoost UBJ",
    "lightgbm": "LightGBM text",
    "catboost": "CatBoost cbm",
    "onnx": "ONNX",
}

LIMITS = sandbox.Limits(cpu_seconds=60, wall_seconds=90.0)

_HEAD = 64 * 1024
_UBJ_OBJECT = b"{L\x00\x00\x00\x00\x00\x00\x00"
_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x5d\x00\x00": "lzma",
    b"\x04\x22\x4d\x18": "lz4",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"ZF": "joblib",
    b"\x78\x01": "zlib",
    b"\x78\x5e": "zlib",
    b"\x78\x9c": "zlib",
    b"\x78\xda": "zlib",
}

_EMPTY = gettext_noop("This file is empty. Hand in the model itself, in one of: %(formats)s.")
_PICKLE = gettext_noop(
    "This is a pickle file (joblib and older PyTorch files are pickles too). Opening one can run "
    "any program hidden in it, so it is never opened, whatever its name. Save the model in one of: "
    "%(formats)s."
)
_TORCH = gettext_noop(
    "This is a PyTorch file, which holds a pickle; opening one can run any program hidden in it, "
    "so it is never opened. Export the model to ONNX, or save it in one of: %(formats)s."
)
_PICKLE_INSIDE = gettext_noop(
    "This zip archive holds a pickle (%(member)s). Opening one can run any program hidden in it, "
    "so it is never opened. Save the model in one of: %(formats)s."
)
_COMPRESSED_FILE = gettext_noop(
    "This is a compressed file (%(kind)s), as joblib writes its pickles; it is not opened. Save "
    "the model, uncompressed, in one of: %(formats)s."
)
_OTHER_ZIP = gettext_noop(
    "This is a zip archive, but not a skops file: it has no schema.json. Save the model in one "
    "of: %(formats)s."
)
_OTHER_JSON = gettext_noop(
    "This is JSON or UBJ, but not a model saved by XGBoost: it has no part named learner. Save "
    "the model with XGBoost's save_model, or in one of: %(formats)s."
)
_UNKNOWN = gettext_noop(
    "This file begins like none of the formats that are taken. Save the model in one of: "
    "%(formats)s."
)


def recognise(path: Path) -> str:
    """Return which of `FORMATS` a file is, by its bytes alone; its name is not looked at.

    Cheap, and safe to call in a process that serves people: only the beginning is read, and the
    directory of a zip. Whether the rest is whole is for `check`.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise _refuse("artefact.empty", _EMPTY)
    if head.startswith(b"tree\n") or head.startswith(b"tree\r\n"):
        return "lightgbm"
    if head.startswith(b"CBM1"):
        return "catboost"
    if head.startswith(b"PK\x03\x04"):
        return _recognise_zip(path)
    if head.lstrip()[:1] == b"{":
        return _recognise_object(head)
    if wires.is_onnx(path):
        return "onnx"
    raise _refuse_unrecognised(head)


def check(path: Path, format: str) -> None:
    """Refuse a file that its own loader cannot load whole; the loading is done in the sandbox."""
    request = {"verb": "check", "path": str(path.resolve()), "format": format}
    sandbox.run("registry.inspection.child", request, limits=LIMITS, reads=[path])


def _recognise_zip(path: Path) -> str:
    names = zips.names_in(path)
    if any(name.split("/")[-1] == "data.pkl" for name in names):
        raise _refuse("artefact.torch", _TORCH)
    for name in names:
        if name.lower().endswith((".pkl", ".pickle", ".joblib")):
            raise _refuse("artefact.pickle", _PICKLE_INSIDE, member=name[:80])
    if "schema.json" not in names:
        raise _refuse("artefact.zip", _OTHER_ZIP)
    return "skops"


def _recognise_object(head: bytes) -> str:
    if head.startswith(_UBJ_OBJECT) and b"learner" in head:
        return "xgboost-ubj"
    if b'"learner"' in head:
        return "xgboost-json"
    raise _refuse("artefact.json", _OTHER_JSON)


def _refuse_unrecognised(head: bytes) -> Refused:
    """Name what the file is, where that helps its owner more than what it is not."""
    if head[0] == 0x80 or _reads_as_old_pickle(head):
        return _refuse("artefact.pickle", _PICKLE)
    for magic, kind in _COMPRESSED.items():
        if head.startswith(magic):
            return _refuse("artefact.compressed", _COMPRESSED_FILE, kind=kind)
    return _refuse("artefact.unknown", _UNKNOWN)


def _reads_as_old_pickle(head: bytes) -> bool:
    """Tell whether the bytes are a pickle of protocol 0 or 1, which begins with no mark.

    The instructions are only listed, none is carried out. Other text gives out after one or two.
    """
    steps = 0
    try:
        for operation, _, _ in pickletools.genops(head[:4096]):
            steps += 1
            if operation.name == "STOP":
                return True
    except ValueError:
        pass
    return steps >= 8


def _refuse(code: str, message: str, **params: object) -> Refused:
    return Refused.because(code, message, formats=", ".join(FORMATS.values()), **params)
