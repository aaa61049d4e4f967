"""The bench runs through on a few rows and writes its page; how fast it was is not asserted."""

from __future__ import annotations

import re
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks import crosstabs, intervals, machine, pages
from benchmarks.coverage import Coverage
from benchmarks.lines import HEADINGS, Line, seconds, times
from benchmarks.rows import GROUPS, SENSITIVE, write_scored_rows
from benchmarks.sizes import Sizes

ROWS = "2000"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Run the whole bench on few rows and return the page it writes."""
    out = tmp_path_factory.mktemp("bench") / "page.md"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(crosstabs.VARIABLE, raising=False)
        # Whether the targets hold is for the full size to say.
        assert bench.main(["--rows", ROWS, "--out", str(out)]) in (0, 1)
    return out.read_text(encoding="utf-8")


def test_every_line_is_measured_and_judged(page: str) -> None:
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")]
    lines = {cells[0]: cells for cells in rows if len(cells) == len(HEADINGS)}
    assert set("abcdefghi") <= set(lines)
    for letter in "abcd":
        *_, ours, peer, ratio, target, holds = lines[letter]
        for measured in (ours, peer, ratio):
            assert re.match(r"[\d,.]+ ", measured), lines[letter]
        assert target != "none"
        assert holds in ("yes", "NO")
    assert re.fullmatch(r"[\d.]+ (s|ms), [\d.]+ GB", lines["b"][2])
    assert lines["e"][-2:] == ["none", "–"]
    # Whatever the size, a journal that sixteen people write at once is whole.
    assert lines["i"][-1] == "yes"


def test_what_could_not_be_measured_is_said_and_does_not_hold(page: str) -> None:
    line = next(line for line in page.splitlines() if line.startswith("| f |"))
    assert "not installed" in line
    assert line.endswith("| – |")
    assert "AEQUITAS_PYTHON did not name a Python that has it" in page


def test_the_page_tells_the_machine_but_neither_its_name_nor_a_path(page: str) -> None:
    for fact in ("Processor", "Cores", "Memory", "Python", "duckdb", "fairlearn", "shap"):
        assert f"| {fact} |" in page
    assert socket.gethostname() not in page
    assert str(Path(__file__).resolve().parent.parent) not in page
    assert str(Path.home()) not in page
    assert "A reduced run" in page


def test_a_full_run_follows_one_number() -> None:
    full = Sizes()
    assert (full.rows, full.large, full.drawn, full.explained) == (
        1_000_000,
        10_000_000,
        100_000,
        2_000,
    )


def test_the_rows_are_the_same_each_time_and_make_forty_groups(tmp_path: Path) -> None:
    import pandas as pd

    first, second = tmp_path / "first.parquet", tmp_path / "second.parquet"
    for path in (first, second):
        write_scored_rows(path, 5000)
    rows = pd.read_parquet(first)
    pd.testing.assert_frame_equal(rows, pd.read_parquet(second))
    assert len(rows.groupby(list(SENSITIVE))) == 40
    assert rows["score"].between(0, 1).all()
    for column, shares in GROUPS.items():
        assert sum(shares.values()) == pytest.approx(1)
        assert set(rows[column]) == set(shares)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.4123, "412 ms"),
        (1.5, "1.5 s"),
        (75.26, "75.3 s"),
        (2.1e-6, "2.1 µs"),
        (1234.5, "1,234 s"),
    ],
)
def test_durations_are_told_in_the_unit_they_are_read_in(value: float, words: str) -> None:
    assert seconds(value) == words


def test_ratios_are_told_with_the_digits_they_deserve() -> None:
    assert times(118.4, of="as fast") == "118 times as fast"
    assert times(1.148, of="the time") == "1.15 times the time"


def test_a_missed_target_is_told_in_capitals() -> None:
    line = Line("a", "x", "1 s", "2 s", "2 times as fast", "at least 3", holds=False, note="")
    assert line.cells()[-1] == "NO"
    assert replace(line, holds=None).cells()[-1] == "–"


def test_a_table_for_the_terminal_breaks_long_words_over_lines() -> None:
    shown = pages.plain(("", "What"), [("a", "one two three"), ("b", "four")], widest=7)
    assert shown.splitlines() == ["   What", "a  one two", "   three", "b  four"]


def test_a_machine_without_a_name_for_its_processor_is_told_by_its_kind() -> None:
    facts = machine.facts()
    assert facts["Processor"]
    assert re.fullmatch(r"\d+ GiB", facts["Memory"])


def covered(size: int, cover: float) -> Coverage:
    return Coverage("Rate", 1, size, 0.5, 0.0, cover, 0.1, 10_000)


def test_sizes_that_lose_their_cover_are_named() -> None:
    said = intervals.too_few([covered(15, 0.91), covered(30, 0.95)])
    assert "- Rate, 1 group: 15 (91.0 %)" in said
    assert intervals.BELOW in said
    said = intervals.too_few([covered(15, 0.91), covered(50, 0.9)])
    assert "- Rate, 1 group: 15 (91.0 %), 50 (90.0 %)" in said
    assert intervals.ABOVE in said
    assert "does any kind" in intervals.too_few([covered(15, 0.95)])


def test_what_the_luck_of_the_simulation_may_do_is_no_loss() -> None:
    assert "does any kind" in intervals.too_few([covered(30, 0.927)])


def test_the_page_of_intervals_has_every_case(tmp_path: Path) -> None:
    out = tmp_path / "intervals.md"
    assert intervals.main(["--repeats", "20", "--out", str(out)]) == 0
    page = out.read_text(encoding="utf-8")
    assert page.count("Rate (Wilson) |") > 90
    for kind in ("Newcombe", "MOVER-R", "bounds", "multinomial draws", "DeLong"):
        assert kind in page
