"""The shape of a policy: what may be written into one, part by part, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from registry.rules import cards
from registry.rules.catalogue import DATA_ROLES, EVIDENCE_KINDS
from registry.rules.plan_shapes import is_name, objections_to_shape
from registry.rules.policy_parts import (
    EVIDENCE_PARTS,
    MOST_DAYS,
    PARTS,
    PLACE_PARTS,
    POLICY_PARTS,
    REQUIRED,
    TIER_PARTS,
    VERDICTS,
    are_of,
    is_days,
    is_flag,
)
from registry.rules.policy_stages import SIGNERS, objections_to_stages
from registry.rules.policy_tiers import ENVIRONMENTS, LIKE, TIERS, Circle, section_of
from registry.rules.refusals import Objection
from registry.rules.releases import ALWAYS_EXCLUDED, HANDS
from registry.rules.wording import gettext_noop


def objections_to(definition: object) -> list[Objection]:
    """Say what is wrong with a policy's definition, whatever it is; empty when it can be used."""
    if not isinstance(definition, Mapping):
        return [incomplete("plans, tiers")]
    found = [
        _unknown_part("", part, POLICY_PARTS) for part in definition if part not in POLICY_PARTS
    ]
    found += [
        Objection(
            "policy.name",
            gettext_noop("The policy's %(part)s is a text of one line, up to 100 letters."),
            {"part": part},
        )
        for part in ("name", "title")
        if (part == "name" or part in definition) and not _is_line(definition.get(part))
    ]
    if "plans" in definition:
        found += objections_to_shape(definition["plans"])
    tiers = definition.get("tiers")
    if "plans" not in definition or not isinstance(tiers, Mapping):
        lacking = [] if "plans" in definition else ["plans"]
        lacking += [] if isinstance(tiers, Mapping) else ["tiers"]
        return [*found, incomplete(", ".join(lacking))]
    return [*found, *_tiers(tiers), *_lines(definition)]


def _is_line(value: object) -> bool:
    return is_name(value) and len(str(value)) <= 100


def objections_to_reading(
    definition: Mapping[str, Any], tier: int, environment: str
) -> list[Objection]:
    """Say why nothing can be read for a tier, or why a release would pass unsigned by it.

    This is asked of editions in use, which may be older than some of the rules on new ones.
    """
    try:
        section = section_of(definition, tier, environment)
        lacking = [part for part in REQUIRED if part not in section]
        if lacking:
            return [incomplete(f"tiers.{tier}.{', '.join(lacking)}")]
        asks = [ask for stage in section["stages"] for ask in stage.get("asks") or [stage]]
        if not asks or any(ask["role"] not in SIGNERS or ask["needed"] < 1 for ask in asks):
            return list(objections_to_stages(section["stages"], str(tier)))
    except Circle:
        return [_circle(str(tier))]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        return [incomplete(str(error))]
    return []


def incomplete(part: str) -> Objection:
    """Name a part that is not there, or cannot be read."""
    return Objection(
        "policy.incomplete",
        gettext_noop("The policy lacks a part or has it in the wrong shape: %(part)s."),
        {"part": part[:200]},
    )


def _unknown_part(place: str, part: object, known: tuple[str, ...]) -> Objection:
    """A part so misspelt would never be asked for."""
    return Objection(
        "policy.unknown_part",
        gettext_noop(
            "The policy has a part nobody knows (%(where)s): “%(part)s”. Correct its name or take"
            " it out; there are %(known)s."
        ),
        {"where": f"tiers.{place}" if place else "/", "part": str(part)[:100]}
        | {"known": ", ".join(known)},
    )


def _tiers(tiers: Mapping[str, Any]) -> Iterator[Objection]:
    """Look at every part where it is stated."""
    for name, section in tiers.items():
        if name not in {str(tier) for tier in TIERS}:
            yield _unknown_part("", f"tiers.{name}", tuple(str(tier) for tier in TIERS))
        elif not isinstance(section, Mapping):
            yield incomplete(f"tiers.{name}")
        else:
            yield from _tier(name, section)


def _tier(name: str, section: Mapping[str, Any]) -> Iterator[Objection]:
    known = (*TIER_PARTS, "plans", ENVIRONMENTS)
    for part in [part for part in section if part not in known]:
        yield _unknown_part(name, part, known)
    yield from _stated(section, name)
    if "plans" in section:
        yield from objections_to_shape(section["plans"])
    places = section.get(ENVIRONMENTS)
    if places is not None and not isinstance(places, Mapping):
        yield incomplete(f"tiers.{name}.{ENVIRONMENTS}")
        return
    for environment, stated in (places or {}).items():
        place = f"{name}, {str(environment)[:60]}"
        if not isinstance(stated, Mapping) or not is_name(environment):
            yield incomplete(f"tiers.{name}.{ENVIRONMENTS}.{str(environment)[:60]}")
            continue
        for part in [part for part in stated if part not in PLACE_PARTS]:
            yield _unknown_part(place, part, PLACE_PARTS)
        yield from _stated(stated, place)


