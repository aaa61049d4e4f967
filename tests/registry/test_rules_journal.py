"""The chain: a seal known by hand, and every kind of tampering found at its number."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from registry.rules.journal import GENESIS, SEALED_FIELDS, first_break, seal

# The models the entries speak of, in order; "" speaks of none.
MODELS = ("", "loans", "loans", "pensions", "", "loans")


def an_entry(number: int, model: str, model_number: int | None, previous: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "number": number,
        "at": f"2026-11-20T10:00:0{number}.000000Z",
        "action": "card.saved",
        "actor_id": 7,
        "actor": "Ada Brandt",
        "role": "data_scientist",
        "unit": "retail-credit",
        "model": model,
        "model_number": model_number,
        "subject_kind": "cardrevision",
        "subject_id": number,
        "subject": f"revision {number}",
        "changes": "{}",
        "reason": "",
        "door": "page",
        "method": "session",
        "previous": previous,
    }
    return {**entry, "seal": seal(entry)}


def a_chain() -> list[dict[str, Any]]:
    chain: list[dict[str, Any]] = []
    numbers: dict[str, int] = {}
    for number, model in enumerate(MODELS, start=1):
        if model:
            numbers[model] = numbers.get(model, 0) + 1
        previous = chain[-1]["seal"] if chain else GENESIS
        chain.append(an_entry(number, model, numbers.get(model), previous))
    return chain


def head_of(chain: list[dict[str, Any]]) -> dict[str, Any]:
    return {"number": chain[-1]["number"], "seal": chain[-1]["seal"]}


def broken_at(chain: list[dict[str, Any]], head: dict[str, Any] | None = None) -> int | None:
    found = first_break(chain, head or head_of(a_chain()))
    return found.number if found else None


def resealed(entry: dict[str, Any], **changed: Any) -> dict[str, Any]:
    entry = {**entry, **changed}
    return {**entry, "seal": seal(entry)}


def test_a_seal_is_the_sha256_of_the_canonical_facts() -> None:
    text = (
        '{"action":"card.saved","actor":"Ada Brandt","actor_id":7,'
        '"at":"2026-11-20T10:00:01.000000Z","changes":"{}","door":"page","method":"session",'
        '"model":"","model_number":null,"number":1,"previous":"' + "0" * 64 + '","reason":"",'
        '"role":"data_scientist","subject":"revision 1","subject_id":1,'
        '"subject_kind":"cardrevision","unit":"retail-credit"}'
    )
    entry = an_entry(1, "", None, GENESIS)
    assert seal(entry) == hashlib.sha256(text.encode()).hexdigest()


def test_an_untouched_chain_is_whole() -> None:
    assert broken_at(a_chain()) is None


def test_an_empty_journal_is_whole() -> None:
    assert broken_at([], {"number": 0, "seal": GENESIS}) is None


@pytest.mark.parametrize("field", [field for field in SEALED_FIELDS if field != "number"])
@pytest.mark.parametrize("place", range(len(MODELS)))
def test_a_changed_field_is_found_at_its_entry(field: str, place: int) -> None:
    chain = a_chain()
    value = chain[place][field]
    chain[place][field] = value + 1 if isinstance(value, int) else f"{value}x"
    assert broken_at(chain) == place + 1


def test_a_changed_seal_is_found_at_its_entry() -> None:
    chain = a_chain()
    chain[2]["seal"] = "f" * 64
    assert broken_at(chain) == 3


def test_a_changed_and_resealed_entry_is_found_at_the_next() -> None:
    chain = a_chain()
    chain[2] = resealed(chain[2], reason="Nothing happened.")
    assert broken_at(chain) == 4


def test_a_changed_and_resealed_last_entry_is_found_by_the_head() -> None:
    chain = a_chain()
    chain[-1] = resealed(chain[-1], reason="Nothing happened.")
    assert broken_at(chain) == 6


@pytest.mark.parametrize("place", range(len(MODELS) - 1))
def test_a_deleted_entry_is_found_where_it_was(place: int) -> None:
    chain = a_chain()
    del chain[place]
    assert broken_at(chain) == place + 1


def test_swapped_entries_are_found_at_the_first() -> None:
    chain = a_chain()
    chain[2], chain[3] = chain[3], chain[2]
    assert broken_at(chain) == 3


def test_swapped_contents_are_found_at_the_first() -> None:
    chain = a_chain()
    chain[1], chain[2] = ({**chain[2], "number": 2}, {**chain[1], "number": 3})
    assert broken_at(chain) == 2


def test_an_inserted_entry_is_found_at_its_number() -> None:
    chain = a_chain()
    chain.insert(3, an_entry(4, "", None, chain[2]["seal"]))
    assert broken_at(chain) == 5


def test_an_entry_put_behind_the_last_is_found_by_the_head() -> None:
    chain = a_chain()
    chain.append(an_entry(7, "", None, chain[-1]["seal"]))
    assert broken_at(chain) == 8


@pytest.mark.parametrize("left", range(1, len(MODELS)))
def test_a_cut_tail_is_found_by_the_head(left: int) -> None:
    assert broken_at(a_chain()[:left]) == left + 1


def test_an_emptied_journal_is_found_by_the_head() -> None:
    assert broken_at([]) == 1


def test_a_cut_tail_with_the_head_set_back_is_whole_to_the_chain_alone() -> None:
    """What only a checkpoint outside can find; the chain does not pretend to."""
    chain = a_chain()[:4]
    assert broken_at(chain, head_of(chain)) is None


@pytest.mark.parametrize(("place", "model_number"), [(1, 2), (2, 1), (2, 3), (5, 2), (5, 4)])
def test_a_wrong_number_within_the_model_is_found(place: int, model_number: int) -> None:
    """Even where the whole rest was sealed anew."""
    chain = a_chain()
    chain[place] = resealed(chain[place], model_number=model_number)
    for later in range(place + 1, len(chain)):
        chain[later] = resealed(chain[later], previous=chain[later - 1]["seal"])
    assert broken_at(chain, head_of(chain)) == place + 1


def test_a_break_says_what_is_wrong() -> None:
    chain = a_chain()
    chain[1]["actor"] = "Nobody"
    found = first_break(chain, head_of(chain))
    assert found is not None
    assert found.wrong == "its content does not match its seal"
