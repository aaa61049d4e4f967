"""The public profile: no names, no small cells, and files to match; the others show everything."""

from __future__ import annotations

import io
import json
from typing import Any

import pikepdf
import pytest

from audits.rendering import render
from audits.rendering.redaction import published
from audits.suppression import suppress
from tests.audits import dossiers, sample_facts
from tests.audits.test_rendering_document import rendered, text_of

PEOPLE = ("Brandt", "Lindt", "Hartmann", "Weber", "Okafor", "Quist")


def files_of(pdf: bytes) -> dict[str, str]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return {
            name: spec.get_file().read_bytes().decode() for name, spec in opened.attachments.items()
        }


@pytest.fixture(scope="module")
def public() -> dict[str, Any]:
    return published(dossiers.full(profile="public"))


def test_no_name_is_printed_or_attached() -> None:
    pdf = rendered("full", profile="public")
    for text in (text_of(pdf), *files_of(pdf).values()):
        assert not [name for name in PEOPLE if name in text]
        assert "@example.org" not in text


def test_people_appear_by_their_role() -> None:
    cover = text_of(rendered("full", profile="public")).split("What is in here")[0]
    assert "Decided by Validator, Model risk manager 1" in cover


def test_two_people_of_one_role_stay_two() -> None:
    dossier = dossiers.full(profile="public")
    dossier["decisions"].append(
        sample_facts.decision(
            "Ulf Sand", "validator", "2026-11-20T15:00:00Z", "Validation", "Seen."
        )
    )
    told = published(dossiers.whole(dossier))
    assert [one["printed_name"] for one in told["decisions"]] == [
        "Validator 1",
        "Model risk manager 1",
        "Validator 2",
    ]


def test_a_surname_is_replaced_in_prose_but_not_in_the_figures() -> None:
    dossier = dossiers.full(profile="public")
    dossier["case_file"]["context"]["owner"] = "Bo White"
    dossier["case_file"]["subject"]["card"]["sections"]["factors"] = "As White proposed."
    dossier["evidence"][2]["content"]["groups"][-1]["group"] = "White"
    told = published(dossiers.whole(dossier))
    assert told["case_file"]["subject"]["card"]["sections"]["factors"] == "As Owner proposed."
    assert told["evidence"][2]["content"]["groups"][-1]["group"] == "White"


def test_a_small_group_shows_its_bound_and_nothing_else(public: dict[str, Any]) -> None:
    groups = public["evidence"][2]["content"]["groups"]
    unknown = next(group for group in groups if group["missing"])
    assert unknown["count"] == {"fewer_than": 10}
    assert (unknown["measures"], unknown["impact_ratio"]) == ({}, None)
    assert "fewer than 10" in text_of(rendered("full", profile="public"))


def test_counts_beside_a_small_one_are_rounded_so_that_subtraction_does_not_tell(
    public: dict[str, Any],
) -> None:
    groups = public["evidence"][2]["content"]["groups"]
    assert [group["count"] for group in groups if group["attribute"] == "sex"] == [
        {"about": 70},
        {"about": 320},
        {"fewer_than": 10},
    ]
    assert [group["count"] for group in groups if group["attribute"] == "race"] == [48, 26, 324]


def test_a_rate_over_few_people_is_withheld_even_in_a_large_group(public: dict[str, Any]) -> None:
    groups = public["evidence"][2]["content"]["groups"]
    hispanic = next(group for group in groups if group["group"] == "hispanic")
    assert hispanic["measures"]["false_positive_rate"]["value"] is None
    assert hispanic["measures"]["selection_rate"]["value"] == 0.731


def test_what_a_withheld_group_would_tell_by_another_way_is_withheld_too(
    public: dict[str, Any],
) -> None:
    content = public["evidence"][2]["content"]
    by_sex, by_race = content["comparisons"][0], content["comparisons"][2]
    assert (by_sex["value"], by_sex["reason"]) == (None, "withheld")
    assert by_sex["judged"]["value"] is not None
    assert by_race["value"] == 0.337
    assert content["honesty"]["not_estimable"][0]["reason"] == "withheld"


