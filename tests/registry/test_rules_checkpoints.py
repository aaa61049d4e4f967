"""Checkpoints by hand: what is due, what a line says, and which key signs for which size."""

from __future__ import annotations

import hashlib

import pytest

from registry.rules.checkpoints import (
    Outside,
    Unreadable,
    fingerprint,
    is_due,
    key_at,
    line,
    line_digest,
    read_lines,
    statement,
)


def a_line(size: int) -> str:
    stated = statement(
        installation="i", size=size, head="h" * 64, root="r" * 64, at="then", key="k" * 64
    )
    return line(statement=stated, signature="s" * 128, public_key="p" * 64)


@pytest.mark.parametrize(
    ("actions", "before", "after", "due"),
    [
        (["card.saved"], 98, 99, False),
        (["card.saved"], 99, 100, True),
        (["card.saved"] * 7, 97, 104, True),
        (["card.saved"], 100, 101, False),
        (["card.saved", "release.signed"], 3, 5, True),
        (["policy.approved"], 3, 4, True),
        (["override.requested"], 3, 4, True),
        (["override.used"], 3, 4, True),
        (["attestation.confirmed"], 3, 4, True),
        (["matrix.loaded"], 3, 4, True),
        (["matrix.loaded"], 0, 1, False),
        ([], 3, 3, False),
    ],
)
def test_a_decision_is_due_and_so_is_every_hundredth(
    actions: list[str], before: int, after: int, due: bool
) -> None:
    assert is_due(actions, before=before, after=after, every=100) is due


def test_a_statement_is_canonical_and_a_line_holds_it_as_text() -> None:
    assert a_line(7) == (
        '{"public_key":"' + "p" * 64 + '","signature":"' + "s" * 128 + '","statement":'
        '"{\\"at\\":\\"then\\",\\"format\\":\\"mlops-gov/checkpoint/1\\",'
        '\\"head\\":\\"'
        + "h" * 64
        + '\\",\\"installation\\":\\"i\\",\\"key\\":\\"'
        + "k" * 64
        + '\\",\\"root\\":\\"'
        + "r" * 64
        + '\\",\\"size\\":7}"}'
    )


def test_a_key_is_called_by_the_digest_of_its_public_half() -> None:
    assert fingerprint(bytes(32)) == hashlib.sha256(bytes(32)).hexdigest()


def test_lines_say_what_they_are_over() -> None:
    one, two = a_line(7), a_line(9)
    assert read_lines([one, two]) == [
        Outside(7, line_digest(one)),
        Outside(9, line_digest(two)),
    ]


@pytest.mark.parametrize(
    "text", ["", "nonsense", "{}", "[]", '{"statement":"{}"}', '{"statement":7}', "null"]
)
def test_what_is_no_checkpoint_is_named_by_its_place(text: str) -> None:
    assert read_lines([a_line(7), text])[1:] == [Unreadable(2)]


def test_a_line_that_was_cut_short_and_stands_again_behind_it_is_none() -> None:
    full = a_line(7)
    assert read_lines([full[:40], full]) == [Outside(7, line_digest(full))]
    assert read_lines([full, full[:40]])[1:] == [Unreadable(2)]
    assert read_lines([full[:40], full[:60], full]) == read_lines([full])
    # Of another line it is no beginning.
    assert read_lines([full[:-3], a_line(9)])[:1] == [Unreadable(1)]


@pytest.mark.parametrize(
    ("size", "key"), [(1, "first"), (10, "first"), (11, "second"), (20, "second"), (21, "third")]
)
def test_a_key_signs_from_where_it_begins_to_where_the_next_one_does(size: int, key: str) -> None:
    assert key_at(size, [(0, "first"), (10, "second"), (20, "third")]) == key


def test_nobody_signs_before_the_first_key() -> None:
    assert key_at(5, [(7, "first")]) is None
    assert key_at(5, []) is None
