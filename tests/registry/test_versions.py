"""Registering versions, and attaching the data they rest on."""

from __future__ import annotations

import hashlib
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from registry.models import ModelVersion
from registry.rules import row_digests
from registry.services import versions
from registry.services.versions import Upload
from tests.cast import (
    Cast,
    a_dataset_version,
    a_model,
    a_trained_artefact,
    a_version,
    attached,
)
from tests.traces import journalled, only_the_entitled_may, refused


def test_a_version_is_registered_with_an_empty_card_and_no_risk(cast: Cast) -> None:
    model = a_model(cast)
    with journalled() as entries:
        version = a_version(cast, model)
    assert (version.number, version.is_vendor_model) == (1, True)
    assert version.card.effective is None
    assert version.risk.effective is None
    (entry,) = entries
    assert (entry.action, entry.role, entry.model) == (
        "version.registered",
        "data_scientist",
        "mortgage-approval",
    )
    assert json.loads(entry.changes) == {
        "artefact": None,
        "format": None,
        "code_commit": "4f2a9c1",
        "environment": None,
        "threshold": 0.5,
        "facts": row_digests.digest_of(version, row_digests.VERSION),
    }


def test_an_artefact_and_its_environment_are_hashed_on_the_way_in(
    cast: Cast, tmp_path: Path
) -> None:
    artefact = a_trained_artefact(tmp_path / "model.json")
    lock = tmp_path / "requirements.lock"
    lock.write_text("xgboost==3.2\n", encoding="utf-8")
    version = a_version(cast, artefact=artefact, environment=Upload(lock, "requirements.lock"))
    assert version.artefact is not None
    assert version.environment is not None
    assert version.artefact.sha256 == hashlib.sha256(artefact.read_bytes()).hexdigest()
    assert version.environment.sha256 == hashlib.sha256(b"xgboost==3.2\n").hexdigest()
    assert (version.artefact_format, version.artefact_name) == ("xgboost-json", "model.json")
    with version.artefact.open() as stream:
        assert stream.read() == artefact.read_bytes()


def test_a_pickle_by_any_name_leaves_nothing_behind(cast: Cast, tmp_path: Path) -> None:
    disguised = tmp_path / "model.json"
    disguised.write_bytes(pickle.dumps({"weights": [1, 2]}))
    model = a_model(cast)
    with refused("artefact.pickle"):
        a_version(cast, model, artefact=disguised)


def test_a_truncated_artefact_leaves_nothing_behind(cast: Cast, tmp_path: Path) -> None:
    artefact = a_trained_artefact(tmp_path / "model.json")
    artefact.write_bytes(artefact.read_bytes()[:-200])
    model = a_model(cast)
    before = ModelVersion.objects.count()
    with refused("artefact.damaged"):
        a_version(cast, model, artefact=artefact)
    assert ModelVersion.objects.count() == before


def test_an_artefact_kept_before_the_verb_fails_is_taken_back(cast: Cast, tmp_path: Path) -> None:
    """The environment is kept after the artefact; that it is empty is found late."""
    lock = tmp_path / "requirements.lock"
    lock.touch()
    artefact = a_trained_artefact(tmp_path / "model.json")
    model = a_model(cast)
    with refused("file.empty"):
        a_version(cast, model, artefact=artefact, environment=Upload(lock, "requirements.lock"))


@pytest.mark.parametrize(
    ("build", "code"),
    [
        ({"label": " "}, "version.label"),
        ({"label": "1/0"}, "version.label"),
        ({"label_column": ""}, "version.label_column"),
        ({"label_column": "debt"}, "version.label_among_features"),
        ({"positive_label": ""}, "version.positive_label"),
        ({"threshold": None}, "version.threshold"),
        ({"threshold": 1.01}, "version.threshold"),
        ({"threshold": -0.01}, "version.threshold"),
        ({"threshold": float("nan")}, "version.threshold"),
        ({"code_commit": "main"}, "version.code_commit"),
        ({"code_commit": "4F2A9C1"}, "version.code_commit"),
        ({"parameters": {"depth": float("nan")}}, "version.parameters"),
        ({"parameters": {"depth": {1, 2}}}, "version.parameters"),
    ],
)
def test_what_is_not_said_right_is_refused(cast: Cast, build: dict[str, Any], code: str) -> None:
    model = a_model(cast)
    with refused(code):
        a_version(cast, model, **build)


