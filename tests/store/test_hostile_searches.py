"""T-46: searches, filters and orders that are SQL or the search index's own language. They find words, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crmdesk.core.criteria import Condition, Op
from crmdesk.core.record import RecordKey
from crmdesk.store.reading import Reader
from crmdesk.store.window import SORTS, CustomerFilter, CustomerWindow
from crmdesk.usecases import customers, duplicates, narrowing
from crmdesk.usecases.workspace import Workspace
from tests.support.rep import readings
from tests.support.workspace import Colleague, customer, make, receive

HOSTILE = (
    '"', "'", "''", "'; DROP TABLE record; --", '" OR 1=1 --', "') OR ('1'='1", "*", "a*", "^a", "-a", "a AND b", "a OR b",
    "NOT a", "NEAR(a b, 5)", "cn : a", "{cn py} : a", "rank MATCH 'bm25(10)'", "a + b", "(", "((((", ")", "\\", "%", "_", "?", "?1", ":a",
    "\x00", "a\x00b", "/* */", "--", ";", "UNION SELECT sql FROM sqlite_master", "宏远' --", "”“", "\u202e", "𝕏", "a" * 5000,
)  # fmt: skip
STAGE = Condition("stage", Op.IS, ("won", "lead"))
spoken = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=40),
    st.lists(st.sampled_from((*HOSTILE[:30], "宏远", "hong", "OR", "AND", " ", '"', "*")), max_size=5).map(
        " ".join
    ),
)


class Noting(Reader):
    """Notes every statement as it was handed over, before values are bound."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.profile.database, workspace.key)
        self.statements: set[str] = set()

    def all(self, sql: str, bind: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self.statements.add(sql)
        return super().all(sql, bind)

    def one(self, sql: str, bind: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        self.statements.add(sql)
        return super().one(sql, bind)

    def run(self, sql: str, bind: Sequence[Any] = ()) -> None:
        self.statements.add(sql)
        super().run(sql, bind)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = make(tmp_path)
    for name in ("宏远机械", "O'Brien AND NOT near", "重庆长安", '100%_"*'):
        customer(made, name, city="苏州")
    yield made
    made.close()


def ask(reader: Noting, text: str) -> None:
    """Everything that a list or a search box lets somebody say."""
    customers.search(reader, readings(), text)
    duplicates.hint(reader, {"name": text, "phone": text, "credit_code": text})
    wanted = [CustomerFilter(text=text, sort=sort) for sort in SORTS]
    wanted += [
        narrowing.of_owner(text), narrowing.customers_where(Condition("tag", Op.HAS_ALL, (text, text)), STAGE), CustomerFilter(sort=text),
        *(narrowing.customers_where(Condition("name", op, (text,))) for op in (Op.IS, Op.CONTAINS, Op.BEGINS, Op.IS_NOT)),
        narrowing.customers_where(Condition("next_follow_up_on", Op.BEFORE, ("2026-11-22",)), text=text), CustomerFilter(text=text, trash=True),
    ]  # fmt: skip
    bearings = narrowing.read_bearings(reader, date(2026, 11, 22))
    for one in wanted:
        window = CustomerWindow(reader, one, readings(), bearings)
        window.first()
        window.page(0, window.count())
        window.position(text)


def test_t46_whatever_is_searched_or_filtered_for_the_statements_are_the_same(workspace: Workspace) -> None:
    """What somebody says never becomes a part of a statement, so nobody can say one."""
    plain = Noting(workspace)
    for text in ("宏远", "hongyuan", "hy", "1", "zzz", "", " ", "a b"):
        ask(plain, text)
    rows = workspace.reader.all("SELECT count(*), total(n) FROM record")

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @example("'; DROP TABLE record; --")
    @example("NEAR(a b)")
    @example(" ")
    @given(spoken)
    def say(text: str) -> None:
        noting = Noting(workspace)
        try:
            ask(noting, text)
        finally:
            noting.close()
        assert noting.statements <= plain.statements

    say()
    plain.close()
    assert workspace.reader.all("SELECT count(*), total(n) FROM record") == rows


def test_t46_an_order_that_is_none_of_ours_is_the_usual_one(workspace: Workspace) -> None:
    """A file of preferences may say anything."""
    usual = CustomerWindow(workspace.reader, CustomerFilter(), readings()).first()
    asked = CustomerWindow(workspace.reader, CustomerFilter(sort="n; DROP TABLE record"), readings()).first()
    assert asked == usual


def test_t46_a_field_that_is_declared_elsewhere_names_no_column_of_its_own_choice(
    workspace: Workspace,
) -> None:
    """Administrators declare fields, and a server that is not the company's may send what it likes."""
    bad = 'x" TEXT); DROP TABLE record; --'
    said = {"entity": f"customer{bad}", "type": bad, "label_zh": bad, "label_en": bad}
    colleague = Colleague()
    for number, entity in enumerate(("customer", said["entity"], "sqlite_master")):
        key = RecordKey("field", f"{number:032x}")
        receive(workspace, {key: colleague.edit(None, {**said, "entity": entity})})
    columns = {row[1] for row in workspace.reader.all("PRAGMA table_info(p_customer)")}
    assert not [name for name in columns if "DROP" in name]
    assert workspace.reader.value("SELECT count(*) FROM record") == 7
