"""Charts: well-formed, escaped, styled for their target, with no text cut off."""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest

from audits.charts import confusion, group_rates
from audits.charts.drawings import WIDTH, Target, blended, width, wrapped

SVG = "{http://www.w3.org/2000/svg}"
LONG = "people who answered the questionnaire only in part, and late, and from another country"
COMPOUND = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenanspruch"
HOSTILE = "<script>alert(\"x\")</script> & 'co' \x00\x1b"
TARGETS = ("page", "pdf")


def group(
    name: str, value: float | None, low: float | None, high: float | None, **changes: Any
) -> dict[str, Any]:
    """Return a group of a measurement with one rate."""
    reason = "" if value is not None else "no_positives"
    figure = {"value": value, "low": low, "high": high, "reason": reason}
    return {
        "group": name,
        "too_few": False,
        "measures": {"selection_rate": figure},
        "impact_ratio": figure,
        **changes,
    }


GROUPS = [
    group("male", 0.88, 0.86, 0.90),
    group("female", 0.60, 0.55, 0.65),
    group("not given", 0.80, 0.55, 0.95, too_few=True),
    group(LONG, 0.7, 0.6, 0.8),
    group(COMPOUND, 0.7, 0.6, 0.8),
    group(HOSTILE, None, None, None),
]


def percent(value: float) -> str:
    return f"{value:.0%}".replace("%", " %")


def rates(groups: list[dict[str, Any]] = GROUPS, **changes: Any) -> ElementTree.Element:
    """Draw the selection rates and read the picture back."""
    options = {
        "limit": 0.7,
        "title": "Selection rate by group",
        "description": "Dots with whiskers",
        "name": lambda one: one["group"],
        "number": percent,
        "absent": "not estimable",
        **changes,
    }
    return ElementTree.fromstring(group_rates(groups, "selection_rate", **options))  # noqa: S314


def matrix(counts: dict[str, Any], labels: list[str], **changes: Any) -> ElementTree.Element:
    """Draw a confusion and read the picture back."""
    options = {
        "title": "Confusion",
        "actual": "Actual",
        "predicted": "Predicted",
        "number": lambda count: f"{count:,}",
        **changes,
    }
    return ElementTree.fromstring(confusion(counts, labels=labels, **options))  # noqa: S314


BINARY = {
    "true_positives": 1478,
    "false_positives": 114,
    "false_negatives": 267,
    "true_negatives": 130,
}


def every_chart(target: Target) -> Iterator[ElementTree.Element]:
    yield rates(target=target)
    yield rates(GROUPS[5:], target=target, limit=None)
    yield rates([], target=target, limit=None)
    yield matrix(BINARY, ["approved", LONG], target=target)
    many = {"labels": [], "matrix": [[down * across for across in range(9)] for down in range(9)]}
    yield matrix(many, [f"{COMPOUND} {place}" for place in range(9)], target=target)
    yield matrix({"matrix": [[1] * 100] * 100}, [str(place) for place in range(100)], target=target)


def texts(picture: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in picture.iter(f"{SVG}text")]


def titles(picture: ElementTree.Element) -> list[str]:
    return [title.text or "" for title in picture.iter(f"{SVG}title")]


@pytest.mark.parametrize("target", TARGETS)
def test_every_chart_is_an_image_with_a_name(target: Target) -> None:
    for picture in every_chart(target):
        assert picture.get("role") == "img"
        assert picture[0].tag == f"{SVG}title"
        assert picture.get("aria-label") == picture[0].text
        assert (picture.get("viewBox") or "").startswith(f"0 0 {WIDTH} ")
    described = rates(target=target)
    assert described[1].tag == f"{SVG}desc"
    assert described[1].text == "Dots with whiskers"


def test_on_the_page_colours_and_fonts_come_from_classes_alone() -> None:
    for picture in every_chart("page"):
        assert picture.get("class") == "chart"
        for element in picture.iter():
            assert not {"style", "stroke", "fill", "font-family", "font-size"} & set(element.keys())
            assert element.tag in (f"{SVG}svg", f"{SVG}g", f"{SVG}title", f"{SVG}desc") or (
                element.get("class")
            )


def test_on_paper_every_shape_brings_its_own_colours_and_fonts() -> None:
    for picture in every_chart("pdf"):
        for element in picture.iter():
            assert "class" not in element.attrib
            assert "style" not in element.attrib
            if element.tag == f"{SVG}text":
                assert element.get("font-family") == "Source Sans Pro"
                assert element.get("font-size") == "10.5"
                assert re.fullmatch(r"#[0-9a-f]{6}", element.get("fill") or "")
            elif element.tag in (f"{SVG}line", f"{SVG}circle", f"{SVG}polygon", f"{SVG}rect"):
                assert {"stroke", "fill"} & set(element.keys())


