"""Opening findings: what they say, what they quote, and whom they are told."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from registry.models import Event, Finding, Notice, Review
from registry.models.append_only import WrittenOnce
from registry.rules.refusals import Refused
from registry.services import cards, finding_moves, findings
from tests.cast import Cast, a_card, a_model, a_version, an_approved_release
from tests.registry.trouble import a_finding, an_incident, in_days
from tests.traces import journalled, only_the_entitled_may, refused, time_passes


def told(code: str) -> list[str]:
    return sorted(notice.person.username for notice in Notice.objects.filter(code=code))


def test_a_finding_is_opened_with_its_challenge_and_its_first_move(cast: Cast) -> None:
    version = a_version(cast)
    with journalled() as entries:
        finding = a_finding(cast, version, title="  Scores are too high ")
    move = finding.moves.get()
    assert (finding.title, finding.source, finding.stands) == (
        "Scores are too high",
        "validation",
        "open",
    )
    assert (move.number, move.act, move.before, move.after, move.printed_name, move.role) == (
        1,
        "open",
        "",
        "open",
        "Viktor Lang",
        "validator",
    )
    assert [(entry.action, entry.role) for entry in entries][0] == ("finding.opened", "validator")
    assert Event.objects.filter(name="finding.opened", version=version).exists()
    assert told("finding.opened") == ["owner"]


def test_a_finding_quotes_the_card_in_effect_word_for_word(cast: Cast) -> None:
    version = a_version(cast)
    a_card(cast, version, factors="Sex and race.\n\nAge, in bands.")
    finding = a_finding(cast, version, section="factors", paragraph="2")
    cards.save(version=version, sections={"factors": "Nothing."}, by=cast.scientist)
    finding.refresh_from_db()
    assert (finding.section, finding.paragraph, finding.quote, finding.card_revision) == (
        "factors",
        2,
        "Age, in bands.",
        1,
    )


def test_a_finding_may_be_about_what_a_section_leaves_out(cast: Cast) -> None:
    version = a_version(cast)
    a_card(cast, version, factors="Sex.")
    finding = a_finding(cast, version, section="caveats")
    assert (finding.paragraph, finding.quote, finding.card_revision) == (None, "", 1)


def test_a_finding_quotes_no_paragraph_that_is_not_there(cast: Cast) -> None:
    version = a_version(cast)
    with refused("paragraph.no_card"):
        a_finding(cast, version, section="factors", paragraph="1")
    a_card(cast, version, factors="Sex.")
    with refused("paragraph.unknown"):
        a_finding(cast, version, section="factors", paragraph="2")
    with refused("paragraph.unknown_section"):
        a_finding(cast, version, section="poetry", paragraph="1")


def test_every_reason_against_a_finding_is_given_at_once(cast: Cast) -> None:
    version = a_version(cast)
    with refused(
        "finding.unknown_severity",
        "finding.says_nothing",
        "finding.challenge_without_ground",
        "finding.due_past",
        "finding.owner_cannot_answer",
    ):
        a_finding(
            cast,
            version,
            severity="fatal",
            text=" ",
            ground="",
            due=in_days(-1),
            owner=cast.outsider,
        )


def test_nobody_opens_a_finding_that_they_answer_themselves(cast: Cast) -> None:
    version = a_version(cast)
    with refused("finding.owner_is_opener"):
        a_finding(cast, version, owner=cast.validator)
    with pytest.raises(IntegrityError), transaction.atomic():
        finding = a_finding(cast, version)
        Finding.objects.filter(pk=finding.pk).update(owner=cast.validator)


def test_a_critical_finding_is_not_due_in_half_a_year(cast: Cast) -> None:
    version = a_version(cast)
    with refused("finding.due_too_late"):
        a_finding(cast, version, severity="critical", due=in_days(180))


def test_nobody_else_opens_a_finding(cast: Cast) -> None:
    version = a_version(cast)
    only_the_entitled_may(cast, "finding.open", lambda by: a_finding(cast, version, by=by))


def test_an_ethics_reviewer_opens_a_finding_of_ethics(cast: Cast) -> None:
    assert a_finding(cast, by=cast.ethics).source == "ethics"


def test_a_severe_finding_on_an_approved_version_opens_a_review(cast: Cast) -> None:
    version = an_approved_release(cast).version
    a_finding(cast, version, severity="low", due=in_days(3))
    assert not Review.objects.filter(cause="finding").exists()
    finding = a_finding(cast, version)
    assert Review.objects.get(cause="finding").details == {"finding": finding.pk}
    assert told("finding.opened") == ["manager", "manager2", "manager3", "owner", "owner"]


def test_the_same_finding_by_machine_does_not_pile_up(cast: Cast) -> None:
    version = a_version(cast)

    def found(environment: str) -> Finding:
        return findings.open_automatically(
            version=version,
            source="deployment",
            severity="critical",
            title="Live without approval",
            text="Nothing valid covers what runs.",
            details={"environment": environment},
        )

    first = found("production")
    assert (first.owner, first.opened_by, first.due) == (cast.owner, None, in_days(30))
    assert found("production") == first
    assert found("staging") != first
    close_it(cast, first)
    assert found("production") not in (None, first)


def close_it(cast: Cast, finding: Finding) -> None:
    finding_moves.answer(finding=finding, text="It was stopped.", by=cast.owner)
    finding_moves.close(finding=finding, text="Seen.", by=cast.validator)


def test_who_is_late_is_reminded_once_a_day(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    a_finding(cast, due=in_days(2))
    findings.remind_of_overdue()
    assert told("finding.overdue") == []
    time_passes(monkeypatch, days=3)
    findings.remind_of_overdue()
    findings.remind_of_overdue()
    assert told("finding.overdue") == ["owner"]


def test_what_a_finding_says_never_changes(cast: Cast) -> None:
    finding = a_finding(cast)
    for change in ({"title": "Harmless"}, {"due": in_days(80)}, {"quote": "Other words."}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Finding.objects.filter(pk=finding.pk).update(**change)
    with pytest.raises(WrittenOnce):
        finding.moves.all().delete()
    for statement in (
        "DELETE FROM registry_finding",
        "UPDATE registry_findingmove SET text = 'x'",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_an_incident_of_another_model_is_not_the_ground_of_a_finding(cast: Cast) -> None:
    version = a_version(cast)
    with pytest.raises(Refused, match="another model"):
        a_finding(cast, version, incident=an_incident(cast, a_model(cast, "Another")))
