"""What a stranger is told of a sealed report that nothing superseded: whether it is still so."""

from __future__ import annotations

from django.utils import timezone

from audits.models import Report
from audits.services import reports
from registry.models import GateRow, Release
from registry.services import announcements, policies
from tests.audits.reporting import asked, finished
from tests.cast import Cast, an_approved_release, an_exhibit
from tests.registry.flow import policy_with
from tests.registry.live import a_deployment
from tests.registry.signing import revoke


def overtaken(sealed: list[Report]) -> set[bool]:
    told = [reports.standing_of(one.serial) for one in sealed]
    return {one["overtaken"] for one in told if one}


def where_fairness_closes() -> None:
    evidence = policies.in_force().definition["tiers"]["3"]["evidence"]
    policy_with(evidence={**evidence, "fairness": {**evidence["fairness"], "closes_gate": True}})


def test_a_gate_that_closed_overtakes_every_report_on_it_and_going_live_does_not(
    cast: Cast,
) -> None:
    where_fairness_closes()
    release = an_approved_release(cast)
    version = release.version
    announcements.of_gates()
    on = ({"release": release}, {"version": version}, {"model": version.model})
    sealed = [finished(asked(cast.auditor, **one)) for one in on]
    sealed.append(finished(asked(cast.auditor, portfolio=[cast.unit])))
    a_deployment(cast, version)
    assert Release.objects.get().state == "live"
    assert overtaken(sealed) == {False}
    an_exhibit(cast, version, "fairness", verdict="fail")
    # The gate is shut; that it is follows once the installation has told of it.
    assert not GateRow.objects.get().is_open(timezone.now())
    announcements.of_gates()
    assert overtaken(sealed) == {True}


def test_a_report_that_states_what_happened_is_not_overtaken_by_it(cast: Cast) -> None:
    release = an_approved_release(cast)
    revoke(release, cast.manager2)
    announcements.of_gates()
    stated = finished(asked(cast.auditor, release=release))
    assert overtaken([stated]) == {False}
