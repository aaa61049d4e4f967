"""What cannot be proven or named is not printed: the report is refused, and nothing is made."""

from __future__ import annotations

from typing import Any

from pytest_django import Settings

from registry.models import Evidence, Membership
from registry.services import checkpoints, people, units
from tests.audits.reporting import asked, stated
from tests.cast import Cast, a_card, a_complete_version, a_version, an_approved_release
from tests.traces import refused


def test_a_name_that_does_not_open_refuses_the_report(cast: Cast, settings: Settings) -> None:
    version = a_version(cast)
    settings.PEOPLE_KEY, settings.PEOPLE_OLD_KEYS = bytes(32), []
    for on in ({"version": version}, {"model": version.model}, {"portfolio": [cast.unit]}):
        with refused("people.key_unknown"):
            asked(cast.auditor, **on)


def test_without_the_key_that_signs_checkpoints_there_is_no_report(
    cast: Cast, settings: Settings
) -> None:
    version = a_version(cast)
    checkpoints.make()
    a_card(cast, version)
    settings.CHECKPOINT_KEY, settings.CHECKPOINT_KEY_PATH = bytes(32), None
    with refused("checkpoint_key.unknown"):
        asked(cast.auditor, version=version)


def test_every_gap_of_a_model_is_named_at_once(cast: Cast) -> None:
    """An exhibit that is another than was frozen, and one whose file is gone."""
    version = a_complete_version(cast)
    first, second = Evidence.objects.filter(version=version).select_related("file")[:2]
    for exhibit in (first, second):
        exhibit.file.erased_at = exhibit.filed_at
        exhibit.file.save()
    with refused("report.exhibit_missing", "report.exhibit_missing") as caught:
        asked(cast.auditor, model=version.model)
    assert {first.title, second.title} <= {
        objection.params["title"] for objection in caught.value.objections
    }


def test_an_erased_person_is_named_no_more_but_where_they_signed(
    cast: Cast, settings: Settings, tmp_path: Any
) -> None:
    settings.ERASURES_FILE = tmp_path / "erasures.jsonl"
    release = an_approved_release(cast)
    before = asked(cast.auditor, release=release)
    for membership in Membership.objects.current().filter(user=cast.manager):
        units.end(membership=membership, reason="Left.", by=None)
    people.erase(person=cast.manager, reason="They asked for it.", by=cast.admin)
    told = stated(release=release)
    actors = {entry["actor"] for entry in told["journal"]}
    assert f"an erased person ({cast.manager.pk})" in actors
    assert "Mara Roth" not in actors
    assert told["decisions"][0]["printed_name"] == "Mara Roth"
    assert asked(cast.auditor, release=release).key != before.key
