"""The text of a policy: what is read from it, and that nothing is read in two ways."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as some

from registry.rules.refusals import Refused
from registry.services import policies
from registry.services.policy_texts import MOST_BYTES, parse, written

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}, *{before}, *{before}, *{before}, *{before}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
REFUSED = {
    "a bomb": BOMB,
    "an anchor": "a: &x 1",
    "a merge": "<<: {a: 1}",
    "a tag": "a: !!binary aGk=",
    "a python object": "a: !!python/object:os.system x",
    "a key twice": "a: 1\na: 2",
    "a key twice inside": "a: [{b: {c: 1, c: 2}}]",
    "a key twice in two spellings": "1: a\n01: b",
    "a key that is no text": "? [a]\n: b",
    "a list": "- a",
    "nothing": "",
    "a comment alone": "# nothing",
    "two documents": "a: 1\n---\nb: 2",
    "not a number": "a: .nan",
    "infinity": "a: -.inf",
    "a number without end": "a: " + "9" * 5000,
    "a hexadecimal number without end": "a: 0x" + "f" * 6000,
    "a date": "a: 2026-11-20",
    "no date": "a: 2026-13-45",
    "NUL": 'a: "\\0"',
    "NUL in a key": '"\\0": a',
    "half a pair": 'a: "\\ud800"',
    "half a pair as it is": "a: \ud800",
    "a bare NUL": "\x00",
    "depth": "[" * 50_000,
    "depth of objects": "{a: " * 5000,
    "length": "# " + "x" * MOST_BYTES,
    "half a text": "tiers: [",
    "a tab": "a:\n\t- b",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_in_one_way_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(text, "draft.yaml")
    (objection,) = refused.value.objections
    assert objection.code == "policy.unreadable"
    assert "draft.yaml" in str(objection)
    str(objection).encode("utf-8")


def test_keys_are_text_as_in_json() -> None:
    assert parse("tiers: {1: {a: yes}, 2: [{b: 1}, {b: 1}]}") == {
        "tiers": {"1": {"a": True}, "2": [{"b": 1}, {"b": 1}]}
    }


def test_what_was_loaded_as_data_is_written_as_text_that_says_the_same() -> None:
    definition = policies.read(policies.FOLDER / "default.yaml")
    assert parse(written(definition)) == definition


@settings(max_examples=300, deadline=None)
@given(some.text(alphabet="ab12:-[]{}&*!?|>#\"'%@,.\n \t\x00<", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse(text)
    except Refused as refusal:
        assert str(refusal)
    else:
        assert found == parse(written(found))


def test_a_reader_in_a_hurry_would_have_taken_the_last() -> None:
    """Why a key that is there twice is refused here: the library takes one silently."""
    assert yaml.safe_load("a: 1\na: 2") == {"a": 2}
