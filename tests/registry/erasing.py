"""Who is erased in the tests, and what binds a person until then."""

from __future__ import annotations

from typing import Any

from django.db import connection

from registry.models import Membership, User
from registry.rules.roles import Role
from registry.services import people, units
from tests.cast import Cast, a_person

WHY = "They asked for it."


def leaves(person: User, cast: Cast) -> User:
    """End every role of a person."""
    for membership in Membership.objects.current().filter(user=person):
        units.end(membership=membership, reason="Left.", by=None)
    return person


def erased(person: User, by: User | None = None, reason: str = WHY) -> User:
    """Erase a person, as an operator unless told."""
    return people.erase(person=person, reason=reason, by=by)


def everything_in(table: str) -> str:
    """Return all the rows of a table as text."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]')::text FROM {table} t")  # noqa: S608
        return str(cursor.fetchone()[0])


def a_vote(release: Any, cast: Cast) -> dict[str, Any]:
    """Return an approval in review that names a condition for the deployer."""
    condition = {"text": "Mend it.", "owner": "deployer", "due": "2030-01-01", "evidence_kind": ""}
    return {
        "release": release,
        "case_file": release.case_file,
        "case_file_digest": release.case_file.digest,
        "act": "approve_with_conditions",
        "reason": "Mend it first.",
        "asked": [condition],
        "signer": cast.manager,
        "printed_name": "Mara Roth",
        "role": "model_risk_manager",
        "method": "password",
        "signed_at": release.submitted_at,
    }


def a_member(cast: Cast) -> User:
    """Add a validator that nothing else rests on."""
    person = a_person("iris", "Iris Kahn")
    units.grant(unit=cast.unit, user=person, role=Role.VALIDATOR, by=cast.admin)
    return person


class Undone(Exception):
    """The database is put back to what it was."""
