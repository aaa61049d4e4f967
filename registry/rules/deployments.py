"""What may be reported as live, and its place among what ran before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from registry.rules import casefile
from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

SHA256 = re.compile(r"[0-9a-f]{64}")
IMAGE_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
# How far the clock of the deploying side may be off.
CLOCK_SKEW = timedelta(minutes=5)


class End(StrEnum):
    """How something stopped being live."""

    REPLACED = "replaced"
    TAKEN_DOWN = "taken_down"


END_NAMES = {
    End.REPLACED: gettext_noop("Replaced"),
    End.TAKEN_DOWN: gettext_noop("Taken down"),
}


@dataclass(frozen=True)
class Report:
    """What the deploying side says: what runs, where, and from when.

    ``label`` is the version as that side calls it, ``artefact_sha256`` what it found to run;
    a vendor's model, whose artefact nobody has, is reported without a digest. Without
    ``live_from`` it is live from now on.
    """

    environment: str
    label: str = ""
    artefact_sha256: str = ""
    image_digest: str = ""
    cluster: str = ""
    namespace: str = ""
    endpoint: str = ""
    live_from: datetime | None = None

    @property
    def target(self) -> dict[str, str]:
        """Where it runs."""
        return {"cluster": self.cluster, "namespace": self.namespace, "endpoint": self.endpoint}

    @property
    def what(self) -> dict[str, str]:
        """What runs."""
        return {
            "label": self.label,
            "artefact_sha256": self.artefact_sha256,
            "image_digest": self.image_digest,
        }


def key_of(model: str, report: Report, live_from: datetime) -> str:
    """Return what two reports of one deployment have in common, and no other report has."""
    said = {"model": model, "environment": report.environment, **report.what, **report.target}
    return casefile.digest(casefile.canonical({**said, "live_from": live_from.isoformat()}))


def objections_to_report(
    report: Report, *, environments: Sequence[str], now: datetime, registered_at: datetime | None
) -> list[Objection]:
    """Say what is wrong with a report as it stands.

    Never whether the thing may run: what is true is kept. ``registered_at`` is the version's, None
    where it is not known.
    """
    objections = []
    if report.environment not in environments:
        objections.append(unknown_environment(report.environment, environments))
    if not (report.label or report.artefact_sha256):
        objections.append(
            Objection(
                "deployment.says_nothing",
                gettext_noop("Say what runs: the version's label, its artefact's digest, or both."),
            )
        )
    if report.artefact_sha256 and not SHA256.fullmatch(report.artefact_sha256):
        objections.append(
            Objection(
                "deployment.artefact_sha256",
                gettext_noop("The artefact's digest is its sha256: 64 digits from 0 to f."),
            )
        )
    if report.image_digest and not IMAGE_DIGEST.fullmatch(report.image_digest):
        objections.append(
            Objection(
                "deployment.image_digest",
                gettext_noop(
                    "The image's digest is “sha256:” and 64 digits from 0 to f; a tag is none."
                ),
            )
        )
    if report.live_from and report.live_from > now + CLOCK_SKEW:
        objections.append(
            Objection(
                "deployment.in_the_future",
                gettext_noop("Only what is live already is reported; %(live_from)s is to come."),
                {"live_from": report.live_from.isoformat(timespec="seconds")},
            )
        )
    if report.live_from and registered_at and report.live_from < registered_at - CLOCK_SKEW:
        objections.append(
            Objection(
                "deployment.before_registration",
                gettext_noop(
                    "The version was registered on %(registered_at)s; it cannot have been live"
                    " since %(live_from)s. Look at the label and at the time."
                ),
                {
                    "registered_at": registered_at.isoformat(timespec="seconds"),
                    "live_from": report.live_from.isoformat(timespec="seconds"),
                },
            )
        )
    return objections


def unknown_environment(environment: str, known: Sequence[str]) -> Objection:
    """Say that there is no such environment, and which there are."""
    return Objection(
        "deployment.environment",
        gettext_noop("There is no environment %(environment)s; choose one of %(known)s."),
        {"environment": environment, "known": ", ".join(known)},
    )


def objections_to_ending(
    *, live_from: datetime, live_until: datetime | None, until: datetime, now: datetime, reason: str
) -> list[Objection]:
    """Say why a deployment cannot be reported as taken down at this time."""
    objections = []
    if live_until is not None:
        objections.append(
            Objection(
                "deployment.ended", gettext_noop("This is not live any more; its end is reported.")
            )
        )
    if not reason:
        objections.append(
            Objection("deployment.no_reason", gettext_noop("Say why it was taken down."))
        )
    if until > now + CLOCK_SKEW:
        objections.append(
            Objection(
                "deployment.end_in_the_future",
                gettext_noop("Report the end once it is down; this time is to come."),
            )
        )
    if until < live_from:
        objections.append(
            Objection(
                "deployment.end_before_start",
                gettext_noop("It was live from %(live_from)s; it cannot have ended before."),
                {"live_from": live_from.isoformat(timespec="seconds")},
            )
        )
    return objections


# What ran on a target, in its order.


@dataclass(frozen=True)
class Interval:
    """From when to when one deployment ran; it ran at its start and no more at its end."""

    key: int
    live_from: datetime
    live_until: datetime | None

    def covers(self, instant: datetime) -> bool:
        """Say whether it ran at this instant."""
        return self.live_from <= instant and (self.live_until is None or instant < self.live_until)


@dataclass(frozen=True)
class Placing:
    """Where a new deployment stands among those of its target.

    ``cuts`` is the key of the one that ends where the new one begins. ``until`` is the new one's
    own end, None while it runs.
    """

    cuts: int | None
    until: datetime | None


def place(live_from: datetime, others: Sequence[Interval]) -> Placing:
    """Place a deployment that began at this instant among those of its target.

    A late report tells of the past: what ran then ends where the new one begins, and the new one
    ends where that one did, or where the next began.
    """
    before = [one for one in others if one.live_from <= live_from]
    last = max(before, key=lambda one: (one.live_from, one.key), default=None)
    if last is not None and (last.live_until is None or last.live_until > live_from):
        return Placing(last.key, last.live_until)
    return Placing(
        None, min((one.live_from for one in others if one.live_from > live_from), default=None)
    )


def live_at(intervals: Sequence[Interval], instant: datetime) -> list[int]:
    """Return the keys of what ran at an instant, in the order in which it began."""
    running = [one for one in intervals if one.covers(instant)]
    return [one.key for one in sorted(running, key=lambda one: (one.live_from, one.key))]
