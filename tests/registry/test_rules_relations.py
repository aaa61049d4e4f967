"""What feeds what: paths downstream, and circles that are refused with their path."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from registry.rules.relations import objections_to_relating, paths_from

NAMES = {1: "Scores", 2: "Limits", 3: "Prices", 4: "Offers"}
CHAIN = [(1, 2), (2, 3)]
EDGES = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), max_size=12)


def codes(upstream: int, downstream: int, what: str = "the score is a column") -> list[str]:
    found = objections_to_relating(
        CHAIN, upstream=upstream, downstream=downstream, what=what, names=NAMES
    )
    return [one.code for one in found]


def test_the_shortest_path_leads_to_each_model_downstream() -> None:
    edges = [(1, 2), (2, 3), (1, 3), (3, 4), (5, 1)]
    assert paths_from(edges, 1) == {2: (1, 2), 3: (1, 3), 4: (1, 3, 4)}
    assert paths_from(edges, 4) == {}


def test_a_circle_in_old_rows_does_not_go_on_for_ever() -> None:
    assert paths_from([(1, 2), (2, 1)], 1) == {2: (1, 2)}


def test_a_model_is_fed_by_another() -> None:
    assert codes(3, 4) == []
    assert codes(1, 3) == []


def test_what_is_refused() -> None:
    assert codes(2, 2) == ["relation.itself"]
    assert codes(1, 2) == ["relation.exists"]
    assert codes(2, 1) == ["relation.cycle"]
    assert codes(3, 1, what=" ") == ["relation.what", "relation.cycle"]


def test_the_path_of_the_circle_is_said_without_names_of_other_units() -> None:
    def said(names: dict[int, str]) -> str:
        (found,) = objections_to_relating(CHAIN, upstream=3, downstream=1, what="x", names=names)
        return str(found)

    assert "Scores → Limits → Prices → Scores" in said(NAMES)
    assert "Scores → … → Prices → Scores" in said({1: "Scores", 3: "Prices"})


@given(EDGES)
def test_whatever_is_let_in_closes_no_circle(edges: list[tuple[int, int]]) -> None:
    names = {number: str(number) for number in range(1, 7)}
    kept: list[tuple[int, int]] = []
    for upstream, downstream in edges:
        if not objections_to_relating(
            kept, upstream=upstream, downstream=downstream, what="x", names=names
        ):
            kept.append((upstream, downstream))
    for upstream, downstream in kept:
        assert upstream not in paths_from(kept, downstream)
