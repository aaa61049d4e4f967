"""How long people's rows are kept, and what stands against reading them once they are gone."""

from __future__ import annotations

from datetime import date, timedelta

from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

# Why rows go by themselves; stands in the journal and beside the deletion.
PAST_RETENTION = gettext_noop("The retention set for these rows has passed.")

ROWS_GONE = Objection(
    "data.rows_deleted",
    gettext_noop(
        "These rows were deleted; their fingerprint and the figures made on them stay."
        " Choose data whose rows are still kept, or register the rows again."
    ),
)

BY_HAND = gettext_noop("Deleted by a person, for the reason they gave")
ROWS_PERIOD = gettext_noop("By the last day set for these rows")
WITH_THEIR_ROWS = gettext_noop("With the rows they were made for")
NEVER_SEALED = gettext_noop("It was gathered for a report that failed")

DRAFT_LAPSED = gettext_noop("It was never submitted, and the time for keeping drafts has passed.")

# Kinds of files that hold rows about people.
PEOPLES_ROWS = frozenset({"rows", "predictions"})

# What the journal calls the end of somebody's bytes; each names the record they belonged to.
DELETIONS = (
    "dataset_version.rows_deleted",
    "run.predictions_deleted",
    "evidence.file_deleted",
    "model_version.artefact_deleted",
    "model_version.environment_deleted",
    "report.file_deleted",
    "report.dossier_deleted",
    "tombstone.laid",
)


def file_gone(at: str, rule: str) -> Objection:
    """Say that a file was rightly deleted, when, and under which rule."""
    return Objection(
        "file.deleted",
        gettext_noop(
            "This file was deleted on %(at)s when its time was over (%(rule)s); its digest and"
            " everything that was signed on it stay."
        ),
        {"at": at, "rule": rule},
    )


def last_day(*, today: date, days: int) -> date:
    """Return the last day on which rows registered today are kept, so many days on."""
    return today + timedelta(days=days)


def is_past(keep_until: date, *, today: date) -> bool:
    """Say whether the last day is over; on the day itself the rows are still there."""
    return keep_until < today


def objections_to_keeping(until: date, *, today: date, at_most_days: int) -> list[Objection]:
    """Say what stands against keeping rows until the end of this day."""
    latest = last_day(today=today, days=at_most_days)
    if is_past(until, today=today):
        return [
            Objection(
                "dataset.keep_until_past",
                gettext_noop(
                    "Rows cannot be kept until %(until)s, which is over; name a day to come."
                ),
                {"until": until.isoformat()},
            )
        ]
    if until > latest:
        return [
            Objection(
                "dataset.keep_until_late",
                gettext_noop(
                    "Rows may be kept until %(latest)s at the latest, not until %(until)s;"
                    " name an earlier day."
                ),
                {"latest": latest.isoformat(), "until": until.isoformat()},
            )
        ]
    return []
