"""Wrap people's keys anew under the present key of the installation, so that an earlier can go."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet

from registry.models import PersonKey
from registry.rules.refusals import Refused
from registry.services import journal, person_keys, personal
from registry.services.key_names import name_of

BATCH = 100


def rotate(*, replace_lost: bool = False) -> int:
    """Wrap every person's key under the present key of the installation; return how many were.

    In batches that commit on their own; killed anywhere, it is run again and goes on. No entry of
    the journal is touched. Raises Refused when a key is missing, after all others are done; with
    ``replace_lost`` whoever's key is lost for good gets a new one, and what was written of them
    until then names nobody any more.
    """
    missing: set[int] = set()
    refusal: Refused | None = None
    done = 0
    while batch := list(_outdated().exclude(pk__in=missing).values_list("pk", flat=True)[:BATCH]):
        try:
            done += _rewrap(people=batch)
        except Refused:
            for person in batch:
                try:
                    done += _rewrap(people=[person])
                except Refused as error:
                    if replace_lost:
                        done += _replace(person=person)
                        continue
                    refusal = error
                    missing.add(person)
    if refusal is not None:
        raise refusal
    return done


@journal.verb
def _rewrap(*, people: list[int]) -> int:
    rows = _outdated().filter(pk__in=people).select_for_update()
    for row in rows:
        before = row.wrapped_by
        person_keys.put_under_present(row, person_keys.opened(row))
        row.save(update_fields=["wrapped_key", "wrapped_by"])
        changes = {"from": before, "to": row.wrapped_by}
        journal.record("person.key_rewrapped", by=None, role="system", subject=row, changes=changes)
    return len(rows)


@journal.verb
def _replace(*, person: int) -> int:
    row = _outdated().select_for_update().get(pk=person)
    before = row.wrapped_by
    person_keys.put_under_present(row, personal.new_key())
    row.save(update_fields=["wrapped_key", "wrapped_by"])
    changes = {"from": before, "to": row.wrapped_by}
    journal.record("person.key_replaced", by=None, role="system", subject=row, changes=changes)
    return 1


def _outdated() -> QuerySet[PersonKey]:
    """Return those whose key lies under another than the present one; the erased have none."""
    kept = PersonKey.objects.filter(wrapped_key__isnull=False)
    return kept.exclude(wrapped_by=name_of(settings.PEOPLE_KEY)).order_by("pk")
