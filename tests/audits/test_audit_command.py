"""manage.py audit: the same run, the same exhibit, and an exit code a pipeline can read."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audits.models import Run
from audits.services import performing, runs
from registry.models import Entry, Evidence, ModelVersion
from registry.services import files
from tests.cast import (
    Cast,
    a_dataset,
    a_dataset_version,
    a_table,
    a_trained_artefact,
    a_version,
    attached,
)
from tests.traces import nothing_written

VERSION = "mortgage-approval@1.0"


@pytest.fixture
def version(cast: Cast, tmp_path: Path) -> ModelVersion:
    """A version with an artefact and its test data."""
    version = a_version(cast, artefact=a_trained_artefact(tmp_path / "model.json"))
    attached(cast, version)
    return version


def audit(*said: str) -> str:
    told = StringIO()
    call_command("audit", *said, stdout=told)
    return told.getvalue()


def refused(*said: str) -> CommandError:
    with pytest.raises(CommandError) as caught:
        audit(*said)
    return caught.value


def test_it_measures_what_a_worker_would(cast: Cast, version: ModelVersion) -> None:
    by_command = json.loads(audit(VERSION, "--kind", "fairness", "--by", "scientist", "--json"))
    first = Run.objects.get()
    assert (first.state, first.requested_by) == ("done", cast.scientist)
    second = runs.request(version=version, data=first.data, kind="fairness", by=cast.scientist)
    performing.perform(run_id=second.pk)
    second.refresh_from_db()
    assert second.evidence is not None
    by_worker = json.loads(files.read_checked(second.evidence.file))
    for measurement in (by_command, by_worker):
        del measurement["honesty"]["duration_seconds"], measurement["honesty"]["earlier_runs"]
    assert alike(by_command, by_worker)


def alike(one: object, other: object) -> bool:
    """Whether two measurements say the same; sums of fractions may differ in the last digit."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, abs=1e-12)
    return one == other


def test_it_tells_each_check_and_its_verdict(cast: Cast, version: ModelVersion) -> None:
    told = audit(VERSION, "--kind", "performance", "--by", "scientist")
    exhibit = Evidence.objects.get()
    assert told.splitlines()[0] == f"{exhibit.title}: {exhibit.summary}"
    assert "ROC AUC is" in told.splitlines()[1]


def test_the_journal_says_that_it_came_from_a_shell(cast: Cast, version: ModelVersion) -> None:
    audit(VERSION, "--kind", "data", "--by", "scientist")
    doors = {entry.door for entry in Entry.objects.filter(action__startswith="run.")}
    assert doors == {"command audit"}


def test_a_failing_verdict_ends_with_one(cast: Cast, tmp_path: Path) -> None:
    version = a_version(cast, artefact=a_trained_artefact(tmp_path / "model.json"))
    # Whoever is "f" is always over the income the model asks for, and "m" never.
    values = ("20,59,0,m", "90,0,1,f")
    rows = [values[row % 2] for row in range(400)]
    table = "income,debt,approve,sex\n" + "\n".join(rows) + "\n"
    data = a_dataset_version(cast, table=table, sensitive_columns=["sex"])
    attached(cast, version, data)
    error = refused(VERSION, "--kind", "fairness", "--by", "scientist")
    assert error.returncode == 1
    assert Evidence.objects.get().verdict == "fail"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (("nothing@1.0",), "There is no version nothing@1.0"),
        ((VERSION, "--by", "nobody"), "There is no account nobody."),
        ((VERSION, "--data", "applications@9"), "There is no data applications@9"),
        ((VERSION, "--data", "applications"), "There is no data applications"),
    ],
)
def test_what_is_not_there_is_named(
    cast: Cast, version: ModelVersion, said: tuple[str, ...], sentence: str
) -> None:
    with nothing_written():
        error = refused("--kind", "fairness", "--by", "scientist", *said)
    assert sentence in str(error)
    assert error.returncode == 2


def test_between_two_sets_of_test_data_one_has_to_be_named(
    cast: Cast, version: ModelVersion
) -> None:
    other = a_dataset_version(cast, a_dataset(cast, "Second sample"), table=a_table(90))
    attached(cast, version, other)
    error = refused(VERSION, "--kind", "performance", "--by", "scientist")
    assert "applications@1" in str(error) and "second-sample@1" in str(error)
    told = audit(VERSION, "--kind", "performance", "--by", "scientist", "--data", "second-sample@1")
    assert "Second sample 1" in told


def test_who_may_not_ask_for_runs_is_denied(cast: Cast, version: ModelVersion) -> None:
    for username in ("auditor", "outsider"):
        with nothing_written():
            error = refused(VERSION, "--kind", "fairness", "--by", username)
        assert error.returncode == 2


def test_a_run_that_fails_says_why_and_ends_with_two(cast: Cast, tmp_path: Path) -> None:
    version = a_version(cast, artefact=a_trained_artefact(tmp_path / "model.json"))
    table = "income,debt,approve,sex\n1,2,yes,f\n3,4,no,m\n5,6,maybe,f\n"
    attached(cast, version, a_dataset_version(cast, table=table, sensitive_columns=["sex"]))
    error = refused(VERSION, "--kind", "fairness", "--by", "scientist")
    assert error.returncode == 2
    assert Run.objects.get().state == "failed"
    assert not Evidence.objects.exists()
