"""What the chapters say: the verdict on the cover, figures in words, and pictures of real edges."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import translation

from audits.measures.figures import REASONS
from audits.rendering import exhibits, figures, lineage, matrix, standing, tables, times, words
from tests.audits import dossiers, sample_facts, sample_measurements


def released(state: str, **facts: Any) -> dict[str, Any]:
    """Return the full dossier with its release in another state."""
    dossier = dossiers.full()
    dossier["release"] |= {"state": state, **facts}
    return dossier


@pytest.mark.parametrize(
    ("state", "tone", "sentence"),
    [
        ("draft", "medium", "Returned to its author: not submitted again for production"),
        ("submitted", "medium", "Submitted for production: nobody has reviewed it yet"),
        ("in_review", "medium", "In review for production: 2 of 2 signatures given"),
        ("approved", "low", "Approved for production until 20 November 2027"),
        (
            "approved_with_conditions",
            "low",
            "Approved under conditions for production until 20 November 2027",
        ),
        ("rejected", "severe", "Rejected for production"),
        ("withdrawn", "medium", "Withdrawn before a decision on production"),
        ("live", "low", "Live in production, and approved until 20 November 2027"),
        ("superseded", "medium", "Superseded in production by a later release"),
        ("expired", "high", "Approval for production expired on 20 November 2027"),
        ("condition_breached", "severe", "A condition of the approval for production was not kept"),
        ("revoked", "severe", "Approval for production revoked"),
        ("void", "severe", "Approval for production is void: what was signed has changed"),
        ("retired", "medium", "Retired from production"),
    ],
)
def test_the_cover_says_where_the_release_stands(state: str, tone: str, sentence: str) -> None:
    found = standing.standing(released(state))
    assert (found.tone, found.sentence) == (tone, sentence)


def test_an_approval_whose_gate_is_closed_is_not_shown_as_approved_alone() -> None:
    reason = {"message": "It changed (%(facts)s).", "params": {"facts": "threshold"}}
    found = standing.standing(
        released("approved", gate={"allowed": False, "reasons": [reason, "And more."]})
    )
    assert found.tone == "severe"
    assert found.sentence == "Approved for production, but its gate is closed"
    assert found.reasons == ("It changed (threshold).", "And more.")


def test_an_approval_that_has_run_out_says_so() -> None:
    found = standing.standing(released("approved", valid_until="2026-11-20T16:00:00Z"))
    assert found.sentence == "Approval for production expired on 20 November 2026"


def test_only_decisions_on_this_case_file_decide() -> None:
    dossier = dossiers.full()
    dossier["decisions"][0]["bound"] = False
    assert [one["printed_name"] for one in standing.deciding(dossier)] == ["Grace Hartmann"]
    dossier["release"]["state"] = "revoked"
    assert standing.deciding(dossier) == []


def test_the_worst_check_is_the_gravest_and_then_the_one_furthest_out() -> None:
    checks = [sample_measurements.check_of(one) for one in sample_measurements.fairness()["groups"]]
    worst = standing.worst_check(checks)
    assert worst is not None
    assert (worst["group"], worst["verdict"]) == ("black", "fail")
    assert standing.worst_check([{**worst, "reason": "too_few"}]) is None


def test_a_figure_is_rounded_and_not_cut() -> None:
    assert figures.figure(0.64157) == "0.642"
    assert figures.figure(-0.0004) == "-0.000" or figures.figure(-0.0004) == "0.000"
    assert figures.figure(12_345.678) == "12,346"
    with translation.override("de"):
        assert figures.figure(0.64157) == "0,642"
        assert figures.number(1591) == "1.591"


def test_what_cannot_be_estimated_says_why() -> None:
    gap = {"value": None, "reason": "no_positives"}
    assert figures.measured(gap) == "not estimable: no positive rows"
    assert figures.interval(gap) == ""


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_every_reason_a_measurement_gives_has_words(reason: str) -> None:
    assert words.word("reason", reason) != words.as_it_is(reason)


def test_every_measure_of_the_samples_has_words() -> None:
    codes = exhibits.used_measures(sample_facts.evidence())
    assert {"impact_ratio", "roc_auc", "demographic_parity_ratio"} <= set(codes)
    assert all(words.word("measure", code) for code in codes)


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert words.word("measure", "brand_new_score") == "Brand new score"


def test_instants_are_told_in_utc() -> None:
    assert times.moment("2026-11-20T16:00:00.123456Z") == "20 November 2026, 16:00 UTC"


def test_the_latest_exhibit_of_a_kind_is_shown_and_the_earlier_ones_are_listed() -> None:
    found = {kind.code: kind for kind in exhibits.kinds(sample_facts.evidence())}
    assert list(found) == ["performance", "fairness", "drift"]
    assert found["fairness"].latest["id"] == 13
    assert [one["id"] for one in found["fairness"].earlier] == [11]


def test_a_missing_value_is_a_group_of_its_own() -> None:
    attribute = exhibits.attributes(sample_measurements.fairness())[0]
    assert [group["name"] for group in attribute.groups] == ["female", "male", "not given"]
    crossed = {"group": "male, missing", "missing": True, "values": ["male", None]}
    assert figures.group_name(crossed) == "male, not given"
    assert figures.group_name({"group": "missing", "missing": False}) == "missing"


def test_a_multiclass_confusion_keeps_its_labels() -> None:
    content = {"confusion": {"labels": ["a", "b"], "matrix": [[3, 1], [0, 5]]}, "scored": {}}
    assert exhibits.confusion(content) == {
        "labels": ["a", "b"],
        "rows": [("a", [3, 1]), ("b", [0, 5])],
    }


def test_a_file_of_unknown_shape_becomes_tables() -> None:
    found = list(tables.tables(sample_measurements.drift()))
    assert [table.title for table in found] == ["", "reference", "features"]
    assert found[2].columns == ["feature", "psi", "verdict"]
    long = list(tables.tables([{"n": n} for n in range(100)]))
    assert (len(long[0].rows), long[0].left_out) == (60, 40)


def edges(dossier: dict[str, Any]) -> int:
    return len(re.findall("<path", lineage.draw(dossier)))


def test_every_edge_of_the_lineage_is_a_record() -> None:
    dossier = dossiers.full()
    # Two data files and four exhibits of the version, four exhibits in the case file, three
    # exhibits measured on the test data.
    assert edges(dossier) == 2 + 4 + 4 + 3
    dossier["case_file"]["exhibits"] = dossier["case_file"]["exhibits"][:1]
    assert edges(dossier) == 2 + 4 + 1 + 3
    dossier["release"] = None
    assert edges(dossier) == 2 + 4 + 3


def test_a_lineage_of_a_version_alone_has_no_edge() -> None:
    assert edges(dossiers.bare()) == 0


def test_the_matrix_shows_each_hazard_before_and_after() -> None:
    drawn = matrix.draw(sample_facts.risk())
    assert all(drawn.count(f">{letter}</text>") == 2 for letter in "ABCD")
    assert "inherent 16, residual 12" in drawn


def test_a_crowded_matrix_counts_what_it_leaves_out() -> None:
    drawn = matrix.draw(dossiers.crowded()["case_file"]["subject"]["risk"])
    assert "<text" in drawn
    assert matrix.letter(27) == "B2"
