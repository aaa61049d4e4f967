"""Every list of the API: as many queries for three rows as for one, and none for a stranger."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from audits.services import reports, runs
from registry.models import RegisteredModel, Release
from registry.rules.roles import Role
from registry.services import registered_models, relations, tier_overrides, units
from tests.cast import (
    Cast,
    a_complete_version,
    a_dataset_version,
    a_model,
    a_person,
    a_release,
    a_statement,
    a_trained_artefact,
    an_exhibit,
    api,
    attached,
)
from tests.registry.scoring import filled, proposed

# Two look up the token and one counts the rows; nested lists first find what they belong to.
LISTS = {
    "/units/": 5,
    "/memberships/": 4,
    "/models/": 6,
    "/models/{slug}/revisions/": 7,
    "/models/{slug}/relations/": 5,
    "/models/{slug}/tier-overrides/": 5,
    "/versions/": 4,
    "/versions/{version}/data/": 5,
    "/versions/{version}/evidence/": 5,
    "/datasets/": 4,
    "/datasets/{dataset}/versions/": 5,
    "/runs/": 4,
    "/releases/": 10,
    "/reports/": 5,
    "/journal/": 6,
}


class Shelf:
    """Rows for every list; each growth adds one more to all of them."""

    def __init__(self, cast: Cast, artefact: Path) -> None:
        self.cast, self.artefact = cast, artefact
        self.number = 0
        self.first = self.grow()
        self.data = self.first.version.data_links.get().data

    def grow(self) -> Release:
        """Add a model with all that can belong to it, and more to what the first one has."""
        self.number += 1
        cast = self.cast
        model = a_model(cast, f"Model {self.number}")
        version = a_complete_version(cast, model, artefact=self.artefact)
        release = a_release(cast, version)
        link = version.data_links.get()
        runs.request(version=version, data=link.data, kind="fairness", by=cast.scientist)
        reports.request(version=version, profile="internal", language="en", by=cast.auditor)
        person = a_person(f"newcomer{self.number}", "Nora Keller")
        units.grant(unit=cast.unit, user=person, role=Role.VALIDATOR, by=cast.admin)
        if self.number > 1:
            self.add_to_the_first()
        return release

    def add_to_the_first(self) -> None:
        """Add to the lists that belong to one model, version or dataset."""
        version = self.first.version
        statement = a_statement(self.cast, maintainers=(self.cast.scientist, self.cast.validator))
        registered_models.revise(
            model=version.model, statement=statement, reason="A trial.", by=self.cast.scientist
        )
        upstream = RegisteredModel.objects.get(name=f"Model {self.number}")
        relations.relate(
            upstream=upstream, downstream=version.model, what="Its score.", by=self.cast.scientist
        )
        self.override(version.model)
        data = a_dataset_version(self.cast, self.data.dataset)
        attached(self.cast, version, data)
        an_exhibit(self.cast, version, data=data)

    def override(self, model: RegisteredModel) -> None:
        """Propose another tier, and take it back."""
        if not model.scorecards.exists():
            filled(model, self.cast.scientist, purpose=3)
        proposal = proposed(self.cast, model)
        tier_overrides.withdraw(override=proposal, reason="A trial.", by=self.cast.owner)

    def address(self, path: str) -> str:
        """Return the address of a list about the first model."""
        version = self.first.version
        return "/api/v1" + path.format(
            slug=version.model.slug, version=version.pk, dataset=self.data.dataset_id
        )


@pytest.fixture
def shelf(cast: Cast, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """One row in every list."""
    artefact = a_trained_artefact(tmp_path_factory.mktemp("artefact") / "model.json")
    return Shelf(cast, artefact)


def test_every_list_takes_the_same_queries_however_long_it_is(
    shelf: Shelf, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = api(shelf.cast.auditor)
    before = {path: _rows(client, shelf.address(path)) for path in LISTS}
    for path, number in LISTS.items():
        # Nothing feeds the model yet, and nobody overrode its tier: no row is asked for.
        none_yet = path.endswith(("/relations/", "/tier-overrides/"))
        with django_assert_num_queries(number - none_yet, info=path):
            client.get(shelf.address(path))
    shelf.grow()
    shelf.grow()
    for path, number in LISTS.items():
        with django_assert_num_queries(number, info=path):
            client.get(shelf.address(path))
        if path != "/units/":
            assert _rows(client, shelf.address(path)) > before[path], path


def _rows(client: APIClient, address: str) -> int:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return int(answer.json()["count"])


def test_lists_are_paged(shelf: Shelf) -> None:
    client = api(shelf.cast.auditor)
    assert client.get("/api/v1/models/?page=1").status_code == 200
    assert client.get("/api/v1/models/?page=2").status_code == 404
    assert client.get("/api/v1/models/?page=last%00").status_code == 404


@pytest.mark.parametrize("path", [path for path in LISTS if "{" not in path])
def test_nobody_lists_anything_without_signing_in(cast: Cast, path: str) -> None:
    assert APIClient().get(f"/api/v1{path}").status_code == 401


@pytest.mark.parametrize("path", [path for path in LISTS if "{" not in path])
def test_who_belongs_to_no_unit_lists_nothing(cast: Cast, path: str) -> None:
    newcomer = a_person("newcomer", "Nora Keller")
    newcomer.is_superuser = newcomer.is_staff = True
    newcomer.save()
    assert api(newcomer).get(f"/api/v1{path}").json()["results"] == []
