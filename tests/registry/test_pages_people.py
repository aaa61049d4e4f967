"""Every page for the right person, the wrong role, a stranger and nobody at all."""

from __future__ import annotations

import functools
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from audits.measures import measure_fairness, measure_performance
from audits.models import Report, Run
from audits.services import performing, reports, runs
from audits.services.claims import claim
from registry.models import DataLink, Entry, Membership, Release, User
from registry.rules.refusals import Refused
from registry.services import policies
from tests.cast import (
    ROWS,
    Cast,
    a_card,
    a_complete_version,
    a_model,
    a_release,
    a_table,
    a_version,
    an_approved_release,
    assessed_risk,
)

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
    report: Report
    membership: Membership

    def address(self, name: str) -> str:
        """Return the address of a page by its name, on what there is here."""
        return reverse(name, kwargs=self._kwargs().get(name, {}))

    def _kwargs(self) -> dict[str, dict[str, Any]]:
        version: dict[str, dict[str, Any]] = dict.fromkeys(["version", "version_data", "version_evidence", "card", "write_card", "version_risk", "assess_risk", "submit", "version_runs", "start_run", "ask_for_report"], VERSION)
        slug = {"slug": VERSION["slug"]}
        dataset, unit = self.link.data.dataset.slug, self.cast.unit.slug
        return version | {
            "model": slug,
            "revise_model": slug,
            "model_journal": slug,
            "add_version": slug,
            "detach_data": VERSION | {"link": self.link.pk},
            "card_into_effect": VERSION | {"revision": 2},
            "risk_into_effect": VERSION | {"revision": 2},
            "exhibit": {"pk": self.fair.evidence_id},
            "exhibit_file": {"pk": self.fair.evidence_id},
            "figures": {"pk": self.fair.evidence_id},
            "release": {"pk": self.approved.pk},
            "case_file": {"pk": self.approved.pk},
            "dataset": {"slug": dataset},
            "add_dataset_version": {"slug": dataset},
            "unit": {"slug": unit},
            "end_membership": {"slug": unit, "pk": self.membership.pk},
            "run": {"pk": self.done.pk},
            "run_again": {"pk": self.failed.pk},
            "report": {"pk": self.report.pk},
            "report_file": {"pk": self.report.pk},
        }


@pytest.fixture
def world(cast: Cast) -> World:
    """Let something of every kind happen."""
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
        report=a_report(cast, approved),
        membership=Membership.objects.get(user=cast.validator),
    )


def a_run(cast: Cast, link: DataLink, kind: str, *, fails: bool = False) -> Run:
    """Ask for a run on handed-in predictions, and end it as a worker would."""
    with tempfile.TemporaryDirectory() as folder:
        predictions = Path(folder) / "predictions.csv"
        predictions.write_text("score\n" + "0.7\n" * ROWS, encoding="utf-8")
        run = runs.request(
            version=link.version, data=link.data, kind=kind, predictions=predictions, by=cast.scientist
        )
    held = claim(Run, run.pk)
    assert held
    if fails:
        why = Refused.because("run.broken", "The rows %(what)s.", what="are all alike")
        runs.fail(run=run, attempt=held.attempt, objections=why.objections)
    else:
        performing.conclude(run=run, held=held, measurement=a_measurement(kind))
    run.refresh_from_db()
    return run


@functools.cache
def a_measurement(kind: str) -> dict[str, Any]:
    """Measure the rows of the cast's table for real, with a score that follows the income."""
    import pandas as pd

    rows = [line.split(",") for line in a_table().splitlines()[1:]]
    frame = pd.DataFrame(
        {
            "label": [int(row[2]) for row in rows],
            "score": [float(row[0]) / 100 for row in rows],
            "s0": [row[3] for row in rows],
            "s1": [row[4] for row in rows],
        }
    )
    measuring = {"performance": measure_performance, "fairness": measure_fairness}[kind]
    with tempfile.TemporaryDirectory() as folder:
        scored = Path(folder) / "scored.parquet"
        frame.to_parquet(scored)
        found = measuring(
            scored,
            task="binary",
            threshold=0.5,
            positive_label=1,
            plan=policies.plan_for(kind=kind, tier=3),
            sensitive={"s0": "sex", "s1": "race"},
            reproduced=False,
            label_column="approve",
        )
    found["honesty"]["earlier_runs"] = 0
    return found


def a_report(cast: Cast, release: Release) -> Report:
    """Ask for a report and hand in bytes in the place of the worker's."""
    report = reports.request(
        version=release.version, release=release, profile="regulator", language="en", by=cast.auditor
    )
    held = claim(Report, report.pk)
    assert held
    reports.finish(report=report, attempt=held.attempt, unsealed="0" * 64, sealed=b"%PDF-1.7 sealed")
    report.refresh_from_db()
    return report


def signed_in(person: User) -> Client:
    """Return a browser in which this person is signed in."""
    client = Client()
    client.force_login(person)
    return client


