"""Reads an ONNX graph without running it: what it refers to, and the names of its classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from registry.inspection.labels import spelt
from registry.inspection.listings import listed
from registry.inspection.loaders.models import damaged
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

# The operators that come with onnxruntime; any other needs a library that is never loaded.
DOMAINS = ("", "ai.onnx", "ai.onnx.ml", "com.microsoft")

_EXTERNAL = gettext_noop(
    "This ONNX model keeps data in another file (%(location)s), which is not read: the path could "
    "lead anywhere. Save the model with its data inside (save_as_external_data=False)."
)
_OPERATORS = gettext_noop(
    "This ONNX model needs operators that do not come with ONNX: %(operators)s. Export it with "
    "standard operators only."
)
_UNNAMED = gettext_noop(
    "This ONNX model gives labels, but its file does not say which probability belongs to which "
    "label. Export it with a ZipMap (skl2onnx does so unless told not to)."
)


def read(content: bytes) -> Any:
    """Parse a model, and refuse one that refers to other files or to operators of others."""
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load_model_from_string(content)
    except DecodeError as error:
        raise damaged("ONNX", error) from error
    own = {function.domain for function in model.functions}
    foreign = set()
    for message in _messages(model):
        kind = message.DESCRIPTOR.name
        if kind == "TensorProto" and (
            message.data_location == onnx.TensorProto.EXTERNAL or message.external_data
        ):
            where = {entry.key: entry.value for entry in message.external_data}
            raise Refused.because(
                "artefact.onnx_external", _EXTERNAL, location=where.get("location", "?")[:80]
            )
        if kind == "NodeProto" and message.domain not in (*DOMAINS, *own):
            foreign.add(f"{message.domain}.{message.op_type}")
    if foreign:
        raise Refused.because(
            "artefact.onnx_operators", _OPERATORS, operators=listed(sorted(foreign))
        )
    return model.graph


def classes(graph: Any, outputs: list[Any], chosen: Any) -> tuple[str, ...]:
    """Find the classes whose probabilities the chosen output gives, in its order; () for none.

    A model without an output of labels (a network from PyTorch or Keras) has no names for its
    classes: they are numbered from 0, if its file says how many there are.
    """
    named = _named_classes(graph)
    if len(named) == 1:
        return next(iter(named))
    gives_labels = any(output.type in ("tensor(string)", "tensor(int64)") for output in outputs)
    if named or gives_labels:
        raise Refused.because("artefact.onnx_classes", _UNNAMED)
    shape = chosen.shape
    if len(shape) == 2 and isinstance(shape[1], int) and shape[1] > 1:
        return tuple(str(n) for n in range(shape[1]))
    return ()


def _named_classes(graph: Any) -> set[tuple[str, ...]]:
    """Collect the lists of class labels; the last step, a ZipMap, outdoes those before it."""
    import onnx

    by_operator: dict[str, set[tuple[str, ...]]] = {}
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.name.startswith("classlabels_"):
                labels = [text.decode() for text in attribute.strings] or list(attribute.ints)
                by_operator.setdefault(node.op_type, set()).add(tuple(map(spelt, labels)))
    if "ZipMap" in by_operator:
        return by_operator["ZipMap"]
    if by_operator:
        return set().union(*by_operator.values())
    found = set()
    for tensor in graph.initializer:
        # What skl2onnx calls the labels of a model it writes with plain operators.
        if tensor.name == "classes":
            array = onnx.numpy_helper.to_array(tensor)
            found.add(
                tuple(spelt(v.decode() if isinstance(v, bytes) else v) for v in array.tolist())
            )
    return found


def _messages(message: Any) -> Iterator[Any]:
    """Go through a message and all that is nested in it, down to subgraphs and functions."""
    pending = [message]
    while pending:
        current = pending.pop()
        yield current
        for field, value in current.ListFields():
            if field.message_type is None:
                continue
            pending.extend(value if field.is_repeated else [value])