@pytest.mark.parametrize("threshold", [0.0, 1.0])
def test_a_threshold_may_lie_at_either_end(cast: Cast, threshold: float) -> None:
    assert a_version(cast, threshold=threshold).threshold == threshold


def test_an_artefact_needs_its_features_named(cast: Cast, tmp_path: Path) -> None:
    artefact = a_trained_artefact(tmp_path / "model.json")
    model = a_model(cast)
    with refused("version.features"):
        a_version(cast, model, artefact=artefact, features=())


def test_a_regression_needs_neither_threshold_nor_positive_label(cast: Cast) -> None:
    model = a_model(cast, task="regression")
    assert a_version(cast, model, threshold=None, positive_label="").threshold is None


def test_a_label_is_given_once_within_a_model(cast: Cast) -> None:
    model, other = a_model(cast), a_model(cast, "Car loans")
    a_version(cast, model)
    a_version(cast, other)
    with refused("version.exists"):
        a_version(cast, model)


def test_an_artefact_over_the_limit_is_refused(
    cast: Cast, tmp_path: Path, settings: Settings
) -> None:
    artefact = a_trained_artefact(tmp_path / "model.json")
    settings.ARTEFACT_LIMIT = artefact.stat().st_size - 1
    model = a_model(cast)
    with refused("file.too_large"):
        a_version(cast, model, artefact=artefact)


def test_nobody_else_registers_a_version(cast: Cast) -> None:
    model = a_model(cast)
    build = versions.Build(
        label="1.0",
        features=("income",),
        label_column="approve",
        positive_label="1",
        threshold=0.5,
    )
    only_the_entitled_may(
        cast, "version.register", lambda by: versions.register(model=model, build=build, by=by)
    )


def test_data_is_attached_and_detached(cast: Cast) -> None:
    version, data = a_version(cast), a_dataset_version(cast)
    with journalled() as entries:
        link = attached(cast, version, data)
        versions.detach_data(link=link, reason="Rows were drawn twice.", by=cast.scientist)
    assert not version.data_links.attached().exists()
    assert version.data_links.count() == 1
    facts = {"data": "Applications 1", "role": "test", "sha256": data.file.sha256}
    assert [(entry.action, json.loads(entry.changes), entry.reason) for entry in entries] == [
        ("version.data_attached", facts, ""),
        ("version.data_detached", facts, "Rows were drawn twice."),
    ]


def test_data_is_attached_once(cast: Cast) -> None:
    version, data = a_version(cast), a_dataset_version(cast)
    attached(cast, version, data)
    with refused("data.attached"):
        attached(cast, version, data)


def test_data_is_detached_once(cast: Cast) -> None:
    link = attached(cast, a_version(cast))
    versions.detach_data(link=link, reason="", by=cast.scientist)
    with refused("data.detached"):
        versions.detach_data(link=link, reason="", by=cast.scientist)


def test_data_that_was_detached_can_be_attached_again(cast: Cast) -> None:
    version, data = a_version(cast), a_dataset_version(cast)
    versions.detach_data(link=attached(cast, version, data), reason="", by=cast.scientist)
    attached(cast, version, data)
    assert version.data_links.attached().get().data == data


def test_data_of_another_unit_is_refused(cast: Cast) -> None:
    version, data = a_version(cast), a_dataset_version(cast)
    data.dataset.unit = cast.other_unit
    data.dataset.save()
    with refused("data.other_unit"):
        attached(cast, version, data)


def test_nobody_else_attaches_or_detaches_data(cast: Cast) -> None:
    version, data = a_version(cast), a_dataset_version(cast)
    only_the_entitled_may(
        cast,
        "version.attach_data",
        lambda by: versions.attach_data(version=version, data=data, by=by),
    )
    link = attached(cast, version, data)
    only_the_entitled_may(
        cast,
        "version.attach_data",
        lambda by: versions.detach_data(link=link, reason="", by=by),
    )


def test_a_stranger_sees_no_version(cast: Cast) -> None:
    version = a_version(cast)
    assert ModelVersion.objects.visible_to(cast.auditor).contains(version)
    assert not ModelVersion.objects.visible_to(cast.outsider).exists()
