"""How long each kind of record is kept: the house's own periods, and what frameworks ask for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from registry.rules.eu_ai_act import HIGH_RISK, PROHIBITED, UNCLASSIFIED
from registry.rules.periods import Period, period
from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop


class Start(StrEnum):
    """What a period is counted from."""

    MADE = "made"
    PLACED = "placed"
    ENDED = "ended"


STARTS = {
    Start.MADE: gettext_noop("since it was made"),
    Start.PLACED: gettext_noop("since the version was last put into service"),
    Start.ENDED: gettext_noop("since the version was last in use"),
}


@dataclass(frozen=True)
class AtLeast:
    """What one paragraph of a framework asks for."""

    framework: str
    paragraph: str
    period: Period
    start: Start


FRAMEWORKS = {
    "eu_ai_act": gettext_noop("EU AI Act"),
    "ccpa_admt": gettext_noop("CCPA, automated decision-making"),
    "nyc_ll144": gettext_noop("New York City Local Law 144"),
}
# Regulation (EU) 2024/1689, 11 CCR and 6 RCNY. The Act counts from the placing on the market or
# the putting into service, the CCPA from the end of the processing.
AI_ACT_FILE = AtLeast("eu_ai_act", "Art. 18(1)", period("10 years"), Start.PLACED)
AI_ACT_LOGS = AtLeast("eu_ai_act", "Art. 19(1), Art. 26(6)", period("6 months"), Start.MADE)
CCPA_RISK = AtLeast("ccpa_admt", "§ 7155(c)", period("5 years"), Start.ENDED)
LL144_SUMMARY = AtLeast("nyc_ll144", "§ 5-303(c)", period("6 months"), Start.ENDED)


@dataclass(frozen=True)
class Kind:
    """One kind of record: the house's usual period, and what frameworks ask for at least.

    Without a usual period it never goes, or goes by a day of its own (``note`` says which).
    """

    name: str
    usual: Period | None = None
    start: Start = Start.MADE
    at_least: tuple[AtLeast, ...] = ()
    note: str = ""


STAYS = gettext_noop("Stays for good: these tables are only ever added to.")
KINDS: dict[str, Kind] = {
    "technical_documentation": Kind(
        gettext_noop("Technical documentation: case files, decisions, cards, risk, policies"),
        at_least=(AI_ACT_FILE, CCPA_RISK),
        note=STAYS,
    ),
    "journal": Kind(gettext_noop("Journal"), at_least=(AI_ACT_FILE, AI_ACT_LOGS), note=STAYS),
    "evidence": Kind(
        gettext_noop("Files of evidence"),
        period("10 years"),
        Start.ENDED,
        (AI_ACT_FILE, CCPA_RISK, LL144_SUMMARY),
    ),
    "report": Kind(
        gettext_noop("Sealed reports, and what they were made from"),
        period("10 years"),
        Start.ENDED,
        (AI_ACT_FILE, CCPA_RISK, LL144_SUMMARY),
    ),
    "artefact": Kind(
        gettext_noop("Artefacts and environments of versions"), period("10 years"), Start.ENDED
    ),
    "automatic_log": Kind(
        gettext_noop("Exhibits of drift that nothing rests on"),
        period("3 years"),
        Start.MADE,
        (AI_ACT_LOGS,),
    ),
    "rows": Kind(
        gettext_noop("Rows of datasets"),
        note=gettext_noop("By the last day set for each version of the data."),
    ),
    "predictions": Kind(
        gettext_noop("Predictions that were handed in"),
        note=gettext_noop("With the rows they were made for."),
    ),
    "draft": Kind(gettext_noop("Drafts that were never submitted"), period("2 years")),
    "notice": Kind(gettext_noop("Notices"), period("2 years")),
    "mail": Kind(gettext_noop("Mails that were sent or given up"), period("1 year")),
    "delivery": Kind(gettext_noop("Deliveries of events to listeners"), period("1 year")),
    "session": Kind(gettext_noop("Sessions and tokens that have expired"), period("1 day")),
}


@dataclass(frozen=True)
class Facts:
    """What a period is counted by: when it was made, and how its version was used.

    ``ended`` is the last day the version was in use; it is empty where it never was.
    """

    made: date
    placed: date | None = None
    ended: date | None = None
    in_use: bool = False
    ai_act_class: str = UNCLASSIFIED


@dataclass(frozen=True)
class Rules:
    """What an installation has set: its frameworks, and periods in place of the usual ones."""

    frameworks: Collection[str] = frozenset(FRAMEWORKS)
    periods: Mapping[str, Period] = field(default_factory=dict)
    edition: int = 0


@dataclass(frozen=True)
class Kept:
    """Until which day something is kept, and by what; without a day, for as long as it is used."""

    until: date | None
    period: Period
    start: Start
    framework: str = ""
    paragraph: str = ""
    edition: int = 0

    @property
    def rule(self) -> str:
        """The rule in one line, as it stands in a tombstone and in the journal."""
        source = f"{FRAMEWORKS[self.framework]}, {self.paragraph}" if self.framework else "own rule"
        edition = f", edition {self.edition}" if self.edition else ""
        return f"{source}: {self.period} {STARTS[self.start]}{edition}"

    def is_past(self, today: date) -> bool:
        """Say whether the last day is over; on the day itself the thing is still there."""
        return self.until is not None and self.until < today


def applies(framework: str, facts: Facts) -> bool:
    """Say whether a framework speaks of this version.

    The AI Act asks this of high-risk systems; what nobody has classed yet is kept as one.
    """
    if framework == "eu_ai_act":
        return facts.ai_act_class in HIGH_RISK | {UNCLASSIFIED, PROHIBITED}
    return True


def keep_until(kind: str, facts: Facts, rules: Rules) -> Kept | None:
    """Return until when a record is kept: the longest of all that applies wins.

    None where records of this kind stay for good, or go by a day of their own.
    """
    own = rules.periods.get(kind, KINDS[kind].usual)
    if own is None:
        return None
    found = [_counted(own, KINDS[kind].start, facts, edition=rules.edition)]
    found += [
        _counted(one.period, one.start, facts, one, rules.edition)
        for one in KINDS[kind].at_least
        if one.framework in rules.frameworks and applies(one.framework, facts)
    ]
    return max(found, key=lambda kept: kept.until or date.max)


def shortest(kinds: Iterable[str], rules: Rules) -> Period:
    """Return the shortest period of these kinds: what is younger cannot be due under any."""
    periods = [rules.periods.get(kind, KINDS[kind].usual) for kind in kinds]
    return min((one for one in periods if one), key=lambda one: one.after(date(2023, 3, 1)))


def objections_to(frameworks: Collection[str], periods: Mapping[str, str]) -> list[Objection]:
    """Say what stands against these rules: every period that is unknown, unreadable or short."""
    found = [
        Objection(
            "retention.framework",
            gettext_noop("There is no framework %(given)s; choose from %(known)s."),
            {"given": one, "known": ", ".join(FRAMEWORKS)},
        )
        for one in frameworks
        if one not in FRAMEWORKS
    ]
    for kind, text in periods.items():
        found += _objections_to_period(kind, text, frameworks)
    return found


def _objections_to_period(kind: str, text: str, frameworks: Collection[str]) -> Iterable[Objection]:
    if kind not in KINDS or KINDS[kind].usual is None:
        settable = ", ".join(code for code, one in KINDS.items() if one.usual)
        yield Objection(
            "retention.kind",
            gettext_noop("No period can be set for %(given)s; choose from %(known)s."),
            {"given": kind, "known": settable},
        )
        return
    try:
        asked = period(text)
    except ValueError:
        yield Objection(
            "retention.period",
            gettext_noop("%(given)s is no period; write it as 10 years, 6 months or 30 days."),
            {"given": str(text)[:40]},
        )
        return
    for one in KINDS[kind].at_least:
        if one.framework in frameworks and not asked.is_at_least(one.period):
            yield Objection(
                "retention.too_short",
                gettext_noop(
                    "%(kind)s: %(given)s is shorter than %(least)s, which %(framework)s,"
                    " %(paragraph)s asks for at least; set a longer period."
                ),
                {
                    "kind": kind,
                    "given": str(asked),
                    "least": str(one.period),
                    "framework": FRAMEWORKS[one.framework],
                    "paragraph": one.paragraph,
                },
            )


def _counted(
    length: Period, start: Start, facts: Facts, by: AtLeast | None = None, edition: int = 0
) -> Kept:
    framework, paragraph = (by.framework, by.paragraph) if by else ("", "")
    begins = {
        Start.MADE: facts.made,
        Start.PLACED: max(facts.made, facts.placed or facts.made),
        Start.ENDED: max(facts.made, facts.ended or facts.made),
    }[start]
    open_ended = start is Start.ENDED and facts.in_use
    until = None if open_ended else length.after(begins)
    return Kept(until, length, start, framework, paragraph, edition)
