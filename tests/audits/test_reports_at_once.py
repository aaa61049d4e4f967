"""Presses at the same instant, each with a connection of its own."""

from __future__ import annotations

from typing import Any

from audits.models import Report
from audits.services.claims import claim
from registry.models import Entry, ModelVersion, RegisteredModel, Unit, User
from registry.services import cards
from tests.audits.reporting import asked
from tests.cast import an_approved_release, gather
from tests.registry.chains import is_whole
from tests.registry.test_at_once import at_once


def test_presses_at_the_same_instant_give_one_report_of_each_kind(committed_db: str) -> None:
    cast = gather()
    version = an_approved_release(cast).version

    def on(scope: str) -> dict[str, Any]:
        found = ModelVersion.objects.get(pk=version.pk)
        if scope == "version":
            return {"version": found}
        if scope == "model":
            return {"model": RegisteredModel.objects.get(pk=found.model_id)}
        return {"portfolio": list(Unit.objects.filter(pk=cast.unit.pk))}

    def press(scope: str, person: str) -> Any:
        return lambda: asked(User.objects.get(username=person), **on(scope))

    people = ("auditor", "manager", "owner", "scientist")
    ended = at_once(
        *(press(scope, person) for scope in ("version", "model", "portfolio") for person in people)
    )
    assert [type(one).__name__ for one in ended] == ["Report"] * 12
    assert Report.objects.count() == 3
    assert len({one.key for one in Report.objects.all()}) == 3
    assert Entry.objects.filter(action="report.requested").count() == 3
    assert is_whole()


def test_a_press_while_the_report_is_under_way_joins_it(committed_db: str) -> None:
    cast = gather()
    version = an_approved_release(cast).version
    report = asked(cast.auditor, version=version)
    assert claim(Report, report.pk)
    ended = at_once(
        *(lambda: asked(cast.manager, version=version) for _ in range(4)),
    )
    assert ended == [report] * 4


def test_a_report_asked_for_while_the_card_is_written_is_of_one_state(committed_db: str) -> None:
    """Every fact it states is in the journal it states."""
    cast = gather()
    version = an_approved_release(cast).version

    def write() -> object:
        for number in range(4):
            cards.save(version=version, sections={"factors": f"{number}"}, by=cast.scientist)
        return None

    def ask() -> object:
        return asked(cast.auditor, version=version)

    ended = at_once(write, ask, write, ask)
    made = [one for one in ended if isinstance(one, Report)]
    assert len(made) + sum("report.changing" in repr(one) for one in ended) == 2
    assert is_whole()
