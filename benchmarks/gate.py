"""Line (g): the gate's door among many versions beside the same door among few.

It takes a PostgreSQL to make a database in and drop it again: DATABASE_URL names the server.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks import children
from benchmarks.lines import Line, seconds, times
from benchmarks.sizes import Sizes

FEW = 100
A_MODEL = 5
ENVIRONMENTS = ("staging", "production")
WARM_UP, REPEATS = 30, 300
MILLISECONDS = 20
GROWTH = 2.0
TARGET = f"at most {GROWTH:g} times the time, under {MILLISECONDS} ms"
NO_DATABASE = (
    "Not measured: DATABASE_URL did not name a PostgreSQL in which a database could be made."
)


def lines(sizes: Sizes, folder: Path) -> list[Line]:
    """Ask the door the same question among few versions and among many."""
    many = max(2 * FEW, sizes.rows // 100)
    name = f"The gate's door with a token, among {many:,} versions, and among {FEW}"
    if not os.environ.get("DATABASE_URL"):
        return [Line("g", name, "–", "–", "–", TARGET, None, NO_DATABASE)]
    settings = {"DJANGO_SETTINGS_MODULE": "mlops_gov.settings", "VAR_DIR": str(folder / "var")}
    found = children.run("benchmarks.gate", many, extra=settings)
    ratio = found["many"] / found["few"]
    return [
        Line(
            "g",
            name,
            seconds(found["many"]),
            f"{seconds(found['few'])} (ours, {FEW} versions)",
            times(ratio, of="the time"),
            TARGET,
            ratio <= GROWTH and found["many"] * 1000 < MILLISECONDS,
            f"The time inside the server: every middleware, the token, the one read and the JSON,"
            f" without the network. {A_MODEL} versions a model, {len(ENVIRONMENTS)} environments"
            f" each; the median of {REPEATS} questions about different versions, the tables"
            " analysed before.",
        )
    ]


def main(many: int) -> None:
    """Make a database, ask among few and among many, and drop it."""
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["TEST"]["NAME"] = f"bench_gate_{os.getpid()}"
    kept = str(connection.settings_dict["NAME"])
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        filled = _Filled()
        filled.up_to(FEW)
        few = _asked(filled, FEW)
        filled.up_to(many)
        children.tell(few=few, many=_asked(filled, many))
    finally:
        connection.creation.destroy_test_db(kept, verbosity=0)


class _Filled:
    """A database with one person, and as many approved versions as are asked for."""

    def __init__(self) -> None:
        """Found the unit, and give its auditor a token."""
        from knox.models import get_token_model

        self.now = self._now()
        user = self._model("User").objects.create(username="asker", first_name="A", last_name="B")
        self.user = user
        self.unit = self._model("Unit").objects.create(slug="u", name="U", founded_at=self.now)
        self._model("Membership").objects.create(
            unit=self.unit, user=user, role="auditor", granted_at=self.now
        )
        self.policy = self._model("PolicyEdition").objects.create(
            name="bench", edition=1, definition={}, digest="0" * 64, loaded_at=self.now
        )
        _, self.token = get_token_model().objects.create(user=user, expiry=timedelta(hours=1))
        self.count = 0

    @staticmethod
    def _now() -> Any:
        from django.utils import timezone

        return timezone.now()

    @staticmethod
    def _model(name: str) -> Any:
        from django.apps import apps

        return apps.get_model("registry", name)

    def up_to(self, count: int) -> None:
        """Add versions until there are so many, each approved in every environment."""
        from django.db import connection

        numbers = range(self.count, count, A_MODEL)
        made = self._model("RegisteredModel").objects.bulk_create(
            self._model("RegisteredModel")(
                unit=self.unit,
                slug=f"model-{number}",
                name=f"Model {number}",
                task="binary",
                registered_at=self.now,
                registered_by=self.user,
            )
            for number in numbers
        )
        versions = self._model("ModelVersion").objects.bulk_create(
            self._model("ModelVersion")(
                model=model,
                number=number,
                label=f"{number}.0",
                parameters={},
                features=[],
                label_column="y",
                registered_at=self.now,
                registered_by=self.user,
            )
            for model in made
            for number in range(1, A_MODEL + 1)
        )
        releases = self._model("Release").objects.bulk_create(
            self._model("Release")(
                version=version,
                environment=environment,
                state="draft",
                policy=self.policy,
                tier=3,
                submitted_at=self.now,
                submitted_by=self.user,
            )
            for version in versions
            for environment in ENVIRONMENTS
        )
        self._model("GateRow").objects.bulk_create(
            self._model("GateRow")(
                version=release.version,
                environment=release.environment,
                release=release,
                state="approved",
                reasons=[],
                valid_until=self.now + timedelta(days=9),
                artefact_sha256="a" * 64,
                case_file_digest="c" * 64,
                settled_at=self.now,
            )
            for release in releases
        )
        self.count = count
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _asked(filled: _Filled, count: int) -> float:
    """Return the median time of an answer, each about another version; all of them allow."""
    from django.test import Client

    client = Client(headers={"Authorization": f"Token {filled.token}"}, SERVER_NAME="localhost")
    taken = []
    for turn in range(WARM_UP + REPEATS):
        model = turn * 7919 % (count // A_MODEL) * A_MODEL
        question = {
            "model": f"model-{model}",
            "version": "3.0",
            "environment": ENVIRONMENTS[turn % 2],
        }
        started = perf_counter()
        answer = client.get("/api/v1/gate", question)
        taken.append(perf_counter() - started)
        if answer.status_code != 200 or not answer.json()["allowed"]:
            raise RuntimeError(f"The gate of {question} is not open: {answer.content!r}")
    return median(taken[WARM_UP:])


if __name__ == "__main__":
    main(int(sys.argv[1]))
