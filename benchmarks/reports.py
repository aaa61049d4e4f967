"""Lines (j) and (k): the worker's time for a report, and fifty of them one after the other.

It takes a PostgreSQL to make a database in and drop it again: DATABASE_URL names the server. The
reports are those of the demo, whose models are trained for it.
"""

from __future__ import annotations

import io
import os
import sys
from datetime import timedelta
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

from benchmarks import children
from benchmarks.lines import Line, seconds, times
from benchmarks.sizes import FULL, Sizes

PAGES = 15
SECONDS = 5.0
QUEUED = 50
# So much more memory after the last report than after the first few is still flat.
GROWTH = 1.10
SETTLED_AFTER = 5
TARGETS = (
    f"under {SECONDS:g} s for {PAGES} pages",
    f"all made; at most {GROWTH:g} times the memory",
)
NAMES = (
    "A sealed report, the worker's time",
    f"{QUEUED} reports queued at once, one worker",
)
NO_DATABASE = (
    "Not measured: DATABASE_URL did not name a PostgreSQL in which a database could be made."
)
REDUCED = "Not measured: a reduced run trains no models to report on."


def lines(sizes: Sizes, folder: Path) -> list[Line]:
    """Make the demo's reports as a worker does."""
    why = "" if os.environ.get("DATABASE_URL") else NO_DATABASE
    why = why or ("" if sizes.rows >= FULL else REDUCED)
    if why:
        return [
            Line(letter, name, "–", "–", "–", target, None, why)
            for letter, name, target in zip("jk", NAMES, TARGETS, strict=True)
        ]
    settings = {"DJANGO_SETTINGS_MODULE": "mlops_gov.settings", "VAR_DIR": str(folder / "var")}
    found = children.run("benchmarks.reports", QUEUED, extra=settings)
    return told(found)


def told(found: dict[str, Any]) -> list[Line]:
    """Return both lines of what the child found."""
    taken = for_pages(found)
    growth = found["held_last"] / found["held_first"]
    megabytes = found["largest_child"] / 1e6
    return [
        Line(
            "j",
            NAMES[0],
            f"{seconds(found['seconds'])} ({found['pages']} pages)",
            "–",
            f"{seconds(taken)} for {PAGES} pages",
            TARGETS[0],
            taken < SECONDS,
            "From the message to the sealed file in the store: read the dossier, lay out, seal,"
            " keep; the median of three, of the demo's report whose number of pages is nearest to"
            f" {PAGES}, and from there by the time that a page more takes. The longest has"
            f" {found['most_pages']} pages and takes {seconds(found['most_seconds'])}.",
        ),
        Line(
            "k",
            NAMES[1],
            f"{found['made']} in {seconds(found['all_seconds'])}",
            "–",
            times(growth, of="the memory"),
            TARGETS[1],
            found["made"] == QUEUED and growth <= GROWTH,
            f"Each as of another instant, so no two are the same. The worker's own memory after"
            f" the last beside that after the first {SETTLED_AFTER}; the layout runs in a child"
            f" process that ends with each report, the largest held {megabytes:.0f} MB.",
        ),
    ]


def for_pages(found: dict[str, Any]) -> float:
    """Return the time for a report of so many pages: of the nearest, and of what a page adds."""
    more = found["most_pages"] - found["pages"]
    a_page = (found["most_seconds"] - found["seconds"]) / more if more else 0.0
    return float(found["seconds"] + (PAGES - found["pages"]) * a_page)


def main(queued: int) -> None:
    """Make a database with the demo in it, make its reports, and drop it."""
    import django

    django.setup()
    from celery import current_app
    from django.core.management import call_command
    from django.db import connection

    # Nothing is to be sent: the bench does by hand what a worker would be told.
    current_app.conf.broker_url = "memory://"
    current_app.loader.import_default_modules()
    connection.settings_dict["TEST"]["NAME"] = f"bench_reports_{os.getpid()}"
    kept = str(connection.settings_dict["NAME"])
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        call_command("seed_demo", stdout=io.StringIO())
        children.tell(**_measured(_Press(), queued))
    finally:
        connection.creation.destroy_test_db(kept, verbosity=0)


class _Press:
    """Asks for reports as an auditor by the API, and makes them as a worker does."""

    def __init__(self) -> None:
        """Give the demo's auditor a token."""
        from django.apps import apps
        from django.test import Client
        from django.utils import timezone
        from knox.models import get_token_model

        user = apps.get_model("registry", "User").objects.get(username="auditor")
        _, token = get_token_model().objects.create(user=user, expiry=timedelta(hours=1))
        self.client = Client(headers={"Authorization": f"Token {token}"}, SERVER_NAME="localhost")
        self.reports = apps.get_model("audits", "Report").objects
        # After all that the demo did; what is asked for by the millisecond after it is soon past.
        self.began = timezone.now()
        sleep(1)
        self.asked = 0

    def versions(self) -> list[int]:
        """Return the versions that the auditor may see, by id."""
        found = self.client.get("/api/v1/versions/").json()["results"]
        return [one["id"] for one in found]

    def ask(self, version: int) -> int:
        """Ask for a report as of an instant that nobody asked for, and return its id."""
        self.asked += 1
        as_of = self.began + timedelta(milliseconds=self.asked)
        asked = {"version": version, "as_of": as_of.isoformat()}
        answer = self.client.post("/api/v1/reports/", asked, content_type="application/json")
        if answer.status_code != 202:
            raise RuntimeError(f"No report was queued: {answer.content!r}")
        return int(answer.json()["id"])

    def make(self, report: int) -> float:
        """Make a report and return how long it took."""
        from celery import current_app

        task = current_app.tasks["audits.make_report"]
        started = perf_counter()
        task.apply(args=[report], throw=True)
        return perf_counter() - started

    def pages(self, report: int) -> int:
        """Return how many pages a finished report has."""
        import pikepdf

        sealed = self.client.get(f"/api/v1/reports/{report}/file/").content
        with pikepdf.open(io.BytesIO(sealed)) as pdf:
            return len(pdf.pages)


def _measured(press: _Press, queued: int) -> dict[str, Any]:
    import resource
    from statistics import median

    sized: dict[int, tuple[int, float]] = {}
    for version in press.versions():
        report = press.ask(version)
        alone = press.make(report)
        sized[version] = (press.pages(report), alone)
    nearest = min(sized, key=lambda one: abs(sized[one][0] - PAGES))
    most_pages, most_seconds = max(sized.values())
    taken = [press.make(press.ask(nearest)) for _ in range(3)]
    waiting = [press.ask(nearest) for _ in range(queued)]
    held: list[int] = []
    started = perf_counter()
    for report in waiting:
        press.make(report)
        held.append(_held())
    all_seconds = perf_counter() - started
    made = press.reports.filter(pk__in=waiting, state="done").count()
    return {
        "pages": sized[nearest][0],
        "seconds": median(taken),
        "most_pages": most_pages,
        "most_seconds": most_seconds,
        "made": made,
        "all_seconds": all_seconds,
        "held_first": held[min(SETTLED_AFTER, len(held)) - 1],
        "held_last": held[-1],
        "largest_child": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024,
    }


def _held() -> int:
    """Return the memory that this process holds now."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    main(int(sys.argv[1]))
