"""Loads ONNX models that stand on their own: no data beside the file, no operators of others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from registry.inspection.loaders import onnx_graphs
from registry.inspection.loaders.models import Model, Reads, damaged, rows_refused
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

_NAME = "ONNX"
_NUMBERS = {
    "tensor(float)": "float32",
    "tensor(double)": "float64",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
    "tensor(bool)": "bool",
}
_INPUTS = gettext_noop(
    "This ONNX model takes inputs that do not fit a table: %(inputs)s. Export it with one input of "
    "shape (rows, features), or with one input of shape (rows, 1) for each feature."
)
_BATCH = gettext_noop(
    "This ONNX model takes exactly %(rows)s rows at a time. Export it with a free number of rows "
    "(a dynamic first axis)."
)
_OUTPUTS = gettext_noop(
    "This ONNX model gives no numbers for a row, only: %(outputs)s. Export it with probabilities, "
    "or with values for regression."
)


def open_model(path: Path) -> Model:
    """Load an ONNX model for the processor, on one thread."""
    content = path.read_bytes()
    graph = onnx_graphs.read(content)
    session = _session(content)
    inputs = session.get_inputs()
    _check_inputs(inputs)
    output = _output(session.get_outputs())
    classes = onnx_graphs.classes(graph, session.get_outputs(), output)
    alone = len(inputs) == 1

    def outputs(frame: Any) -> Any:
        feeds = {entry.name: _feed(entry, frame, n, alone) for n, entry in enumerate(inputs)}
        try:
            (found,) = session.run([output.name], feeds)
        except _errors() as error:
            raise rows_refused(frame, error) from error
        # A ZipMap gives each row as a mapping of its classes to probabilities.
        return [list(row.values()) for row in found] if isinstance(found, list) else found

    def reads(place: int) -> Reads:
        entry = inputs[0 if alone else place]
        return "text" if entry.type == "tensor(string)" else "number"

    width = inputs[0].shape[1] if alone else len(inputs)
    return Model(
        outputs=outputs,
        kind="classifier" if classes else "unknown",
        classes=classes,
        names=None if alone else tuple(entry.name for entry in inputs),
        width=width if isinstance(width, int) else None,
        reads=reads,
    )


def _errors() -> tuple[type[Exception], ...]:
    from onnxruntime.capi import onnxruntime_pybind11_state as states

    names = (
        "Fail",
        "InvalidArgument",
        "InvalidGraph",
        "InvalidProtobuf",
        "NotImplemented",
        "RuntimeException",
    )
    return (ValueError, *(getattr(states, name) for name in names))


def _session(content: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    try:
        # The bytes that were looked at, not the path: the file could be another by now. No
        # library of operators is ever registered, so a model that needs one does not load.
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except _errors() as error:
        raise damaged(_NAME, error) from error


def _check_inputs(inputs: list[Any]) -> None:
    known = all(entry.type in _NUMBERS or entry.type == "tensor(string)" for entry in inputs)
    flat = all(len(entry.shape) == 2 for entry in inputs)
    if not (inputs and known and flat) or (
        len(inputs) > 1 and any(entry.shape[1] != 1 for entry in inputs)
    ):
        shown = ", ".join(f"{entry.name} {entry.type} {entry.shape}" for entry in inputs)
        raise Refused.because("artefact.onnx_inputs", _INPUTS, inputs=shown[:300])
    for entry in inputs:
        if isinstance(entry.shape[0], int):
            raise Refused.because("artefact.onnx_batch", _BATCH, rows=entry.shape[0])


def _output(outputs: list[Any]) -> Any:
    """Choose the output with the numbers: probabilities by name, otherwise the first of floats."""
    numbers = [
        output
        for output in outputs
        if output.type in ("tensor(float)", "tensor(double)") or output.type.startswith("seq(map(")
    ]
    if not numbers:
        shown = ", ".join(f"{output.name} {output.type}" for output in outputs)
        raise Refused.because("artefact.onnx_outputs", _OUTPUTS, outputs=shown[:300])
    return next((output for output in numbers if "prob" in output.name.lower()), numbers[0])


def _feed(entry: Any, frame: Any, place: int, alone: bool) -> Any:
    import numpy as np

    rows = frame.to_numpy() if alone else frame.iloc[:, [place]].to_numpy()
    if entry.type == "tensor(string)":
        return rows.astype(object)
    kind = _NUMBERS[entry.type]
    with np.errstate(invalid="ignore"):
        cast = rows.astype(kind)
    # A whole number has no way to say that it is missing or broken; a cast would make one up.
    if not kind.startswith("float") and (cast != rows).any():
        raise rows_refused(frame, f"{entry.name} takes whole numbers, none of them missing")
    return cast
