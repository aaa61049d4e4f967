"""Pages of queries over connections: proposing, reviewing, refusing, and who sees what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import Settings

from registry.models import DataQuery, DatasetVersion
from tests.cast import Cast, a_dataset
from tests.registry.connecting import SECRET, connect, proposed, reviewed
from tests.registry.pages import signed_in

SAID = {
    "connection": "warehouse",
    "query": "select * from applications where income > 30",
    "label_column": "approve",
    "score": "p",
    "sensitive_columns": "sex\n race \n",
    "other_columns": "income",
    "role": "test",
    "provenance": "The warehouse.",
}


@pytest.fixture(autouse=True)
def warehouse(settings: Settings, tmp_path: Path) -> Path:
    """The connection that the queries here are asked over."""
    return connect(settings, tmp_path)


def post(person: Any, name: str, *arguments: Any, **said: Any) -> Any:
    return signed_in(person).post(reverse(name, args=arguments), said)


def test_a_query_goes_from_the_dataset_to_a_version(cast: Cast) -> None:
    dataset = a_dataset(cast)
    page = signed_in(cast.scientist).get(reverse("dataset", args=[dataset.slug])).text
    assert reverse("propose_query", args=[dataset.slug]) in page
    form = signed_in(cast.scientist).get(reverse("propose_query", args=[dataset.slug])).text
    assert "warehouse (DuckDB file): Loans of all years." in form
    answer = post(cast.scientist, "propose_query", dataset.slug, **SAID)
    query = DataQuery.objects.get()
    assert answer["Location"] == reverse("data_query", args=[query.pk])
    assert query.columns["sensitive"] == ["sex", "race"]
    shown = signed_in(cast.admin).get(answer["Location"]).text
    assert "income &gt; 30" in shown
    assert "data_query.proposed" in shown
    assert reverse("review_query", args=[query.pk]) in shown
    assert post(cast.admin, "review_query", query.pk)["Location"] == answer["Location"]
    version = DatasetVersion.objects.get()
    shown = signed_in(cast.auditor).get(answer["Location"]).text
    assert version.file.sha256 in shown
    assert "Of this question, not of the rows" in shown
    page = signed_in(cast.auditor).get(reverse("dataset", args=[dataset.slug])).text
    assert "behind a connection" in page
    assert "Add from a connection" not in page


def test_a_query_that_is_refused_keeps_what_was_typed(cast: Cast) -> None:
    dataset = a_dataset(cast)
    answer = post(cast.scientist, "propose_query", dataset.slug, **SAID | {"query": "drop table x"})
    assert answer.status_code == 409
    assert "neither a SELECT nor the name of a table" in answer.text
    assert "drop table x" in answer.text
    assert not DataQuery.objects.exists()
    answer = post(cast.scientist, "propose_query", dataset.slug, **SAID | {"connection": "x"})
    assert answer.status_code == 422


def test_a_review_that_fails_says_why_on_the_page(cast: Cast, warehouse: Path) -> None:
    query = proposed(cast)
    warehouse.unlink()
    answer = post(cast.admin, "review_query", query.pk)
    assert answer.status_code == 409
    assert "cannot be opened now" in answer.text
    assert SECRET not in answer.text
    assert reverse("refuse_query", args=[query.pk]) in answer.text


def test_a_query_is_refused_with_a_reason(cast: Cast) -> None:
    query = proposed(cast)
    assert post(cast.admin, "refuse_query", query.pk, reason=" ").status_code == 409
    assert post(cast.admin, "refuse_query", query.pk, reason="Use the view.").status_code == 302
    shown = signed_in(cast.scientist).get(reverse("data_query", args=[query.pk])).text
    assert "Use the view." in shown
    assert post(cast.admin, "review_query", query.pk).status_code == 409


def test_the_wrong_role_is_told_so(cast: Cast) -> None:
    query = proposed(cast)
    slug = query.dataset.slug
    assert post(cast.auditor, "propose_query", slug, **SAID).status_code == 403
    assert signed_in(cast.admin).get(reverse("propose_query", args=[slug])).status_code == 403
    for name in ("review_query", "refuse_query"):
        assert post(cast.scientist, name, query.pk, reason="No.").status_code == 403
        shown = signed_in(cast.scientist).get(reverse("data_query", args=[query.pk])).text
        assert reverse(name, args=[query.pk]) not in shown


def test_a_stranger_finds_no_query(cast: Cast) -> None:
    query = reviewed(cast).data_query
    stranger = signed_in(cast.outsider)
    assert stranger.get(reverse("data_query", args=[query.pk])).status_code == 404
    assert stranger.get(reverse("propose_query", args=[query.dataset.slug])).status_code == 404
    for name in ("review_query", "refuse_query"):
        assert post(cast.outsider, name, query.pk).status_code == 404


def test_settings_name_the_connections_and_not_where_they_lead(
    cast: Cast, settings: Settings
) -> None:
    page = signed_in(cast.scientist).get(reverse("settings")).text
    for said in ("warehouse", "DuckDB file", "Loans of all years."):
        assert said in page
    assert SECRET not in page
    settings.DATA_CONNECTIONS = {}
    assert "None is configured" in signed_in(cast.scientist).get(reverse("settings")).text
    form = reverse("propose_query", args=[a_dataset(cast).slug])
    assert "No connection is configured" in signed_in(cast.scientist).get(form).text
