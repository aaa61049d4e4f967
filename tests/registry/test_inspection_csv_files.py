"""CSV files are read as they are written, or refused by line or column."""

from pathlib import Path

import pytest

from registry.inspection import csv_files, profiles, tables
from registry.inspection.opened_tables import open_table
from registry.rules.refusals import Refused


def refusal(call, *args) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        call(*args)
    (objection,) = refused.value.objections
    return objection.code, str(objection)


def csv(folder: Path, content: str | bytes) -> Path:
    path = folder / "data.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def facts(profile) -> dict[str, tuple]:
    return {
        column.name: (column.type, column.missing, column.distinct) for column in profile.columns
    }


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_csv_file_may_have_any_usual_separator_and_line_end(separator, end, tmp_path):
    lines = [["a", "b c"], ["1", '"x' + separator + '"'], ["2", '"q ""q"" q"'], ["3", ""]]
    path = csv(tmp_path, end.join(separator.join(line) for line in lines) + end)
    assert facts(profiles.profile(path, "csv")) == {"a": ("integer", 0, 3), "b c": ("text", 1, 2)}


def test_lines_that_look_like_comments_or_titles_are_rows(tmp_path):
    path = csv(tmp_path, "a,b\n# one,2\n-- two,3\n")
    assert profiles.profile(path, "csv").rows == 2


def test_a_separator_within_a_quoted_name_separates_nothing(tmp_path):
    path = csv(tmp_path, '"a,b,c";d\n1;2\n')
    assert [column.name for column in profiles.profile(path, "csv").columns] == ["a,b,c", "d"]


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path):
    path = csv(tmp_path, b"\xef\xbb\xbfa,b\n1,2\n")
    assert [column.name for column in profiles.profile(path, "csv").columns] == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "line", "found"),
    [
        ("a,b\n1,2\n3\n4,5\n6,7,8\n", 3, 1),
        ("a,b\n1,2,3\n", 2, 3),
        ("a,b\n1,2\n\n3,4,\n", 4, 3),
        ('a,b\n1,"x\ny"\n3\n', 4, 1),
        ("a,b\n" + "1,2\n" * 30_000 + "3\n", 30_002, 1),
    ],
)
def test_a_ragged_row_is_refused_with_its_line(content, line, found, tmp_path):
    code, sentence = refusal(tables.profile, csv(tmp_path, content), "csv")
    assert code == "table.ragged"
    assert f"Line {line} " in sentence and f"has {found} cells" in sentence


@pytest.mark.parametrize(
    ("content", "code", "part"),
    [
        (b"a,b\n1,2\n3,\xff\n", "table.not_utf8", "Line 3"),
        ("a,b\n1,ä\n".encode("latin-1"), "table.not_utf8", "Line 2"),
        ("a,b\n1,2\n".encode("utf-16"), "table.not_utf8", "Line 1"),
        (b"a,b\n" + b"1,2\n" * 600_000 + b"\xc3", "table.not_utf8", "Line 600002"),
        (b"a,b\n1,2\n3,\x00\n", "table.binary", "Line 3"),
        (b'a,b\n1,"2\n3,4\n', "table.quotes", "Line 3"),
        (b'a,b\n1,"2"x\n', "table.quotes", "Line 2"),
        (b"a,b\n", "table.no_rows", "no rows"),
        (b"a,b", "table.no_rows", "no rows"),
        (b"\n1,2\n", "table.no_header", "first line"),
        (b"1.5,2\n3,4\n", "table.no_header", "numbers"),
        (b"a,b,a\n1,2,3\n", "table.name_twice", "name a "),
        (b"a,,b\n1,2,3\n", "table.no_name", "Column 2"),
        (b"a," + b"n" * 300 + b"\n1,2\n", "table.long_name", "column 2"),
        (b"a,b\n1,2\n3,4\r\n5,6\n", "table.unreadable", "line end"),
    ],
)
def test_a_csv_file_that_is_not_whole_is_refused_by_line_or_column(content, code, part, tmp_path):
    found, sentence = refusal(profiles.profile, csv(tmp_path, content), "csv")
    assert found == code
    assert part in sentence


def test_counting_names_as_pandas_writes_them_are_names(tmp_path):
    path = csv(tmp_path, "0,1,2\n5,6,7\n")
    assert [column.name for column in profiles.profile(path, "csv").columns] == ["0", "1", "2"]


def test_more_than_5000_columns_are_refused_with_the_number(tmp_path):
    line = ",".join(f"c{n}" for n in range(5_001))
    code, sentence = refusal(profiles.profile, csv(tmp_path, f"{line}\n{line}\n"), "csv")
    assert code == "table.too_many_columns"
    assert "5001" in sentence


def test_numbers_in_words_make_a_column_text(tmp_path):
    path = csv(tmp_path, "a,b\n1,1\nNA,2\n3,3.5\n")
    assert facts(profiles.profile(path, "csv")) == {"a": ("text", 0, 3), "b": ("float", 0, 3)}


def test_long_identifiers_stay_apart(tmp_path):
    path = csv(tmp_path, "id\n12345678901234567890\n12345678901234567891\n")
    assert facts(profiles.profile(path, "csv")) == {"id": ("text", 0, 2)}


def test_the_judge_and_the_engine_agree_on_odd_but_lawful_files(tmp_path):
    for content in (
        "a\n1\n\n3\n\n",
        "a,b\n\n1,2\n\n",
        'a,b\n"x\r\ny",2\n',
        'a,b\n1,x"y\n',
        'a,b\n1, "x"\n',
        "a,b\n1,2",
        '"a","b"\n"1","2"\n',
    ):
        path = csv(tmp_path, content)
        judged = csv_files.judge(path)
        with open_table(path, "csv") as table:
            assert (table.rows, table.names) == (judged.rows, judged.names)
