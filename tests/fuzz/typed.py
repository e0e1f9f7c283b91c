"""What a person types or pastes: values of each kind, dates, searches, names of files, filters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Final

from crmdesk.core.criteria import Condition, Op
from crmdesk.core.dates import parse_date
from crmdesk.core.entities import REGISTRY
from crmdesk.core.errors import CrmError
from crmdesk.core.format import format_value, guarded, parse_value
from crmdesk.core.registry import Field, Label, Type
from crmdesk.core.search import index_terms, parse_query, rank
from crmdesk.core.values import canonical_text, check
from crmdesk.store.window import SORTS, CustomerFilter, CustomerWindow
from crmdesk.ui import formats
from crmdesk.usecases import customers, duplicates
from crmdesk.usecases.narrowing import customers_where, of_owner, of_tag, read_bearings
from tests.fuzz.driver import Ready, Target, plain
from tests.support.rep import readings
from tests.support.workspace import customer, make

TODAY: Final = date(2026, 11, 27)
_FIELDS: Final = (
    *(Field("x", kind, Label("某", "Some")) for kind in Type),
    *(REGISTRY["customer"].by_name[name] for name in ("stage", "grade")),
)
_TYPED: Final = [
    text.encode()
    for text in (
        "+7", "下周三", "11-30", "2026/11/30", "12.5万", "¥1,234.50", "-3k", "139 1234 5678", "+86 139-1234-5678", "a@b.cn",
        "是", "no", "1,000", "宏远机械", "hongyuan", "hyjx", "hy 139", "O'Brien", "Ｈｏｎｇ　远", "é", "重庆", "单于",
    )
]  # fmt: skip


def _text(content: bytes) -> str:
    """As a line edit gives it: no half characters."""
    return content.decode("utf-8", "replace")[:100_000]


def _value(content: bytes) -> None:
    """Read as every field there is; what is taken may be stored, and shown again."""
    text = _text(content)
    for field in _FIELDS:
        with suppress(CrmError):
            value = parse_value(field, text, today=TODAY)
            check(field.name, value)
            for language in ("zh_CN", "en"):
                format_value(field, value, language)
    guarded(canonical_text(text))


def _dates(content: bytes) -> None:
    found = parse_date(_text(content), TODAY)
    formats.day(found, TODAY)
    formats.due(found, TODAY)


def _shown(content: bytes) -> None:
    text = _text(content)
    formats.phone(text)
    formats.filled("%1 · %2", text, text)


def _indexed(content: bytes) -> None:
    """A name as it is indexed, sorted and looked for."""
    text = _text(content)[:5000]
    known = readings()
    index_terms(known, names=[text], english=[text], phones=[text], other=[text])
    known.sort_key(text)
    query = parse_query(known, text[:200])
    rank(known, query, [("a", text[:200]), ("b", "宏远")])


@contextmanager
def _searches(folder: Path) -> Iterator[Ready]:
    """A search and every filter of the list, over a real index."""
    workspace = make(folder)
    for name in ("宏远机械", "O'Brien AND NOT near", "重庆长安", "1000%_"):
        customer(workspace, name, city="苏州")

    known = read_bearings(workspace.reader, workspace.today())

    def parse(content: bytes) -> None:
        text = _text(content)[:2000]
        customers.search(workspace.reader, readings(), text)
        duplicates.hint(workspace.reader, {"name": text, "phone": text, "credit_code": text})
        for wanted in (
            CustomerFilter(text=text), of_owner(text), of_tag(text), CustomerFilter(sort=text),
            customers_where(Condition("name", Op.CONTAINS, (text,)), Condition("stage", Op.IS, (text,))),
            CustomerFilter(sort=sorted(SORTS)[len(text) % len(SORTS)]),
        ):  # fmt: skip
            window = CustomerWindow(workspace.reader, wanted, readings(), known)
            window.first()
            window.page(0, window.count())
            window.position(text)

    yield Ready(
        parse, [*_TYPED, b'" OR 1=1 --', b"*", b"NEAR(a b)", b"cn : x", b"^a", b"'; DROP TABLE record; --"]
    )
    workspace.close()


TARGETS: Final = (
    plain("value", _value, _TYPED, 150),
    plain("date", _dates, _TYPED, 400),
    plain("shown", _shown, _TYPED),
    plain("name", _indexed, _TYPED, 200),
    Target("search", _searches, 120),
)
