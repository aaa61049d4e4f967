"""Signatures, policies, roles and moves that are edited behind the journal's back are found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from registry.models import (
    Condition,
    Confirmation,
    Entry,
    Membership,
    OverrideSignature,
    PolicyApproval,
    PolicyEdition,
    Release,
    ReleaseMove,
)
from registry.rules.casefile import canonical
from registry.rules.row_digests import WRITTEN, WROTE
from registry.services import conditions, entries, journal, overrides, releases, units
from registry.services.row_older_entries import ABOUT, UNNUMBERED
from registry.services.row_states import ROWS, SIGNED
from tests.cast import Cast, a_complete_version, a_person, a_release
from tests.registry.bending import Bent, bend, found, rebuild, undone
from tests.registry.flow import a_condition, act
from tests.registry.lending import let_through
from tests.registry.policies_at_work import adopted
from tests.registry.reviewing import a_round, confirmed

# By table, the columns that an edit would go for.
COLUMNS = {
    "releasemove": ("after = 'revoked'", "act = 'revoke'", "at = now()"),
    "condition": ("text = 'None'", "due_at = now()", "evidence_kind = 'drift'", "number = 9"),
    "override": ("reason = 'None'", "days = 7", "environment = 'x'", "asked_at = now()"),
    "overridesignature": (
        "printed_name = 'Nobody'",
        "meaning = 'None'",
        "digest = repeat('a', 64)",
        "method = 'x'",
        "reason = 'x'",
        "signed_at = now()",
    ),
    "attestationround": ("text = '{}'", "digest = repeat('a', 64)", "due_on = due_on + 9"),
    "confirmation": (
        "printed_name = 'Nobody'",
        "meaning = 'None'",
        "says = 'confirmed_with_exceptions'",
        "exceptions = '[7]'",
        "digest = repeat('a', 64)",
        "confirmed_at = now()",
    ),
    "policyedition": (
        "definition = '{}'",
        "digest = repeat('a', 64)",
        "note = 'x'",
        "text = 'x'",
        "loaded_at = now()",
    ),
    "policyapproval": (
        "printed_name = 'Nobody'",
        "meaning = 'None'",
        "reason = 'x'",
        "digest = repeat('a', 64)",
        "method = 'x'",
    ),
    "policyadoption": ("adopted_at = now()",),
    "membership": ("role = 'auditor'", "granted_at = granted_at - interval '1 day'"),
}
# What changes a state that an act has settled, or makes as if one had.
STATES = (
    ("condition", "acceptance = 'x'", "accepted_at IS NOT NULL"),
    ("condition", "accepted_by_id = NULL", "accepted_at IS NOT NULL"),
    ("condition", "offer = 'x'", "accepted_at IS NOT NULL"),
    ("condition", "offer = 'x'", "accepted_at IS NULL AND offered_at IS NOT NULL"),
    ("condition", "offered_at = now()", "offered_at IS NULL"),
    ("condition", "accepted_at = now()", "accepted_at IS NULL AND offered_at IS NOT NULL"),
    ("override", "ends_at = ends_at + interval '9 days'", "starts_at IS NOT NULL"),
    ("override", "ended_at = NULL", "ended_at IS NOT NULL"),
    ("membership", "ended_at = NULL", "ended_at IS NOT NULL"),
    ("membership", "ended_at = ended_at + interval '1 day'", "ended_at IS NOT NULL"),
    ("membership", "ended_at = granted_at", "ended_at IS NULL"),
)


@pytest.fixture
def world(cast: Cast, tmp_path: Path) -> Cast:
    """One of everything: conditions in each state, an emergency, a confirmation, a new policy."""
    release = a_release(cast)
    texts = ("Train the credit officers", "Write the manual", "Count the complaints")
    asked = [a_condition(cast, text=text) for text in texts]
    act(releases.approve_with_conditions, release, cast.manager, conditions=asked)
    accepted, offered, _open = Condition.objects.order_by("number")
    for condition, said in ((accepted, "Done."), (offered, "Begun."), (offered, "Nearly.")):
        conditions.offer(condition=condition, text=said, evidence=None, by=cast.owner)
    conditions.accept(condition=accepted, reason="Seen.", by=cast.manager2)
    opened = a_round(cast)
    confirmed(opened, cast.owner)
    through = let_through(cast, tmp_path, release.version, environment="staging")
    overrides.end(override=through, reason="Mended.", by=cast.manager)
    adopted(cast)
    membership = Membership.objects.get(user=cast.deployer, unit=cast.unit)
    units.end(membership=membership, reason="Left.", by=cast.admin)
    assert found() is None
    return cast


def bent_rows() -> list[str]:
    """Return statements that each bend the newest row of a table in one place."""
    plain = [
        f"UPDATE registry_{table} SET {change} WHERE id = (SELECT max(id) FROM registry_{table})"  # noqa: S608
        for table, changes in COLUMNS.items()
        for change in changes
    ]
    states = [
        f"UPDATE registry_{table} SET {change} WHERE id ="  # noqa: S608
        f" (SELECT max(id) FROM registry_{table} WHERE {where})"
        for table, change, where in STATES
    ]
    gone = [
        f"DELETE FROM registry_{table} WHERE id = (SELECT max(id) FROM registry_{table})"  # noqa: S608
        for table in COLUMNS
    ]
    return [*plain, *states, *gone]


def test_whatever_is_edited_is_found_by_its_kind_and_number(world: Cast) -> None:
    for statement in bent_rows():
        with undone():
            bend(statement)
            broken = found()
            assert broken, statement
            assert any(f"{kind} " in broken[1] for kind in WRITTEN), (statement, broken)
    approved = Release.objects.get(environment="production")
    settled = {
        "state = 'revoked'": (Entry.objects.count(), "is revoked, its last move was to"),
        "valid_until = valid_until + interval '9 years'": (
            Entry.objects.get(action="release.approved").number,
            f"the approval of release {approved.pk} ends otherwise than it tells",
        ),
    }
    for change, (number, wrong) in settled.items():
        with undone():
            bend(f"UPDATE registry_release SET {change} WHERE id = {approved.pk}")  # noqa: S608
            broken = found()
            assert broken and broken[0] == number and wrong in broken[1], broken
    # Where it was told, and not only that something is wrong.
    signed = OverrideSignature.objects.earliest("pk")
    with undone():
        bend(f"UPDATE registry_overridesignature SET meaning = 'x' WHERE id = {signed.pk}")  # noqa: S608
        number = Entry.objects.get(action="override.requested").number
        wrong = f"emergency signature {signed.pk} is not the one of which it tells"
        assert found() == (number, wrong)


def test_a_row_that_nobody_told_of_is_found(world: Cast) -> None:
    last = Entry.objects.count()
    for kind, table in (
        ("move", ReleaseMove),
        ("emergency signature", OverrideSignature),
        ("confirmation", Confirmation),
        ("policy", PolicyEdition),
        ("policy approval", PolicyApproval),
        ("role", Membership),
    ):
        row = table._default_manager.latest("pk")
        columns = [one.column for one in table._meta.concrete_fields if one.column != "id"]
        names = ", ".join(columns)
        with undone():
            # Or it would be refused because such a row is there once.
            for name in (one.name for one in table._meta.constraints):
                bend(
                    "SET CONSTRAINTS ALL IMMEDIATE",
                    f"ALTER TABLE {table._meta.db_table} DROP CONSTRAINT IF EXISTS {name}",
                    f"DROP INDEX IF EXISTS {name}",
                )
            bend(
                f"INSERT INTO {table._meta.db_table} (id, {names}) SELECT id + 1, {names}"  # noqa: S608
                f" FROM {table._meta.db_table} WHERE id = {row.pk}"
            )
            wrong = f"the database holds {kind} {row.pk + 1}, of which no entry tells"
            assert found() == (last, wrong)


def test_entries_from_before_they_held_digests_are_compared_in_what_they_tell(world: Cast) -> None:
    def as_before(chain: list[Bent]) -> None:
        for entry in chain:
            told = json.loads(entry["changes"])
            told.pop(WROTE, None)
            entry["changes"] = canonical(told)

    rebuild(as_before)
    bend("DELETE FROM registry_checkpoint")
    assert found() is None
    told = {
        "UPDATE registry_membership SET role = 'auditor' WHERE role = 'validator'": "role",
        "UPDATE registry_membership SET ended_at = NULL": "end of a role",
        "UPDATE registry_attestationround SET text = '{}'": "inventory",
        "UPDATE registry_confirmation SET says = 'confirmed_with_exceptions'": "confirmation",
        "UPDATE registry_confirmation SET printed_name = 'Nobody'": "confirmation",
        "UPDATE registry_policyedition SET definition = '{}'": "policy",
        "UPDATE registry_policyapproval SET printed_name = 'Nobody'": "policy approval",
        "UPDATE registry_policyapproval SET reason = 'x'": "policy approval",
        "DELETE FROM registry_policyapproval": "approval",
        "UPDATE registry_override SET days = 9": "emergency release",
        "UPDATE registry_override SET ends_at = now()": "emergency term",
        "UPDATE registry_override SET end_reason = 'x'": "emergency end",
        "UPDATE registry_condition SET acceptance = 'x' WHERE accepted_at IS NOT NULL": (
            "acceptance"
        ),
        "DELETE FROM registry_condition": "offer",
    }
    for statement, kind in told.items():
        with undone():
            bend(statement)
            broken = found()
            assert broken, statement
            assert kind in broken[1], (statement, broken)
    # Of these, entries of then say nothing.
    bend("UPDATE registry_releasemove SET at = now()")
    assert found() is None


def test_what_is_written_is_told_in_an_entry_about_it_or_not_written(cast: Cast) -> None:
    @journal.verb
    def silently() -> None:
        journal.wrote("role", Membership.objects.latest("pk"))

    with pytest.raises(RuntimeError, match="No entry tells of role"):
        silently()
    with pytest.raises(RuntimeError, match="outside a verb"):
        entries.wrote("role", Membership.objects.latest("pk"))


def test_what_an_inner_verb_wrote_is_forgotten_with_it(cast: Cast) -> None:
    version = a_complete_version(cast)

    @journal.verb
    def inner() -> None:
        units.grant(unit=cast.unit, user=person, role="validator", by=cast.admin)
        raise ValueError("on second thoughts")

    @journal.verb
    def outer() -> None:
        with pytest.raises(ValueError, match="second thoughts"):
            inner()
        releases.draft(version=version, environment="staging", by=cast.scientist)

    person = a_person("iris", "Iris Kahn")
    outer()
    assert found() is None
    assert not Membership.objects.filter(user=person).exists()


def test_every_kind_of_row_has_a_digest_a_table_and_columns_that_are_there() -> None:
    assert set(ROWS) == set(WRITTEN)
    assert set(WRITTEN) > SIGNED
    named = {kind for kind, _table, _holds in ABOUT.values()}
    assert named | {kind for kinds in UNNUMBERED.values() for kind in kinds} == set(ROWS)
    for kind, rows in ROWS.items():
        columns = {one.attname for one in rows.model._meta.concrete_fields}
        assert set(WRITTEN[kind]) <= columns, kind
    # All that is written once is told whole, but for printed names, which lie in the entry.
    whole = {"move", "confirmation", "emergency signature", "policy", "policy approval"}
    for kind in whole | {"policy adoption", "inventory"}:
        columns = {one.attname for one in ROWS[kind].model._meta.concrete_fields}
        assert columns - set(WRITTEN[kind]) <= {"printed_name"}, kind
