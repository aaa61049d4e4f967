"""The tables of a dossier: what it is, what was measured, what was decided and found, its journal.

Each figure is that of the exhibit, digit by digit; whoever writes a file of them rounds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext

from audits.rendering.exhibits import is_measurement
from audits.rendering.figures import counted, fewer_than, group_name
from audits.rendering.formats import registers
from audits.rendering.formats.shapes import Cell, Facts, Row, Table
from audits.rendering.words import word

FIGURE = ("value", "low", "high")
# What a figure fills of a row.
FIGURES = 8


def sealed_original(dossier: Facts, sha256: str) -> str:
    """Return the sentence that every file says: which report it is of, and which is sealed."""
    return gettext(
        "Made from report %(serial)s. The sealed original is the PDF of that serial, with sha256"
        " %(sha256)s; this file carries no seal."
    ) % {"serial": dossier["serial"], "sha256": sha256}


def tables(dossier: Facts, sha256: str) -> list[Table]:
    """Return every table that has a row, the one on the report itself first."""
    found = [_about(dossier, sha256)]
    if dossier["scope"] == "portfolio":
        found += registers.of_portfolio(dossier)
    else:
        found += [*_measured(dossier["evidence"]), *registers.of_version(dossier)]
    found.append(registers.journal(dossier))
    return [table for table in found if table.rows]


def _about(dossier: Facts, sha256: str) -> Table:
    case_file = dossier.get("case_file")
    rows: list[Row] = [
        [gettext("What this is"), sealed_original(dossier, sha256)],
        [gettext("Serial"), dossier["serial"]],
        [gettext("Sealed PDF, sha256"), sha256],
        [gettext("Where to check it"), dossier["verify_url"]],
        [gettext("Organisation"), dossier["organisation"]],
        [gettext("Scope"), dossier["scope"]],
        [gettext("Profile"), dossier["profile"]],
        [gettext("Language"), dossier["language"]],
        [gettext("As of"), dossier["as_of"]],
    ]
    if case_file:
        subject = case_file["subject"]
        rows += [
            [gettext("Model"), subject["model"]["name"]],
            [gettext("Version"), subject["version"]["label"]],
            [gettext("Case file, sha256"), dossier["case_file_digest"]],
        ]
    for unit in dossier.get("units", []):
        rows.append([gettext("Unit"), unit["name"]])
    rows.append([gettext("Checkpoint, root"), dossier["checkpoint"]["root"]])
    return Table("report", gettext("Report"), [gettext("Fact"), gettext("Value")], rows)


def _measured(evidence: list[Facts]) -> list[Table]:
    """Return the figures of all exhibits that were measured, each row with its exhibit."""
    shown = [one for one in evidence if is_measurement(one)]
    figures = [gettext("Measure"), gettext("Name"), *_figure_heads()]
    exhibit, attribute, group = gettext("Exhibit"), gettext("Attribute"), gettext("Group")
    return [
        Table(
            "performance",
            gettext("Performance"),
            [exhibit, group, *figures],
            [row for one in _of(shown, "performance") for row in _performance(one)],
        ),
        Table(
            "fairness",
            gettext("Fairness by group"),
            [exhibit, attribute, group, gettext("Rows"), *figures],
            [row for one in _of(shown, "fairness") for row in _groups(one)],
        ),
        Table(
            "fairness-comparisons",
            gettext("Fairness, between groups"),
            [exhibit, attribute, *figures],
            [row for one in _of(shown, "fairness") for row in _comparisons(one)],
        ),
        Table(
            "drift",
            gettext("Drift"),
            [exhibit, gettext("Feature"), *figures],
            [row for one in _of(shown, "drift") for row in _drift(one)],
        ),
        Table(
            "limits",
            gettext("Limits"),
            [
                exhibit, gettext("Measure"), attribute, group, gettext("Direction"),
                gettext("Limit"), gettext("Value"), gettext("Low"), gettext("High"),
                gettext("Verdict"),
            ],
            [row for one in shown for row in _checks(one)],
        ),
    ]  # fmt: skip


def _figure_heads() -> list[str]:
    return [
        gettext("Value"),
        gettext("Low"),
        gettext("High"),
        gettext("Rows counted"),
        gettext("Interval"),
        gettext("Reason"),
    ]


def _of(exhibits: list[Facts], kind: str) -> Iterator[Facts]:
    return (one for one in exhibits if one["content"]["kind"] == kind)


def _figure(figure: Facts) -> Row:
    return [
        figure["name"],
        word("measure", figure["name"]),
        *(figure.get(part) for part in FIGURE),
        fewer_than(figure["fewer_than"]) if figure.get("fewer_than") else count(figure.get("n")),
        figure.get("interval"),
        word("reason", figure["reason"]) if figure.get("reason") else "",
    ]


def count(value: Any) -> Cell:
    """Return a count; in words where the public profile bounds, rounds or withholds it."""
    if value is None or isinstance(value, int):
        return value
    return counted(value)


def _performance(exhibit: Facts) -> Iterator[Row]:
    content = exhibit["content"]
    for figure in content.get("measures") or []:
        yield [exhibit["id"], "", *_figure(figure)]
    for group in content.get("groups") or []:
        for figure in group["measures"].values():
            yield [exhibit["id"], group_name(group), *_figure(figure)]


def _groups(exhibit: Facts) -> Iterator[Row]:
    for group in exhibit["content"].get("groups") or []:
        named = [exhibit["id"], group["attribute"], group_name(group), count(group["count"])]
        beside = (group.get("impact_ratio"), group.get("treatment_ratio"))
        figures = [*group["measures"].values(), *(one for one in beside if one)]
        for figure in figures:
            yield [*named, *_figure(figure)]
        if not figures:
            yield [*named, *[None] * FIGURES]


def _comparisons(exhibit: Facts) -> Iterator[Row]:
    for figure in exhibit["content"].get("comparisons") or []:
        yield [exhibit["id"], figure["attribute"], *_figure(figure)]


def _drift(exhibit: Facts) -> Iterator[Row]:
    content = exhibit["content"]
    for figure in content.get("measures") or []:
        yield [exhibit["id"], "", *_figure(figure)]
    yield from _comparisons(exhibit)


def _checks(exhibit: Facts) -> Iterator[Row]:
    for check in exhibit["content"].get("checks") or []:
        yield [
            exhibit["id"],
            check["measure"],
            check["attribute"],
            group_name(check) if check["group"] else "",
            check["direction"],
            check["limit"],
            *(check.get(part) for part in FIGURE),
            check["verdict"],
        ]
