"""Loading policies as editions, and the plans in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from registry.models import PolicyEdition
from registry.rules.casefile import canonical, digest
from registry.services import policies
from tests.cast import Cast
from tests.traces import journalled, nothing_written, refused

SHIPPED = policies.FOLDER / "default.yaml"


def shipped(**changed: Any) -> dict[str, Any]:
    return {**policies.read(SHIPPED), **changed}


def test_the_shipped_policy_is_in_force(cast: Cast) -> None:
    edition = policies.in_force()
    assert (edition.name, edition.edition) == ("default", 1)
    assert edition.digest == digest(canonical(policies.read(SHIPPED)))


def test_an_unchanged_policy_makes_no_new_edition(cast: Cast) -> None:
    with nothing_written():
        assert policies.load(definition=shipped(), by=None).edition == 1


def test_a_changed_policy_is_a_new_edition_and_in_force(cast: Cast) -> None:
    with journalled() as entries:
        policies.load(definition=shipped(title="Stricter"), by=None)
    assert policies.in_force().edition == 2
    assert PolicyEdition.objects.get(edition=1).definition == shipped()
    (entry,) = entries
    assert (entry.action, entry.subject) == ("policy.loaded", "default, edition 2")


def test_a_broken_policy_is_refused(cast: Cast) -> None:
    with refused("policy.incomplete"):
        policies.load(definition=shipped(tiers={}), by=None)


@pytest.mark.parametrize("content", [b"tiers: [", b"\xff\xfe\x00", b"a: !!python/object:os.x 1"])
def test_what_is_not_yaml_is_refused(cast: Cast, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.yaml"
    path.write_bytes(content)
    with refused("policy.unreadable"):
        policies.read(path)


def test_loading_twice_changes_nothing(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    with nothing_written():
        call_command("load_policies")
    assert "default, edition 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("plans", "code"),
    [
        ({"gossip": {"checks": []}}, "plan.kind"),
        ({"drift": {"checks": [{"measure": "psi", "limit": 0.2}]}}, "plan.check"),
        ({"data": {"smallest_group": "30"}}, "plan.smallest_group"),
    ],
)
def test_a_policy_with_a_plan_that_nothing_is_judged_by_is_refused(
    cast: Cast, plans: dict[str, Any], code: str
) -> None:
    with refused(code):
        policies.load(definition=shipped(plans=plans), by=None)


def test_the_shipped_policy_has_a_plan_for_each_kind_of_run() -> None:
    plans = policies.read(SHIPPED)["plans"]
    assert list(plans) == ["performance", "fairness", "explanation", "drift", "data"]
    assert all(section["checks"] for section in plans.values())
