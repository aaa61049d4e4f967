"""Evidence and the journal through the API."""

from __future__ import annotations

import hashlib

from django.core.files.storage import default_storage
from django.utils import timezone

from registry.rules.journal import seal
from tests.cast import Cast, a_complete_version, a_version, an_exhibit, api

JOURNAL = "/api/v1/journal/"


def test_the_exhibits_of_a_version_are_listed_newest_first(cast: Cast) -> None:
    version = a_version(cast)
    first, second = an_exhibit(cast, version), an_exhibit(cast, version, "fairness", verdict="fail")
    exhibits = f"/api/v1/versions/{version.pk}/evidence/"
    found = api(cast.auditor).get(exhibits).json()["results"]
    assert [one["id"] for one in found] == [second.pk, first.pk]
    narrowed = api(cast.auditor).get(exhibits, {"kind": "fairness", "verdict": "pass"})
    assert narrowed.json()["results"] == []


def test_the_file_of_an_exhibit_has_the_digest_that_is_told(cast: Cast) -> None:
    exhibit = an_exhibit(cast, a_version(cast))
    told = api(cast.auditor).get(f"/api/v1/evidence/{exhibit.pk}/").json()
    file = api(cast.auditor).get(f"/api/v1/evidence/{exhibit.pk}/file/")
    assert hashlib.sha256(file.content).hexdigest() == told["digest"]
    assert file["Content-Disposition"].startswith("attachment")
    assert file["Content-Type"] == "application/json"


def test_a_file_that_was_changed_in_the_store_is_not_handed_out(cast: Cast) -> None:
    exhibit = an_exhibit(cast, a_version(cast))
    with open(default_storage.path(exhibit.file.place), "ab") as stored:
        stored.write(b" ")
    answer = api(cast.auditor).get(f"/api/v1/evidence/{exhibit.pk}/file/")
    assert answer.status_code == 409
    assert answer.json()["objections"][0]["code"] == "file.broken"


def test_a_stranger_finds_no_exhibit(cast: Cast) -> None:
    exhibit = an_exhibit(cast, a_version(cast))
    for path in ("", "file/"):
        assert api(cast.outsider).get(f"/api/v1/evidence/{exhibit.pk}/{path}").status_code == 404


def test_the_journal_tells_enough_to_recompute_every_seal(cast: Cast) -> None:
    a_version(cast)
    entries = api(cast.auditor).get(JOURNAL).json()["results"]
    assert {"model.registered", "version.registered"} <= {entry["action"] for entry in entries}
    assert {"Ada Brandt", "system"} <= {entry["actor"] for entry in entries}
    assert "Brandt" not in str([entry["sealed"] for entry in entries])
    assert all(seal({**entry, **entry["sealed"]}) == entry["seal"] for entry in entries)


def test_the_journal_names_the_door_and_the_token(cast: Cast) -> None:
    api(cast.scientist).post("/api/v1/datasets/", {"unit": "retail-credit", "name": "Rows"})
    last = api(cast.auditor).get(JOURNAL, {"action": "dataset.registered"}).json()["results"][0]
    assert (last["door"], last["method"]) == ("api 127.0.0.1", "token")


def test_the_journal_is_narrowed(cast: Cast) -> None:
    a_complete_version(cast)
    auditor = api(cast.auditor)

    def count(**asked: str) -> int:
        return int(auditor.get(JOURNAL, asked).json()["count"])

    assert count(model="mortgage-approval", action="evidence") == 2
    assert count(actor="ada brandt", action="evidence.filed") == 2
    assert count(actor="Mara Roth") == 0
    now = timezone.now().isoformat()
    assert count(since=now) == 0
    assert count(until=now) == count()


def test_a_filter_that_is_no_instant_or_unknown_is_malformed(cast: Cast) -> None:
    answer = api(cast.auditor).get(JOURNAL, {"since": "yesterday", "who": "me", "model": "a\0"})
    assert answer.status_code == 400
    assert "who" in answer.json()
    answer = api(cast.auditor).get(JOURNAL, {"since": "yesterday", "model": "a\0"})
    assert set(answer.json()) == {"since", "model"}


def test_a_stranger_reads_nothing_of_another_units_journal(cast: Cast) -> None:
    a_version(cast)
    entries = api(cast.outsider).get(JOURNAL).json()["results"]
    assert {entry["unit"] for entry in entries} == {"", "treasury"}
