"""A severe credit model through its four stages, in browsers signed in as different people.

Real pages, a real web server and PostgreSQL: two people have the release open at once, six sign it,
the deploying side reports it live, and a changed card closes its gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Page, expect

from registry.models import Decision, ModelVersion, Release
from registry.services import cards, releases
from tests.browser import Complaints, OpenPage
from tests.cast import (
    PASSWORD,
    Cast,
    a_card,
    a_complete_version,
    a_dataset_version,
    a_model,
    a_trained_artefact,
    an_exhibit,
    attached,
    gather,
)
from tests.journeys.callers import Caller
from tests.stack import Stack

REASON = "Read in full; the residual risk is low."
OTHER = "b" * 64
MEANING = "I reviewed this case file and approve the release"


@dataclass(frozen=True)
class Case:
    """The people, and the release that they decide on."""

    cast: Cast
    version: ModelVersion
    release: Release
    artefact: str

    @property
    def page(self) -> str:
        """The address of the release's page."""
        return f"/releases/{self.release.pk}/"

    @property
    def question(self) -> str:
        """What a pipeline asks the gate, up to the digest."""
        return "gate?model=mortgage-approval&version=1.0&environment=production&digest="


def submitted(folder: Path) -> Case:
    """Register a model of tier 1 with everything the policy asks, and submit it."""
    cast = gather()
    model = a_model(cast, tier=1)
    artefact = a_trained_artefact(folder / "mortgage.json")
    version = a_complete_version(cast, model, artefact=artefact)
    attached(cast, version, a_dataset_version(cast, role="train"))
    release = releases.submit(version=version, environment="production", by=cast.scientist)
    assert version.artefact is not None
    return Case(cast, version, release, version.artefact.sha256)


def sign_in(page: Page, username: str, address: str) -> Page:
    """Sign in on the way to a page."""
    page.goto(address)
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1, name="to production")).to_be_visible()
    return page


def sign(page: Page, meaning: str = MEANING) -> None:
    """Sign on the page as it is open now."""
    page.get_by_label(meaning, exact=True).check()
    page.get_by_label("Reason").fill(REASON)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign", exact=True).click()


def decisions(page: Page) -> list[str]:
    """Return what the page lists as signed, once it is there."""
    trail = page.locator("section", has=page.get_by_role("heading", name="Decisions"))
    return trail.get_by_role("listitem").all_inner_texts()


def is_counted(page: Page, words: str) -> None:
    """Wait until the page tells the stage with these words."""
    stages = page.locator("section", has=page.get_by_role("heading", name="Signatures"))
    expect(stages).to_contain_text(words)


def sign_beside_each_other(
    stack: Stack, case: Case, ethics: Page, validator: Page, complaints: Complaints
) -> None:
    """Let two have the page open at once; new evidence makes the second one's page a stale one."""
    is_counted(validator, "Elena Sommer")
    sign(ethics)
    is_counted(ethics, "1 of 1 signed")
    stack.ask(lambda: an_exhibit(case.cast, case.version, "drift"))
    complaints.expect("409 (Conflict)")
    sign(validator)
    refused = validator.get_by_role("alert")
    expect(refused).to_contain_text("Read what changed, then sign again.")
    expect(validator.get_by_text("revision 2", exact=False).first).to_be_visible()
    expect(validator.get_by_role("link", name="Drift, measurement").first).to_be_visible()
    assert stack.ask(Decision.objects.count) == 1
    # What was shown again is the newest, and is what is signed now.
    sign(validator)
    is_counted(validator, "1 of 1 signed")
    ethics.reload()
    assert "on an earlier case file; counts no more" in decisions(ethics)[0]
    sign(ethics)
    is_counted(ethics, "Mara Roth")


def approve_under_a_condition(page: Page) -> None:
    """Be the last to sign, and name what has to be done by when."""
    named = page.get_by_role("group", name="Conditions, only where you approve under some")
    expect(named).to_be_hidden()
    page.get_by_label(f"{MEANING} under the conditions I name", exact=True).check()
    expect(named).to_be_visible()
    due = timezone.localdate() + timedelta(days=30)
    named.get_by_label("Condition", exact=True).first.fill("Train the credit officers")
    named.get_by_label("Owner").first.select_option(label="Olga Winter")
    named.get_by_label("Due").first.fill(due.isoformat())
    sign(page, f"{MEANING} under the conditions I name")
    expect(page.get_by_text("Approved with conditions, and nothing that was")).to_be_visible()
    expect(page.get_by_role("link", name="Train the credit officers")).to_be_visible()


def report_live(case: Case, pipeline: Caller) -> None:
    """Report what the deploying side runs, and be told so; the gate opens for this digest alone."""
    said = {"model": "mortgage-approval", "environment": "production", "cluster": "eu-1"}
    told = pipeline.post("deployments/", said | {"label": "1.0", "artefact_sha256": case.artefact})
    assert (told["covered"], told["release"]) == (True, case.release.pk)
    right = pipeline.get(case.question + case.artefact)
    assert (right["decision"], right["allowed"], right["reasons"]) == ("live", True, [])
    wrong = pipeline.get(case.question + OTHER)
    assert (wrong["allowed"], wrong["digest_matches"]) == (False, False)
    assert [one["code"] for one in wrong["reasons"]] == ["gate.other_artefact"]


def change_the_card(case: Case) -> None:
    """Put another card into effect."""
    revision = a_card(case.cast, case.version, factors="Age is a factor as well.")
    cards.make_effective(revision=revision, by=case.cast.scientist)


def test_six_people_in_their_browsers_release_a_severe_model_and_a_changed_card_voids_it(
    stack: Stack, open_page: OpenPage, complaints: Complaints, tmp_path: Path
) -> None:
    case = stack.ask(lambda: submitted(tmp_path))
    validator = sign_in(open_page(), "validator", case.page)
    ethics = sign_in(open_page(), "ethics", case.page)
    sign_beside_each_other(stack, case, ethics, validator, complaints)

    manager = sign_in(open_page(), "manager", case.page)
    sign(manager)
    is_counted(manager, "0 signed, 2 of 3 needed")
    for name in ("manager2", "owner"):
        page = sign_in(open_page(), name, case.page)
        sign(page)
        expect(page.get_by_role("heading", name="Decisions")).to_be_visible()
        is_counted(page, "1 signed, 2 of 3 needed")
    approve_under_a_condition(sign_in(open_page(), "manager3", case.page))
    counted = stack.ask(lambda: list(Decision.objects.values_list("signer__username", flat=True)))
    assert counted == [
        "ethics",
        "validator",
        "ethics",
        "manager",
        "manager2",
        "owner",
        "manager3",
    ]

    pipeline = Caller(stack.url).sign_in("deployer", PASSWORD)
    report_live(case, pipeline)
    manager.reload()
    runs = manager.locator("section", has=manager.get_by_role("heading", name="Where it runs"))
    expect(runs).to_contain_text("eu-1")
    expect(manager.get_by_text("Live, and nothing that was signed has changed")).to_be_visible()

    stack.ask(lambda: change_the_card(case))
    closed = pipeline.get(case.question + case.artefact)
    assert (closed["allowed"], [one["code"] for one in closed["reasons"]]) == (
        False,
        ["gate.void"],
    )
    manager.reload()
    expect(manager.get_by_role("alert")).to_contain_text("its content changed after signing")
    changed = manager.get_by_role("row", name="Model card: Factors")
    expect(changed.get_by_role("deletion")).to_contain_text("said in full.")
    expect(changed.get_by_role("insertion")).to_contain_text("Age is a factor as well.")
    assert stack.ask(lambda: Release.objects.get().state) == "void"
