"""Every page with rows: twelve of them cost as many queries as three."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from registry.models import DatasetVersion, ModelVersion, RegisteredModel
from registry.rules.roles import Role
from registry.services import registered_models, units, versions
from tests.cast import (
    PASSWORD,
    Cast,
    a_card,
    a_complete_version,
    a_dataset,
    a_dataset_version,
    a_model,
    a_person,
    a_release,
    a_scorecard,
    a_statement,
    a_version,
    an_approved_release,
    an_exhibit,
    assessed_risk,
    attached,
    complete_card,
)
from tests.registry.pages import a_report, a_run, signed_in

LISTS = ("today", "models", "releases", "runs", "reports", "datasets", "journal", "settings")
PEOPLE = ("scientist", "manager", "auditor", "admin")
FEW, MANY = 3, 12


class Shelf:
    """Rows for every list; each growth adds one more of everything."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.number = cast, 0
        self.model = a_model(cast, "First")
        self.version = a_complete_version(cast, self.model)
        self.link = self.version.data_links.select_related("data__dataset").get()
        self.dataset = self.link.data.dataset

    def grow(self, to: int) -> None:
        """Add rows until there are so many of each kind."""
        while self.number < to:
            self.number += 1
            self._add_models()
            self._add_to_the_first()
            newcomer = a_person(f"newcomer{self.number}", "Nora Keller")
            a_person(f"roleless{self.number}", "Rolf Ohne")
            units.grant(unit=self.cast.unit, user=newcomer, role=Role.VALIDATOR, by=self.cast.admin)

    def _add_models(self) -> None:
        """Add one model of each state: begun, in review, approved, and approved but void."""
        cast, n = self.cast, self.number
        a_version(cast, a_model(cast, f"Begun {n}"))
        a_release(cast, self._complete(a_model(cast, f"In review {n}")))
        approved = an_approved_release(cast, self._complete(a_model(cast, f"Approved {n}")))
        a_report(cast, approved)
        void = an_approved_release(cast, self._complete(a_model(cast, f"Void {n}")))
        versions.detach_data(link=void.version.data_links.get(), reason="", by=cast.scientist)

    def _complete(self, model: RegisteredModel, label: str = "1.0") -> ModelVersion:
        """Register a complete version on the data there is; reading a table takes its time."""
        version = a_version(self.cast, model, label)
        attached(self.cast, version, self.link.data)
        complete_card(self.cast, version)
        assessed_risk(self.cast, version)
        a_scorecard(self.cast, model)
        for kind in ("performance", "fairness"):
            an_exhibit(self.cast, version, kind, data=self.link.data)
        return version

    def _add_to_the_first(self) -> None:
        """Add one more of everything that belongs to a model, a version or a dataset."""
        cast, n = self.cast, self.number
        a_run(cast, self.link, "fairness", fails=bool(n % 2))
        an_exhibit(cast, self.version, "fairness", verdict="fail")
        attached(cast, self.version, a_dataset_version(cast, a_dataset(cast, f"More {n}")))
        a_dataset_version(cast, self.dataset)
        a_card(cast, self.version, caveats=f"Said for the {n}th time.")
        assessed_risk(cast, self.version)
        self._complete(self.model, f"1.{n}")
        registered_models.revise(
            model=self.model,
            statement=a_statement(cast, purpose=f"Purpose {n}."),
            reason="It changes.",
            by=cast.scientist,
        )


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return len(seen)


def counts(cast: Cast, shelf: Shelf) -> dict[tuple[str, str], int]:
    """Return how many queries each page takes for each person."""
    first = {"slug": shelf.model.slug}
    version = first | {"number": shelf.version.number}
    addresses = {page: reverse(page) for page in LISTS} | {
        page: reverse(page, kwargs=kwargs)
        for page, kwargs in {
            "model": first,
            "model_journal": first,
            **dict.fromkeys(
                ("version", "card", "version_risk", "version_data", "version_evidence"), version
            ),
            "version_runs": version,
            "dataset": {"slug": shelf.dataset.slug},
            "unit": {"slug": cast.unit.slug},
        }.items()
    }
    told = {}
    for name in PEOPLE:
        client = signed_in(getattr(cast, name))
        for page, address in addresses.items():
            told[name, page] = queries_of(client, address)
    return told


def test_twelve_rows_take_as_many_queries_as_three(cast: Cast, settings: Settings) -> None:
    # Each of the many approvals checks the password; a slow hash would take most of the time.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cast.manager.set_password(PASSWORD)
    cast.manager.save()
    shelf = Shelf(cast)
    shelf.grow(FEW)
    few = counts(cast, shelf)
    shelf.grow(MANY)
    many = counts(cast, shelf)
    assert RegisteredModel.objects.count() > 4 * MANY
    assert ModelVersion.objects.filter(model=shelf.model).count() > MANY
    assert DatasetVersion.objects.filter(dataset=shelf.dataset).count() > MANY
    grown = {key: (few[key], many[key]) for key in few if few[key] != many[key]}
    assert grown == {}
