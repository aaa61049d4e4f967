"""Files that cannot be taken: the sentence is shown, what was typed stays, nothing is half-made."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse
from pytest_django import Settings

from registry.models import (
    DatasetVersion,
    Entry,
    ModelVersion,
    StoredFile,
)
from tests.cast import (
    Cast,
    a_dataset,
    a_model,
    a_table,
    a_trained_artefact,
    a_version,
)
from tests.registry.pages import signed_in

PROVENANCE = "Drawn from the application system in March."
COMMIT = "4f2a9c1"


def post_version(cast: Cast, **changed: Any) -> HttpResponse:
    said = {
        "label": "2.1",
        "features": "income, debt",
        "label_column": "approve",
        "positive_label": "1",
        "threshold": "0.5",
        "code_commit": COMMIT,
        "parameters": '{"max_depth": 2}',
    }
    return signed_in(cast.scientist).post(
        reverse("add_version", args=["mortgage-approval"]), said | changed
    )


def post_table(cast: Cast, content: bytes, **changed: Any) -> HttpResponse:
    said = {
        "table": SimpleUploadedFile("applications.csv", content),
        "role": "test",
        "sensitive_columns": "sex, race",
        "provenance": PROVENANCE,
    }
    return signed_in(cast.scientist).post(
        reverse("add_dataset_version", args=["applications"]), said | changed
    )


def files_in_the_store() -> list[Path]:
    return [path for path in Path(default_storage.path("")).rglob("*") if path.is_file()]


def nothing_is_half_made(*kinds: type) -> bool:
    """Say whether there is no row of these kinds, and no file with or without a row."""
    rows = [kind.objects.count() for kind in (*kinds, StoredFile)]
    return not any(rows) and not files_in_the_store()


def a_cut_artefact(folder: Path) -> bytes:
    whole = a_trained_artefact(folder / "model.json").read_bytes()
    return whole[: len(whole) * 2 // 3]


def a_pickle(folder: Path) -> bytes:
    return pickle.dumps({"weights": [1.0, 2.0]})


@pytest.mark.parametrize(
    ("make", "sentence"),
    [(a_pickle, "pickle"), (a_cut_artefact, "XGBoost"), (lambda folder: b"\x00" * 64, "skops")],
    ids=["a renamed pickle", "a truncated artefact", "bytes that are nothing"],
)
def test_an_artefact_that_is_none_is_refused_by_its_bytes(
    cast: Cast, tmp_path: Path, make: Callable[[Path], bytes], sentence: str
) -> None:
    a_model(cast)
    journalled = Entry.objects.count()
    answer = post_version(cast, artefact=SimpleUploadedFile("model.json", make(tmp_path)))
    assert answer.status_code == 409
    assert "This was refused; nothing was saved" in answer.text
    assert sentence in answer.text
    assert 'value="2.1"' in answer.text
    assert f'value="{COMMIT}"' in answer.text
    assert "income, debt" in answer.text
    assert nothing_is_half_made(ModelVersion)
    assert Entry.objects.count() == journalled


def test_an_empty_artefact_is_named_at_its_field(cast: Cast) -> None:
    a_model(cast)
    answer = post_version(cast, artefact=SimpleUploadedFile("model.json", b""))
    assert answer.status_code == 422
    assert "The submitted file is empty." in answer.text
    assert nothing_is_half_made(ModelVersion)


def test_a_label_among_the_features_is_refused(cast: Cast) -> None:
    a_model(cast)
    answer = post_version(cast, features="income, approve")
    assert answer.status_code == 409
    assert "The label column approve is among the features; take it out." in answer.text
    assert "income, approve" in answer.text
    assert nothing_is_half_made(ModelVersion)


def test_every_objection_to_a_version_is_shown_at_once(cast: Cast) -> None:
    a_model(cast)
    answer = post_version(
        cast, features="income, approve", positive_label="", code_commit="HEAD", threshold=""
    )
    assert answer.status_code == 409
    for sentence in (
        "take it out",
        "which label counts as positive",
        "7 to 64 hexadecimal digits",
        "the threshold from which a score counts",
    ):
        assert sentence in answer.text


@pytest.mark.parametrize(
    ("text", "sentence"), [("{depth: 2}", "This is not JSON (line 1)"), ("[2]", "in braces")]
)
def test_parameters_that_are_no_object_are_named_at_their_field(
    cast: Cast, text: str, sentence: str
) -> None:
    a_model(cast)
    answer = post_version(cast, parameters=text)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert text in answer.text
    assert nothing_is_half_made(ModelVersion)


def test_a_label_that_is_taken_is_refused_and_its_new_file_is_taken_back(
    cast: Cast, tmp_path: Path
) -> None:
    a_version(cast, label="2.1")
    trained = a_trained_artefact(tmp_path / "model.json").read_bytes()
    answer = post_version(cast, artefact=SimpleUploadedFile("model.json", trained))
    assert answer.status_code == 409
    assert "There is a version 2.1 already" in answer.text
    assert not StoredFile.objects.exists()
    assert files_in_the_store() == []


def test_an_upload_over_the_limit_is_stopped_and_the_rest_of_the_form_stays(
    cast: Cast, settings: Settings
) -> None:
    settings.ARTEFACT_LIMIT = settings.TABLE_LIMIT = 2**20
    a_model(cast)
    large = SimpleUploadedFile("large.json", b"{" + b" " * 2**21)
    answer = post_version(cast, artefact=large)
    assert answer.status_code == 409
    assert "large.json is larger than 1 MiB, the limit." in answer.text
    assert 'value="2.1"' in answer.text
    assert f'value="{COMMIT}"' in answer.text
    assert nothing_is_half_made(ModelVersion)
    assert list(Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*large*")) == []


def test_a_table_over_the_limit_is_stopped_and_the_rest_of_the_form_stays(
    cast: Cast, settings: Settings
) -> None:
    settings.ARTEFACT_LIMIT = settings.TABLE_LIMIT = 2**20
    a_dataset(cast)
    answer = post_table(cast, b"a,b\n" + b"1,2\n" * 2**19)
    assert answer.status_code == 409
    assert "applications.csv is larger than 1 MiB, the limit." in answer.text
    assert PROVENANCE in answer.text
    assert nothing_is_half_made(DatasetVersion)


def test_a_lock_file_over_its_own_limit_is_refused(cast: Cast, settings: Settings) -> None:
    settings.DOCUMENT_LIMIT = 2**20
    a_model(cast)
    lock = SimpleUploadedFile("requirements.txt", b"# " + b"x" * 2**20)
    answer = post_version(cast, environment=lock)
    assert answer.status_code == 409
    assert "requirements.txt has 1 MiB; 1 MiB is the limit." in answer.text
    assert nothing_is_half_made(ModelVersion)


MANY = "income,approve,sex\n" + "".join(f"1,0,group {row}\n" for row in range(5_000))


@pytest.mark.parametrize(
    ("content", "said", "sentence"),
    [
        (b"a,b\n1,2\n1,2,3\n", {}, "Line 3 of this CSV file has 3 cells, but the header has 2."),
        (b"PAR1" + b"\x00" * 40 + b"PAR1", {}, "Parquet"),
        (b"a,b\n", {"sensitive_columns": ""}, "no rows"),
        (a_table().encode(), {"sensitive_columns": "religion"}, "There is no column religion"),
        (MANY.encode(), {"sensitive_columns": "sex"}, "different values; 100 is the limit"),
    ],
    ids=["ragged", "no parquet", "no rows", "no such column", "5,000 values"],
)
def test_a_table_that_cannot_be_taken_is_refused_with_what_to_do(
    cast: Cast, content: bytes, said: dict[str, str], sentence: str
) -> None:
    a_dataset(cast)
    journalled = Entry.objects.count()
    answer = post_table(cast, content, **said)
    assert answer.status_code == 409
    assert sentence in answer.text
    assert PROVENANCE in answer.text
    assert nothing_is_half_made(DatasetVersion)
    assert Entry.objects.count() == journalled


def test_an_empty_table_is_named_at_its_field(cast: Cast) -> None:
    a_dataset(cast)
    answer = post_table(cast, b"")
    assert answer.status_code == 422
    assert "The submitted file is empty." in answer.text
    assert nothing_is_half_made(DatasetVersion)
