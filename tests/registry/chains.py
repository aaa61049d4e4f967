"""Checking the journal of a test in every way."""

from __future__ import annotations

from registry.models import (
    Entry,
    Head,
    ModelHead,
)
from registry.services import journal


def is_whole() -> bool:
    """Check the chain, the numbers and the heads, each in its own way."""
    found, count = journal.verify()
    entries = list(Entry.objects.order_by("number"))
    head = Head.objects.get()
    heads = dict(ModelHead.objects.values_list("model", "number"))
    of_model = {
        slug: [entry.model_number for entry in entries if entry.model == slug]
        for slug in {entry.model for entry in entries if entry.model}
    }
    assert [entry.number for entry in entries] == list(range(1, count + 1))
    assert (head.number, head.seal) == (entries[-1].number, entries[-1].seal)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in of_model.values())
    assert heads == {slug: len(numbers) for slug, numbers in of_model.items()}
    return found is None