def _stated(section: Mapping[str, Any], place: str) -> Iterator[Objection]:
    for part, (fits, sentence, known) in PARTS.items():
        if part in section and not fits(section[part]):
            code = f"policy.{part}"
            yield Objection(
                code, sentence, {"tier": place, "part": part, "known": ", ".join(known)}
            )
    if are_of(tuple(HANDS))(section.get("excluded")):
        yield from _left_out(section["excluded"], place)
    yield from _names(section, place)
    if "evidence" in section:
        yield from _evidence(section["evidence"], place)
    if "stages" in section:
        yield from objections_to_stages(section["stages"], place)


def _left_out(excluded: list[str], place: str) -> Iterator[Objection]:
    """Who made a version decides on it under no policy; more may be excluded, never less."""
    left_out = [part for part in ALWAYS_EXCLUDED if part not in excluded]
    if left_out:
        yield Objection(
            "policy.excluded_too_few",
            gettext_noop(
                "Tier %(tier)s: “excluded” leaves out %(names)s. Who did that work on a version"
                " never decides on it: add them, or take “excluded” out, which excludes everybody"
                " with a hand in it."
            ),
            {"tier": place, "names": ", ".join(left_out)},
        )


def _names(section: Mapping[str, Any], place: str) -> Iterator[Objection]:
    for part, known in (("card_sections", cards.SECTION_CODES), ("data_roles", tuple(DATA_ROLES))):
        value = section.get(part, [])
        if part == "card_sections" and value == "all":
            continue
        if not isinstance(value, list):
            yield incomplete(f"tiers.{place}.{part}")
            continue
        unknown = [str(name)[:100] for name in value if name not in known]
        if unknown:
            yield _unknown_names(place, unknown)


def _unknown_names(place: str, names: list[str]) -> Objection:
    return Objection(
        "policy.unknown_name",
        gettext_noop("Tier %(tier)s asks for what nobody knows: %(names)s."),
        {"tier": place, "names": ", ".join(names)[:500]},
    )


def _evidence(evidence: object, place: str) -> Iterator[Objection]:
    if not isinstance(evidence, Mapping):
        yield incomplete(f"tiers.{place}.evidence")
        return
    unknown = [str(kind)[:100] for kind in evidence if kind not in EVIDENCE_KINDS]
    if unknown:
        yield _unknown_names(place, unknown)
    for kind, ask in evidence.items():
        where = f"tiers.{place}.evidence.{str(kind)[:100]}"
        given = ask if isinstance(ask, Mapping) else {}
        lacking = [part for part in EVIDENCE_PARTS[:-1] if part not in given]
        if lacking:
            yield incomplete(f"{where}: {', '.join(lacking)}")
            continue
        for part in [part for part in given if part not in EVIDENCE_PARTS]:
            yield _unknown_part(f"{place}.evidence", part, EVIDENCE_PARTS)
        flags = [given["reproduced"], given["closes_gate"], given.get("independent", False)]
        sound = all(map(is_flag, flags)) and is_days(1, MOST_DAYS)(given["max_age_days"])
        if not sound or not given["verdicts"] or not are_of(VERDICTS)(given["verdicts"]):
            yield Objection(
                "policy.evidence",
                gettext_noop(
                    "Evidence %(kind)s of tier %(tier)s: the age is 1 to 3650 days, the verdicts"
                    " are some of %(known)s, and the rest is true or false."
                ),
                {"kind": str(kind)[:100], "tier": place, "known": ", ".join(VERDICTS)},
            )


def _lines(definition: Mapping[str, Any]) -> Iterator[Objection]:
    """Look at what holds for each tier in the end: whether it is all there, and no circle."""
    absent = [tier for tier in TIERS if str(tier) not in definition["tiers"]]
    if absent:
        yield incomplete(", ".join(f"tiers.{tier}" for tier in absent))
    for tier in [tier for tier in TIERS if tier not in absent]:
        like = _like(definition, tier)
        if like is not None and like not in TIERS:
            yield Objection(
                "policy.like",
                gettext_noop(
                    "Tier %(tier)s is like “%(like)s”, which is no tier; it can be like 1, 2, 3"
                    " or 4."
                ),
                {"tier": tier, "like": str(like)[:100]},
            )
            continue
        try:
            section = section_of(definition, tier)
        except Circle:
            yield _circle(str(tier))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            yield incomplete(f"tiers.{str(error).strip(chr(39))}")
        else:
            lacking = [part for part in REQUIRED if part not in section]
            if lacking:
                yield incomplete(f"tiers.{tier}: {', '.join(lacking)}")


def _like(definition: Mapping[str, Any], tier: int) -> object:
    section = definition["tiers"].get(str(tier))
    return section.get(LIKE) if isinstance(section, Mapping) else None


def _circle(tier: str) -> Objection:
    return Objection(
        "policy.circle",
        gettext_noop(
            "Tier %(tier)s is like itself, by way of the tiers it is like. Have one of them say"
            " everything."
        ),
        {"tier": tier},
    )
