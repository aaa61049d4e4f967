"""The evaluation plan: what a run is judged by, and that a version's own is never the laxer one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from registry.rules.catalogue import EVIDENCE_KINDS
from registry.rules.fact_names import part_name
from registry.rules.plan_shapes import COMMON_MEASURES
from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

# Every sensitive attribute, each of them and all together.
EVERY = "*"
# Under this many rows intervals no longer cover, so a group is too few to judge.
SMALLEST_GROUP = 30
# Under this many rows a cell could point at a person.
SMALLEST_CELL = 10

POLICY, STRICTER, OWN = "policy", "stricter", "own"
SOURCE_NAMES = {
    POLICY: gettext_noop("Policy"),
    STRICTER: gettext_noop("Made stricter"),
    OWN: gettext_noop("Own"),
}

Section = Mapping[str, Any]
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Check:
    """A limit that a figure has to keep, and a stricter mark under which it is a warning.

    ``attribute`` is a sensitive attribute, several joined by " x ", "*" for each and all together,
    or empty for a figure that knows no groups.
    """

    measure: str
    attribute: str
    limit: float
    direction: str
    warn: float | None = None

    @property
    def key(self) -> Key:
        """What the limit is about; a plan has one limit for each."""
        return self.measure, self.attribute, self.direction

    @property
    def mark(self) -> float:
        """What a figure has to keep to pass without a warning."""
        return self.limit if self.warn is None else self.warn

    def as_dict(self) -> dict[str, Any]:
        """Return it as a plan writes it."""
        return asdict(self)


def checks_of(section: Section) -> list[Check]:
    """Return the checks of a plan's section whose shape was found good."""
    return [
        Check(
            measure=check["measure"],
            attribute=check.get("attribute") or "",
            limit=check["limit"],
            direction=check["direction"],
            warn=check.get("warn"),
        )
        for check in section.get("checks", ())
    ]


def effective(own: Section, policy: Section) -> dict[str, Any]:
    """Return the section a run is judged by: of the policy's and the version's, the stricter.

    Both are asked again here and not only when the plan was revised: the policy may have become
    stricter since.
    """
    merged: dict[str, Any] = {
        "smallest_group": policy.get("smallest_group", SMALLEST_GROUP),
        "smallest_cell": policy.get("smallest_cell", SMALLEST_CELL),
        "checks": [check.as_dict() for check, _source in sourced(own, policy)],
    }
    rows = [part["sample_rows"] for part in (own, policy) if part.get("sample_rows")]
    more = {
        "reference": {**own.get("reference", {}), **policy.get("reference", {})},
        "strata": _united(policy.get("strata", ()), own.get("strata", ())),
        "presets": _united(policy.get("presets", ()), own.get("presets", ())),
        "sample_rows": max(rows, default=None),
        "seed": policy.get("seed", own.get("seed")),
    }
    return {**merged, **{name: part for name, part in more.items() if part not in (None, {}, [])}}


def sourced(own: Section, policy: Section) -> list[tuple[Check, str]]:
    """Return the checks of both, the stricter of each, with where it comes from."""
    by_key = {check.key: check for check in checks_of(own)}
    merged = []
    for asked in checks_of(policy):
        mine = by_key.pop(asked.key, None)
        if mine is not None:
            strict = _stricter(asked, mine)
            is_the_policys = (strict.limit, strict.mark) == (asked.limit, asked.mark)
            merged.append((asked, POLICY) if is_the_policys else (strict, STRICTER))
        else:
            # Kept beside a wider one of the version's own: where the named attribute was not
            # measured, the policy's check says so, and the wider one would pass over it.
            merged.append((asked, POLICY))
    return merged + [(check, OWN) for check in by_key.values()]


def without_the_policys(
    own: Mapping[str, Section], policy: Mapping[str, Section]
) -> dict[str, Any]:
    """Leave out the sections that say no more than the policy: those follow it when it changes."""
    return {
        kind: dict(section)
        for kind, section in own.items()
        if effective(section, policy.get(kind, {})) != effective({}, policy.get(kind, {}))
        or any(_laxness(kind, section, policy.get(kind, {})))
    }


def objections_to_laxness(
    own: Mapping[str, Section], policy: Mapping[str, Section]
) -> list[Objection]:
    """Say where a version's plan is laxer than the policy's; empty when it is as strict or more.

    A kind the plan does not name is judged as the policy says.
    """
    return [
        objection
        for kind, section in own.items()
        for objection in _laxness(kind, section, policy.get(kind, {}))
    ]


def is_laxer(after: Mapping[str, Section], before: Mapping[str, Section]) -> bool:
    """Say whether a plan asks for less than another somewhere, or has dropped a section of it."""
    return bool(objections_to_laxness({kind: after.get(kind, {}) for kind in before}, before))


def _laxness(kind: str, own: Section, policy: Section) -> Iterator[Objection]:
    checks = checks_of(own)
    for asked in checks_of(policy):
        same = [check for check in checks if _speaks_of(check, asked)]
        if not same:
            yield _left_out(kind, asked)
        elif not any(_covers(check, asked) for check in same):
            yield _laxer(kind, same[0], asked)
    yield from _other_sizes(kind, own, policy)
    yield from _other_ground(kind, own, policy)


