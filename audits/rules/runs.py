"""A run: its kinds, its states, and the moves between them."""

from __future__ import annotations

from enum import StrEnum

from registry.rules.wording import gettext_noop


class Kind(StrEnum):
    """What a run measures."""

    PERFORMANCE = "performance"
    FAIRNESS = "fairness"
    EXPLANATION = "explanation"
    DRIFT = "drift"
    DATA = "data"


KIND_NAMES = {
    Kind.PERFORMANCE: gettext_noop("Performance"),
    Kind.FAIRNESS: gettext_noop("Fairness"),
    Kind.EXPLANATION: gettext_noop("Explanation"),
    Kind.DRIFT: gettext_noop("Drift"),
    Kind.DATA: gettext_noop("Data record"),
}


class State(StrEnum):
    """Where a run, or a report in the making, stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


STATE_NAMES = {
    State.QUEUED: gettext_noop("Waiting for a worker"),
    State.RUNNING: gettext_noop("Running"),
    State.DONE: gettext_noop("Done"),
    State.FAILED: gettext_noop("Failed"),
}
UNDER_WAY = frozenset({State.QUEUED, State.RUNNING})

# A worker that dies leaves its run running; after the silence it is queued again, this many times.
MOST_ATTEMPTS = 3

STAGE_NAMES = {
    "reading": gettext_noop("Checking artefact and data"),
    "scoring": gettext_noop("Scoring test rows"),
    "explaining": gettext_noop("Explaining rows"),
    "measuring": gettext_noop("Measuring"),
    "filing": gettext_noop("Filing the evidence"),
    "gathering": gettext_noop("Gathering the case file"),
    "drawing": gettext_noop("Setting the pages"),
    "sealing": gettext_noop("Sealing"),
}
