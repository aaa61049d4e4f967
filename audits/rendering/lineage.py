"""The lineage picture: data, version, exhibits and release, joined where the records join them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext

from audits.rendering.drawing import ACCENT, FIRM, INK, PAPER, SOFT, WASH, element, picture, text
from audits.rendering.drawing import wrapped as wrapped_in
from audits.rendering.exhibits import measured_on
from audits.rendering.figures import number
from audits.rendering.filters import short
from audits.rendering.times import stamp
from audits.rendering.words import word

COLUMN, GAP, PADDING = 131.0, 32.0, 7.0
HEADING = 18.0
LEADING, SPACING = 12.5, 9.0
# A page holds about this many boxes in one column; the rest are named together in one box.
MOST_IN_A_COLUMN = 9


@dataclass
class Box:
    """One record: where it stands, and what is written in it."""

    key: tuple[str, object]
    column: int
    title: str
    facts: list[str]
    top: float = 0.0

    @property
    def lines(self) -> list[tuple[str, bool]]:
        """The lines to print, each with whether it is part of the title."""
        inner = COLUMN - 2 * PADDING
        title = wrapped_in(self.title, 10.5, inner, 3, semibold=True)
        facts = [line for fact in self.facts for line in wrapped_in(fact, 9.5, inner, 2)]
        return [(line, True) for line in title] + [(line, False) for line in facts]

    @property
    def height(self) -> float:
        """How high the box is."""
        return len(self.lines) * LEADING + 2 * PADDING - 2

    @property
    def left(self) -> float:
        """Where the box begins."""
        return self.column * (COLUMN + GAP)

    @property
    def middle(self) -> float:
        """The height at which lines meet the box."""
        return self.top + self.height / 2


def draw(dossier: Mapping[str, Any]) -> str:
    """Return the picture as one SVG."""
    columns = [
        list(_folded(_data(dossier), 0)),
        [_version(dossier)],
        list(_folded(_exhibits(dossier), 2)),
        list(_release(dossier)),
    ]
    boxes = {box.key: box for column in columns for box in column}
    edges = [(boxes[start], boxes[end]) for start, end in dict.fromkeys(_edges(dossier, boxes))]
    crossing = [edge for edge in edges if edge[1].column - edge[0].column > 1]
    height = _place(columns, lanes=len({start.key for start, _end in crossing}))
    title = gettext("Lineage: from the data through the version and its exhibits to the release")
    parts = [
        *_headings(columns),
        *(part for start, end in edges for part in _edge(start, end, columns[1][0], crossing)),
        *(part for box in boxes.values() for part in _box(box)),
    ]
    return picture((4 * COLUMN + 3 * GAP, height), title, parts)


def _data(dossier: Mapping[str, Any]) -> list[Box]:
    return [
        Box(
            ("data", f"{data['dataset']} {data['number']}"),
            0,
            f"{data['dataset']} {data['number']}",
            [
                gettext("%(role)s, %(rows)s rows")
                % {"role": word("data_role", data["role"]), "rows": number(data["rows"])},
                short(data["sha256"]),
            ],
        )
        for data in dossier["case_file"]["subject"]["data"]
    ]


def _version(dossier: Mapping[str, Any]) -> Box:
    subject = dossier["case_file"]["subject"]
    artefact = subject["version"]["artefact"]
    facts = (
        [word("format", artefact["format"]), short(artefact["sha256"])]
        if artefact
        else [gettext("No artefact: a vendor's model")]
    )
    label = subject["version"]["label"]
    return Box(("version", ""), 1, f"{subject['model']['name']} {label}", facts)


def _exhibits(dossier: Mapping[str, Any]) -> list[Box]:
    return [
        Box(
            ("exhibit", exhibit["id"]),
            2,
            f"{exhibit['id']}  {exhibit['title']}",
            [word("verdict", exhibit["verdict"]), stamp(exhibit["at"])],
        )
        for exhibit in sorted(dossier["evidence"], key=lambda exhibit: exhibit["id"], reverse=True)
    ]


def _release(dossier: Mapping[str, Any]) -> Iterator[Box]:
    release = dossier["release"]
    if release:
        yield Box(
            ("release", ""),
            3,
            gettext("Release to %(environment)s") % {"environment": release["environment"]},
            [word("state", release["state"]), short(dossier["case_file_digest"])],
        )


def _folded(boxes: list[Box], column: int) -> Iterator[Box]:
    yield from boxes[:MOST_IN_A_COLUMN]
    rest = len(boxes) - MOST_IN_A_COLUMN
    if rest > 0:
        title = ngettext("and %(count)s more", "and %(count)s more", rest) % {"count": rest}
        yield Box(("more", column), column, title, [gettext("named in the tables")])


def _edges(
    dossier: Mapping[str, Any], boxes: Mapping[tuple[str, object], Box]
) -> Iterator[tuple[tuple[str, object], tuple[str, object]]]:
    def at(key: tuple[str, object], column: int) -> tuple[str, object]:
        return key if key in boxes else ("more", column)

    version, release = ("version", ""), ("release", "")
    attached = dossier["case_file"]["subject"]["data"]
    known = [f"{data['dataset']} {data['number']}" for data in attached]
    for name in known:
        yield at(("data", name), 0), version
    listed = {exhibit["id"] for exhibit in dossier["case_file"]["exhibits"]}
    for exhibit in dossier["evidence"]:
        place = at(("exhibit", exhibit["id"]), 2)
        yield version, place
        data = measured_on(exhibit) or {"dataset": "", "number": ""}
        name = f"{data['dataset']} {data['number']}"
        if name in known:
            yield at(("data", name), 0), place
        if dossier["release"] and exhibit["id"] in listed:
            yield place, release
    if dossier["release"] and not listed:
        yield version, release


def _place(columns: list[list[Box]], lanes: int) -> float:
    """Give every box its top and return the height of the picture."""
    heights = [
        sum(box.height + SPACING for box in column) - SPACING if column else 0.0
        for column in columns
    ]
    # Lines from data to exhibits pass below the version.
    heights[1] += lanes * 8 + (14 if lanes else 0)
    most = max(heights)
    for column, height in zip(columns, heights, strict=True):
        top = HEADING + (most - height) / 2
        for box in column:
            box.top = top
            top += box.height + SPACING
    return HEADING + most + 2


def _headings(columns: list[list[Box]]) -> Iterator[str]:
    names = (gettext("Data"), gettext("Version"), gettext("Exhibits"), gettext("Release"))
    for place, (name, column) in enumerate(zip(names, columns, strict=True)):
        said = name if column else gettext("%(name)s: none") % {"name": name}
        yield text(place * (COLUMN + GAP), 9, said, size=10, fill=SOFT)


def _box(box: Box) -> Iterator[str]:
    own = box.column == 1
    yield element(
        "rect", x=box.left, y=box.top, width=COLUMN, height=box.height, rx=3,
        fill=WASH if own else PAPER, stroke=ACCENT if own else FIRM, stroke_width=0.8,
    )  # fmt: skip
    for place, (line, is_title) in enumerate(box.lines):
        yield text(
            box.left + PADDING,
            box.top + PADDING + 8.5 + place * LEADING,
            line,
            size=10.5 if is_title else 9.5,
            fill=INK if is_title else SOFT,
            semibold=is_title,
        )


def _edge(start: Box, end: Box, version: Box, crossing: list[tuple[Box, Box]]) -> Iterator[str]:
    x1, y1, x2, y2 = start.left + COLUMN, start.middle, end.left, end.middle
    tip = x2 - 4
    if end.column - start.column == 1:
        path = (
            f"M{x1:.1f} {y1:.1f} C{x1 + GAP / 2:.1f} {y1:.1f}"
            f" {tip - GAP / 2:.1f} {y2:.1f} {tip:.1f} {y2:.1f}"
        )
    else:
        sources = list(dict.fromkeys(one.key for one, _other in crossing))
        lane = version.top + version.height + 10 + 8 * sources.index(start.key)
        inn, out = version.left, version.left + COLUMN
        path = (
            f"M{x1:.1f} {y1:.1f} C{x1 + GAP / 2:.1f} {y1:.1f} {inn - GAP / 2:.1f} {lane:.1f}"
            f" {inn:.1f} {lane:.1f} L{out:.1f} {lane:.1f}"
            f" C{out + GAP / 2:.1f} {lane:.1f} {tip - GAP / 2:.1f} {y2:.1f} {tip:.1f} {y2:.1f}"
        )
    yield element("path", d=path, fill="none", stroke=SOFT, stroke_width=0.8)
    head = f"{x2:.1f},{y2:.1f} {x2 - 5:.1f},{y2 - 2.6:.1f} {x2 - 5:.1f},{y2 + 2.6:.1f}"
    yield element("polygon", points=head, fill=SOFT)
