"""What a file of evidence made elsewhere has to be before it is taken."""

from __future__ import annotations

import json

import pytest

from registry.rules.evidence import read
from registry.rules.refusals import Refused


def code_of(content: bytes) -> str:
    with pytest.raises(Refused) as caught:
        read(content)
    (objection,) = caught.value.objections
    assert str(objection)
    return objection.code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "evidence.no_json"),
        (b"figures: 3", "evidence.no_json"),
        (b'{"a": 1', "evidence.no_json"),
        (b'\xef\xbb\xbf{"a": 1}', "evidence.no_json"),
        (b'{"a": "\xff"}', "evidence.no_text"),
        ('{"a": 1}'.encode("utf-16"), "evidence.no_text"),
        (b"%PDF-1.7 \xe2\xe3\xcf\xd3", "evidence.no_text"),
        (b"[1, 2]", "evidence.no_object"),
        (b'"text"', "evidence.no_object"),
        (b"null", "evidence.no_object"),
        (b'{"a": NaN}', "evidence.value"),
        (b'{"a": -Infinity}', "evidence.value"),
        (b'{"a": 1e999}', "evidence.value"),
        (b'{"a": ' + b"9" * 41 + b"}", "evidence.value"),
        (b'{"a": ' + b"9" * 5000 + b"}", "evidence.value"),
        (b'{"verdict": "fail", "verdict": "pass"}', "evidence.value"),
        (b'{"a": {"b": 1, "b": 1}}', "evidence.value"),
        (b'{"a": "x\\u0000y"}', "evidence.character"),
        (b'{"x\\u0000y": 1}', "evidence.character"),
        (b'{"a": ["\\ud800"]}', "evidence.character"),
        (b'{"format": "mlops-gov/measurement/1"}', "evidence.our_own_format"),
        (b'{"format": "mlops-gov/case-file/1"}', "evidence.our_own_format"),
    ],
)
def test_what_no_report_could_show_is_refused(content: bytes, code: str) -> None:
    assert code_of(content) == code


@pytest.mark.parametrize("levels", [61, 500, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_json_without_a_bottom_is_refused(levels: int, opening: str, closing: str) -> None:
    content = f'{{"a": {opening * levels}1{closing * levels}}}'
    assert code_of(content.encode()) == "evidence.too_deep"


def test_what_can_be_shown_is_read_as_it_is() -> None:
    said = {
        "format": "somebody's/1",
        "text": "Prüfung, \n two lines \U0001f642",
        "deep": [[[{"a": [None, True, -1, 2.5e-7, 10**39]}]]],
    }
    assert read(json.dumps(said).encode()) == said
    assert read(json.dumps(said, ensure_ascii=False).encode()) == said


def test_a_format_that_is_no_text_is_no_claim() -> None:
    assert read(b'{"format": ["mlops-gov/measurement/1"]}')
