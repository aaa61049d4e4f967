"""Filing exhibits: once, whole, and with a new case file while somebody reviews."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from registry.models import Evidence
from registry.rules import row_digests
from registry.services import evidence
from tests.cast import (
    Cast,
    a_dataset_version,
    a_release,
    a_version,
    an_approved_release,
    an_exhibit,
)
from tests.traces import journalled, nothing_written, only_the_entitled_may, refused


def filed(cast: Cast, version: Any, **changed: Any) -> Evidence:
    given: dict[str, Any] = {
        "version": version,
        "kind": "fairness",
        "title": "Fairness by hand",
        "verdict": "pass",
        "summary": "All groups alike.",
        "content": b'{"kind":"fairness"}',
        "file_name": "fairness.json",
        "producer": "a colleague",
        "origin": "by hand 1",
        "reproduced": False,
        "data": None,
        "by": cast.scientist,
    }
    return evidence.file_exhibit(**given | changed)


def test_an_exhibit_is_filed_with_its_digest(cast: Cast) -> None:
    version = a_version(cast)
    with journalled() as entries:
        exhibit = filed(cast, version)
    digest = hashlib.sha256(b'{"kind":"fairness"}').hexdigest()
    assert (exhibit.digest, exhibit.file.sha256) == (digest, digest)
    (entry,) = entries
    told = json.loads(entry.changes)
    # What a later check of the row is held against.
    assert told.pop("facts") == row_digests.digest_of(exhibit, row_digests.EVIDENCE)
    assert (entry.action, entry.role, told) == (
        "evidence.filed",
        "data_scientist",
        {"kind": "fairness", "verdict": "pass", "sha256": digest, "reproduced": False},
    )


def test_the_same_origin_is_filed_once(cast: Cast) -> None:
    version = a_version(cast)
    first = filed(cast, version)
    with nothing_written():
        assert filed(cast, version, content=b"other", verdict="fail") == first


@pytest.mark.parametrize("changed", [{"kind": "gossip"}, {"verdict": "splendid"}, {"title": "  "}])
def test_what_is_no_exhibit_is_refused(cast: Cast, changed: dict[str, str]) -> None:
    version = a_version(cast)
    with refused("evidence.shape"):
        filed(cast, version, **changed)


def test_an_empty_exhibit_is_refused(cast: Cast) -> None:
    version = a_version(cast)
    with refused("file.empty"):
        filed(cast, version, content=b"")


def test_nobody_else_files_an_exhibit(cast: Cast) -> None:
    version = a_version(cast)
    only_the_entitled_may(cast, "evidence.file", lambda by: filed(cast, version, by=by))


def test_a_person_who_may_not_file_does_not_learn_what_is_filed(cast: Cast) -> None:
    version = a_version(cast)
    filed(cast, version)
    only_the_entitled_may(cast, "evidence.file", lambda by: filed(cast, version, by=by))


def test_an_exhibit_filed_in_review_renews_the_case_file(cast: Cast) -> None:
    release = a_release(cast)
    before = release.case_file
    with journalled() as entries:
        exhibit = an_exhibit(cast, release.version, "fairness", data=a_dataset_version(cast))
    release.refresh_from_db()
    after = release.case_file
    assert (before.number, after.number) == (1, 2)
    assert [one["id"] for one in after.content["exhibits"]][-1] == exhibit.pk
    assert len(after.content["exhibits"]) == len(before.content["exhibits"]) + 1
    assert {**after.content, "exhibits": []} == {**before.content, "exhibits": []}
    renewed = entries[-1]
    assert (renewed.action, json.loads(renewed.changes)) == (
        "case_file.renewed",
        {
            "digest": [before.digest, after.digest],
            "facts": row_digests.digest_of(after, row_digests.CASE_FILE),
        },
    )


def test_an_exhibit_filed_after_approval_leaves_the_case_file_alone(cast: Cast) -> None:
    release = an_approved_release(cast)
    before = release.case_file
    an_exhibit(cast, release.version)
    release.refresh_from_db()
    assert release.case_file == before
    assert release.case_files.count() == 1


def test_a_stranger_sees_no_exhibit(cast: Cast) -> None:
    exhibit = filed(cast, a_version(cast))
    assert Evidence.objects.visible_to(cast.auditor).contains(exhibit)
    assert not Evidence.objects.visible_to(cast.outsider).exists()
