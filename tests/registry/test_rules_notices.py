"""What people are told: the sentences, how they go out by mail, and what a header may hold."""

from __future__ import annotations

import pytest

from registry.rules.notices import (
    CRITICAL,
    NOTICES,
    REMINDERS,
    Mailing,
    filled,
    is_own_page,
    mailing,
    objections_to_choice,
    one_line,
    places,
)


def test_every_reminder_and_every_critical_one_is_a_notice() -> None:
    assert set(NOTICES) >= REMINDERS | CRITICAL


@pytest.mark.parametrize("code", NOTICES)
def test_every_notice_is_a_sentence_of_two_words_and_a_place(code: str) -> None:
    noun, _, happened = code.partition(".")
    assert noun and happened
    assert NOTICES[code].endswith(".")
    assert places(code)
    assert "%" not in filled(NOTICES[code], {})


@pytest.mark.parametrize(
    ("code", "urgent", "acts", "reminders", "expected"),
    [
        ("release.approved", False, "at_once", "digest", Mailing.AT_ONCE),
        ("release.approved", False, "digest", "digest", Mailing.DIGEST),
        ("release.approved", False, "digest", "none", Mailing.DIGEST),
        ("release.approved", True, "digest", "none", Mailing.AT_ONCE),
        ("review.overdue", False, "at_once", "digest", Mailing.DIGEST),
        ("review.overdue", False, "at_once", "none", Mailing.NONE),
        ("review.overdue", True, "at_once", "none", Mailing.AT_ONCE),
        ("condition.breached", False, "digest", "none", Mailing.AT_ONCE),
        ("incident.clock", False, "digest", "none", Mailing.AT_ONCE),
    ],
)
def test_how_a_notice_goes_out(
    code: str, urgent: bool, acts: str, reminders: str, expected: Mailing
) -> None:
    assert mailing(code, urgent=urgent, acts=acts, reminders=reminders) is expected


def test_a_param_with_a_place_in_it_fills_nothing_twice() -> None:
    said = {"about": "%(model)s 100%", "model": "%s"}
    assert filled("%(about)s of %(model)s.", said) == "%(model)s 100% of %s."


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Credit\r\nBcc: all@example.org", "Credit Bcc: all@example.org"),
        ("a\u2028b\x0bc\x00d\x85e", "a b c d e"),
        ("  plain  ", "plain"),
        ("x" * 160, "x" * 149 + "…"),
    ],
)
def test_a_header_is_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize("link", ["/releases/1/", "/models/a/?tab=risk#top"])
def test_a_path_of_this_server_is_a_page(link: str) -> None:
    assert is_own_page(link)


@pytest.mark.parametrize(
    "link",
    ["", "releases/1/", "//evil.example", "/\\evil.example", "https://evil.example/", "/a\nb"],
)
def test_what_leads_elsewhere_is_no_page(link: str) -> None:
    assert not is_own_page(link)


def test_every_objection_to_a_choice_is_told_at_once() -> None:
    found = objections_to_choice(
        address="ada@elsewhere.org",
        acts="never",
        reminders="at_once",
        time_zone="Mars/Olympus",
        domains=["bank.example"],
        zones={"Europe/Berlin"},
    )
    assert [one.code for one in found] == [
        "mail.domain",
        "mail.acts",
        "mail.reminders",
        "mail.time_zone",
    ]
    assert str(found[0]) == (
        "Notices are mailed to addresses at bank.example alone; write one of those."
    )


@pytest.mark.parametrize(
    ("address", "domains"),
    [("", ["bank.example"]), ("ada@BANK.example", ["Bank.Example"]), ("ada@elsewhere.org", [])],
)
def test_a_choice_that_nothing_stands_against(address: str, domains: list[str]) -> None:
    assert not objections_to_choice(
        address=address,
        acts="digest",
        reminders="none",
        time_zone="",
        domains=domains,
        zones=set(),
    )
