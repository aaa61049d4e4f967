"""Entries are read with their names in the clear, wherever they are shown."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from registry.models import Entry, PersonKey
from registry.rules.casefile import canonical
from registry.services import openings, personal
from tests.cast import Cast, a_model, a_version, api
from tests.registry.pages import signed_in
from tests.traces import named


def the_entry(action: str) -> Entry:
    found: Entry = Entry.objects.filter(action=action).latest("number")
    return found


def plain(**changed: object) -> Entry:
    """Return an entry as the journal held them before names were sealed."""
    said = {"number": 1, "actor": "Ada Brandt", "subject": "A card", "changes": "{}"}
    return Entry(**said | changed)


def test_any_number_of_entries_is_opened_in_one_query(cast: Cast) -> None:
    a_version(cast)
    entries = list(Entry.objects.all())
    with CaptureQueriesContext(connection) as asked:
        read = openings.opened(entries)
    assert len(asked) == 1
    assert [one.entry for one in read] == entries
    assert not [one for one in read if "sealed:v1:" in f"{one.actor} {one.subject} {one.told}"]


def test_each_name_comes_with_the_key_that_opens_it_and_no_other(cast: Cast) -> None:
    a_model(cast)
    (read,) = openings.opened([the_entry("model.revised")])
    names = {personal.open_name(sealed, key) for sealed, key in read.keys.items()}
    assert names == {"Ada Brandt", "Olga Winter", "Milan Novak"}
    assert read.actor == "Ada Brandt"
    assert read.changes["owner"] == [None, named(cast.owner)]
    assert json.loads(read.told) == read.changes
    sealed = json.loads(read.entry.changes)["owner"][1]["name"]
    with pytest.raises(personal.Unopened):
        personal.open_name(sealed, read.keys[read.entry.actor])


def test_an_entry_from_before_names_were_sealed_reads_as_it_stands() -> None:
    (read,) = openings.opened([plain(changes='{"owner":"ada"}')])
    assert (read.actor, read.subject, read.changes) == ("Ada Brandt", "A card", {"owner": "ada"})
    assert read.keys == {}
    assert openings.opened([]) == []


@pytest.mark.parametrize("changes", ["{", "[1]", "7", ""])
def test_changes_that_were_bent_are_shown_as_they_are(changes: str) -> None:
    (read,) = openings.opened([plain(changes=changes)])
    assert read.changes == {"": changes}


def test_who_has_no_key_here_is_told_from_who_was_erased(cast: Cast, settings: Settings) -> None:
    a_model(cast)
    entry, pk = the_entry("model.registered"), cast.scientist.pk
    settings.PEOPLE_KEY = b"z" * 32
    (read,) = openings.opened([entry])
    assert (read.actor, read.keys) == (f"a name that does not open ({pk})", {})
    PersonKey.objects.filter(pk=pk).update(
        wrapped_key=None, wrapped_by="", erased_at=entry.at[:19] + "Z"
    )
    (read,) = openings.opened([entry])
    assert (read.actor, read.keys) == (f"an erased person ({pk})", {})


def test_a_sealed_name_that_was_bent_is_no_reason_to_show_no_page(cast: Cast) -> None:
    a_model(cast)
    entry = the_entry("model.registered")
    entry.actor = entry.actor[:-3] + ("AAA" if not entry.actor.endswith("AAA") else "BBB")
    (read,) = openings.opened([entry])
    assert read.actor == f"a name that does not open ({cast.scientist.pk})"
    entry.actor = entry.actor.replace(f":{cast.scientist.pk}:", ":987654321:")
    assert openings.opened([entry])[0].actor == "a name that does not open (987654321)"


def test_the_pages_and_the_api_name_people_and_find_them_by_name(cast: Cast) -> None:
    a_version(cast)
    browser = signed_in(cast.auditor)
    for page in (reverse("journal"), reverse("model_journal", args=["mortgage-approval"])):
        text = browser.get(page).text
        assert "Ada Brandt" in text
        assert "Olga Winter" in text
        assert "sealed:v1:" not in text
    found = browser.get(reverse("journal"), {"actor": "ada br"}).text
    assert ">version.registered<" in found
    assert ">unit.founded<" not in found
    assert "unit.founded" in browser.get(reverse("journal"), {"actor": "System"}).text
    assert "No entry matches" in browser.get(reverse("journal"), {"actor": "scientist"}).text
    answer = api(cast.auditor).get("/api/v1/journal/", {"action": "model.revised"}).json()
    (entry,) = answer["results"]
    assert entry["actor"] == "Ada Brandt"
    assert json.loads(entry["changes"])["owner"] == [None, named(cast.owner)]
    assert personal.is_sealed(entry["sealed"]["actor"])
    assert entry["changes"] == canonical(json.loads(entry["changes"]))