def _speaks_of(check: Check, asked: Check) -> bool:
    """Whether a check is about the same as another, for the same people or more."""
    same = (check.measure, check.direction) == (asked.measure, asked.direction)
    return same and check.attribute in (asked.attribute, EVERY)


def _covers(check: Check, asked: Check) -> bool:
    """Whether what keeps a check surely keeps the other: its limit, and its mark to warn at.

    A check without a mark of its own passes at its limit, which may be as strict as the other's
    mark: then nothing is lost.
    """
    strict = _stricter(asked, check)
    return _speaks_of(check, asked) and (strict.limit, strict.mark) == (check.limit, check.mark)


def _stricter(one: Check, other: Check) -> Check:
    """Return the stricter limit and the stricter mark of two checks on the same."""
    choose = max if one.direction == "at_least" else min
    limit, mark = choose(one.limit, other.limit), choose(one.mark, other.mark)
    return Check(one.measure, one.attribute, limit, one.direction, None if mark == limit else mark)


def _united(first: Sequence[str], second: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*first, *second]))


def _told(kind: str, measure: str = "") -> dict[str, object]:
    """Return the names of a kind of run and of a measure, which fill what is said of them."""
    named: dict[str, object] = {"kind": [EVIDENCE_KINDS[kind]]}
    return {**named, "measure": [COMMON_MEASURES.get(measure, measure)]} if measure else named


def _left_out(kind: str, asked: Check) -> Objection:
    return Objection(
        "plan.left_out",
        gettext_noop(
            "The policy judges a run of the kind “%(kind)s” by %(measure)s (limit %(allowed)s, for"
            " “%(attribute)s”); the plan leaves it out. Put it in, as strict or stricter."
        ),
        {
            **_told(kind, asked.measure),
            "allowed": asked.limit,
            "attribute": asked.attribute,
        },
    )


def _laxer(kind: str, check: Check, asked: Check) -> Objection:
    told = _told(kind, check.measure)
    at_least = asked.direction == "at_least"
    if (check.limit < asked.limit) if at_least else (check.limit > asked.limit):
        sentence = (
            gettext_noop(
                "%(kind)s: %(measure)s of at least %(asked)s is laxer than the policy's"
                " %(allowed)s. Ask for %(allowed)s or more."
            )
            if at_least
            else gettext_noop(
                "%(kind)s: %(measure)s of at most %(asked)s is laxer than the policy's"
                " %(allowed)s. Allow %(allowed)s or less."
            )
        )
        return Objection(
            "plan.laxer", sentence, {**told, "asked": check.limit, "allowed": asked.limit}
        )
    return Objection(
        "plan.warns_later",
        gettext_noop(
            "%(kind)s: %(measure)s passes without a warning from %(asked)s on; the policy warns"
            " until %(allowed)s. Set the mark to %(allowed)s or stricter."
        ),
        {**told, "asked": check.mark, "allowed": asked.mark},
    )


def _other_sizes(kind: str, own: Section, policy: Section) -> Iterator[Objection]:
    """The sizes are the policy's: there is no stricter side to them.

    A larger smallest group leaves more groups unjudged, a smaller one judges groups whose
    intervals no longer cover; the cell protects people and is nobody's to choose.
    """
    for name, usual in (("smallest_group", SMALLEST_GROUP), ("smallest_cell", SMALLEST_CELL)):
        allowed = policy.get(name, usual)
        if own.get(name, allowed) != allowed:
            yield Objection(
                f"plan.{name}",
                gettext_noop(
                    "%(kind)s: the size “%(size)s” is the policy's, %(allowed)s; %(asked)s would"
                    " leave groups unjudged or judge too few. Leave it as it is."
                ),
                {**_told(kind), "size": [part_name(name)], "asked": own[name], "allowed": allowed},
            )


def _other_ground(kind: str, own: Section, policy: Section) -> Iterator[Objection]:
    """What the figures rest on: a version may fix what the policy leaves open, and no more."""
    for attribute, group in policy.get("reference", {}).items():
        asked = own.get("reference", {}).get(attribute, group)
        if asked != group:
            yield Objection(
                "plan.reference",
                gettext_noop(
                    "%(kind)s: groups of %(attribute)s are held against “%(allowed)s” by the"
                    " policy, not against “%(asked)s”. Take the policy's."
                ),
                {**_told(kind), "attribute": attribute, "asked": asked, "allowed": group},
            )
    if own.get("sample_rows", policy.get("sample_rows", 0)) < policy.get("sample_rows", 0):
        yield Objection(
            "plan.sample_rows",
            gettext_noop(
                "%(kind)s: %(asked)s rows are fewer than the policy's %(allowed)s. Take as many"
                " or more."
            ),
            {**_told(kind), "asked": own["sample_rows"], "allowed": policy["sample_rows"]},
        )
    if "seed" in policy and own.get("seed", policy["seed"]) != policy["seed"]:
        yield Objection(
            "plan.seed",
            gettext_noop("%(kind)s: the seed is the policy's, %(allowed)s. Leave it as it is."),
            {**_told(kind), "allowed": policy["seed"]},
        )
