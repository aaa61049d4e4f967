"""What is edited behind the journal's back is found at the entry that told of it."""

from __future__ import annotations

import json
from typing import Any

from registry.models import CaseFile, Decision, Entry, Evidence
from registry.rules.casefile import canonical, digest
from registry.services import releases
from tests.cast import Cast, a_release, an_approved_release, an_exhibit
from tests.registry.bending import Bent, bend, found, rebuild, undone
from tests.registry.flow import PROOF, act


def number_of(action: str, **narrowed: object) -> int:
    return Entry.objects.filter(action=action, **narrowed).latest("number").number


def test_what_was_edited_is_found_where_it_was_told(cast: Cast) -> None:
    release = an_approved_release(cast)
    decision, case_file = Decision.objects.get(), CaseFile.objects.get()
    exhibit = Evidence.objects.earliest("pk")
    version = release.version
    signed = number_of("release.signed")
    filed = number_of("evidence.filed", subject_id=exhibit.pk)
    submitted, registered = number_of("release.submitted"), number_of("version.registered")
    data = number_of("dataset_version.registered")
    other = digest("another text")
    not_this = f"decision {decision.pk} is not the one of which it tells"
    bent: dict[str | tuple[Any, ...], tuple[int, str]] = {
        "UPDATE registry_decision SET reason = 'Not read.'": (signed, not_this),
        "UPDATE registry_decision SET act = 'reject'": (signed, not_this),
        "UPDATE registry_decision SET printed_name = 'Nobody'": (signed, not_this),
        "UPDATE registry_decision SET signed_at = signed_at - interval '1 day'": (signed, not_this),
        ("UPDATE registry_decision SET signer_id = %s", cast.manager2.pk): (signed, not_this),
        "DELETE FROM registry_decision": (
            signed,
            f"decision {decision.pk}, of which it tells, is not there",
        ),
        "UPDATE registry_casefile SET text = replace(text, 'income', 'wealth')": (
            submitted,
            f"the text of case file {case_file.digest[:12]} is not what was frozen",
        ),
        ("UPDATE registry_casefile SET text = 'another text', digest = %s", other): (
            submitted,
            f"case file {case_file.digest[:12]}, of which it tells, is not there",
        ),
        ("UPDATE registry_evidence SET verdict = 'fail' WHERE id = %s", exhibit.pk): (
            filed,
            f"exhibit {exhibit.pk} is not the one of which it tells",
        ),
        ("UPDATE registry_evidence SET summary = 'Fine.' WHERE id = %s", exhibit.pk): (
            filed,
            f"exhibit {exhibit.pk} is not the one of which it tells",
        ),
        ("UPDATE registry_evidence SET digest = %s WHERE id = %s", other, exhibit.pk): (
            filed,
            f"exhibit {exhibit.pk} is not the one of which it tells",
        ),
        ("UPDATE registry_storedfile SET sha256 = %s WHERE id = %s", other, exhibit.file_id): (
            filed,
            f"exhibit {exhibit.pk} is not the one of which it tells",
        ),
        (
            "UPDATE registry_storedfile SET sha256 = %s WHERE id ="
            " (SELECT file_id FROM registry_datasetversion)",
            other,
        ): (data, "states another sha256"),
        "UPDATE registry_datasetversion SET rows = rows + 1": (data, "states another rows"),
        **{
            f"UPDATE registry_evidence SET {column} = 'x' WHERE id = {exhibit.pk}": (  # noqa: S608
                filed,
                f"exhibit {exhibit.pk} is not the one of which it tells",
            )
            for column in ("producer", "origin")
        },
        **{
            f"UPDATE registry_casefile SET {change}": (  # noqa: S608
                submitted,
                f"case file {case_file.digest[:12]} is not the one of which it tells",
            )
            for change in ("number = 7", "frozen_at = frozen_at - interval '1 day'")
        },
        **{
            f"UPDATE registry_datasetversion SET {change}": (  # noqa: S608
                data,
                f"data {version.data_links.get().data_id} is not the one of which it tells",
            )
            for change in (
                "columns = replace(columns::text, 'income', 'wealth')::jsonb",
                "provenance = 'Bought.'",
                "keep_until = keep_until + 1",
                "format = 'query'",
            )
        },
        **{
            f"UPDATE registry_modelversion SET {change}": (  # noqa: S608
                registered,
                f"version {version.pk} is not the one of which it tells",
            )
            for change in (
                "features = '[]'",
                """parameters = '{"owner": 1}'""",
                "label = '9.9'",
                "label_column = 'x'",
                "positive_label = 'x'",
                f"registered_by_id = {cast.manager2.pk}",
            )
        },
        "UPDATE registry_modelversion SET code_commit = repeat('a', 40)": (
            registered,
            f"version {version.pk} states another code_commit than it tells",
        ),
        "UPDATE registry_modelversion SET threshold = 0.1": (
            registered,
            f"version {version.pk} states another threshold than it tells",
        ),
    }
    for statement, (number, wrong) in bent.items():
        with undone():
            bend(statement if isinstance(statement, str) else (statement[0], [*statement[1:]]))
            broken = found()
            assert broken, statement
            assert broken[0] == number, (statement, broken)
            assert wrong in broken[1], (statement, broken)
    assert found() is None


