"""A unit in which something of every kind has happened, for the tests of its pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from pytest_django import Settings

from audits.models import Monitor, Report, Run
from audits.services import reports
from audits.services.claims import claim
from registry.models import (
    AttestationRound,
    Condition,
    DataLink,
    DataQuery,
    Delegation,
    Delivery,
    Finding,
    Incident,
    Membership,
    ModelRelation,
    ModelVersion,
    Override,
    Release,
    Review,
    User,
)
from registry.services import events, releases
from tests import scenes
from tests.cast import (
    Cast,
    a_card,
    a_complete_version,
    a_model,
    a_release,
    an_approved_release,
    assessed_risk,
)
from tests.registry.connecting import connect, proposed
from tests.registry.flow import a_condition, act
from tests.registry.happenings import a_monitor, a_run
from tests.registry.lending import ask_for, lend
from tests.registry.reviewing import a_review, a_round
from tests.registry.scoring import a_related_model
from tests.registry.trouble import a_finding, an_incident, in_days

VERSION = {"slug": "mortgage-approval", "number": 1}


@dataclass
class World:
    """One row of everything a page can show, and a second model whose release is in review."""

    cast: Cast
    approved: Release
    waiting: Release
    link: DataLink
    done: Run
    fair: Run
    failed: Run
    monitor: Monitor
    report: Report
    membership: Membership
    query: DataQuery
    delivery: Delivery
    relation: ModelRelation
    finding: Finding
    incident: Incident
    delegation: Delegation
    override: Override
    review: Review
    attestation: AttestationRound
    draft: Release
    condition: Condition

    def address(self, name: str) -> str:
        """Return the address of a page by its name, on what there is here."""
        return reverse(name, kwargs=self._kwargs().get(name, {}))

    def _kwargs(self) -> dict[str, dict[str, Any]]:
        version: dict[str, dict[str, Any]] = dict.fromkeys(
            [
                "version",
                "version_data",
                "version_evidence",
                "hand_in_evidence",
                "hand_in_evidently",
                "version_plan",
                "revise_plan",
                "card",
                "write_card",
                "version_risk",
                "assess_risk",
                "submit",
                "request_override",
                "open_finding",
                "version_runs",
                "start_run",
                "start_monitor",
                "ask_for_report",
            ],
            VERSION,
        )
        slug = {"slug": VERSION["slug"]}
        dataset, unit = self.link.data.dataset.slug, self.cast.unit.slug
        return version | {
            "model": slug,
            "revise_model": slug,
            "model_journal": slug,
            "retire_model": slug,
            "scorecard": slug,
            "fill_scorecard": slug,
            "propose_tier": slug,
            "confirm_tier": slug | {"number": 1},
            "withdraw_tier": slug | {"number": 1},
            "model_relations": slug,
            "end_relation": slug | {"pk": self.relation.pk},
            "report_incident": slug,
            "finding": {"pk": self.finding.pk},
            "move_finding": {"pk": self.finding.pk, "act": "answer"},
            "incident": {"pk": self.incident.pk},
            "end_delegation": {"pk": self.delegation.pk},
            "override": {"pk": self.override.pk},
            "end_override": {"pk": self.override.pk},
            "move_incident": {"pk": self.incident.pk, "act": "assess"},
            "review": {"pk": self.review.pk},
            "close_review": {"pk": self.review.pk},
            "request_review": slug,
            "attestation": {"pk": self.attestation.pk},
            "inventory_text": {"pk": self.attestation.pk},
            "add_version": slug,
            "detach_data": VERSION | {"link": self.link.pk},
            "card_into_effect": VERSION | {"revision": 2},
            "risk_into_effect": VERSION | {"revision": 2},
            "exhibit": {"pk": self.fair.evidence_id},
            "exhibit_file": {"pk": self.fair.evidence_id},
            "figures": {"pk": self.fair.evidence_id},
            "release": {"pk": self.approved.pk},
            "discard_release": {"pk": self.draft.pk},
            "condition": {"pk": self.condition.pk},
            "case_file": {"pk": self.approved.pk},
            "dataset": {"slug": dataset},
            "add_dataset_version": {"slug": dataset},
            "propose_query": {"slug": dataset},
            "data_query": {"pk": self.query.pk},
            "review_query": {"pk": self.query.pk},
            "refuse_query": {"pk": self.query.pk},
            "delete_rows": {"slug": dataset, "number": 1},
            "policy": {"edition": 1},
            "send_again": {"pk": self.delivery.pk},
            "unit": {"slug": unit},
            "end_membership": {"slug": unit, "pk": self.membership.pk},
            "monitor": {"pk": self.monitor.pk},
            "end_monitor": {"pk": self.monitor.pk},
            "run": {"pk": self.done.pk},
            "run_again": {"pk": self.failed.pk},
            "report": {"pk": self.report.pk},
            "report_file": {"pk": self.report.pk},
            "report_docx": {"pk": self.report.pk},
            "report_xlsx": {"pk": self.report.pk},
            "report_csv": {"pk": self.report.pk},
            "report_json": {"pk": self.report.pk},
            "recall_report": {"pk": self.report.pk},
        }


@pytest.fixture
def world(cast: Cast, settings: Settings, tmp_path: Path) -> World:
    """Let something of every kind happen."""
    connect(settings, tmp_path / "warehouse")
    return happened(cast)


@scenes.kept
def happened(cast: Cast) -> World:
    """Take every step, as the person whose step it is."""
    version = a_complete_version(cast)
    link = version.data_links.select_related("data__dataset").get()
    done = a_run(cast, link, "performance")
    fair = a_run(cast, link, "fairness")
    failed = a_run(cast, link, "fairness", fails=True)
    approved = an_approved_release(cast, version)
    a_card(cast, version, caveats="A draft, while the release holds the card.")
    assessed_risk(cast, version)
    return World(
        cast=cast,
        approved=approved,
        waiting=a_release(cast, a_complete_version(cast, a_model(cast, "Car loans"))),
        link=link,
        done=done,
        fair=fair,
        failed=failed,
        monitor=a_monitor(cast),
        report=a_report(cast, approved),
        membership=Membership.objects.get(user=cast.validator),
        query=proposed(cast, link.data.dataset),
        delivery=a_delivery(version),
        relation=a_related_model(cast, version.model),
        finding=a_finding(cast, version, severity="low", due=in_days(99)),
        incident=an_incident(cast, version.model),
        delegation=lend(cast, cast.manager, cast.owner),
        override=ask_for(version, cast.manager),
        review=a_review(version.model, version),
        attestation=a_round(cast),
        draft=releases.draft(version=version, environment="staging", by=cast.scientist),
        condition=a_bound_condition(cast),
    )


def a_bound_condition(cast: Cast) -> Condition:
    """Have a third model approved under one condition."""
    release = a_release(cast, a_complete_version(cast, a_model(cast, "Overdrafts")))
    asked = [a_condition(cast)]
    act(releases.approve_with_conditions, release, cast.manager, conditions=asked)
    return release.conditions.get()


def a_delivery(version: ModelVersion) -> Delivery:
    """Announce an event to a listener that nobody reaches."""
    with override_settings(EVENT_LISTENERS={"warehouse": "https://hooks.example/"}):
        event = events.announce(name="model.review_due", version=version, details={}, by=None)
    return event.deliveries.get()


def a_report(cast: Cast, release: Release) -> Report:
    """Ask for a report and hand in bytes in the place of the worker's."""
    report = reports.request(
        release=release,
        profile="regulator",
        language="en",
        by=cast.auditor,
    )
    held = claim(Report, report.pk)
    assert held
    reports.finish(
        report=report, attempt=held.attempt, unsealed="0" * 64, sealed=b"%PDF-1.7 sealed"
    )
    report.refresh_from_db()
    return report


def signed_in(person: User) -> Client:
    """Return a browser in which this person is signed in."""
    client = Client()
    client.force_login(person)
    return client
