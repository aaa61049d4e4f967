"""The settings of checkpoints: a wrong value stops the start with a sentence."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from mlops_gov.sinks import as_interval, as_sinks


def test_files_and_storages_are_places() -> None:
    places = ["file:///srv/outside/checkpoints.jsonl", "storage://default/checkpoints"]
    assert as_sinks(places) == places
    assert as_interval(1) == 1


@pytest.mark.parametrize(
    "place",
    [
        "/srv/checkpoints.jsonl",
        "file://host/checkpoints.jsonl",
        "file:///",
        "storage:///prefix",
        "https://example.org/checkpoints",
        "checkpoints",
    ],
)
def test_anything_else_is_none(place: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"write file:///folder/checkpoints\.jsonl"):
        as_sinks([place])


@pytest.mark.parametrize("entries", [0, -5])
def test_no_entries_are_no_interval(entries: int) -> None:
    with pytest.raises(ImproperlyConfigured, match="write 1 or more"):
        as_interval(entries)
