"""A refusal carries every reason, in words."""

from __future__ import annotations

import pytest

from registry.rules.refusals import Objection, Refused


def test_a_refusal_reads_as_its_sentences() -> None:
    refusal = Refused(Objection("a", "One %(x)s.", {"x": 1}), Objection("b", "Two."))
    assert str(refusal) == "One 1. Two."
    assert [objection.code for objection in refusal.objections] == ["a", "b"]


def test_a_refusal_without_a_reason_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="at least one objection"):
        Refused()


def test_a_single_reason_is_refused_in_one_line() -> None:
    (objection,) = Refused.because("a", "Take %(x)s.", x="this").objections
    assert (objection.code, str(objection)) == ("a", "Take this.")


def test_a_sentence_without_params_keeps_its_per_cent_sign() -> None:
    assert str(Objection("a", "At 95 % it holds.")) == "At 95 % it holds."
