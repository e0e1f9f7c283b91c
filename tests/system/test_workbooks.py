"""Files as other programs write them, and files that nobody should have written."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from random import Random

import pytest
import xlsxwriter

from crmdesk.core.errors import CrmError
from crmdesk.system.workbooks import Book, encoding_of

ROWS = [
    ["客户名称", "电话", "备注"],
    ["宏远机械有限公司", "13900000000", "谈了交期，价格"],
    ["恒瑞电子", "02188888888", "样品下周寄出"],
]


def rows_of(path: Path) -> list[list[str]]:
    book = Book(path)
    try:
        return [row for name in book.names for row in book.table(name).rows]
    finally:
        book.close()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_a_text_is_read_in_its_encoding_and_with_its_separator(tmp_path: Path, encoding: str) -> None:
    for separator in ",;\t|":
        text = "\r\n".join(separator.join(row) for row in ROWS * 3)
        (tmp_path / "a.csv").write_bytes(text.encode(encoding))
        assert rows_of(tmp_path / "a.csv") == ROWS * 3


def test_traditional_chinese_and_latin_are_told_apart(tmp_path: Path) -> None:
    big5 = "客戶名稱,電話,備註\n臺灣積體電路,02,報價與交貨期\n".encode("big5") * 3
    assert encoding_of(big5) == "big5hkscs"
    assert encoding_of("Name,City\nCafé Müller,Zürich\n".encode("cp1252") * 3) == "cp1252"
    assert encoding_of("名称,城市\n宏远,杭州\n".encode("gb18030")) == "gb18030"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('a,"b\nc",d\n', [["a", "b\nc", "d"]]),
        ('名,5" 管,x\n甲,乙,丙\n', [["名", '5" 管', "x"], ["甲", "乙", "丙"]]),
        (
            'a,"never closed,b\nc,d,e\nf,g,h\n',
            [["a", '"never closed', "b"], ["c", "d", "e"], ["f", "g", "h"]],
        ),
        ('"he said ""no""",2\n', [['he said "no"', "2"]]),
        ("sep=;\na;b\n", [["a", "b"]]),
        ("one\ntwo\n", [["one"], ["two"]]),
    ],
)
def test_quotation_marks_open_cells_and_slips_of_the_pen_open_nothing(tmp_path: Path, text: str, rows: list[list[str]]) -> None:  # fmt: skip
    (tmp_path / "a.csv").write_text(text, encoding="utf-8", newline="")
    assert rows_of(tmp_path / "a.csv") == rows


def test_a_workbook_gives_cells_as_it_holds_them(tmp_path: Path) -> None:
    from datetime import datetime

    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet("客户")
    sheet.write_row(0, 0, ["名称", "电话", "日期", "身份证", "公式", "大区"])
    sheet.write_row(1, 0, ["甲", 13900000000.0])
    sheet.write_datetime(1, 2, datetime(2023, 5, 1), book.add_format({"num_format": "yyyy-mm-dd"}))  # noqa: DTZ001
    sheet.write_number(1, 3, 330106199001011234)
    sheet.write_formula(1, 4, "=1+1", None, 2)
    sheet.merge_range(1, 5, 2, 5, "华东")
    sheet.write_row(2, 0, ["乙"])
    hidden = book.add_worksheet("藏")
    hidden.write(0, 0, "x")
    hidden.hide()
    book.close()
    first, second, third = rows_of(tmp_path / "a.xlsx")
    assert first[0] == "名称"
    assert second == ["甲", "13900000000", "2023-05-01", "330106199001011000", "2", "华东"]
    assert third == ["乙", "", "", "", "", "华东"]  # what was merged downwards stands in each row


@pytest.mark.parametrize(("down", "right"), [(0, 0), (2, 0), (0, 1), (3, 2)])
def test_merged_cells_are_filled_in_wherever_the_table_stands(tmp_path: Path, down: int, right: int) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        for at, heading in enumerate(("客户名称", "电话", "城市", "联系人")):
            sheet.write(down, right + at, heading)
        sheet.merge_range(down + 1, right, down + 2, right, "甲公司")
        sheet.merge_range(down + 1, right + 2, down + 2, right + 2, "苏州")
        sheet.write_row(down + 1, right + 3, ["张三"])
        sheet.write_row(down + 2, right + 3, ["李四"])
        sheet.write_row(down + 3, right, ["乙公司", "", "", "王五"])
    assert [row for row in rows_of(tmp_path / "a.xlsx") if any(row)] == [
        ["客户名称", "电话", "城市", "联系人"],
        ["甲公司", "", "苏州", "张三"],
        ["甲公司", "", "苏州", "李四"],
        ["乙公司", "", "", "王五"],
    ]


