"""How long records are kept: the longest of what applies, and nothing shorter than the least."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from registry.rules.periods import Period, period
from registry.rules.retention_schedule import (
    FRAMEWORKS,
    KINDS,
    Facts,
    Kept,
    Rules,
    Start,
    applies,
    keep_until,
    objections_to,
    shortest,
)

MADE = date(2026, 11, 21)
HIGH = Facts(made=MADE, ai_act_class="high_risk_annex_iii")


def kept(kind: str, facts: Facts, **periods: str) -> Kept:
    found = keep_until(kind, facts, Rules(periods={k: period(v) for k, v in periods.items()}))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10 years", "10 years"),
        ("1 year", "1 year"),
        ("18 months", "18 months"),
        ("24 Months", "2 years"),
        (" 30  days ", "30 days"),
        ("1 day", "1 day"),
    ],
)
def test_periods_are_written_as_people_write_them(text: str, said: str) -> None:
    assert str(period(text)) == said


@pytest.mark.parametrize(
    "text", ["", "ten years", "10", "0 days", "-1 years", "1.5 years", "1e3 days"]
)
def test_what_is_no_period_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="is no period"):
        period(text)


@pytest.mark.parametrize(
    ("text", "start", "last"),
    [
        ("10 years", date(2026, 11, 21), date(2036, 11, 21)),
        ("1 year", date(2024, 2, 29), date(2025, 2, 28)),
        ("1 month", date(2026, 1, 31), date(2026, 2, 28)),
        ("6 months", date(2026, 8, 31), date(2027, 2, 28)),
        ("30 days", date(2026, 1, 31), date(2026, 3, 2)),
        ("9999 years", date(2026, 1, 1), date.max),
    ],
)
def test_a_period_ends_on_a_day_of_the_calendar(text: str, start: date, last: date) -> None:
    assert period(text).after(start) == last


@pytest.mark.parametrize(
    ("one", "other", "enough"),
    [
        ("10 years", "10 years", True),
        ("120 months", "10 years", True),
        ("3653 days", "10 years", True),
        # Ten years with three leap days are longer than this.
        ("3652 days", "10 years", False),
        ("184 days", "6 months", True),
        ("183 days", "6 months", False),
        ("5 months", "6 months", False),
    ],
)
def test_a_period_is_enough_only_where_it_is_from_every_day(
    one: str, other: str, enough: bool
) -> None:
    assert period(one).is_at_least(period(other)) is enough


@pytest.mark.parametrize("text", ["1 day", "45 days", "6 months", "3 years", "10 years"])
@pytest.mark.parametrize("on", [date(2026, 1, 1), date(2028, 2, 29), date(2026, 12, 31)])
def test_nothing_that_is_due_is_left_out_of_what_is_looked_at(text: str, on: date) -> None:
    began_by = period(text).began_by(on)
    later = date.fromordinal(began_by.toordinal() + 1)
    assert period(text).after(later) >= on


def test_the_file_of_a_high_risk_system_is_kept_ten_years_from_its_last_putting_into_service() -> (
    None
):
    placed = replace(HIGH, placed=date(2030, 5, 1), ended=date(2030, 6, 1))
    short = kept("evidence", placed, evidence="1 year")
    assert (short.until, short.framework, short.paragraph, short.start) == (
        date(2040, 5, 1),
        "eu_ai_act",
        "Art. 18(1)",
        Start.PLACED,
    )
    assert short.rule == (
        "EU AI Act, Art. 18(1): 10 years since the version was last put into service"
    )


def test_the_longest_of_all_that_applies_wins() -> None:
    facts = replace(HIGH, placed=date(2027, 1, 1), ended=date(2035, 1, 1))
    assert kept("evidence", facts).until == date(2045, 1, 1)
    assert kept("evidence", facts).framework == ""
    ccpa = kept("evidence", facts, evidence="1 year")
    assert (ccpa.until, ccpa.paragraph) == (date(2040, 1, 1), "§ 7155(c)")


def test_what_is_in_use_is_kept_without_an_end() -> None:
    facts = replace(HIGH, placed=date(2010, 1, 1), in_use=True)
    assert kept("evidence", facts).until is None
    assert not kept("evidence", facts).is_past(date(2090, 1, 1))
    assert kept("artefact", facts).until is None
    assert kept("automatic_log", facts).until == date(2029, 11, 21)


def test_what_was_never_used_counts_from_the_day_it_was_made() -> None:
    assert kept("evidence", HIGH).until == date(2036, 11, 21)


def test_the_last_day_itself_is_not_over() -> None:
    log = kept("automatic_log", HIGH)
    assert (log.is_past(date(2029, 11, 21)), log.is_past(date(2029, 11, 22))) == (False, True)


@pytest.mark.parametrize(
    ("ai_act_class", "does"),
    [("high_risk_annex_i", True), ("unclassified", True), ("minimal", False), ("limited", False)],
)
def test_what_is_not_classed_yet_is_kept_as_a_high_risk_system(
    ai_act_class: str, does: bool
) -> None:
    facts = Facts(made=MADE, ai_act_class=ai_act_class)
    assert applies("eu_ai_act", facts) is does
    assert applies("ccpa_admt", facts)
    until = kept("automatic_log", facts, automatic_log="1 day").until
    assert until == (date(2027, 5, 21) if does else date(2026, 11, 22))


def test_a_framework_the_installation_does_not_stand_under_asks_for_nothing() -> None:
    rules = Rules(frameworks=(), periods={"evidence": Period(days=1)}, edition=3)
    alone = keep_until("evidence", HIGH, rules)
    assert alone is not None
    assert (alone.until, alone.framework) == (date(2026, 11, 22), "")
    assert alone.rule == "own rule: 1 day since the version was last in use, edition 3"


@pytest.mark.parametrize("kind", ["technical_documentation", "journal", "rows", "predictions"])
def test_some_kinds_have_no_period_of_their_own(kind: str) -> None:
    assert keep_until(kind, HIGH, Rules()) is None
    assert KINDS[kind].note
    assert [one.code for one in objections_to([], {kind: "20 years"})] == ["retention.kind"]


def test_nothing_is_set_shorter_than_a_paragraph_asks_for() -> None:
    (objection,) = objections_to(list(FRAMEWORKS), {"automatic_log": "5 months"})
    assert objection.code == "retention.too_short"
    assert str(objection) == (
        "automatic_log: 5 months is shorter than 6 months, which EU AI Act, Art. 19(1),"
        " Art. 26(6) asks for at least; set a longer period."
    )
    assert objections_to(["ccpa_admt"], {"automatic_log": "5 months"}) == []
    assert (
        objections_to(list(FRAMEWORKS), {"automatic_log": "6 months", "evidence": "12 years"}) == []
    )


def test_everything_wrong_is_said_at_once() -> None:
    found = objections_to(
        ["gdpr", "eu_ai_act"], {"evidence": "1 day", "mail": "soon", "x": "1 day"}
    )
    assert [one.code for one in found] == [
        "retention.framework",
        "retention.too_short",
        "retention.period",
        "retention.kind",
    ]


def test_the_shortest_period_says_what_is_worth_looking_at() -> None:
    assert str(shortest(["evidence", "automatic_log"], Rules())) == "3 years"
    longer = Rules(periods={"automatic_log": period("12 years")})
    assert str(shortest(["evidence", "automatic_log"], longer)) == "10 years"


def test_every_paragraph_names_a_known_framework_and_every_kind_says_how_long() -> None:
    for kind in KINDS.values():
        assert kind.usual or kind.note
        for one in kind.at_least:
            assert one.framework in FRAMEWORKS
            assert kind.usual is None or kind.usual.is_at_least(one.period)


def test_the_page_says_the_period_and_the_paragraphs_of_every_kind() -> None:
    page = (Path(__file__).parents[2] / "docs" / "keeping.md").read_text(encoding="utf-8")
    told = {
        cells[1].strip(" `"): cells[3:5]
        for cells in (line.split("|") for line in page.splitlines() if line.startswith("| `"))
    }
    assert list(told) == list(KINDS)
    for code, kind in KINDS.items():
        here, least = told[code]
        assert kind.usual is None or here.startswith(f" {kind.usual} since ")
        said = [part for part in least.split("; ") if part.strip() != "-"]
        assert len(said) == len(kind.at_least)
        for part, one in zip(said, kind.at_least, strict=True):
            assert part.strip().startswith(f"{one.period} since ")
            assert f"({FRAMEWORKS[one.framework]}, {one.paragraph})" in part