# Pages that everybody who holds a role in the unit may read.
READ = ["today", "models", "model", "model_journal", "version", "version_data", "version_evidence", "card", "version_risk", "exhibit", "exhibit_file", "figures", "releases", "release", "case_file", "datasets", "dataset", "journal", "settings", "unit", "runs", "run", "version_runs", "reports", "report", "report_file"]
# Forms, with those who may fill them in.
FILL = {
    "register_model": {"scientist"},
    "revise_model": {"scientist", "manager", "manager2"},
    "add_version": {"scientist"},
    "write_card": {"scientist"},
    "assess_risk": {"scientist", "validator", "manager", "manager2"},
    "register_dataset": {"scientist"},
    "add_dataset_version": {"scientist"},
    "start_run": {"scientist", "validator"},
}
# Acts without a page of their own, with those who may.
ACTS = {
    "submit": {"scientist"},
    "detach_data": {"scientist"},
    "card_into_effect": {"scientist"},
    "risk_into_effect": {"scientist", "manager", "manager2"},
    "run_again": {"scientist", "validator"},
    "end_membership": {"admin"},
    "ask_for_report": {"scientist", "validator", "manager", "manager2", "owner", "auditor"},
}
PEOPLE = ("scientist", "validator", "manager", "manager2", "owner", "auditor", "admin")
# Pages that speak of no one model or unit, so that a stranger sees them without its rows.
OVERVIEWS = {"today", "models", "releases", "datasets", "journal", "settings", "runs", "reports"}
OPEN_TO_STRANGERS = OVERVIEWS | {"register_model", "register_dataset"}


def test_the_lists_here_name_every_page() -> None:
    named = {one for one in get_resolver().reverse_dict if isinstance(one, str)}
    elsewhere = {"sign_in", "sign_out", "healthz", "set_language"}
    pages = {name for name in named if not reverse_is_of_the_api(name)}
    assert pages - elsewhere == {*READ, *FILL, *ACTS}


def reverse_is_of_the_api(name: str) -> bool:
    """Say whether an address lies under /api/."""
    (pattern, *_rest), *_others = get_resolver().reverse_dict.getlist(name)
    return str(pattern[0][0]).startswith("api/")


@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_in_the_unit_reads_every_page(world: World, name: str) -> None:
    client = signed_in(getattr(world.cast, name))
    answers = {page: client.get(world.address(page)).status_code for page in READ}
    assert answers == dict.fromkeys(READ, 200)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_form_opens_for_its_roles_and_is_refused_with_a_sentence_to_others(
    world: World, name: str
) -> None:
    client = signed_in(getattr(world.cast, name))
    for page, may in FILL.items():
        answer = client.get(world.address(page))
        assert answer.status_code == (200 if name in may else 403), page
        if name not in may:
            assert "role" in answer.text, page
            assert "You may not do this" in answer.text


@pytest.mark.parametrize("name", PEOPLE)
def test_an_act_by_the_wrong_role_is_refused_with_the_roles_it_takes(
    world: World, name: str
) -> None:
    client = signed_in(getattr(world.cast, name))
    before = Entry.objects.count()
    for page, may in ACTS.items():
        if name in may:
            continue
        answer = client.post(world.address(page), {"environment": "production", "reason": "Mine."})
        assert answer.status_code == 403, page
        assert "This takes one of these roles in the unit Retail credit" in answer.text
    assert Entry.objects.count() == before


def test_forms_of_shared_pages_are_refused_to_the_wrong_role(world: World) -> None:
    cast = world.cast
    client = signed_in(cast.auditor)
    attach = client.post(world.address("version_data"), {"data": attachable(world)})
    grant = client.post(world.address("unit"), {"user": cast.outsider.pk, "role": "auditor"})
    assert (attach.status_code, grant.status_code) == (403, 403)
    assert "Data scientist" in attach.text
    assert "Administrator" in grant.text


def attachable(world: World) -> int:
    """Return data of the unit that the first version does not have."""
    other = DataLink.objects.exclude(version=world.link.version).first()
    assert other
    return other.data_id


def test_a_stranger_finds_nothing_of_another_unit(world: World) -> None:
    client = signed_in(world.cast.outsider)
    for page in {*READ, *FILL} - OPEN_TO_STRANGERS:
        assert client.get(world.address(page)).status_code == 404, page
    for page in ACTS:
        assert client.post(world.address(page)).status_code == 404, page


@pytest.mark.parametrize("page", sorted(OVERVIEWS))
def test_an_overview_shows_a_stranger_no_row_of_another_unit(world: World, page: str) -> None:
    text = signed_in(world.cast.outsider).get(world.address(page)).text
    for secret in ("Mortgage approval", "Car loans", "Retail credit", "Applications"):
        assert secret not in text


def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_and_back(world: World) -> None:
    client = Client()
    for page in [*READ, *FILL]:
        address = world.address(page)
        answer = client.get(address)
        assert answer.status_code == 302, page
        assert answer["Location"] == f"{reverse('sign_in')}?next={address}"
    for page in ACTS:
        assert client.post(world.address(page)).status_code == 302, page


def test_an_act_is_never_done_by_a_link(world: World) -> None:
    client = signed_in(world.cast.scientist)
    for page in ACTS:
        assert client.get(world.address(page)).status_code == 405, page


def test_a_person_without_a_role_is_told_to_ask_for_one(cast: Cast) -> None:
    nobody = User.objects.create(username="newcomer", first_name="Nora", last_name="Keller")
    a_version(cast)
    answer = signed_in(nobody).get(reverse("today"))
    assert "No role yet; ask an administrator" in answer.text
