"""What stands against a definition of a risk matrix, whatever JSON somebody hands in as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, TypeGuard

from registry.rules.matrices import LANGUAGES, LEVELS, SIDE, STEPS, is_above, level, score
from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

PARTS = ("name", "likelihoods", "impacts", "levels", "grid", "floor", "appetite")
LONGEST_LABEL = 40
REACHED = sorted({score(likelihood, impact) for likelihood in STEPS for impact in STEPS})


def objections_to(definition: object) -> list[Objection]:
    """Say what stands against a definition; what hangs on a wrong part is not judged."""
    if not isinstance(definition, Mapping):
        return [
            Objection("matrix.malformed", gettext_noop("A matrix is a JSON object, in braces."))
        ]
    objections = [*_parts(definition), *_axes(definition), *_levels(definition)]
    codes = [] if objections else [step["code"] for step in definition["levels"]]
    if codes and definition.get("grid") is not None:
        objections += _grid(definition["grid"], codes)
    elif codes:
        objections += _ranges(definition["levels"])
    if codes:
        objections += [
            *_floor(definition.get("floor"), codes),
            *_appetite(definition.get("appetite"), codes),
        ]
    return objections or list(_rising(definition))


def _parts(definition: Mapping[str, Any]) -> Iterator[Objection]:
    unknown = sorted(str(name) for name in set(definition) - set(PARTS))
    if unknown:
        yield Objection(
            "matrix.unknown_part",
            gettext_noop("A matrix has no part %(unknown)s; the parts are %(known)s."),
            {"unknown": ", ".join(unknown), "known": ", ".join(PARTS)},
        )
    called = definition.get("name")
    if not isinstance(called, str) or not called.strip() or len(called) > 100:
        yield Objection(
            "matrix.name", gettext_noop("A matrix has a name of at most 100 characters.")
        )


def _axes(definition: Mapping[str, Any]) -> Iterator[Objection]:
    for axis, message in (
        ("likelihoods", gettext_noop("Likelihood takes five different labels, from 1 to 5.")),
        ("impacts", gettext_noop("Impact takes five different labels, from 1 to 5.")),
    ):
        said = definition.get(axis)
        if not isinstance(said, list) or len(said) != SIDE or not _differ(said):
            yield Objection(f"matrix.{axis}", message)
            continue
        for step, one in enumerate(said, start=1):
            if not _is_label(one):
                yield _mislabelled(f"{axis} {step}")


def _levels(definition: Mapping[str, Any]) -> Iterator[Objection]:
    said = definition.get("levels")
    codes = [one.get("code") for one in said if isinstance(one, Mapping)] if _is_list(said) else []
    known = [code for code in codes if isinstance(code, str) and code in LEVELS]
    rises = all(is_above(after, before) for before, after in pairwise(known))
    if not _is_list(said) or not said or len(known) != len(said) or not rises:
        yield Objection(
            "matrix.levels",
            gettext_noop(
                "The levels go from the least to the gravest, each once, out of %(known)s."
            ),
            {"known": ", ".join(LEVELS)},
        )
        return
    if not _differ([one.get("name") for one in said]):
        yield Objection("matrix.levels", gettext_noop("Two levels have the same name."))
    for one in said:
        if not _is_label(one.get("name")):
            yield _mislabelled(one["code"])


def _mislabelled(what: str) -> Objection:
    return Objection(
        "matrix.label",
        gettext_noop(
            "%(what)s needs a label in English and in German, of at most %(most)s characters."
        ),
        {"what": what, "most": LONGEST_LABEL},
    )


def _ranges(levels: list[Mapping[str, Any]]) -> Iterator[Objection]:
    """Every score that a cell can have falls in one range, and graver ranges lie higher."""
    ends: list[tuple[Any, Any]] = [(one.get("from"), one.get("to")) for one in levels]
    whole = all(_is_whole(low) and _is_whole(high) and low <= high for low, high in ends)
    if not whole or any(before[1] >= after[0] for before, after in pairwise(ends)):
        yield Objection(
            "matrix.ranges",
            gettext_noop(
                "Each level goes from one score to another, in whole numbers, and begins above"
                " the level before it."
            ),
        )
        return
    missed = [one for one in REACHED if not any(low <= one <= high for low, high in ends)]
    if missed:
        yield Objection(
            "matrix.gap",
            gettext_noop("The scores %(scores)s fall in no level; close the gap."),
            {"scores": ", ".join(map(str, missed))},
        )


def _grid(grid: object, codes: list[str]) -> Iterator[Objection]:
    is_square = (
        isinstance(grid, list)
        and len(grid) == SIDE
        and all(isinstance(row, list) and len(row) == SIDE for row in grid)
    )
    if not is_square or not all(
        isinstance(cell, str) and cell in codes
        for row in grid  # type: ignore[attr-defined]
        for cell in row
    ):
        yield Objection(
            "matrix.grid",
            gettext_noop(
                "A grid has five rows, likelihood 1 to 5, of five levels each, impact 1 to 5,"
                " out of %(known)s."
            ),
            {"known": ", ".join(codes)},
        )


def _floor(floor: object, codes: list[str]) -> Iterator[Objection]:
    if floor is None:
        return
    if (
        not isinstance(floor, Mapping)
        or set(floor) != {"impact", "level"}
        or not _is_whole(floor["impact"])
        or floor["impact"] not in STEPS
        or floor["level"] not in codes
    ):
        yield Objection(
            "matrix.floor",
            gettext_noop(
                "A floor names an impact from 1 to 5 and the level that it has at least, out of"
                " %(known)s."
            ),
            {"known": ", ".join(codes)},
        )


def _appetite(appetite: object, codes: list[str]) -> Iterator[Objection]:
    if appetite is None:
        return
    if not isinstance(appetite, Mapping) or set(appetite) - {"blocks", "exception", "shares"}:
        yield Objection(
            "matrix.appetite",
            gettext_noop("The appetite says blocks, exception and shares, and nothing else."),
        )
        return
    blocks, exception = appetite.get("blocks"), appetite.get("exception")
    if any(code is not None and code not in codes for code in (blocks, exception)):
        yield Objection(
            "matrix.appetite",
            gettext_noop("The appetite speaks of the levels %(known)s."),
            {"known": ", ".join(codes)},
        )
    elif blocks and exception and not is_above(blocks, exception):
        yield Objection(
            "matrix.appetite",
            gettext_noop(
                "The level that needs an exception lies below the one that blocks; else no"
                " exception could ever be asked for."
            ),
        )
    shares = appetite.get("shares")
    if shares is not None and not _are_shares(shares, codes):
        yield Objection(
            "matrix.shares",
            gettext_noop("A share of the portfolio goes from 0 to 1, for a level of the matrix."),
        )


def _rising(definition: Mapping[str, Any]) -> Iterator[Objection]:
    """More likelihood or more impact is never a lower level."""
    for likelihood in STEPS:
        for impact in STEPS:
            here = level(definition, likelihood, impact)
            for more in ((likelihood + 1, impact), (likelihood, impact + 1)):
                if max(more) <= SIDE and is_above(here, level(definition, *more)):
                    yield Objection(
                        "matrix.falls",
                        gettext_noop(
                            "Likelihood %(more)s by impact %(impact)s is a lower level than"
                            " likelihood %(likelihood)s by impact %(less)s; more is never less."
                        ),
                        {
                            "more": more[0],
                            "impact": more[1],
                            "likelihood": likelihood,
                            "less": impact,
                        },
                    )


def _is_list(said: object) -> TypeGuard[list[Any]]:
    return isinstance(said, list) and all(isinstance(one, Mapping) for one in said)


def _is_whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)


def _is_label(said: object) -> bool:
    if isinstance(said, str):
        return _is_text(said)
    return (
        isinstance(said, Mapping)
        and set(said) == set(LANGUAGES)
        and all(_is_text(said[language]) for language in LANGUAGES)
    )


def _is_text(said: object) -> bool:
    return isinstance(said, str) and bool(said.strip()) and len(said) <= LONGEST_LABEL


def _differ(labels: list[Any]) -> bool:
    """Whether no two labels are the same in a language; what is no label is judged elsewhere."""
    for language in LANGUAGES:
        said = [one.get(language) if isinstance(one, Mapping) else one for one in labels]
        texts = [one.strip() for one in said if isinstance(one, str) and one.strip()]
        if len(set(texts)) < len(texts):
            return False
    return True


def _are_shares(shares: object, codes: list[str]) -> bool:
    return isinstance(shares, Mapping) and all(
        code in codes
        and isinstance(share, int | float)
        and not isinstance(share, bool)
        and 0 <= share <= 1
        for code, share in shares.items()
    )
