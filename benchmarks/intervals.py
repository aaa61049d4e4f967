"""`make intervals`: simulates how well every kind of interval covers, and writes the page."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from audits.measures.plans import SMALLEST_GROUP
from benchmarks import pages
from benchmarks.coverage import CLOSED_FORMS, RATES, SIZES, Coverage, cases
from benchmarks.coverage_of_draws import of_areas, of_draws

PAGE = pages.DOCS / "intervals.md"
REPEATS = 10_000
FEWER = 5
"""By so much fewer repeats are made of what is drawn or ranked, which takes longer."""
LOWEST = 0.93
BELOW = (
    f"All of these are under the policy's smallest group of {SMALLEST_GROUP} rows, by which nothing"
    " is judged."
)
ABOVE = (
    f"Not all of these are under the policy's smallest group of {SMALLEST_GROUP} rows. Where such a"
    "\nlimit decides alone, a verdict that hangs on its very end should wait for more rows; the\n"
    "bounds that are made of such limits keep their cover, as the table shows."
)
HEADINGS = ("Kind", "Groups", "Size", "Rate", "Gap", "Cover in %", "Mean width", "Repeats")


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate, print the summary, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intervals", description=__doc__)
    parser.add_argument("--repeats", type=int, default=REPEATS, help="samples drawn for each row")
    parser.add_argument("--out", type=Path, help="the page to write, docs/intervals.md if whole")
    asked = parser.parse_args(arguments)
    found = list(simulated(asked.repeats))
    sys.stdout.write(f"{pages.plain(*summary(found))}\n\n{too_few(found)}\n")
    page = asked.out or (PAGE if asked.repeats == REPEATS else None)
    if page is not None:
        page.write_text(text(found), encoding="utf-8")
    return 0


def simulated(repeats: int) -> Iterator[Coverage]:
    """Yield the coverage of every kind in every case, kind by kind."""
    for kind in CLOSED_FORMS:
        for case in cases():
            yield kind(case, repeats)
    drawn = max(1, repeats // FEWER)
    for of in (of_draws, of_areas):
        found = [one for size in SIZES for rate in RATES for one in of(size, rate, drawn)]
        yield from sorted(found, key=lambda one: one.kind)


def summary(found: Iterable[Coverage]) -> tuple[list[str], list[list[str]]]:
    """Return for each kind and number of groups the lowest and highest coverage at each size."""
    rows = []
    for (kind, groups), some in _by_kind(found):
        covers = [[one.cover for one in some if one.size == size] for size in SIZES]
        ends = [f"{100 * min(cover):.1f} – {100 * max(cover):.1f}" for cover in covers]
        rows.append([kind, str(groups), *ends])
    return ["Kind", "Groups", *(f"{size} rows" for size in SIZES)], rows


def too_few(found: Iterable[Coverage]) -> str:
    """Say which sizes are too few to judge by, and what that means for the smallest group."""
    short: list[str] = []
    judged = False
    for (kind, groups), some in _by_kind(found):
        lowest = {
            size: min((one for one in some if one.size == size), key=lambda one: one.cover)
            for size in sorted({one.size for one in some})
        }
        lost = {size: one for size, one in lowest.items() if one.cover < _least(one)}
        if lost:
            sizes = ", ".join(f"{size} ({100 * one.cover:.1f} %)" for size, one in lost.items())
            short.append(f"- {kind}, {groups} group{'' if groups == 1 else 's'}: {sizes}")
            judged = judged or max(lost) >= SMALLEST_GROUP
    if not short:
        return "At no size simulated here does any kind of interval lose its cover."
    listed = "\n".join(short)
    verdict = ABOVE if judged else BELOW
    return (
        "Too few rows to judge by, with the lowest cover over all rates and gaps:\n\n"
        f"{listed}\n\n{verdict}"
    )


def text(found: Sequence[Coverage]) -> str:
    """Return the page."""
    return f"""# How well the intervals cover

Written by `make intervals` on {pages.today()}; it is never edited by hand.

Groups are drawn from known rates, seeded, and the functions of the product give the limits. The
cover is the share of the samples in which *all* limits of an attribute hold the truth together (for
one group, its own); nominally it is 95 %. The first group has the rate, every other one lies the
gap away from it. A sample in which the figure cannot be estimated is left out, as it is in a
measurement. The size is that of the figure's own denominator; for the area under the curve it is
that of the smaller class, whatever the rows of the other.

The bounds of a spread are made from the limits of all groups together, whichever of them are the
extreme ones, and cover more than these.

{too_few(found)}

A cover under {100 * LOWEST:.0f} % counts as lost when it lies under it by more than twice the error
of the simulation.

## Lowest and highest cover over all rates and gaps, in %

{pages.table(*summary(found))}

## Every case

{pages.table(HEADINGS, map(_cells, found))}
"""


def _by_kind(found: Iterable[Coverage]) -> Iterator[tuple[tuple[str, int], list[Coverage]]]:
    places: dict[tuple[str, int], list[Coverage]] = {}
    for one in found:
        places.setdefault((one.kind, one.groups), []).append(one)
    yield from places.items()


def _least(one: Coverage) -> float:
    """Return the coverage under which it is lost, not by the luck of the simulation alone."""
    return LOWEST - 2 * math.sqrt(LOWEST * (1 - LOWEST) / one.repeats)


def _cells(one: Coverage) -> tuple[str, ...]:
    return (
        one.kind,
        str(one.groups),
        str(one.size),
        f"{one.rate:g}",
        f"{one.gap:g}",
        f"{100 * one.cover:.1f}",
        f"{one.width:.3f}",
        str(one.repeats),
    )


if __name__ == "__main__":
    sys.exit(main())
