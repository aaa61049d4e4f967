"""Canonical text, digests known by hand, and differences field by field."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.casefile import Difference, build, canonical, differences, digest

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
# The names by which lists are compared turn up often, with anything behind them.
KEYS = st.sampled_from(["name", "title", "dataset", "role"]) | TEXTS
SCALARS = (
    st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
VALUES = st.recursive(
    st.none() | SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)
# Without null, which counts as absent, and without things in lists, whose order may not count.
PLAIN = st.recursive(
    SCALARS | st.lists(SCALARS, max_size=3),
    lambda inner: st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)


def test_keys_come_in_the_order_of_their_code_points() -> None:
    assert canonical({"b": 1, "a": 2, "é": 3, "Z": 4}) == '{"Z":4,"a":2,"b":1,"é":3}'


def test_the_order_of_insertion_makes_no_difference() -> None:
    assert canonical({"a": {"x": 1, "y": 2}, "b": 3}) == canonical({"b": 3, "a": {"y": 2, "x": 1}})


def test_the_order_of_a_list_makes_one() -> None:
    assert canonical([1, 2]) != canonical([2, 1])


def test_letters_are_written_as_they_are() -> None:
    assert canonical("Größe €") == '"Größe €"'


def test_numbers_are_the_shortest_that_read_back() -> None:
    assert canonical([0.1, 1.0, 1e22, -0.0, 3]) == "[0.1,1.0,1e+22,-0.0,3]"


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_json_has_no_number_for_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"a": [number]})


def test_a_digest_is_the_sha256_of_the_utf8_bytes() -> None:
    assert digest("{}") == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert digest('{"a":"é"}') == hashlib.sha256(b'{"a":"\xc3\xa9"}').hexdigest()


@given(VALUES)
def test_canonical_text_reads_back_and_writes_the_same(value: Any) -> None:
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


@given(VALUES)
def test_nothing_differs_from_itself(value: Any) -> None:
    assert list(differences(value, json.loads(canonical(value)))) == []


@given(PLAIN, PLAIN)
def test_differences_are_empty_only_where_nothing_differs(one: Any, other: Any) -> None:
    assert bool(list(differences(one, other))) == (one != other)


@given(VALUES, VALUES)
def test_as_much_differs_one_way_as_the_other(one: Any, other: Any) -> None:
    forth, back = list(differences(one, other)), list(differences(other, one))
    assert [(way.fact, way.before, way.after) for way in forth] == [
        (way.fact, way.after, way.before) for way in back
    ]


def found(before: Any, after: Any) -> list[tuple[str, object, object]]:
    return [(one.fact, one.before, one.after) for one in differences(before, after)]


def test_a_changed_field_is_named_by_its_path() -> None:
    assert found({"version": {"threshold": 0.5}}, {"version": {"threshold": 0.4}}) == [
        ("version.threshold", 0.5, 0.4)
    ]


def test_changes_come_in_the_order_of_names() -> None:
    before, after = {"b": 1, "a": 1, "c": {"d": 1}}, {"b": 2, "a": 2, "c": {"d": 2}}
    assert [fact for fact, _, _ in found(before, after)] == ["a", "b", "c.d"]


def test_a_part_that_came_or_went_is_told_whole() -> None:
    assert found({"card": None}, {"card": {"revision": 1}}) == [("card", None, {"revision": 1})]
    assert found({"card": {"revision": 1}}, {}) == [("card", {"revision": 1}, None)]


def test_a_plain_list_is_compared_whole() -> None:
    assert found({"features": ["a", "b"]}, {"features": ["b", "a"]}) == [
        ("features", ["a", "b"], ["b", "a"])
    ]


HAZARDS = [{"title": "Fire", "score": 12}, {"title": "Flood", "score": 4}]


def test_named_things_are_compared_by_name_and_not_by_place() -> None:
    assert found({"hazards": HAZARDS}, {"hazards": HAZARDS[::-1]}) == []


def test_a_change_within_a_named_thing_names_it() -> None:
    after = [HAZARDS[0], {**HAZARDS[1], "score": 5}]
    assert found({"hazards": HAZARDS}, {"hazards": after}) == [("hazards.Flood.score", 4, 5)]


def test_an_added_thing_is_found() -> None:
    new = {"title": "Theft", "score": 2}
    assert found({"hazards": HAZARDS}, {"hazards": [*HAZARDS, new]}) == [
        ("hazards.Theft", None, new)
    ]


def test_a_removed_thing_is_found() -> None:
    assert found({"hazards": HAZARDS}, {"hazards": HAZARDS[1:]}) == [
        ("hazards.Fire", HAZARDS[0], None)
    ]


def test_the_last_thing_removed_is_found() -> None:
    assert found({"hazards": HAZARDS[:1]}, {"hazards": []}) == [("hazards.Fire", HAZARDS[0], None)]


def test_a_renamed_thing_went_and_came() -> None:
    after = [{"title": "Blaze", "score": 12}, HAZARDS[1]]
    assert found({"hazards": HAZARDS}, {"hazards": after}) == [
        ("hazards.Blaze", None, after[0]),
        ("hazards.Fire", HAZARDS[0], None),
    ]


def test_a_second_thing_of_the_same_name_is_not_hidden_by_the_first() -> None:
    twice = [{"title": "Fire", "score": 12}, {"title": "Fire", "score": 1}]
    assert found(twice, twice[:1]) == [("Fire'", twice[1], None)]


def test_lists_within_named_things_are_compared_too() -> None:
    before = [{"name": "loans", "columns": [{"name": "age", "missing": 0}]}]
    after = [{"name": "loans", "columns": [{"name": "age", "missing": 3}]}]
    assert found({"data": before}, {"data": after}) == [("data.loans.columns.age.missing", 0, 3)]


@pytest.mark.parametrize("name", ["", None, 5, ["a"], {"b": 1}])
def test_a_list_of_things_without_proper_names_is_compared_whole(name: object) -> None:
    before, after = [{"name": name, "x": 1}], [{"name": name, "x": 2}]
    assert found({"steps": before}, {"steps": after}) == [("steps", before, after)]


def test_data_is_compared_by_dataset_and_role() -> None:
    test = {"dataset": "Loans", "role": "test", "number": 1}
    train = {"dataset": "Loans", "role": "train", "number": 2}
    assert found({"data": [test, train]}, {"data": [train]}) == [("data.Loans test", test, None)]


def test_a_case_file_puts_its_exhibits_in_the_order_of_their_numbers() -> None:
    content = build(
        subject={"model": {}},
        context={"tier": 1},
        exhibits=[{"id": 3}, {"id": 1}],
        editions={},
        release=None,
    )
    assert content == {
        "format": "mlops-gov/case-file/1",
        "subject": {"model": {}},
        "context": {"tier": 1},
        "exhibits": [{"id": 1}, {"id": 3}],
        "editions": {},
        "release": None,
    }


def test_a_difference_is_a_value() -> None:
    assert Difference("a", 1, 2) == Difference("a", 1, 2)
