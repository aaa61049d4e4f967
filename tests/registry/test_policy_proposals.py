"""Proposing an edition of the policy: as text that people write, or as a file an operator has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from registry.models import Notice, PolicyEdition
from registry.rules.policy_editions import Standing
from registry.services import policies, policy_proposals
from registry.services.policy_texts import written
from tests.cast import Cast
from tests.registry.policies_at_work import adopted, changed, proposed
from tests.traces import journalled, nothing_written, only_the_entitled_may, refused, who

SHIPPED = policies.FOLDER / "default.yaml"


def propose(cast: Cast, text: str, **said: Any) -> PolicyEdition:
    given: dict[str, Any] = {"note": "Asked for.", "based_on": 1, "by": cast.manager}
    return policy_proposals.propose(text=text, **given | said)


def shorter() -> str:
    """Return the shipped text with one change, comments and all."""
    text = SHIPPED.read_text(encoding="utf-8")
    return text.replace("approval_days: 365", "approval_days: 180", 1)


def test_a_proposal_is_an_edition_that_is_not_in_force(cast: Cast) -> None:
    with journalled() as entries:
        edition = propose(cast, shorter(), note=" The supervisor asks for it. ")
    assert (edition.edition, edition.base, edition.proposed_by) == (
        2,
        policies.in_force(),
        cast.manager,
    )
    assert policies.in_force().edition == 1
    assert edition.definition["tiers"]["1"]["approval_days"] == 180
    assert policy_proposals.standing_of(edition) is Standing.PROPOSED
    (entry,) = entries
    assert (entry.action, who(entry), entry.role, entry.reason) == (
        "policy.proposed",
        "Mara Roth",
        "model_risk_manager",
        "The supervisor asks for it.",
    )


def test_the_text_is_kept_as_it_was_written(cast: Cast) -> None:
    edition = propose(cast, shorter())
    assert "# Severe: people can lose a home" in PolicyEdition.objects.get(pk=edition.pk).text


def test_those_who_may_approve_are_told_but_not_the_author(cast: Cast) -> None:
    proposed(cast, by=cast.manager)
    notices = Notice.objects.filter(code="policy.proposed")
    assert {notice.person for notice in notices} == {cast.manager2, cast.manager3}
    assert {notice.link for notice in notices} == {"/settings/policies/2/"}


def test_only_managers_and_administrators_propose(cast: Cast) -> None:
    text = shorter()
    only_the_entitled_may(cast, "policy.propose", lambda person: propose(cast, text, by=person))


def test_a_change_is_of_the_edition_its_writer_saw(cast: Cast) -> None:
    adopted(cast)
    with refused("policy.other_base"):
        propose(cast, shorter())


def test_a_proposal_has_a_reason(cast: Cast) -> None:
    with refused("policy.no_reason"):
        propose(cast, shorter(), note="  ")


def test_everything_wrong_is_said_at_once(cast: Cast) -> None:
    text = written(changed(approval_days=0, override_days=15))
    with refused(
        "policy.approval_days",
        "policy.override_days",
        "policy.no_reason",
        "policy.other_base",
    ):
        propose(cast, text, note="", based_on=7)


def test_what_says_the_same_changes_nothing(cast: Cast) -> None:
    with refused("policy.same"):
        propose(cast, SHIPPED.read_text(encoding="utf-8") + "\n# One more comment.\n")


def test_the_same_is_proposed_once(cast: Cast) -> None:
    propose(cast, shorter())
    with refused("policy.proposed_already"):
        propose(cast, shorter(), by=cast.manager2)


def test_two_different_changes_may_wait_beside_each_other(cast: Cast) -> None:
    assert proposed(cast, approval_days=30).edition == 2
    assert proposed(cast, approval_days=60).edition == 3


@pytest.mark.parametrize("places", [{"prodction": {"approval_days": 3}}, {"x" * 60: {}}])
def test_an_environment_there_is_not_is_refused(cast: Cast, places: dict[str, Any]) -> None:
    with refused("policy.environment"):
        propose(cast, written(changed(environments=places)))


def test_the_environments_are_those_of_the_installation(cast: Cast, settings: Settings) -> None:
    settings.ENVIRONMENTS = ["staging", "production", "edge"]
    propose(cast, written(changed(environments={"edge": {"approval_days": 3}})))


def test_a_policy_of_another_name_would_never_hold(cast: Cast) -> None:
    with refused("policy.other_name"):
        propose(cast, written({**changed(), "name": "my own"}))


@pytest.mark.parametrize("text", ["", "tiers: [", "- a list", "a: &x [1]\nb: *x"])
def test_what_is_no_policy_is_refused(cast: Cast, text: str) -> None:
    with refused("policy.unreadable"):
        propose(cast, text)


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Have the command look for its files here."""
    monkeypatch.setattr(policies, "FOLDER", tmp_path)
    return tmp_path


def test_a_changed_file_is_proposed_and_its_bringer_told_so(
    cast: Cast, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "default.yaml").write_text(shorter(), encoding="utf-8")
    with journalled() as entries:
        call_command("load_policies")
    told = capsys.readouterr().out
    assert "Policy default, edition 2, is proposed: 2 model risk managers have to approve" in told
    assert "until then edition 1 is in force" in told
    assert policies.in_force().edition == 1
    edition = PolicyEdition.objects.get(edition=2)
    assert (edition.proposed_by, edition.note) == (None, "From default.yaml.")
    (entry,) = entries
    assert (entry.action, entry.actor) == ("policy.proposed", "system")


def test_starting_again_proposes_nothing_twice(cast: Cast, folder: Path) -> None:
    (folder / "default.yaml").write_text(shorter(), encoding="utf-8")
    call_command("load_policies", verbosity=0)
    with nothing_written():
        call_command("load_policies", verbosity=0)


def test_the_file_of_an_earlier_edition_does_not_come_back(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    adopted(cast)
    with nothing_written():
        call_command("load_policies")
    assert "edition 1, is what the file says; edition 2 is in force" in capsys.readouterr().out
