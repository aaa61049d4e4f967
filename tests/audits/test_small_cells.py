"""Small counts: in the sealed evidence, and never before a reader without the right to them."""

from __future__ import annotations

import html
import json

from django.urls import reverse

from registry.models import Evidence
from registry.services import files
from tests.cast import api
from tests.registry.pages import World, signed_in, world

__all__ = ["world"]

LEFT_OUT = "Counts that could point at a person are left out"


def fairness_of(world: World) -> Evidence:
    assert world.fair.evidence is not None
    return world.fair.evidence


def test_the_sealed_evidence_states_every_count(world: World) -> None:
    content = json.loads(files.read_checked(fairness_of(world).file))
    counts = [row[-1] for row in content["cells"]["rows"]]
    assert all(isinstance(count, int) for count in counts)
    assert min(counts) < content["honesty"]["smallest_cell"]


def test_a_page_leaves_them_out_for_who_only_runs_the_system(world: World) -> None:
    for name in ("performance", "fairness"):
        run = world.done if name == "performance" else world.fair
        for address in (
            reverse("figures", args=[run.evidence_id]),
            reverse("run", args=[run.pk]),
        ):
            text = html.unescape(signed_in(world.cast.admin).get(address).text)
            assert LEFT_OUT in text, address
            assert LEFT_OUT not in html.unescape(signed_in(world.cast.auditor).get(address).text)


def test_a_file_with_small_counts_is_refused_with_the_roles_it_takes(world: World) -> None:
    exhibit = fairness_of(world)
    doors = (
        f"/api/v1/evidence/{exhibit.pk}/file/",
        f"/api/v1/reports/{world.report.pk}/file/",
    )
    for door in doors:
        assert api(world.cast.auditor).get(door).status_code == 200, door
        refused = api(world.cast.admin).get(door)
        assert refused.status_code == 403, door
        assert "Auditor" in refused.json()["detail"]
        assert api(world.cast.outsider).get(door).status_code == 404, door


def test_the_exhibits_page_offers_no_file_that_would_be_refused(world: World) -> None:
    address = reverse("exhibit", args=[fairness_of(world).pk])
    assert "Download the file" in signed_in(world.cast.owner).get(address).text
    assert "Download the file" not in signed_in(world.cast.admin).get(address).text
