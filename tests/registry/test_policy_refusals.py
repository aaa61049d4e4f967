"""What no edition of the policy may say is refused by every door; what was adopted once is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from registry.models import PolicyEdition
from registry.rules.releases import ALWAYS_EXCLUDED
from registry.rules.risk import HazardFacts
from registry.rules.roles import Role
from registry.services import cards, policies, policy_proposals, risk, units
from registry.services.policy_texts import written
from tests.cast import Cast, a_complete_version, a_release, api
from tests.registry.pages import signed_in
from tests.registry.policies_at_work import (
    adopted_long_ago,
    approve,
    changed,
    waiting_since_long,
)
from tests.registry.signing import approve as sign
from tests.registry.signing import fresh
from tests.traces import nothing_written, refused

API, PAGE = "/api/v1/policies/", "/settings/policies/propose/"


def a_circle() -> dict[str, Any]:
    """Return a policy whose tier 3 is like tier 4, which is like tier 3."""
    return changed(like=4)


def an_unknown_role() -> dict[str, Any]:
    return changed(stages=[{"name": "Blessing", "role": "bishop", "needed": 1}])


def nobody_excluded() -> dict[str, Any]:
    return changed(environments={"production": {"excluded": []}})


@pytest.mark.parametrize(
    ("draft", "codes", "sentence"),
    [
        (a_circle, ["policy.circle"] * 2, "Tier 3 is like itself"),
        (an_unknown_role, ["policy.stage"], "the role has to be one of"),
        (nobody_excluded, ["policy.excluded_too_few"], "leaves out submitted, registered, card"),
    ],
    ids=["a circle", "an unknown role", "nobody excluded"],
)
def test_every_door_refuses_it_with_a_sentence_and_keeps_nothing(
    cast: Cast, tmp_path: Path, draft: Any, codes: list[str], sentence: str
) -> None:
    text = written(draft())
    said = {"text": text, "note": "Asked for.", "based_on": 1}
    with refused(*codes) as told:
        policy_proposals.propose(**said, by=cast.admin)
    assert sentence in str(told.value)
    file = tmp_path / "draft.yaml"
    file.write_text(text, encoding="utf-8")
    scripts, client = api(cast.admin), signed_in(cast.admin)
    with nothing_written():
        with pytest.raises(CommandError, match=sentence) as ended:
            call_command("simulate_policy", str(file))
        proposal = scripts.post(API, said)
        simulation = scripts.post(f"{API}simulate/", {"text": text})
        pages = [client.post(PAGE, said | {button: "1"}) for button in ("propose", "preview")]
    assert ended.value.returncode == 2
    for answer in (proposal, simulation):
        assert answer.status_code == 409
        assert [one["code"] for one in answer.json()["objections"]] == codes
    for page in pages:
        assert page.status_code == 409
        assert sentence in page.text


def test_an_early_edition_that_excludes_nobody_is_read_as_excluding_who_made_the_version(
    cast: Cast,
) -> None:
    edition = adopted_long_ago(excluded=[])
    assert policies.in_force() == edition
    version = a_complete_version(cast)
    units.grant(unit=cast.unit, user=cast.manager, role=Role.DATA_SCIENTIST, by=cast.admin)
    cards.save(version=version, sections={"factors": "Mine."}, by=cast.manager)
    risk.assess(version=version, hazards=[HazardFacts("Fire", 2, 2, "", 2, 2)], by=cast.manager2)
    release = a_release(cast, version)
    with refused("release.own_work.card"):
        sign(release, cast.manager)
    # Whether who assessed the risk may sign is the edition's choice, and it chose.
    sign(release, cast.manager2)
    assert fresh(release).state == "approved"
    told = signed_in(cast.auditor).get(f"/settings/policies/{edition.edition}/").text
    assert "who wrote the model card" in told


def test_a_proposal_from_before_is_adopted_no_more(cast: Cast) -> None:
    edition = waiting_since_long(excluded=[*ALWAYS_EXCLUDED[1:]])
    with refused("policy.excluded_too_few"):
        approve(edition, cast.manager)


def test_a_start_does_not_fail_on_a_file_that_was_adopted_before(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policies, "FOLDER", tmp_path)
    file = tmp_path / "default.yaml"
    file.write_text(adopted_long_ago(excluded=[]).text, encoding="utf-8")
    with nothing_written():
        call_command("load_policies", verbosity=0)
    file.write_text(written(changed(excluded=["card"])), encoding="utf-8")
    with nothing_written(), pytest.raises(CommandError, match="leaves out submitted"):
        call_command("load_policies", verbosity=0)
    assert PolicyEdition.objects.count() == 2