@pytest.mark.parametrize("target", TARGETS)
def test_no_text_reaches_out_of_the_picture(target: Target) -> None:
    size = {"page": 12, "pdf": 10.5}[target]
    for picture in every_chart(target):
        height = float((picture.get("viewBox") or "").split()[3])
        for text in picture.iter(f"{SVG}text"):
            reach = width(text.text or "", size)
            x, y = float(text.get("x") or 0), float(text.get("y") or 0)
            left = (
                x
                - {"start": 0, "middle": reach / 2, "end": reach}[
                    text.get("text-anchor") or "start"
                ]
            )
            assert left >= -0.01
            assert left + reach <= WIDTH + 0.01
            assert size * 0.7 <= y <= height


def test_a_long_name_is_shortened_and_told_in_full() -> None:
    picture = rates()
    assert any(text.endswith("…") for text in texts(picture))
    assert any(title.startswith(f"{LONG}: 70 % (60 % – 80 %)") for title in titles(picture))


def test_text_of_strangers_stays_text() -> None:
    svg = group_rates(
        GROUPS[5:],
        "selection_rate",
        title=HOSTILE,
        name=lambda one: one["group"],
        number=percent,
    )
    assert "<script" not in svg
    assert "\x00" not in svg
    assert "\x1b" not in svg
    picture = ElementTree.fromstring(svg)  # noqa: S314
    assert picture[0].text == HOSTILE.replace("\x00", "\ufffd").replace("\x1b", "\ufffd")


def test_a_group_beyond_the_limit_differs_by_shape_and_one_too_few_is_hollow() -> None:
    picture = rates()
    assert [shape.get("class") for shape in picture.iter(f"{SVG}polygon")] == ["dot bad"]
    dots = [shape.get("class") for shape in picture.iter(f"{SVG}circle")]
    assert dots == ["dot", "few", "dot", "dot"]
    upper = rates(limit=0.7, direction="at_most")
    assert len(list(upper.iter(f"{SVG}polygon"))) == 1


def test_a_group_without_a_figure_says_so_and_has_no_dot() -> None:
    picture = rates(GROUPS[5:], limit=None)
    assert "not estimable" in texts(picture)
    assert not list(picture.iter(f"{SVG}circle"))


def test_the_limit_is_drawn_with_its_value_and_places_are_true_to_scale() -> None:
    picture = rates([group("a", 0.5, 0.4, 0.75), group("b", 0.9, 0.8, 1.0)], limit=0.7)
    lines = [line for line in picture.iter(f"{SVG}line") if line.get("class") == "limit"]
    assert len(lines) == 1
    first, second = (float(dot.get("cx") or 0) for dot in picture.iter(f"{SVG}circle"))
    assert float(lines[0].get("x1") or 0) == pytest.approx((first + second) / 2, abs=0.02)
    assert "70 %" in texts(picture)


def test_labels_of_the_axis_do_not_touch() -> None:
    spread = [group(LONG, 1.0, 0.0, 3.4), group("b", 0.0, 0.0, 0.1)]
    picture = rates(spread, number=lambda value: f"{value:.3f} parts", limit=None)
    words = [
        (float(text.get("x") or 0), width(text.text or "", 12))
        for text in picture.iter(f"{SVG}text")
        if (text.text or "").endswith("parts")
    ]
    words.sort()
    for (left, reach), (right, other) in zip(words, words[1:], strict=False):
        assert left + reach / 2 < right - other / 2


def test_a_confusion_puts_each_count_in_its_place() -> None:
    picture = matrix(BINARY, ["approved", "denied"])
    assert titles(picture)[-4:] == [
        "Actual approved, Predicted approved: 1,478",
        "Actual approved, Predicted denied: 267",
        "Actual denied, Predicted approved: 114",
        "Actual denied, Predicted denied: 130",
    ]
    assert [text for text in texts(picture) if text[0].isdigit()] == ["1,478", "267", "114", "130"]


def test_withheld_counts_are_written_as_the_caller_says_and_not_shaded() -> None:
    counts = {**BINARY, "false_negatives": {"fewer_than": 10}}
    picture = matrix(
        counts,
        ["approved", "denied"],
        number=lambda count: str(count) if isinstance(count, int) else "< 10",
    )
    assert "< 10" in texts(picture)
    shades = [float(square.get("fill-opacity") or 0) for square in picture.iter(f"{SVG}rect")]
    assert shades[1] == min(shades)


def test_counts_that_do_not_fit_their_squares_show_on_the_pointer_only() -> None:
    picture = matrix({"matrix": [[1_000_000] * 30] * 30}, [str(place) for place in range(30)])
    assert "1,000,000" not in texts(picture)
    assert "Actual 29, Predicted 29: 1,000,000" in titles(picture)


def test_lines_break_at_spaces_and_words_that_are_too_long_within() -> None:
    assert wrapped("one two", 12, 1000) == ["one two"]
    assert wrapped("one two", 12, width("one t", 12)) == ["one", "two"]
    for words in (LONG, COMPOUND, "日本語" * 20, HOSTILE):
        lines = wrapped(words, 12, 120)
        assert len(lines) <= 2
        assert all(width(line, 12) <= 120 for line in lines)
    assert wrapped("", 12, 100) == [""]


def test_shades_on_paper_need_no_transparency() -> None:
    assert blended("#000000", 0) == "#ffffff"
    assert blended("#1d5a8c", 1) == "#1d5a8c"
