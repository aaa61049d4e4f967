"""A version that can be scored, for the tests of runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.inspection import artefacts
from registry.models import DataLink
from tests.cast import Cast, a_trained_artefact, a_version, attached


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model, trained once for all tests."""
    return a_trained_artefact(tmp_path_factory.mktemp("trained") / "model.json")


@pytest.fixture
def link(cast: Cast, trained: Path, monkeypatch: pytest.MonkeyPatch) -> DataLink:
    """A version that can be scored here, and its test data; the artefact is tried by the runs."""
    monkeypatch.setattr(artefacts, "check", lambda *_: None)
    return attached(cast, a_version(cast, artefact=trained))
