"""What goes wrong, on the first page: each alarm in words, once, and only to who may see it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.services import alerts
from audits.services.portfolios import portfolio
from registry.models import Release
from registry.rules.matrices import DEFAULT_MATRIX
from registry.services import matrices, versions
from tests.audits.waiting import a_binding_condition, alerts_of, told_to, waits_for
from tests.cast import (
    Cast,
    a_complete_version,
    a_model,
    an_approved_release,
    an_exhibit,
    assessed_risk,
)
from tests.registry.lending import let_through
from tests.registry.live import OTHER, a_deployment, an_approval
from tests.registry.pages import signed_in
from tests.registry.reviewing import a_review
from tests.registry.trouble import a_finding, an_incident
from tests.traces import time_passes

# Everybody who has a role in the unit; the outsider has none there.
INSIDE = {
    "scientist",
    "validator",
    "manager",
    "manager2",
    "owner",
    "auditor",
    "admin",
    "manager3",
    "ethics",
    "deployer",
}


def detached(cast: Cast, release: Release) -> None:
    """Take the test data away from an approved version, which voids the approval."""
    link = release.version.data_links.get()
    versions.detach_data(link=link, reason="Wrong file.", by=cast.scientist)


def page_of(cast: Cast) -> str:
    """Return the first page as the auditor reads it."""
    return signed_in(cast.auditor).get(reverse("today")).text


def test_a_void_approval_says_so(cast: Cast) -> None:
    release = an_approved_release(cast)
    assert told_to(cast, "gate") == set()
    detached(cast, release)
    assert told_to(cast, "gate") == INSIDE
    assert "The approval is void" in page_of(cast)


def test_an_expired_approval_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    an_approved_release(cast)
    time_passes(monkeypatch, days=1200)
    assert told_to(cast, "gate") == INSIDE
    assert "The approval has expired" in page_of(cast)


def test_a_breached_condition_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    a_binding_condition(cast)
    time_passes(monkeypatch, days=31)
    assert "was not fulfilled in time: Train the credit officers" in page_of(cast)


def test_what_a_later_approval_replaced_is_no_alarm(cast: Cast) -> None:
    model = a_model(cast)
    detached(cast, an_approved_release(cast, a_complete_version(cast, model)))
    assert len(alerts_of(cast.auditor, "gate")) == 1
    an_approved_release(cast, a_complete_version(cast, model, "2.0"))
    assert alerts_of(cast.auditor, "gate") == []


def test_what_runs_uncovered_is_told_once_with_the_reason(cast: Cast, tmp_path: Path) -> None:
    release = an_approval(cast, tmp_path)
    a_deployment(cast, release.version)
    assert told_to(cast, "live") == set()
    detached(cast, release)
    assert told_to(cast, "live") == INSIDE
    assert told_to(cast, "gate") == set()
    page = page_of(cast)
    assert "It runs in production without a valid approval." in page
    assert "The approval is void" in page
    assert portfolio(cast.auditor).uncovered == 1
    assert portfolio(cast.outsider).uncovered == 0


def test_an_approval_that_ended_is_told_before_anybody_looked(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_deployment(cast, an_approval(cast, tmp_path).version)
    time_passes(monkeypatch, days=1200)
    assert len(alerts_of(cast.auditor, "live")) == 1


def test_an_artefact_nobody_registered_is_told(cast: Cast, tmp_path: Path) -> None:
    version = an_approval(cast, tmp_path).version
    a_deployment(cast, version, label="9.9", artefact_sha256=OTHER)
    assert [one.subject for one in alerts_of(cast.auditor, "live")] == ["Mortgage approval 9.9"]


def test_an_emergency_release_is_told_with_its_end(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    override = let_through(cast, tmp_path)
    assert told_to(cast, "override") == INSIDE
    [alert] = alerts_of(cast.auditor, "override")
    assert alert.until == override.ends_at
    assert "without a full approval" in page_of(cast)
    time_passes(monkeypatch, days=6)
    assert told_to(cast, "override") == set()


def test_a_share_above_the_risk_appetite_is_told(cast: Cast) -> None:
    assessed_risk(cast, a_complete_version(cast))
    appetite = {**DEFAULT_MATRIX["appetite"], "shares": {"low": 0.5}}
    matrices.load(definition={**DEFAULT_MATRIX, "appetite": appetite}, by=None)
    assert told_to(cast, "share") == INSIDE
    assert (
        "1 of 1 assessed models stand at this level: 100 %, and the risk appetite takes 50 %."
        in page_of(cast)
    )


def test_an_incident_presses_those_who_cannot_move_it_once_half_the_time_is_over(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_incident(cast)
    assert told_to(cast, "incident") == set()
    time_passes(monkeypatch, days=8)
    told = told_to(cast, "incident")
    assert told == {"scientist", "auditor", "admin", "deployer"}
    assert told & waits_for(cast, "incident") == set(), "nothing is shown twice"
    assert "More than half has passed: 15 days to report it (Art. 73(2))." in page_of(cast)


def test_only_the_newest_exhibit_of_a_kind_fails(cast: Cast) -> None:
    version = a_complete_version(cast)
    an_exhibit(cast, version, "drift", verdict="fail")
    assert told_to(cast, "exhibit") == INSIDE
    an_exhibit(cast, version, "drift")
    assert told_to(cast, "exhibit") == set()


def test_the_figures_count_what_the_person_may_see(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = an_approved_release(cast)
    a_finding(cast, release.version)
    a_finding(cast, release.version, severity="low")
    a_review(release.version.model)
    assert release.valid_until
    figures = portfolio(cast.auditor)
    assert (figures.models, figures.approved, figures.findings) == (1, 1, 1)
    assert (figures.overdue_reviews, figures.expiring) == (0, 0)
    time_passes(monkeypatch, days=(release.valid_until - release.decided_at).days - 5)
    figures = portfolio(cast.auditor)
    # The finding has opened a review of its own.
    assert (figures.overdue_reviews, figures.expiring) == (2, 1)
    assert figures.cells == {(1, 3): 1}
    theirs = portfolio(cast.outsider)
    assert (theirs.models, theirs.findings, theirs.overdue_reviews, theirs.expiring) == (0, 0, 0, 0)


def test_the_alerts_cost_as_much_for_many_rows_as_for_few(cast: Cast, tmp_path: Path) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            alerts.alerts(cast.auditor)
            portfolio(cast.auditor)
        return len(asked)

    def trouble(name: str) -> None:
        running = an_approval(cast, tmp_path, a_model(cast, f"{name}, running"))
        a_deployment(cast, running.version)
        detached(cast, running)
        model = a_model(cast, f"{name}, void")
        detached(cast, an_approved_release(cast, a_complete_version(cast, model)))
        an_incident(cast, model)
        an_exhibit(cast, model.versions.get(), "drift", verdict="fail")

    trouble("First")
    few = cost()
    trouble("Second")
    trouble("Third")
    assert cost() == few
