"""Model files are recognised by their bytes, and what could do harm is refused by them."""

import io
import pickle
import warnings
import zipfile

import pytest

from registry.inspection import artefacts, sandbox
from registry.rules.refusals import Refused
from tests.artefacts import make


def refusal(call, *args) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        call(*args)
    (objection,) = refused.value.objections
    return objection.code, str(objection)


def written(folder, content: bytes):
    # Named so that a reader of names would be misled.
    path = folder / "model.onnx"
    path.write_bytes(content)
    return path


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def forest():
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=2, max_depth=2).fit([[0.0], [1.0]], [0, 1])


@pytest.mark.parametrize("format", artefacts.FORMATS)
def test_each_format_is_recognised_whatever_its_name_and_loads(format, tmp_path):
    made = make(format, tmp_path)
    path = written(tmp_path, made.path.read_bytes())
    assert artefacts.recognise(path) == format
    artefacts.check(path, format)


@pytest.mark.parametrize(
    ("format", "share"), [*((format, 0.6) for format in artefacts.FORMATS), ("lightgbm", 0.97)]
)
def test_a_truncated_file_of_each_format_is_refused(format, share, tmp_path):
    content = make(format, tmp_path).path.read_bytes()
    path = written(tmp_path, content[: int(len(content) * share)])
    code, sentence = refusal(lambda: artefacts.check(path, artefacts.recognise(path)))
    assert code == "artefact.damaged"
    assert "cut off" in sentence


def test_a_lightgbm_text_that_kills_its_reader_is_refused(tmp_path):
    text = make("lightgbm", tmp_path).path.read_text()
    # The end is put back, so that only LightGBM itself can find out, which it does by dying.
    cut = text[: text.index("Tree=2") + 120] + "\n\nend of trees\n\nend of parameters\n"
    path = written(tmp_path, cut.encode())
    assert artefacts.recognise(path) == "lightgbm"
    code, sentence = refusal(artefacts.check, path, "lightgbm")
    assert code == "sandbox.died"
    assert "signal" in sentence


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_of_any_protocol_is_refused_under_any_name(protocol, forest, tmp_path):
    path = written(tmp_path, pickle.dumps(forest, protocol))
    code, sentence = refusal(artefacts.recognise, path)
    assert code == "artefact.pickle"
    for name in artefacts.FORMATS.values():
        assert name in sentence


def test_a_short_pickle_is_refused_as_one(tmp_path):
    for value in ({"a": 1}, [1.5], "text", (1, 2)):
        for protocol in (0, 1):
            path = written(tmp_path, pickle.dumps(value, protocol))
            assert refusal(artefacts.recognise, path)[0] == "artefact.pickle"


@pytest.mark.parametrize("compress", ["zlib", "gzip", "bz2", "xz", "lzma"])
def test_a_compressed_joblib_file_is_refused(compress, forest, tmp_path):
    import joblib

    path = tmp_path / "model.json"
    joblib.dump(forest, path, compress=(compress, 3))
    code, sentence = refusal(artefacts.recognise, path)
    assert code == "artefact.compressed"
    assert "joblib" in sentence


def test_a_plain_joblib_file_is_refused_as_the_pickle_it_is(forest, tmp_path):
    import joblib

    joblib.dump(forest, tmp_path / "model.ubj")
    assert refusal(artefacts.recognise, tmp_path / "model.ubj")[0] == "artefact.pickle"


def test_a_torch_file_is_refused(tmp_path):
    content = zipped({"archive/data.pkl": b"\x80\x02}q\x00.", "archive/version": b"3\n"})
    assert refusal(artefacts.recognise, written(tmp_path, content))[0] == "artefact.torch"


def test_a_pickle_hidden_in_a_skops_file_is_refused(tmp_path):
    content = zipped({"schema.json": b"{}", "extra/Model.PKL": b"\x80\x02}q\x00."})
    code, sentence = refusal(artefacts.recognise, written(tmp_path, content))
    assert code == "artefact.pickle"
    assert "Model.PKL" in sentence


def test_a_zip_that_is_no_skops_file_is_refused(tmp_path):
    code, _ = refusal(artefacts.recognise, written(tmp_path, zipped({"a.txt": b"a"})))
    assert code == "artefact.zip"