def test_cards_are_rows(tmp_path: Path) -> None:
    card = (
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E6=9D=8E;=E5=9B=9B\r\n"
        "ORG:宏远机械;销售部\r\nTEL;CELL:13900000000\r\nTEL;WORK:0571-88888888\r\nEMAIL:li@hy.cn\r\n"
        "NOTE:first\r\n  folded\r\nADR;WORK:;;创业路1号;杭州;浙江;310000;中国\r\nEND:VCARD\r\n"
    )
    (tmp_path / "a.vcf").write_text(card, encoding="utf-8", newline="")
    headings, row = rows_of(tmp_path / "a.vcf")
    assert headings[0] == "姓名"
    assert row == [
        "李四",
        "宏远机械",
        "",
        "13900000000",
        "0571-88888888",
        "li@hy.cn",
        "浙江杭州创业路1号",
        "",
        "first folded",
    ]


def refused(path: Path) -> str:
    with pytest.raises(CrmError) as caught:
        rows_of(path)
    return caught.value.code


def test_what_is_no_table_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "blank.csv").write_bytes(b"\xef\xbb\xbf \r\n")
    (tmp_path / "torn.xlsx").write_bytes(b"PK\x03\x04" + b"x" * 500)
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 5000)
    with zipfile.ZipFile(tmp_path / "photos.xlsx", "w") as packed:
        packed.writestr("a.txt", "x")
    assert [refused(tmp_path / name) for name in ("empty.csv", "blank.csv", "torn.xlsx", "old.xls", "photos.xlsx")] == [
        "import_empty", "import_empty", "import_unreadable", "import_unreadable", "import_unreadable",
    ]  # fmt: skip
    assert refused(tmp_path / "none.csv") == "file_unreadable"
    assert refused(tmp_path) == "file_unreadable"


@pytest.mark.parametrize("size", [100, 3_000, 200_000])
@pytest.mark.parametrize(
    "start", [b"", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", b"PK\x03\x04", b"BM" + b"\0" * 52]
)
def test_bytes_that_are_no_text_are_no_table_whatever_their_name(
    tmp_path: Path, start: bytes, size: int
) -> None:
    for seed in range(5):
        for name in ("photo.jpg", "noise.xlsx", "noise.csv"):
            (tmp_path / name).write_bytes(start + Random(seed).randbytes(size))
            assert refused(tmp_path / name) == "import_unreadable"
    (tmp_path / "paper.csv").write_bytes(b"%PDF-1.7\n" + b"1 0 obj, 2\n" * 500)
    (tmp_path / "white.csv").write_bytes(b"BM" + b"\0" * 52 + b"\xff" * size)
    assert [refused(tmp_path / name) for name in ("paper.csv", "white.csv")] == ["import_unreadable"] * 2


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-16-le", "big5hkscs", "cp1252"])
def test_a_text_that_was_damaged_on_its_way_is_still_a_table(tmp_path: Path, encoding: str) -> None:
    line = "Café Müller,Zürich" if encoding == "cp1252" else "臺灣積體電路有限公司,台北"
    content = bytearray((("name,city\r\n") + f"{line}\r\n" * 60).encode(encoding))
    chance = Random(encoding)
    for _ in range(len(content) // 100):
        content[chance.randrange(2, len(content))] = chance.randrange(256)
    (tmp_path / "a.csv").write_bytes(bytes(content) + b"\x1a" + b"\0" * 9)
    assert len(rows_of(tmp_path / "a.csv")) > 55


def test_a_bomb_is_refused_before_anything_of_it_unfolds(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 40_000_000)
    (tmp_path / "bomb.xlsx").write_bytes(content.getvalue())
    assert refused(tmp_path / "bomb.xlsx") == "import_too_large"
