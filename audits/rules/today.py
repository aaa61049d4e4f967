"""What can wait for a person and what can go wrong: the kinds, their words, and their order."""

from __future__ import annotations

from dataclasses import dataclass

from registry.rules.wording import gettext_noop


@dataclass(frozen=True)
class NeedKind:
    """A kind of thing that waits: why it does, where it came from, and what its button says."""

    words: str
    action: str = gettext_noop("Open")
    origin: str = ""
    # Whether to do it now is what the page is opened for.
    signs: bool = False


SUBMITTED_BY = gettext_noop("Submitted by %(who)s")
PROPOSED_BY = gettext_noop("Proposed by %(who)s")
REVIEW = gettext_noop("Review")

# In the order in which they are shown: what cannot wait, then signatures, then judgements, then
# what is one's own to do. Whatever is overdue comes before all of it.
NEEDS: dict[str, NeedKind] = {
    "incident": NeedKind(
        gettext_noop("Incident (%(state)s): an authority hears of it within %(days)s days"),
        origin=gettext_noop("Reported by %(who)s"),
        signs=True,
    ),
    "override": NeedKind(
        gettext_noop("Your signature: emergency release for %(days)s days"),
        REVIEW,
        gettext_noop("Asked for by %(who)s"),
        signs=True,
    ),
    "sign": NeedKind(gettext_noop("Your signature: %(stage)s"), REVIEW, SUBMITTED_BY, signs=True),
    "tier": NeedKind(
        gettext_noop("Your signature: tier %(tier)s in place of the scored one"),
        REVIEW,
        PROPOSED_BY,
        signs=True,
    ),
    "policy": NeedKind(
        gettext_noop("Your signature: an edition of the policy"), REVIEW, PROPOSED_BY, signs=True
    ),
    "attestation": NeedKind(
        gettext_noop("Your signature: the inventory of your models"), REVIEW, signs=True
    ),
    "accept_condition": NeedKind(
        gettext_noop("What fulfils a condition was offered: %(text)s"),
        REVIEW,
        gettext_noop("Offered by %(who)s"),
    ),
    "judge_finding": NeedKind(
        gettext_noop("The answer to a finding waits for your judgement: %(title)s"),
        REVIEW,
        gettext_noop("To be answered by %(who)s"),
    ),
    "close_review": NeedKind(gettext_noop("Review to close: %(cause)s"), REVIEW),
    "fulfil_condition": NeedKind(gettext_noop("A condition to fulfil: %(text)s")),
    "answer_finding": NeedKind(
        gettext_noop("A finding to answer, severity %(severity)s: %(title)s")
    ),
    "returned": NeedKind(
        gettext_noop("Returned to you: %(reason)s"), origin=gettext_noop("Returned by %(who)s")
    ),
    "finish": NeedKind(""),
    "report": NeedKind(gettext_noop("Approved, and no audit report was exported since")),
    "query": NeedKind(
        gettext_noop("A query on %(name)s waits for your review"), REVIEW, PROPOSED_BY
    ),
    "grant": NeedKind(gettext_noop("Holds no role anywhere yet"), gettext_noop("Grant a role")),
}


@dataclass(frozen=True)
class AlertKind:
    """A kind of alarm: the word on its chip, and how grave the chip looks."""

    name: str
    chip: str


# The gravest first; of one kind the newest first.
ALERTS: dict[str, AlertKind] = {
    "live": AlertKind(gettext_noop("Uncovered"), "failed"),
    "incident": AlertKind(gettext_noop("Incident"), "failed"),
    "store": AlertKind(gettext_noop("Store"), "failed"),
    "journal": AlertKind(gettext_noop("Journal"), "failed"),
    "gate": AlertKind(gettext_noop("Gate closed"), "failed"),
    "override": AlertKind(gettext_noop("Emergency"), "wait"),
    "share": AlertKind(gettext_noop("Appetite"), "wait"),
    "exhibit": AlertKind(gettext_noop("Failing"), "failed"),
    "monitor": AlertKind(gettext_noop("Monitor"), "wait"),
    "run": AlertKind(gettext_noop("Run failed"), "failed"),
}

STORE_BROKEN = gettext_noop(
    "Files that are missing, changed or locked: %(files)s. Restore them from a backup."
)
STORE_ORPHANS = gettext_noop(
    "Files in the store that no record names: %(files)s. See what they are."
)
JOURNAL_BROKEN = gettext_noop("It does not hold at entry %(number)s: %(wrong)s.")
JOURNAL_UNREAD = gettext_noop(
    "It is whole, but was not compared with what lies outside in %(places)s. See whether that can"
    " be reached."
)
LIVE_UNCOVERED = gettext_noop("It runs in %(environment)s without a valid approval.")
IN_FORCE_BY_EMERGENCY = gettext_noop(
    "It was let through to %(environment)s without a full approval; a review has to follow."
)
SHARE_BREACHED = gettext_noop(
    "%(models)s of %(of)s assessed models stand at this level: %(share)s %%, and the risk appetite"
    " takes %(limit)s %%."
)
CLOCK_RUNS = gettext_noop("%(clock)s: %(days)s days to report it (%(article)s).")
