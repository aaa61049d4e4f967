"""Two people moving the same finding or incident at the same instant: one of them is too late."""

from __future__ import annotations

from collections.abc import Callable

from registry.models import Entry, Finding, Incident
from registry.rules.refusals import Refused
from registry.services import finding_moves, findings, incident_clocks, incident_moves
from tests.cast import a_version, gather
from tests.registry.chains import is_whole
from tests.registry.test_at_once import at_once
from tests.registry.trouble import a_notified_incident, an_answered_finding, in_days


def codes(ended: list[object]) -> list[str]:
    return [one.objections[0].code for one in ended if isinstance(one, Refused)]


def test_of_four_closing_at_once_one_closes(committed_db: str) -> None:
    cast = gather()
    finding = an_answered_finding(cast)

    def close(person: str) -> Callable[[], object]:
        return lambda: finding_moves.close(
            finding=Finding.objects.get(pk=finding.pk), text="Seen.", by=getattr(cast, person)
        )

    ended = at_once(*(close(one) for one in ("validator", "manager", "manager2", "manager3")))
    assert sum(isinstance(one, Finding) for one in ended) == 1
    assert codes(ended) == ["finding.wrong_state"] * 3
    assert finding.moves.filter(act="close").count() == 1
    assert Entry.objects.filter(action="finding.closed").count() == 1
    assert is_whole()


def test_closing_and_accepting_at_once_leaves_one_state(committed_db: str) -> None:
    cast = gather()
    finding = an_answered_finding(cast)
    ended = at_once(
        lambda: finding_moves.close(finding=finding, text="Seen.", by=cast.validator),
        lambda: finding_moves.accept_risk(
            finding=finding, text="Few.", until=in_days(3), by=cast.manager
        ),
    )
    assert codes(ended) == ["finding.wrong_state"]
    last = finding.moves.order_by("number").last()
    assert Finding.objects.get(pk=finding.pk).state == (last.after if last else "")


def test_the_same_finding_by_machine_at_once_is_one(committed_db: str) -> None:
    cast = gather()
    version = a_version(cast)

    def found() -> Finding:
        return findings.open_automatically(
            version=version,
            source="deployment",
            severity="high",
            title="Live without approval",
            text="Nothing valid covers it.",
            details={"environment": "production"},
        )

    assert len({one.pk for one in at_once(*[found] * 4) if isinstance(one, Finding)}) == 1
    assert Finding.objects.count() == 1


def test_of_two_closing_an_incident_one_closes_and_its_clock_is_told_once(
    committed_db: str,
) -> None:
    cast = gather()
    incident = a_notified_incident(cast)

    def close() -> Incident:
        return incident_moves.close(
            incident=incident, root_cause="A.", corrective_action="B.", by=cast.manager
        )

    assert codes(at_once(close, close, incident_clocks.watch)) == ["incident.wrong_state"]
    assert incident.moves.filter(act="close").count() == 1
    assert is_whole()
