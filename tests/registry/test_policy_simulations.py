"""Holding what is in force against a draft: by service and by command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from registry.services import policies
from registry.services.policy_simulations import shown_to, simulate
from registry.services.policy_texts import written
from tests.cast import Cast, a_complete_version, a_model, a_release, an_approved_release
from tests.registry.policies_at_work import changed
from tests.traces import nothing_written

TWO_SIGN: dict[str, Any] = {
    "stages": [{"name": "Risk sign-off", "role": "model_risk_manager", "needed": 2}]
}


def reasons(definition: dict[str, Any]) -> list[list[str]]:
    return [[one.code for one in outcome.objections] for outcome in simulate(definition)]


def test_under_the_policy_it_was_approved_by_a_release_stands(cast: Cast) -> None:
    an_approved_release(cast)
    assert reasons(policies.in_force().definition) == [[]]


def test_only_what_is_in_force_is_looked_at(cast: Cast) -> None:
    a_release(cast)
    assert reasons(policies.in_force().definition) == []


def test_what_a_draft_asks_for_beyond_is_told(cast: Cast) -> None:
    an_approved_release(cast)
    strict = changed(**TWO_SIGN, data_roles=["test", "train"], deputy_named=True)
    assert reasons(strict) == [["submit.data_missing", "simulation.unsigned"]]


def test_the_draft_is_asked_for_the_environment_of_the_release(cast: Cast) -> None:
    an_approved_release(cast)
    assert reasons(changed(environments={"staging": TWO_SIGN})) == [[]]
    assert reasons(changed(environments={"production": TWO_SIGN})) == [["simulation.unsigned"]]


def test_a_simulation_changes_nothing(cast: Cast) -> None:
    an_approved_release(cast)
    with nothing_written():
        simulate(changed(**TWO_SIGN))


def test_others_are_told_only_how_many_fail(cast: Cast) -> None:
    release = an_approved_release(cast)
    draft = changed(**TWO_SIGN)
    seen, unseen = shown_to(cast.manager, draft), shown_to(cast.outsider, draft)
    assert [outcome.release for outcome in seen.failing] == [release]
    assert (seen.looked_at, seen.failing_elsewhere) == (1, 0)
    assert (unseen.failing, unseen.looked_at, unseen.failing_elsewhere) == ((), 1, 1)


def test_a_simulation_takes_a_fixed_number_of_queries(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    draft = changed(**TWO_SIGN)
    an_approved_release(cast, a_complete_version(cast, a_model(cast, "Model 0")))
    with django_assert_num_queries(13) as few:
        simulate(draft)
    for number in (1, 2):
        an_approved_release(cast, a_complete_version(cast, a_model(cast, f"Model {number}")))
    with django_assert_num_queries(len(few)):
        assert len(simulate(draft)) == 3


def draft(tmp_path: Path, text: str) -> str:
    path = tmp_path / "draft.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_command_tells_in_a_table_what_would_fail(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    an_approved_release(cast)
    strict = changed(**TWO_SIGN, data_roles=["test", "train"])
    with pytest.raises(SystemExit) as ended, nothing_written():
        call_command("simulate_policy", draft(tmp_path, written(strict)))
    assert ended.value.code == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:4] == ["RELEASE", "ENVIRONMENT", "STATE", "TIER"]
    assert lines[1].startswith("Mortgage approval 1.0  production   approved  3     No data in the")
    assert lines[2].strip() == "The stage “Risk sign-off” lacks signatures: Model risk manager: 1."
    assert lines[3] == "1 of 1 releases in force would fail."


def test_the_command_ends_well_when_all_would_stand(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    an_approved_release(cast)
    call_command("simulate_policy", draft(tmp_path, written(changed(approval_days=700))))
    assert "0 of 1 releases in force would fail." in capsys.readouterr().out


def test_the_command_ends_well_where_nothing_is_in_force(cast: Cast, tmp_path: Path) -> None:
    call_command("simulate_policy", draft(tmp_path, written(changed())), verbosity=0)


@pytest.mark.parametrize("text", ["tiers: [", "a: &x 1", "name: default", ""])
def test_a_file_that_is_no_policy_ends_the_command_with_two(
    cast: Cast, tmp_path: Path, text: str
) -> None:
    with pytest.raises(CommandError, match="draft.yaml") as ended:
        call_command("simulate_policy", draft(tmp_path, text))
    assert ended.value.returncode == 2


def test_a_file_that_is_not_there_ends_it_with_two_as_well(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nowhere.yaml") as ended:
        call_command("simulate_policy", str(tmp_path / "nowhere.yaml"))
    assert ended.value.returncode == 2
