"""Reviews: what opens one, by when it is due, and what counts as the same one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from registry.rules.wording import gettext_noop


class State(StrEnum):
    """Whether a review still waits for somebody."""

    OPEN = "open"
    DONE = "done"


STATE_NAMES = {State.OPEN: gettext_noop("Open"), State.DONE: gettext_noop("Done")}


@dataclass(frozen=True)
class Cause:
    """What opens a review: its name, the question it asks, and the days it may take.

    ``days`` are those of tiers 1 to 4, the heaviest first. ``same`` names the details that make
    two events of the cause the same one; ``version`` stands for the version they are about.
    """

    name: str
    question: str
    days: tuple[int, int, int, int]
    same: tuple[str, ...] = ()


CAUSES = {
    "calendar": Cause(
        gettext_noop("By calendar"),
        gettext_noop("The review interval has passed. Is the model still fit for its purpose?"),
        (30, 30, 60, 60),
    ),
    "requested": Cause(
        gettext_noop("Asked for by a person"),
        gettext_noop("Somebody asked for a review. What do they doubt, and are they right?"),
        (14, 14, 30, 30),
    ),
    "new_version": Cause(
        gettext_noop("New version"),
        gettext_noop("A new version was registered. Does it change what the model was judged on?"),
        (14, 30, 30, 60),
        ("version",),
    ),
    "source_changed": Cause(
        gettext_noop("Source changed"),
        gettext_noop("The new version comes from elsewhere. Is the new source to be trusted?"),
        (14, 30, 30, 60),
        ("version",),
    ),
    "drift_breach": Cause(
        gettext_noop("Drift"),
        gettext_noop(
            "Data or scores drifted past a limit. Does the model still do what was approved?"
        ),
        (7, 14, 14, 30),
        ("version",),
    ),
    "fairness_breach": Cause(
        gettext_noop("Fairness"),
        gettext_noop("A fairness measurement fails after approval. Who is treated worse, and why?"),
        (7, 14, 14, 14),
        ("version",),
    ),
    "schema_change": Cause(
        gettext_noop("Schema changed"),
        gettext_noop(
            "New data has other columns than those the version was approved on. Does it still get"
            " what it was made for?"
        ),
        (7, 14, 14, 30),
        ("version", "dataset"),
    ),
    "finding": Cause(
        gettext_noop("Finding"),
        gettext_noop("A finding was opened. Does it touch the ground of the approval?"),
        (7, 14, 30, 30),
        ("version", "finding"),
    ),
    "incident": Cause(
        gettext_noop("Incident"),
        gettext_noop("An incident was reported. May the model go on while it is looked into?"),
        (2, 5, 5, 10),
        ("incident",),
    ),
    "policy_changed": Cause(
        gettext_noop("Policy changed"),
        gettext_noop("The policy has a new edition. Does the approval stand under it?"),
        (30, 30, 60, 90),
    ),
    "matrix_changed": Cause(
        gettext_noop("Risk matrix changed"),
        gettext_noop("The risk matrix has a new edition. Is the risk still what was accepted?"),
        (30, 30, 60, 90),
    ),
    "framework_changed": Cause(
        gettext_noop("Framework changed"),
        gettext_noop("A framework has a new edition. Which of its duties are new for this model?"),
        (30, 30, 60, 90),
        ("framework",),
    ),
    "tier_changed": Cause(
        gettext_noop("Tier changed"),
        gettext_noop("The model is in another tier. What does this tier ask for that is lacking?"),
        (14, 14, 30, 30),
    ),
    "upstream_changed": Cause(
        gettext_noop("A model that feeds this one changed"),
        gettext_noop("A model upstream changed. Does this one still get what it was tested with?"),
        (7, 14, 30, 30),
        ("upstream",),
    ),
    "override": Cause(
        gettext_noop("Emergency release"),
        gettext_noop("The model was released in an emergency. Was it justified, and what remains?"),
        (5, 10, 14, 14),
        ("version", "override"),
    ),
    "unapproved_live": Cause(
        gettext_noop("Live without approval"),
        gettext_noop("Something runs that no valid approval covers. How did it get there?"),
        (2, 2, 2, 5),
        ("version", "environment"),
    ),
}
CAUSE_NAMES = {code: cause.name for code, cause in CAUSES.items()}


def due_at(cause: str, tier: int, opened_at: datetime) -> datetime:
    """Return by when a review has to be closed."""
    return opened_at + timedelta(days=CAUSES[cause].days[tier - 1])


def key_of(cause: str, version_id: int | None, details: Mapping[str, Any]) -> str:
    """Return what makes a repeated cause the same one: "version 3, dataset 7".

    A part that the details do not name is left out.
    """
    known = {**details, "version": version_id}
    parts = (f"{name} {known[name]}" for name in CAUSES[cause].same if known.get(name) is not None)
    return ", ".join(parts)[:200]


@dataclass(frozen=True)
class Look:
    """One look at a model: an approval, or a review that was closed.

    ``full`` ones restart the calendar. ``until`` is when the record of why it was not revalidated
    stops being good.
    """

    at: datetime
    full: bool
    until: datetime | None = None


def next_due(looks: Sequence[Look], days: int) -> datetime | None:
    """Return when the model has to be looked at again, None where it never was.

    It is a review interval after the last full look, or when the first promise made with it or
    since then ends.
    """
    last = max((look for look in looks if look.full), key=lambda look: look.at, default=None)
    if last is None:
        return None
    promised = [look.until for look in looks if look.at >= last.at and look.until]
    return min([last.at + timedelta(days=days), *promised])
