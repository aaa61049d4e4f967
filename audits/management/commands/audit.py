"""manage.py audit MODEL@VERSION --kind KIND: carry out a run from a shell, and say its result."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError

from audits.models import Run
from audits.rules.options import Options
from audits.rules.runs import UNDER_WAY, Kind, State
from audits.services import performing, runs
from audits.wording import sentence
from registry.models import DatasetVersion, ModelVersion, User
from registry.rules.refusals import Objection, Refused
from registry.services import files, journal

FAILING, REFUSED = 1, 2


class Command(BaseCommand):
    """The same run as from a page: same rules, same journal, same exhibit.

    Ends with 0 when the verdict is no failure, 1 when it is, and 2 when nothing was filed.
    """

    help = "Measure a version and file the evidence."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what is measured, on which data, and in whose name."""
        parser.add_argument("version", metavar="MODEL@VERSION", help="mortgage-approval@2.0")
        parser.add_argument("--kind", required=True, choices=[kind.value for kind in Kind])
        parser.add_argument("--by", required=True, metavar="USERNAME", help="who asks for it")
        parser.add_argument(
            "--data", metavar="DATASET@NUMBER", help="else the only attached test data"
        )
        parser.add_argument("--reference", metavar="DATASET@NUMBER", help="for drift")
        parser.add_argument("--truth", metavar="DATASET@NUMBER", help="for drift: later labels")
        parser.add_argument("--truth-key", default="", metavar="COLUMN")
        parser.add_argument("--slices", nargs="*", default=(), metavar="COLUMN")
        parser.add_argument("--strata", nargs="*", default=(), metavar="COLUMN")
        parser.add_argument("--cases", nargs="*", default=(), type=int, metavar="ROW")
        parser.add_argument("--json", action="store_true", help="print the whole exhibit")

    def handle(self, *args: Any, **options: Any) -> str:
        """Ask for the run, carry it out here, and tell the result."""
        try:
            with journal.came_in_by("command audit", "operating system"):
                run = _carried_out(_asked(options))
        except (Refused, PermissionDenied) as refusal:
            raise CommandError(str(refusal), returncode=REFUSED) from refusal
        if run.state != State.DONE or run.evidence is None:
            reasons = " ".join(str(Objection(**one)) for one in run.reason)
            raise CommandError(reasons, returncode=REFUSED)
        content = files.read_checked(run.evidence.file).decode()
        told = content if options["json"] else _told(run, content)
        if run.evidence.verdict == "fail":
            self.stdout.write(told)
            raise CommandError(run.evidence.summary, returncode=FAILING)
        return told


def _asked(options: dict[str, Any]) -> Run:
    version = _version(options["version"])
    return runs.request(
        version=version,
        data=_data(options["data"]) if options["data"] else _only_test_data(version),
        kind=options["kind"],
        options=Options(
            slices=tuple(options["slices"]),
            strata=tuple(options["strata"]),
            cases=tuple(options["cases"]),
            truth_key=options["truth_key"],
        ),
        reference=_data(options["reference"]) if options["reference"] else None,
        truth=_data(options["truth"]) if options["truth"] else None,
        by=_person(options["by"]),
    )


def _carried_out(run: Run) -> Run:
    """Do it in this process; where a worker was faster, wait for the worker."""
    while run.state in UNDER_WAY:
        performing.perform(run_id=run.pk)
        run = Run.objects.for_list().get(pk=run.pk)
        if run.state in UNDER_WAY:
            time.sleep(1)
    return run


def _told(run: Run, content: str) -> str:
    measurement = json.loads(content)
    lines = [f"{run.evidence.title}: {run.evidence.summary}" if run.evidence else str(run)]
    lines += [f"  {check['verdict']:>9}  {sentence(check)}" for check in measurement["checks"]]
    return "\n".join(lines)


def _version(named: str) -> ModelVersion:
    slug, _, label = named.partition("@")
    found: ModelVersion | None = (
        ModelVersion.objects.select_related("model__unit").filter(model__slug=slug, label=label)
    ).first()
    if found is None:
        raise CommandError(
            f"There is no version {named}; write the model's short name and the version's label,"
            " as in mortgage-approval@2.0.",
            returncode=REFUSED,
        )
    return found


def _data(named: str) -> DatasetVersion:
    slug, _, number = named.partition("@")
    found = DatasetVersion.objects.select_related("file", "dataset").filter(
        dataset__slug=slug, number=int(number) if number.isdecimal() else 0
    )
    if not found:
        raise CommandError(
            f"There is no data {named}; write the dataset's short name and the number of its"
            " version, as in mortgage-applications@2.",
            returncode=REFUSED,
        )
    return found[0]


def _only_test_data(version: ModelVersion) -> DatasetVersion:
    attached = version.data_links.attached().values("data")
    found = list(
        DatasetVersion.objects.select_related("file", "dataset").filter(
            pk__in=attached, role="test"
        )
    )
    if len(found) != 1:
        names = ", ".join(f"{one.dataset.slug}@{one.number}" for one in found) or "none"
        raise CommandError(
            f"Say on which data with --data; attached as test data: {names}.", returncode=REFUSED
        )
    return found[0]


def _person(username: str) -> User:
    person = User.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise CommandError(f"There is no account {username}.", returncode=REFUSED)
    return person
