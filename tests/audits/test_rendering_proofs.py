"""What the report prints of the journal and its proof, and what it refuses to print as proven."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from audits.rendering import completeness, journal
from audits.rendering.redaction import published
from audits.rules.reports import RENDERER
from tests.audits import dossiers
from tests.audits.sample_facts import entry
from tests.audits.sample_proofs import tombstone
from tests.audits.test_rendering_completeness import codes
from tests.audits.test_rendering_releases import chapter, page

DAY = "2026-11-20T10:{:02d}:00Z"


def saved(number: int, day: str = "", **changed: Any) -> dict[str, Any]:
    told = entry(number, day or DAY.format(number), "Ada Brandt", "data_scientist", "card.saved")
    return told | changed


def test_one_act_again_and_again_is_one_row() -> None:
    found = journal.parts([saved(1), saved(2), saved(3)])
    assert [(row.numbers, row.times) for row in found["rows"]] == [((101, 103), 3)]
    assert found["folded"] == []


@pytest.mark.parametrize(
    "other",
    [
        {"actor": "Vera Lindt"},
        {"subject": "Another model"},
        {"reason": "A typing error."},
        {"action": "card.made_effective"},
        {"at": "2026-11-21T10:00:00Z"},
    ],
)
def test_what_differs_in_anything_has_a_row_of_its_own(other: dict[str, Any]) -> None:
    assert len(journal.parts([saved(1), saved(2, **other)])["rows"]) == 2


def test_what_follows_by_itself_is_counted() -> None:
    entries = [
        entry(1, DAY.format(1), "Ada Brandt", "data_scientist", "card.saved"),
        *(entry(n, DAY.format(n), "Ada Brandt", "", "event.announced") for n in range(2, 9)),
        entry(9, DAY.format(9), "system", "system", "run.done"),
    ]
    found = journal.parts(entries)
    assert [row.action for row in found["rows"]] == ["card.saved"]
    assert [(one.action, one.times) for one in found["folded"]] == [
        ("event.announced", 7),
        ("run.done", 1),
    ]
    text = chapter(dossiers.full(journal=entries), "journal")
    assert "Event announced 7 2026-11-20 10:02 2026-11-20 10:08" in text
    assert "9 entries are about what is reported here" in text


def test_a_long_journal_prints_its_latest_rows_and_says_where_the_others_are() -> None:
    entries = [saved(n, DAY.format(n % 60), reason=str(n)) for n in range(1, 101)]
    found = journal.parts(entries)
    assert (len(found["rows"]), found["earlier"]) == (journal.MOST_ROWS, 40)
    assert found["rows"][-1].reason == "100"
    text = chapter(dossiers.full(journal=entries), "journal")
    assert "40 earlier entries stand in journal.json alone" in text


def test_the_checkpoint_is_printed_with_what_it_cannot_show() -> None:
    dossier = dossiers.full()
    text = chapter(dossier, "journal")
    assert "Over the first 108 entries of the journal" in text
    assert dossier["checkpoint"]["root"] in text and dossier["checkpoint"]["key"] in text
    assert "Entry 108 of the journal, by this checkpoint" in text
    assert "never more than 100 entries, or what was written in 60 minutes" in text


def test_who_held_which_role_is_told_but_not_to_everybody() -> None:
    held = "Who held which role then Roles in the unit as of 20 November 2026, 16:00 UTC"
    text = chapter(dossiers.full(), "decisions")
    assert held in text and "Auditor Ole Quist 2026-01-07 08:00" in text
    assert "Retail credit Auditor Ole Quist" in chapter(dossiers.portfolio(), "glance")
    assert "Nobody held a role" in chapter(dossiers.full(roles=[]), "decisions")
    for name, place in (("full", "decisions"), ("portfolio", "glance")):
        dossier = getattr(dossiers, name)(profile="public")
        # Named by somebody in a reason, and nowhere else but among those who held a role.
        dossier["journal"][0]["reason"] = "Ole Quist asked for it."
        public = published(dossier)
        assert public["roles"] == [] and "Quist" not in str(public["journal"])
        assert "Who held which role" not in chapter(public, place)


def test_what_was_deleted_is_printed_with_its_digest_and_the_rule() -> None:
    text = chapter(dossiers.full(tombstones=[tombstone()]), "tombstones")
    assert "Predictions of run 12, asked for by Brandt 40,960 bytes 2026-11-15 03:00" in text
    assert "Entry 104 of the journal" in text
    assert "Logs and predictions: 6 months" in text and tombstone()["digest"] in text
    assert "Nothing that this report is about was deleted" in chapter(dossiers.full(), "tombstones")


def test_an_exhibit_whose_file_was_rightly_deleted_is_told_and_is_no_gap() -> None:
    dossier = dossiers.full()
    gone = dossier["evidence"].pop(0)
    assert completeness.objections_to(dossier, RENDERER) != []
    dossier["tombstones"] = [tombstone(what=gone["title"], digest=gone["digest"])]
    assert completeness.objections_to(dossier, RENDERER) == []
    assert "Its file was deleted by a rule of retention." in chapter(dossier, "policy")
    assert gone["digest"] in chapter(dossier, "tombstones")
    # Suppressed counts could be tried out against it.
    public = published({**dossier, "profile": "public"})
    assert gone["digest"] not in chapter(public, "tombstones")
    assert "Brandt" not in str(published(dossiers.full(tombstones=[tombstone()]))["tombstones"])


def test_a_recalled_report_is_named_by_the_one_in_its_place() -> None:
    cover = page(dossiers.full(recalled=["MG-0000-0000-0000-0001"])).split("<nav")[0]
    assert "In place of a report that was recalled: MG-0000-0000-0000-0001" in cover


def test_a_report_as_of_an_asked_instant_says_so() -> None:
    asked = page(dossiers.full(asked_as_of="2026-11-20T16:00:00Z"))
    assert "what came later is left out" in asked
    assert "what came later is left out" not in page(dossiers.full())


Bend = Callable[[dict[str, Any]], object]
BENT: list[tuple[str, Bend]] = [
    ("report.journal.format", lambda d: d["journal_extract"].update(format="other/1")),
    ("report.journal.unproven", lambda d: d["journal_extract"]["entries"].pop()),
    ("report.journal.unproven", lambda d: d["journal_extract"]["entries"][0].pop("path")),
    ("report.journal.seal", lambda d: d["journal"][0].update(seal="0" * 64)),
    ("report.journal.uncovered", lambda d: d["checkpoint"].update(size=103)),
    ("report.journal.checkpoint", lambda d: d["checkpoint"].update(root="0" * 64)),
    (
        "report.journal.checkpoint",
        lambda d: d["journal_extract"]["checkpoint"].update(statement="no JSON"),
    ),
    ("report.journal.window", lambda d: d["journal_extract"]["window"].update(entries=10)),
    ("report.journal.window", lambda d: d["journal_extract"].pop("window")),
    ("report.missing.checkpoint.key", lambda d: d["checkpoint"].pop("key")),
    (
        "report.missing.checkpoint.signature",
        lambda d: d["journal_extract"]["checkpoint"].pop("signature"),
    ),
    ("report.scope", lambda d: d.update(scope="galaxy")),
    *(
        (f"report.missing.{part}", lambda d, part=part: d.pop(part))
        for part in (
            "serial", "organisation", "verify_url", "recalled", "asked_as_of", "checkpoint",
            "journal_extract", "versions", "tombstones",
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "bend"), BENT)
def test_an_entry_without_its_proof_is_refused(code: str, bend: Bend) -> None:
    dossier = dossiers.full()
    bend(dossier)
    assert code in codes(dossier)
