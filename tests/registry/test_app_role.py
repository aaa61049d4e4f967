"""The application under a role that owns nothing: its verbs run, and history is out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from registry.models import DatasetVersion, Decision, Entry, Membership
from registry.services import (
    app_roles,
    journal,
    people,
    retention,
    units,
)
from tests.cast import Cast, a_complete_version, a_release, an_approved_release
from tests.registry.lending import lend
from tests.registry.pages import signed_in
from tests.registry.reviewing import a_review, a_round, confirmed
from tests.registry.scoring import filled
from tests.registry.trouble import a_finding, an_incident
from tests.traces import who

APP = "an app's role"


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def under(role: str) -> Iterator[None]:
    """Have the database take everything inside for the role's doing."""
    execute(f'SET ROLE "{role}"')
    yield
    execute("RESET ROLE")


@pytest.fixture
def app(cast: Cast) -> str:
    """A role that was granted what the application needs, gone with the test."""
    execute(f'CREATE ROLE "{APP}" LOGIN')
    said = StringIO()
    call_command("grant_app_role", APP, stdout=said)
    assert "only adds to" in said.getvalue()
    return APP


def test_the_verbs_run_under_a_role_that_owns_nothing(cast: Cast, app: str) -> None:
    with under(app):
        release = an_approved_release(cast)
        model = release.version.model
        filled(model, cast.scientist)
        confirmed(a_round(cast), cast.owner)
        a_review(model)
        a_finding(cast, release.version)
        an_incident(cast, model)
        lend(cast, cast.manager, cast.owner)
        retention.delete_rows(data=DatasetVersion.objects.get(), reason="Asked.", by=cast.admin)
        browser = signed_in(cast.auditor)
        assert browser.get(reverse("release", args=[release.pk])).status_code == 200
        for membership in Membership.objects.current().filter(user=cast.ethics):
            units.end(membership=membership, reason="Left.", by=cast.admin)
        people.erase(person=cast.ethics, reason="Asked for.", by=cast.admin)
        assert journal.verify()[0] is None
    assert Decision.objects.get().printed_name == "Mara Roth"
    assert who(Entry.objects.filter(action="release.signed").get()) == "Mara Roth"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registry_entry SET reason = 'x'",
        "UPDATE registry_entry SET number = number",
        "DELETE FROM registry_entry",
        "TRUNCATE registry_entry",
        "TRUNCATE registry_membership",
        "ALTER TABLE registry_entry DISABLE TRIGGER registry_entry_rows",
        "ALTER TABLE registry_entry DISABLE TRIGGER ALL",
        "DROP TRIGGER registry_entry_rows ON registry_entry",
        "DROP TABLE registry_decision",
        "CREATE TABLE registry_more (id int)",
        "CREATE OR REPLACE FUNCTION registry_written_once() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NEW; END'",
        "CREATE TRIGGER mine BEFORE INSERT ON registry_entry"
        " FOR EACH ROW EXECUTE FUNCTION registry_written_once()",
        "SET LOCAL session_replication_role = 'replica'",
        "UPDATE registry_modelversion SET label = 'x'",
        "DELETE FROM registry_review",
        "DELETE FROM registry_personkey",
        "DELETE FROM django_migrations",
        "GRANT postgres TO CURRENT_USER",
    ],
)
def test_what_would_bend_history_is_refused_to_it(app: str, statement: str) -> None:
    with (
        under(app),
        pytest.raises(DatabaseError, match="permission denied|must be owner"),
    ):
        execute(statement)


def test_what_is_only_locked_is_still_refused_by_its_trigger(cast: Cast, app: str) -> None:
    a_complete_version(cast)
    for table in app_roles.LOCKED:
        name = table._meta.db_table
        with under(app):
            if table._default_manager.exists():
                with pytest.raises(DatabaseError, match="is written once"):
                    execute(f"UPDATE {name} SET id = id")  # noqa: S608
            else:
                execute(f"UPDATE {name} SET id = id")  # noqa: S608


def test_what_is_granted_again_is_no_more_than_is_needed(cast: Cast, app: str) -> None:
    execute(f'GRANT ALL ON registry_entry TO "{app}"')
    call_command("grant_app_role", app, stdout=StringIO())
    a_release(cast)
    with under(app), pytest.raises(DatabaseError, match="permission denied"):
        execute("DELETE FROM registry_entry")


def test_a_role_that_could_help_itself_is_refused(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (owner,) = cursor.fetchone()
    for made, role, said in (
        ("SELECT 1", "nobody there", "CREATE ROLE"),
        ("SELECT 1", owner, "is a superuser"),
        (f'CREATE ROLE heir IN ROLE "{owner}"', "heir", "could take their triggers away"),
        ("CREATE ROLE scribe IN ROLE pg_write_all_data", "scribe", "take it out of there"),
    ):
        execute(made)
        with pytest.raises(CommandError, match=said):
            call_command("grant_app_role", role)


def test_only_the_owner_grants(cast: Cast, app: str) -> None:
    execute("CREATE ROLE another")
    with under(app), pytest.raises(CommandError, match="Run this as the role that owns the tables"):
        call_command("grant_app_role", "another")
