"""Tables and address cards that a person brings to be imported, and what a mapping file says of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from crmdesk.core.entities import REGISTRY
from crmdesk.core.errors import CrmError
from crmdesk.core.mapping import Found, Plan, check, guess
from crmdesk.core.mapping_files import amended
from crmdesk.usecases.reading_child import Frame, Job, Peeked, Rows, answer
from tests.fuzz.driver import Ready, Target, plain

TODAY: Final = date(2026, 11, 28)
_ROWS: Final = (
    "客户名称,电话,统一社会信用代码,年营业额（万元）,所在地区,客户级别,下次跟进,备注\r\n"
    '"宏远, 机械有限公司",13900000000,91330106MA27000000,1.2万,浙江杭州,A级,2024年5月1日,"第一行\r\n第二行"\r\n'
    "恒瑞电子,1.38E+10,,很多,火星,ZZ,45047,=1+1\r\n"
)
_CARD: Final = (
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E6=9D=8E;=E5=9B=9B\r\nORG:宏远机械;销售部\r\n"
    "TEL;CELL:13900000000\r\nNOTE;ENCODING=BASE64:5pyJ5oSP5ZCR\r\n folded\r\nADR;WORK:;;创业路1号;杭州;浙江;310000;中国\r\nEND:VCARD\r\n"
)  # fmt: skip


def _taken_in(path: Path) -> None:
    """As the child does: look, guess, read every row."""
    found = [
        table
        for frame in answer(Job(str(path), TODAY.isoformat()))
        if isinstance(frame, Peeked)
        for table in frame.tables
    ]
    plan = guess(found, REGISTRY, TODAY, path.stem)
    check(plan, REGISTRY)
    for frame in answer(Job(str(path), TODAY.isoformat(), plan)):
        msgspec.msgpack.decode(msgspec.msgpack.encode(frame), type=Frame)
        for row in frame.rows if isinstance(frame, Rows) else ():
            assert row.parts


def _file(name: str, file: str, samples: list[bytes]) -> Target:
    @contextmanager
    def opened(folder: Path) -> Iterator[Ready]:
        path = folder / file

        def parse(content: bytes) -> None:
            path.write_bytes(content)
            _taken_in(path)

        yield Ready(parse, samples)

    return Target(name, opened, 60)


_PLAN: Final = guess([Found("客户", [["客户名称", "电话", "备注"]])], REGISTRY, TODAY)


def _mapping(content: bytes) -> None:
    try:
        given = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise CrmError("malformed_body") from error
    if not isinstance(given, dict):
        raise CrmError("malformed_body")
    check(amended(msgspec.convert(msgspec.to_builtins(_PLAN), Plan), given, REGISTRY), REGISTRY)


_MAPPINGS: Final = [
    json.dumps({"mode": "fill", "sheets": {"客户": {"entity": "customer", "header": 0, "columns": {"客户名称": "name", "备注": None}}}}).encode(),
    json.dumps({"columns": {"电话": "contact.phone", "客户名称": "名称"}, "key_fields": {"customer": ["name"]}}).encode(),
]  # fmt: skip

TARGETS: Final = (
    _file(
        "import_text",
        "a.csv",
        [_ROWS.encode(encoding) for encoding in ("utf-8-sig", "gb18030", "utf-16")],
    ),
    _file("import_cards", "a.vcf", [_CARD.encode()]),
    plain("import_mapping", _mapping, _MAPPINGS),
)
