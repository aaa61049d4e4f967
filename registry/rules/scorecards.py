"""The scorecard of a model: eight questions, and the tier that follows from the answers.

Materiality is exposure times purpose (SR 26-2); the other six questions can only make it stricter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from registry.rules.eu_ai_act import HIGH_RISK
from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

LEVELS = (1, 2, 3, 4)
STRICTEST, LIGHTEST = 1, 4


@dataclass(frozen=True)
class Question:
    """One question with what its four levels mean, the lightest first."""

    code: str
    name: str
    asks: str
    levels: tuple[str, str, str, str]


@dataclass(frozen=True)
class Edition:
    """One edition of the scorecard; a filled card keeps the number of the one it was filled on.

    ``materiality`` has a row for each level of exposure and a column for each level of purpose.
    ``raises`` says from how many points on the tier becomes stricter, and by how many steps.
    ``floors`` says at which level of a question the tier is never lighter than which, and why.
    """

    number: int
    questions: tuple[Question, ...]
    materiality: tuple[tuple[int, int, int, int], ...]
    raises: tuple[tuple[int, int], ...]
    floors: tuple[tuple[str, int, int, str], ...]
    high_risk_floor: int

    def question(self, code: str) -> Question:
        """Return a question by its code."""
        return next(question for question in self.questions if question.code == code)


# Exposure and purpose give the materiality; they carry no points.
MATERIAL = ("exposure", "purpose")

FIRST = Edition(
    number=1,
    questions=(
        Question(
            "exposure",
            gettext_noop("Exposure"),
            gettext_noop("How much money or how many people depend on its output?"),
            (
                gettext_noop("Fewer than 100 people a year, or sums nobody would report"),
                gettext_noop("Hundreds of people a year, or a small part of one budget"),
                gettext_noop("Thousands of people a year, or a material part of one business"),
                gettext_noop("A market or the whole institution, or its capital or liquidity"),
            ),
        ),
        Question(
            "purpose",
            gettext_noop("Purpose"),
            gettext_noop("What is decided with it?"),
            (
                gettext_noop("Research or internal ease of work; nothing is decided on it"),
                gettext_noop("Internal steering: planning, prioritising, reporting inside"),
                gettext_noop("Prices, limits, offers or alarms that reach customers"),
                gettext_noop("Access to credit, work, health, insurance or a legal position"),
            ),
        ),
        Question(
            "complexity",
            gettext_noop("Complexity"),
            gettext_noop("How hard is it to build it right and to see that it is wrong?"),
            (
                gettext_noop("A formula or a few rules that fit on one page"),
                gettext_noop("One standard model with few features"),
                gettext_noop("An ensemble, many features, or a pipeline of several steps"),
                gettext_noop("Several models that feed each other, or deep learning"),
            ),
        ),
        Question(
            "reliance",
            gettext_noop("Reliance"),
            gettext_noop("How far does a human decide?"),
            (
                gettext_noop("A person decides; the output is one of several things they look at"),
                gettext_noop("A person decides and mostly follows the output"),
                gettext_noop("A person sees only the cases the model picks out"),
                gettext_noop("Nobody looks before the decision takes effect"),
            ),
        ),
        Question(
            "autonomy",
            gettext_noop("Autonomy"),
            gettext_noop("What does it do by itself?"),
            (
                gettext_noop("It answers when asked and is changed only by a release"),
                gettext_noop("It runs on a schedule; its parameters are fixed"),
                gettext_noop("It sets off other systems, or is retrained without a release"),
                gettext_noop("It acts in the world and learns while it runs"),
            ),
        ),
        Question(
            "opacity",
            gettext_noop("Opacity"),
            gettext_noop("How well can a single output be explained?"),
            (
                gettext_noop("The calculation can be followed by hand"),
                gettext_noop("The features' shares in an output can be read from the model"),
                gettext_noop("Only explained afterwards, by approximation"),
                gettext_noop("Not explained, or the vendor keeps it secret"),
            ),
        ),
        Question(
            "data_sensitivity",
            gettext_noop("Data sensitivity"),
            gettext_noop("What is the most sensitive data in it?"),
            (
                gettext_noop("No personal data"),
                gettext_noop("Personal data under pseudonyms, without special categories"),
                gettext_noop("Personal data of identified people, such as their finances"),
                gettext_noop("Special categories, criminal records, children's or biometric data"),
            ),
        ),
        Question(
            "affected_rights",
            gettext_noop("Affected rights"),
            gettext_noop("What can a wrong output do to a person?"),
            (
                gettext_noop("Nothing that the person would notice"),
                gettext_noop("An inconvenience that is put right on request"),
                gettext_noop("A loss of money or of a chance that takes effort to put right"),
                gettext_noop("Harm to a fundamental right, health, livelihood or freedom"),
            ),
        ),
    ),
    # Tier by exposure (rows) and purpose (columns), the lightest first in both.
    materiality=(
        (4, 4, 3, 2),
        (4, 3, 3, 2),
        (3, 3, 2, 1),
        (3, 2, 1, 1),
    ),
    # Each of the other six gives one point less than its level: 0 to 18 together.
    raises=((0, 0), (7, 1), (13, 2)),
    floors=(
        (
            "affected_rights",
            4,
            2,
            gettext_noop("A fundamental right may be harmed: never lighter than tier 2."),
        ),
        (
            "data_sensitivity",
            4,
            3,
            gettext_noop("It holds data of special categories: never lighter than tier 3."),
        ),
        (
            "reliance",
            4,
            3,
            gettext_noop("Nobody looks before it takes effect: never lighter than tier 3."),
        ),
    ),
    high_risk_floor=2,
)
EDITIONS = {edition.number: edition for edition in (FIRST,)}
LAST = FIRST
CODES = tuple(question.code for question in LAST.questions)


RAISED = (
    gettext_noop(
        "The six further questions add up to %(points)s of %(most)s points, too few to change it:"
        " tier %(tier)s."
    ),
    gettext_noop(
        "The six further questions add up to %(points)s of %(most)s points, up to %(steps)s"
        " stricter: tier %(tier)s."
    ),
)


class Tiering(NamedTuple):
    """The tier, the points of the six further questions, and how the tier came about.

    Each step of ``why`` is a sentence marked for translation; it fits where an objection does.
    """

    tier: int
    points: int
    why: tuple[Objection, ...]


def tier_of(
    answers: Mapping[str, int], *, ai_act_class: str = "", edition: Edition = LAST
) -> Tiering:
    """Return the tier that complete answers (code to level, 1 to 4) lead to, with every step."""
    tier = edition.materiality[answers["exposure"] - 1][answers["purpose"] - 1]
    why = [
        Objection(
            "scorecard.materiality",
            gettext_noop(
                "Materiality: exposure at level %(exposure)s and purpose at level %(purpose)s"
                " give tier %(tier)s."
            ),
            {"exposure": answers["exposure"], "purpose": answers["purpose"], "tier": tier},
        )
    ]
    further = [one.code for one in edition.questions if one.code not in MATERIAL]
    points = sum(answers[code] - 1 for code in further)
    steps = max(steps for least, steps in edition.raises if points >= least)
    tier = max(STRICTEST, tier - steps)
    why.append(
        Objection(
            "scorecard.points",
            RAISED[min(steps, 1)],
            {"points": points, "most": 3 * len(further), "steps": steps, "tier": tier},
        )
    )
    for code, level, floor, message in edition.floors:
        if answers[code] >= level:
            tier = min(tier, floor)
            why.append(Objection(f"scorecard.{code}", message))
    if ai_act_class in HIGH_RISK:
        tier = min(tier, lightest_under(ai_act_class, edition))
        why.append(
            Objection(
                "scorecard.high_risk",
                gettext_noop("High risk under the EU AI Act: never lighter than tier 2."),
            )
        )
    return Tiering(tier, points, tuple(why))


def lightest_under(ai_act_class: str, edition: Edition = LAST) -> int:
    """Return the lightest tier that a model of this AI Act class may be in."""
    return edition.high_risk_floor if ai_act_class in HIGH_RISK else LIGHTEST


def objections_to(answers: Mapping[str, object]) -> list[Objection]:
    """Say what stands against a scorecard with these answers."""
    objections = []
    for question in LAST.questions:
        level = answers.get(question.code)
        if level is None:
            objections.append(
                Objection(
                    "scorecard.unanswered",
                    gettext_noop("The question %(question)s has no answer; choose a level."),
                    {"question": question.code},
                )
            )
        elif level not in LEVELS or isinstance(level, bool):
            objections.append(
                Objection(
                    "scorecard.level",
                    gettext_noop("%(question)s: the levels go from 1 to 4."),
                    {"question": question.code},
                )
            )
    if unknown := sorted(set(answers) - set(CODES)):
        objections.append(
            Objection(
                "scorecard.unknown",
                gettext_noop("The scorecard does not ask for %(unknown)s; leave it out."),
                {"unknown": ", ".join(unknown)},
            )
        )
    return objections
