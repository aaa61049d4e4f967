"""A real Chromium for one test, which fails when a page complains."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.stack import Stack

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MILLISECONDS = 15_000
NO_CHROMIUM = "There is no Chromium; `make test` says how to install it."
OpenPage = Callable[[], Page]


class Complaints:
    """What pages said that a person would not see: errors in the console, CSP violations."""

    def __init__(self) -> None:
        """Begin with nothing heard and nothing expected."""
        self.heard: list[str] = []
        self.expected: list[str] = []

    def expect(self, fragment: str) -> None:
        """Allow complaints with these words: a refusal answers 409, and Chromium says so."""
        self.expected.append(fragment)

    def listen_to(self, page: Page) -> None:
        """Take down what this page complains about."""
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.heard.append(f"{page.url}: {error}"))

    def unexpected(self) -> list[str]:
        """Return the complaints that nobody allowed."""
        return [text for text in self.heard if not any(part in text for part in self.expected)]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.heard.append(f"{message.location.get('url')}: {message.text}")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Give the path of a Chromium; without one the test is skipped, but fails in CI."""
    path = os.environ.get("CHROMIUM")
    if not path and os.environ.get("CI") == "true":
        pytest.fail("There is no Chromium, and in CI no browser test is skipped.")
    if not path:
        pytest.skip(NO_CHROMIUM)
    return path


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Collect what pages complain about, and fail the test for it at its end."""
    complaints = Complaints()
    yield complaints
    assert not complaints.unexpected(), "\n".join(complaints.unexpected())


@pytest.fixture
def browser(chromium: str) -> Iterator[Browser]:
    """Give a browser that ends with the test.

    It takes half a second. A browser kept for all tests would leave its event loop running beside
    those that use the database.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(
    chromium: str, stack: Stack, browser: Browser, complaints: Complaints
) -> Iterator[OpenPage]:
    """Give a function that opens a page for one more person, with cookies of their own."""

    def opened() -> Page:
        context = browser.new_context(
            base_url=stack.url,
            viewport={"width": 1280, "height": 900},
            locale="en-GB",
            timezone_id="UTC",
        )
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        page = context.new_page()
        complaints.listen_to(page)
        return page

    yield opened


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """Give one person's page; addresses without a host lead to the test's own server."""
    return open_page()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep a picture of every open page of a test that fails."""
    report = yield
    browser = getattr(item, "funcargs", {}).get("browser")
    if report.failed and report.when == "call" and browser is not None:
        pages = [page for context in browser.contexts for page in context.pages]
        for number, page in enumerate(pages, start=1):
            name = re.sub(r"\W+", "-", item.nodeid)
            path = Path(os.environ.get("VAR_DIR", "var")) / "screenshots" / f"{name}-{number}.png"
            page.screenshot(path=path, full_page=True)
            report.sections.append((f"picture of page {number}", str(path)))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end, where it is seen, that browser tests were left out."""
    skipped = terminalreporter.stats.get("skipped", [])
    left_out = [report for report in skipped if NO_CHROMIUM in str(report.longrepr)]
    if left_out:
        terminalreporter.section("NO BROWSER", yellow=True, bold=True)
        terminalreporter.write_line(f"{len(left_out)} browser tests were skipped. {NO_CHROMIUM}")