def test_a_zip_bomb_is_refused_without_unpacking_it(tmp_path):
    content = zipped({"schema.json": b"{}", "1.npy": b"\0" * (100 * 1024**2)})
    assert len(content) < 1024**2
    code, sentence = refusal(artefacts.recognise, written(tmp_path, content))
    assert code == "artefact.zip_bomb"
    assert "101 MB" in sentence


def test_a_zip_with_countless_members_is_refused(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(70_000):
            archive.writestr(f"{number}", b"")
    assert refusal(artefacts.recognise, written(tmp_path, buffer.getvalue()))[0] == (
        "artefact.zip_bomb"
    )


@pytest.mark.parametrize("place", [4, 10])
def test_a_zip_with_a_broken_directory_is_refused(place, tmp_path):
    content = bytearray(zipped({"schema.json": b"{}"}))
    content[-place] ^= 0xFF
    path = written(tmp_path, bytes(content))
    try:
        format = artefacts.recognise(path)
    except Refused as refused:
        assert refused.objections[0].code in ("artefact.damaged", "artefact.zip_bomb")
    else:
        assert refusal(artefacts.check, path, format)[0] == "artefact.damaged"


def test_an_empty_file_is_refused(tmp_path):
    assert refusal(artefacts.recognise, written(tmp_path, b""))[0] == "artefact.empty"


def test_json_that_is_no_xgboost_model_is_refused(tmp_path):
    path = written(tmp_path, b'{"model": [1, 2]}')
    assert refusal(artefacts.recognise, path)[0] == "artefact.json"


def test_json_that_only_looks_like_xgboost_is_refused_by_its_loader(tmp_path):
    path = written(tmp_path, b'{"learner": {}, "version": [3, 2, 0]}')
    assert refusal(artefacts.check, path, artefacts.recognise(path))[0] == "artefact.damaged"


def test_deeply_nested_json_does_no_harm_here(tmp_path):
    path = written(tmp_path, b'{"learner": ' + b"[" * 2_000_000)
    code, _ = refusal(artefacts.check, path, artefacts.recognise(path))
    assert code in ("sandbox.died", "artefact.damaged")


@pytest.mark.parametrize(
    "content",
    [
        b"customer,age\n1,2\n3,4\n",
        b":some text that begins like a field of a graph",
        b"\x08",
        b"\x08\x09",
        b"\x08\x09\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        b"PAR1abc",
        b"\x93NUMPY\x01\x00",
        b"\x89HDF\r\n\x1a\n",
        bytes(range(1, 128)),
    ],
)
def test_unknown_bytes_are_refused_with_the_formats_that_are_taken(content, tmp_path):
    code, sentence = refusal(artefacts.recognise, written(tmp_path, content))
    assert code == "artefact.unknown"
    assert "LightGBM text" in sentence


def test_a_model_that_needs_more_memory_than_allowed_is_refused(tmp_path, monkeypatch):
    made = make("catboost", tmp_path)
    small = sandbox.Limits(memory_bytes=200 * 1024**2)
    monkeypatch.setattr(artefacts, "LIMITS", small)
    code, _ = refusal(artefacts.check, made.path, "catboost")
    assert code in ("sandbox.memory", "sandbox.failed", "sandbox.died")


def test_a_function_of_ones_own_in_skops_is_refused_by_name(tmp_path):
    import skops.io
    from sklearn.preprocessing import FunctionTransformer

    path = tmp_path / "own.skops"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path.write_bytes(skops.io.dumps(FunctionTransformer(own_function)))
    code, sentence = refusal(artefacts.check, path, artefacts.recognise(path))
    assert code == "artefact.untrusted_types"
    assert "own_function" in sentence


def test_a_booster_within_skops_is_refused_with_the_advice_to_save_it_natively(tmp_path):
    import skops.io
    import xgboost

    model = xgboost.XGBClassifier(n_estimators=1).fit([[0.0], [1.0]], [0, 1])
    path = tmp_path / "booster.skops"
    path.write_bytes(skops.io.dumps(model))
    code, sentence = refusal(artefacts.check, path, "skops")
    assert code == "artefact.untrusted_types"
    assert "XGBoost JSON" in sentence


def own_function(rows):
    return rows
