"""Take the README's pictures of the running demo.

Start `make run` in one terminal, then `.venv/bin/python docs/take_pictures.py` in another; it needs
the packages of requirements-dev.txt, and Chromium.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ADDRESS = os.environ.get("ADDRESS", "http://127.0.0.1:8000")
FOLDER = Path(__file__).parent / "pictures"
SIZE = {"width": 1280, "height": 860}
# Waits for a second signature as long as nobody gives it: take the pictures of a fresh demo.
WAITING = "Mortgage approval 1.0 to staging"
# What each picture shows: who is signed in, the way there, light or dark.
PICTURES = {
    "today": ("manager2", ["/"], "light"),
    "release": ("manager2", ["/", f'tr:has-text("{WAITING}") a.button'], "light"),
}


def go(page: Page, step: str) -> None:
    """Open an address, or press what a step names."""
    if step.startswith("/"):
        page.goto(ADDRESS + step)
    else:
        page.click(step)
    page.wait_for_load_state("networkidle")


def main() -> None:
    """Sign in as each person and take the picture."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is not installed: sudo apt-get install chromium")
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, (person, steps, scheme) in PICTURES.items():
            page = browser.new_page(viewport=SIZE, color_scheme=scheme)  # type: ignore[arg-type]
            go(page, "/sign-in/")
            page.fill("input[name=username]", person)
            page.fill("input[name=password]", "demo")
            page.click("button.primary")
            for step in steps:
                go(page, step)
            page.screenshot(path=FOLDER / f"{name}.png")
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