def test_a_decision_or_case_file_that_nobody_told_of_is_found(cast: Cast) -> None:
    an_approved_release(cast)
    last = Entry.objects.count()
    decision, case_file = Decision.objects.get(), CaseFile.objects.get()
    columns = ", ".join(
        field.column for field in Decision._meta.concrete_fields if field.column != "id"
    ).replace("signer_id", f"{cast.manager2.pk}")
    names = columns.replace(f"{cast.manager2.pk}", "signer_id")
    for number in (decision.pk + 1, 0, -5):
        with undone():
            bend(
                f"INSERT INTO registry_decision (id, {names}) SELECT {number}, {columns}"  # noqa: S608
                " FROM registry_decision"
            )
            wrong = f"the database holds decision {number}, of which no entry tells"
            assert found() == (last, wrong)
    for number in (case_file.pk + 1, 0, -5):
        with undone():
            bend(
                (
                    "INSERT INTO registry_casefile (id, release_id, number, text, digest,"
                    " frozen_at) SELECT %s, release_id, number + 1, 'text', %s, frozen_at"
                    " FROM registry_casefile",
                    [number, digest("text")],
                )
            )
            wrong = f"the database holds case file {number}, of which no entry tells"
            assert found() == (last, wrong)


def test_where_nothing_was_decided_yet_a_decision_is_found_as_well(cast: Cast) -> None:
    release = a_release(cast)
    bend(
        (
            "INSERT INTO registry_decision (id, release_id, case_file_id, case_file_digest, act,"
            " round, stage_name, meaning, reason, asked, signer_id, printed_name, role, method,"
            " signed_at) SELECT 1, release_id, id, digest, 'reject', 0, '', '', 'No.', '[]', %s,"
            " 'Mara Roth', '', 'password', frozen_at FROM registry_casefile WHERE release_id = %s",
            [cast.manager.pk, release.pk],
        )
    )
    wrong = "the database holds decision 1, of which no entry tells"
    assert found() == (Entry.objects.count(), wrong)


def test_decisions_from_before_entries_gave_their_numbers_are_taken_as_they_are(
    cast: Cast,
) -> None:
    an_approved_release(cast)

    def as_before(chain: list[Bent]) -> None:
        for entry in chain:
            told = json.loads(entry["changes"])
            told.pop("facts", None)
            entry["changes"] = canonical(told)

    rebuild(as_before)
    bend("DELETE FROM registry_checkpoint")
    assert found() is None
    bend("UPDATE registry_decision SET id = 0")
    assert found() == (
        Entry.objects.count(),
        "the database holds decision 0, of which no entry tells",
    )


def test_every_act_that_decides_tells_of_its_decision(cast: Cast) -> None:
    """Or it would be found as one that nobody told of."""
    approved = an_approved_release(cast)
    releases.revoke(release=approved, reason="It drifts.", proof=PROOF, by=cast.manager)
    release = a_release(cast, approved.version)
    an_exhibit(cast, release.version, verdict="fail")
    act(releases.reject, release, cast.manager)
    assert Decision.objects.count() == 3
    assert CaseFile.objects.count() == 3
    assert found() is None
