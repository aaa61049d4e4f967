"""What a run looks at besides what its kind always measures: slices, strata, single rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from audits.rules.runs import Kind
from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

MOST_COLUMNS = 8
MOST_CASES = 20
MOST_ROWS = 20_000
TAKEN_BY: Mapping[str, frozenset[Kind]] = {
    "slices": frozenset({Kind.PERFORMANCE}),
    "strata": frozenset({Kind.FAIRNESS}),
    "weights": frozenset({Kind.PERFORMANCE, Kind.FAIRNESS}),
    "cases": frozenset({Kind.EXPLANATION}),
    "rows": frozenset({Kind.EXPLANATION}),
    "truth_key": frozenset({Kind.DRIFT}),
}

OPTION_NAMES = tuple(TAKEN_BY)


@dataclass(frozen=True)
class Options:
    """What one run looks at besides.

    ``slices`` are columns by whose values performance is told apart; ``strata`` are legitimate
    factors on which fairness is conditioned; ``cases`` are rows of the data, from 1, explained one
    by one; ``rows`` is the size of the sample that is explained, 0 for the usual one; ``weights``
    is the column of the rows' weights, and ``truth_key`` the column by which labels that came
    later are joined.
    """

    slices: tuple[str, ...] = ()
    strata: tuple[str, ...] = ()
    cases: tuple[int, ...] = ()
    rows: int = 0
    weights: str = ""
    truth_key: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return those that are set, as the run keeps them."""
        kept = {name: value for name, value in asdict(self).items() if value}
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in kept.items()
        }

    def for_kind(self, kind: str) -> Options:
        """Return the same without what this kind of run does not look at."""
        kept = self.as_dict()
        return read({name: kept[name] for name in kept if kind in TAKEN_BY[name]})


def read(content: Mapping[str, Any]) -> Options:
    """Return the options that a run keeps."""
    return Options(
        slices=tuple(content.get("slices", ())),
        strata=tuple(content.get("strata", ())),
        cases=tuple(content.get("cases", ())),
        rows=content.get("rows", 0),
        weights=content.get("weights", ""),
        truth_key=content.get("truth_key", ""),
    )


def objections_to(
    options: Options,
    kind: str,
    columns: Sequence[str],
    *,
    label: str = "",
    sensitive: Sequence[str] = (),
    rows: int = 0,
) -> list[Objection]:
    """Say what stands against these options for data with these columns and so many rows.

    ``label`` is the column of the outcome; ``sensitive`` are the columns that tell groups apart.
    """
    objections = [*_of_columns(options, label, sensitive)]
    foreign = [name for name in options.as_dict() if kind not in TAKEN_BY[name]]
    if foreign:
        objections.append(
            Objection(
                "run.options_of_another_kind",
                gettext_noop("A run of the kind %(kind)s takes no %(options)s; leave them out."),
                {"kind": kind, "options": ", ".join(foreign)},
            )
        )
    named = [*options.slices, *options.strata, *filter(None, [options.weights, options.truth_key])]
    missing = [name for name in named if name not in columns]
    if missing:
        objections.append(
            Objection(
                "run.option_columns",
                gettext_noop("The data has no column %(missing)s; it has %(known)s."),
                {"missing": ", ".join(missing), "known": ", ".join(columns[:30])},
            )
        )
    if max(len(options.slices), len(options.strata)) > MOST_COLUMNS:
        objections.append(
            Objection(
                "run.too_many_columns",
                gettext_noop("A run takes %(most)s columns to tell rows apart by; choose fewer."),
                {"most": MOST_COLUMNS},
            )
        )
    outside = any(row < 1 or (rows and row > rows) for row in options.cases)
    if len(options.cases) > MOST_CASES or outside or _twice(options.cases):
        objections.append(
            Objection(
                "run.cases",
                gettext_noop(
                    "Name up to %(most)s rows to explain one by one, each once, by their numbers"
                    " from 1 to %(last)s."
                ),
                {"most": MOST_CASES, "last": rows or "…"},
            )
        )
    if not 0 <= options.rows <= MOST_ROWS:
        objections.append(
            Objection(
                "run.sample",
                gettext_noop("Explain up to %(most)s rows at a time."),
                {"most": MOST_ROWS},
            )
        )
    return objections


def _of_columns(options: Options, label: str, sensitive: Sequence[str]) -> Iterator[Objection]:
    """Find columns that would split the rows by what is measured, or twice in the same way."""
    split = (*options.slices, *options.strata)
    if label and label in (*split, options.weights, options.truth_key):
        yield Objection(
            "run.option_is_label",
            gettext_noop(
                "%(column)s is the true outcome; rows are not told apart, weighted or joined by it."
            ),
            {"column": label},
        )
    doubled = sorted(set(options.strata) & set(sensitive))
    if doubled:
        yield Objection(
            "run.stratum_is_sensitive",
            gettext_noop(
                "%(columns)s tells the groups apart already; a legitimate factor is another column."
            ),
            {"columns": ", ".join(doubled)},
        )
    if options.weights:
        yield Objection(
            "run.weights",
            gettext_noop(
                "Weighted rows are not measured: their intervals would claim more rows than there"
                " are. Leave the weights out, or measure a sample that was drawn by them."
            ),
        )
    if _twice(options.slices) or _twice(options.strata):
        yield Objection(
            "run.column_twice", gettext_noop("A column is named twice; name each once.")
        )


def _twice(named: Sequence[object]) -> bool:
    return len(set(named)) < len(named)
