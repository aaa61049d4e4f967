"""What a run asks of data behind a connection, and which runs cannot use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from audits.measures import measure_fairness, measure_performance
from audits.measures.sources import queries_sent
from audits.rules.runs import Kind
from audits.services import connections, performing
from audits.suppression import suppress
from registry.models import DatasetVersion
from registry.rules.data_queries import Columns
from registry.rules.refusals import Refused
from registry.services import files
from tests.audits.running import asked
from tests.cast import ROWS, Cast, a_dataset_version, a_model, a_version, attached
from tests.registry.connecting import SECRET, connect, reviewed


@pytest.fixture
def data(cast: Cast, settings: Settings, tmp_path: Path) -> DatasetVersion:
    """Test data that is a reviewed query."""
    connect(settings, tmp_path / "warehouse")
    return reviewed(cast)


def measured(cast: Cast, data: DatasetVersion, measure: Any) -> tuple[dict[str, Any], list[str]]:
    source = connections.connected(data, a_version(cast))
    measurement = measure(
        source,
        task="binary",
        threshold=0.5,
        positive_label="1",
        plan={"kind": measure.__name__.removeprefix("measure_"), "checks": []},
        sensitive={source.kept[name]: name for name in data.sensitive_columns},
        reproduced=False,
        label_column="approve",
    )
    return measurement, queries_sent(source)["queries"]


def codes(refusal: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [objection.code for objection in refusal.value.objections]


@pytest.mark.parametrize("measure", [measure_performance, measure_fairness])
def test_a_reviewed_query_is_measured_where_it_lies(
    cast: Cast, data: DatasetVersion, measure: Any
) -> None:
    measurement, queries = measured(cast, data, measure)
    assert measurement["honesty"]["rows_in"] == ROWS
    assert measurement["scored"]["reproduced"] is False
    assert measurement["queries"] == queries
    assert "queries" not in suppress(measurement)
    assert len(queries) > 2
    assert not [sql for sql in queries if SECRET in sql]


def test_columns_have_the_names_of_scored_rows(cast: Cast, data: DatasetVersion) -> None:
    source = connections.connected(data, a_version(cast))
    assert source.columns == {
        "label": "approve",
        "score": "p",
        "s0": "sex",
        "s1": "race",
        "s2": "income",
    }
    assert source.kept == {
        "approve": "label",
        "p": "score",
        "sex": "s0",
        "race": "s1",
        "income": "s2",
    }
    assert SECRET not in repr(source)


def test_runs_that_need_the_rows_are_refused(cast: Cast, data: DatasetVersion) -> None:
    wanted = {Kind.EXPLANATION, Kind.DRIFT, Kind.DATA}
    refused = {kind for kind in Kind if connections.objection(kind, data)}
    assert refused == wanted
    objection = connections.objection("explanation", data)
    assert objection
    assert objection.code == "run.query_data"
    assert "a run of the kind Explanation needs the rows themselves" in str(objection)
    file = a_dataset_version(cast, data.dataset)
    assert not [kind for kind in Kind if connections.objection(kind, file)]
    assert connections.misfits(file, a_version(cast)) == []


def test_a_query_has_to_give_what_the_version_answers_with(
    cast: Cast, data: DatasetVersion
) -> None:
    model = a_model(cast, "Bands", task="multiclass")
    version = a_version(cast, model, label_column="band", positive_label="", threshold=None)
    expected = ["run.query_label", "run.query_prediction"]
    assert [one.code for one in connections.misfits(data, version)] == expected
    with pytest.raises(Refused) as caught:
        connections.connected(data, version)
    assert codes(caught) == expected
    classes = reviewed(cast, columns=Columns(label="approve", prediction="race"))
    assert [one.code for one in connections.misfits(classes, a_version(cast, label="2.0"))] == [
        "run.query_score"
    ]


def test_a_connection_that_is_gone_or_leads_elsewhere_is_refused(
    cast: Cast, data: DatasetVersion, settings: Settings
) -> None:
    version = a_version(cast)
    about = settings.DATA_CONNECTIONS["warehouse"]
    settings.DATA_CONNECTIONS = {}
    with pytest.raises(Refused) as caught:
        connections.connected(data, version)
    assert codes(caught) == ["connection.unknown"]
    settings.DATA_CONNECTIONS = {"warehouse": about | {"kind": "postgresql"}}
    with pytest.raises(Refused) as caught:
        connections.connected(data, version)
    assert codes(caught) == ["connection.other_kind"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("DROP TABLE applications", "connection.query_failed"),
        ("ALTER TABLE applications DROP COLUMN sex", "query.no_such_column"),
        ("ALTER TABLE applications ALTER p TYPE VARCHAR", "query.changed"),
    ],
)
def test_a_table_that_changed_since_the_review_is_refused(
    cast: Cast, data: DatasetVersion, settings: Settings, change: str, expected: str
) -> None:
    import duckdb

    with duckdb.connect(settings.DATA_CONNECTIONS["warehouse"]["path"]) as file:
        file.execute(change)
    with pytest.raises(Refused) as caught:
        measured(cast, data, measure_performance)
    assert codes(caught) == [expected]


@pytest.mark.parametrize("kind", ["performance", "fairness"])
def test_a_whole_run_files_what_was_measured_and_what_was_asked(
    cast: Cast, data: DatasetVersion, kind: str
) -> None:
    run = asked(cast, attached(cast, a_version(cast), data), kind)
    performing.perform(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.reason) == ("done", [])
    assert run.evidence
    assert run.evidence.reproduced is False
    content = json.loads(files.read_checked(run.evidence.file))
    assert content["honesty"]["rows_used"] == ROWS
    assert content["about"]["data"]["sha256"] == data.file.sha256
    assert any("COUNT(" in sql for sql in content["queries"])
    assert SECRET not in json.dumps(content)


def test_a_run_says_why_the_connection_failed(
    cast: Cast, data: DatasetVersion, settings: Settings
) -> None:
    run = asked(cast, attached(cast, a_version(cast), data))
    Path(settings.DATA_CONNECTIONS["warehouse"]["path"]).unlink()
    performing.perform(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.reason[0]["code"]) == ("failed", "connection.unreachable")


def test_a_run_of_another_kind_is_refused_when_it_is_asked_for(
    cast: Cast, data: DatasetVersion
) -> None:
    link = attached(cast, a_version(cast), data)
    with pytest.raises(Refused) as caught:
        asked(cast, link, "data")
    assert "run.query_data" in codes(caught)
