"""ONNX models are taken that stand on their own, and whose numbers can be told apart."""

from pathlib import Path

import numpy as np
import pytest

from registry.inspection import loaders
from registry.rules.refusals import Refused
from tests.artefacts import people, save_onnx


def refusal(call, *args, **more) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        call(*args, **more)
    (objection,) = refused.value.objections
    return objection.code, str(objection)


def onnx_model(folder: Path, change, classes=2) -> Path:
    """Write a small network, after a change to its graph."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weights = numpy_helper.from_array(np.ones((2, classes), "float32"), "weights")
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["rows", "weights"], ["sums"]),
            helper.make_node("Softmax", ["sums"], ["out"], axis=1),
        ],
        "network",
        [helper.make_tensor_value_info("rows", TensorProto.FLOAT, [None, 2])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [None, classes])],
        [weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    change(model)
    path = folder / "network.onnx"
    path.write_bytes(onnx.ModelProto.SerializeToString(model))
    return path


def test_a_network_without_names_numbers_its_classes(tmp_path):
    path = onnx_model(tmp_path, lambda model: None, classes=3)
    model = loaders.open_model(path, "onnx")
    assert model.classes == ("0", "1", "2")


def test_onnx_data_in_another_file_are_refused_and_not_read(tmp_path):
    (tmp_path / "secret").write_bytes(b"\0" * 16)

    def refer(model):
        tensor = model.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = 1
        entry = tensor.external_data.add()
        entry.key, entry.value = "location", "../secret"

    code, sentence = refusal(loaders.open_model, onnx_model(tmp_path, refer), "onnx")
    assert code == "artefact.onnx_external"
    assert "../secret" in sentence


def test_onnx_data_in_another_file_are_found_within_a_subgraph_too(tmp_path):
    from onnx import helper

    def refer(model):
        tensor = helper.make_tensor("t", 1, [1], [1.0])
        tensor.data_location = 1
        inner = helper.make_graph([], "inner", [], [], [tensor])
        model.graph.node[0].attribute.append(helper.make_attribute("body", inner))

    path = onnx_model(tmp_path, refer)
    assert refusal(loaders.open_model, path, "onnx")[0] == "artefact.onnx_external"


def test_onnx_operators_of_others_are_refused_by_name(tmp_path):
    def use_own(model):
        model.graph.node[1].domain = "ours"
        model.graph.node[1].op_type = "Judge"

    code, sentence = refusal(loaders.open_model, onnx_model(tmp_path, use_own), "onnx")
    assert code == "artefact.onnx_operators"
    assert "ours.Judge" in sentence


def test_onnx_with_a_fixed_number_of_rows_is_refused(tmp_path):
    def fix(model):
        model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1

    assert refusal(loaders.open_model, onnx_model(tmp_path, fix), "onnx")[0] == (
        "artefact.onnx_batch"
    )


def test_onnx_with_an_input_for_each_feature_is_fed_by_name(tmp_path):
    import skl2onnx
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    data = people()
    rows = data[["race", "years"]].astype({"race": object})
    encode = make_column_transformer((OneHotEncoder(), ["race"]), remainder="passthrough")
    model = make_pipeline(encode, LogisticRegression()).fit(rows, data["approve"])
    inputs = [("race", StringTensorType([None, 1])), ("years", FloatTensorType([None, 1]))]
    path = tmp_path / "columns.onnx"
    path.write_bytes(skl2onnx.to_onnx(model, initial_types=inputs).SerializeToString())
    scorer = loaders.load(
        path, "onnx", features=["race", "years"], task="binary", positive_label="1"
    )
    assert [scorer.reads(0), scorer.reads(1)] == ["text", "number"]
    assert np.allclose(scorer.scores(rows), model.predict_proba(rows)[:, 1], atol=1e-6)
    assert refusal(
        loaders.load, path, "onnx", features=["years", "race"], task="binary", positive_label="1"
    )[0] == ("features.order")


def test_onnx_labels_of_which_the_probabilities_are_unnamed_are_refused(tmp_path):
    from sklearn.neighbors import KNeighborsClassifier

    data = people()
    model = KNeighborsClassifier().fit(data[["years"]].to_numpy(), data["grade"])
    path = save_onnx(model, tmp_path / "near", data[["years"]], options={"zipmap": False})
    assert refusal(loaders.open_model, path, "onnx")[0] == "artefact.onnx_classes"