def test_small_cells_are_bounded_and_their_combination_is_withheld(public: dict[str, Any]) -> None:
    rows = public["evidence"][2]["content"]["cells"]["rows"]
    assert ["female", "black", 0, 0, {"fewer_than": 10}] in rows
    assert ["female", "black", 1, 1, None] in rows
    # All men less the black ones, and the sums by sex and by race are in the open.
    assert ["male", "white", 1, 1, None] in rows


def test_a_single_small_combination_takes_the_next_one_with_it() -> None:
    content = {"cells": {"columns": ["sex"], "rows": [["a", 4], ["b", 40], ["c", 90]]}}
    assert suppress(content)["cells"]["rows"] == [["a", {"fewer_than": 10}], ["b", None], ["c", 90]]


def test_a_confusion_with_a_small_count_is_rounded(public: dict[str, Any]) -> None:
    assert public["evidence"][1]["content"]["confusion"] == {
        "true_positives": {"about": 330},
        "false_positives": {"about": 20},
        "false_negatives": {"fewer_than": 10},
        "true_negatives": {"about": 40},
    }


def test_missing_values_of_a_sensitive_column_are_bounded(public: dict[str, Any]) -> None:
    columns = public["case_file"]["subject"]["data"][1]["columns"]
    assert {"name": "sex", "type": "VARCHAR", "missing": {"fewer_than": 10}} in columns


def test_digests_that_would_confirm_a_guess_are_left_out(public: dict[str, Any]) -> None:
    full = dossiers.full()
    exhibits = [one["digest"] for one in full["evidence"] if one["kind"] != "drift"]
    told = json.dumps(files_of(rendered("full", profile="public")))
    assert not [digest for digest in exhibits if digest in told]
    assert public["case_file_digest"] == full["case_file_digest"]


def test_an_entry_is_proven_without_what_it_says() -> None:
    full = dossiers.full()
    told = json.loads(files_of(rendered("full", profile="public"))["journal.json"])
    assert [set(one) for one in told["entries"]] == [
        {"number", "at", "action", "seal", "path"} for _ in full["journal"]
    ]
    # Whoever gathers a public dossier with everything in it publishes nothing of it all the same.
    careless = published(
        {**dossiers.full(profile="public"), "journal_extract": full["journal_extract"]}
    )
    assert "opened" not in json.dumps(careless["journal_extract"])
    assert "Brandt" not in json.dumps(careless)


def test_the_manifest_says_that_it_is_redacted_and_the_readme_why() -> None:
    files = files_of(rendered("full", profile="public"))
    assert json.loads(files["manifest.json"])["redacted"] is True
    assert json.loads(files["casefile.json"])["redacted"]
    assert "redacted copies" in files["README.txt"]


def test_internal_and_regulator_show_everything() -> None:
    regulator, internal = rendered("full"), render(dossiers.full(profile="internal"))
    for name, text in files_of(regulator).items():
        if name != "manifest.json":
            assert files_of(internal)[name] == text
    assert "Vera Lindt" in text_of(internal)


def test_the_dossier_handed_in_is_left_as_it_was() -> None:
    dossier = dossiers.full(profile="public")
    published(dossier)
    assert dossier == dossiers.full(profile="public")


def test_whoever_acts_in_the_journal_without_a_label_is_not_named() -> None:
    journal = sample_facts.journal()
    journal.append(sample_facts.entry(9, "2026-11-20T15:20:00Z", "Ulf Sand", "", "event.announced"))
    told = published(dossiers.full(profile="public", journal=journal))
    assert [one["actor"] for one in told["journal"]][-1] == "this installation"
    assert "Sand" not in json.dumps(told)
