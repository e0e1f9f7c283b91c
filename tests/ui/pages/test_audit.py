"""The audit's page, over a real server: rows page by page, filters, verification, a file, and what is said without a network."""

from __future__ import annotations

import ast
import csv
import re
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

import sync_server
from crmdesk.core.errors import CrmError
from crmdesk.store import settings
from crmdesk.store.settings import Server
from crmdesk.sync import commands
from crmdesk.sync.enrolment import connect
from crmdesk.ui import language
from crmdesk.ui.pages import audit as audit_page
from crmdesk.ui.pages.audit_facts import fields, kinds
from crmdesk.ui.tables.window_model import ROW_ROLE
from sync_server.handlers import audit as routes
from sync_server.orders import CustomerOrder, RightsOrder, StaffOrder, UserOrder
from tests.support.desks import OpenDesk, customer, sync
from tests.support.server import RunningServer
from tests.support.tampering import tamper


@pytest.fixture
def ada(server: RunningServer, hire, open_desk) -> OpenDesk:
    """An administrator's desk, after Ann sent three customers one by one."""
    server.add_user("Ada", "administrator")
    ann = hire("Ann")
    for name in ("宏远机械", "Acme", "Blue Harbour"):
        customer(ann, name)
        sync(ann)
    desk: OpenDesk = open_desk(hire("Ada"))
    return desk


def shown(desk: OpenDesk) -> Any:
    page: Any = desk.go("audit")
    return page


def lines(page: Any) -> list[tuple[str, str, str]]:
    found = [page.model.data(page.model.index(row, 0), ROW_ROLE) for row in range(page.model.rowCount())]
    return [(line.who, line.what, line.about) for line in found]


def test_the_page_is_for_those_who_may_read_the_audit(hire, open_desk, server: RunningServer) -> None:
    assert "audit" not in open_desk(hire("Mei")).window.page_keys()
    server.add_user("Ada", "administrator")
    assert "audit" in open_desk(hire("Ada")).window.page_keys()


def test_what_was_done_stands_in_words_the_latest_first(ada: OpenDesk) -> None:
    page = shown(ada)
    found = lines(page)
    assert ("Ann", "发送修改", "1 处修改 · Ann 的客户") in found
    assert ("Ada", "设备入网") in [(who, what) for who, what, _ in found]
    assert page.name.text() == found[0][1]


def test_rows_come_page_by_page_as_the_list_is_scrolled(
    ada: OpenDesk, monkeypatch: pytest.MonkeyPatch, server: RunningServer
) -> None:
    monkeypatch.setattr(audit_page, "ROWS_A_PAGE", 5)
    page = shown(ada)
    page._period_chosen("")
    first = lines(page)[:5]
    while page.model.canFetchMore():
        page.table.scrollToBottom()
        page.model.fetchMore()
        QApplication.processEvents()
    whole = lines(page)
    assert len(whole) > 15
    assert whole[:5] == first
    assert whole[-1][1] in ("新建公司", "服务器写入")


def test_a_person_a_kind_and_a_customer_narrow_the_list(ada: OpenDesk, server: RunningServer) -> None:
    page = shown(ada)
    page._person_chosen(server.people["Ann"].user)
    assert {who for who, _, _ in lines(page)} == {"Ann"}
    assert page.person.text() == "Ann"
    page._choose_person()  # again: everybody
    page.kind.menu().actions()[2].trigger()
    assert {what for _, what, _ in lines(page)} == {"发送修改"}
    with server.database.read() as connection:
        one = connection.exec_driver_sql("SELECT id FROM record WHERE entity = 'customer' LIMIT 1").scalar()
    page.search(str(one))
    assert len(lines(page)) == 1
    page._forget_customer()
    assert len(lines(page)) == 3
    page.search("nobody's")
    assert "编号" in ada.notice()


def test_a_customer_leads_to_its_own_audit_with_the_laptops_by_name(
    ada: OpenDesk, server: RunningServer, hire, open_desk
) -> None:
    ours = customer(ada.workspace, "自己的")
    sync(ada.workspace)
    view: Any = ada.go("customer", ours.id)
    view.view._offer_moves()
    assert view.view._audit.isVisible()
    view.view._audit.trigger()
    QApplication.processEvents()
    page: Any = ada.window.page
    assert page.customer.text() == "自己的"
    assert [(who, what) for who, what, _ in lines(page)] == [("Ada", "发送修改")]
    assert "laptop" in page.facts._values[2].text()


def test_who_may_not_read_the_audit_is_not_offered_it(server: RunningServer, hire, open_desk) -> None:
    ann = hire("Ann")
    found = customer(ann, "宏远机械")
    view: Any = open_desk(ann).go("customer", found.id)
    view.view._offer_moves()
    assert not view.view._audit.isVisible()


def test_verifying_says_whether_it_is_whole_or_where_it_broke(
    ada: OpenDesk, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "ROWS_A_STEP", 4)
    page = shown(ada)
    ada.press(Qt.Key.Key_V)
    assert page.state.text().startswith("完好：全部")
    assert not page.progress.isVisible()
    book = server.people["Ann"].book
    tamper(server, "UPDATE audit SET at = 1 WHERE chain = ? AND number = 2", (book,))
    page.verify()
    assert "Ann 的客户，第 2 行" in page.state.text()


def test_what_is_listed_is_saved_as_a_file(ada: OpenDesk, tmp_path: Path) -> None:
    page = shown(ada)
    page.kind.menu().actions()[2].trigger()
    page.export_to(tmp_path / "audit.csv")
    with (tmp_path / "audit.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["kind"] for row in rows] == ["push"] * 3
    assert all(len(row["seal"]) == 64 for row in rows)
    page.export_to(tmp_path / "no" / "audit.csv")
    assert "无法写入" in ada.notice()


def test_without_a_network_the_page_says_so_and_offers_to_try_again(ada: OpenDesk) -> None:
    with ada.workspace.replica.database.write() as connection:
        known = settings.read(connection, "server", Server)
        settings.write(
            connection, {"server": Server("http://127.0.0.1:9", known.server_id, known.company, known.key)}
        )
    page = shown(ada)
    assert page._stack.currentWidget() is page._empty
    assert "(offline)" in page._empty.accessibleName()
    with ada.workspace.replica.database.write() as connection:
        settings.write(connection, {"server": known})
    page._empty.acted.emit()
    assert lines(page)


def test_every_command_has_a_name_in_words(qapp) -> None:
    unions = (CustomerOrder, UserOrder, RightsOrder, StaffOrder)
    tags = {str(kind.__struct_config__.tag) for union in unions for kind in get_args(union)}
    assert tags <= kinds().keys()


def test_whatever_the_server_writes_down_has_a_name_in_words(qapp) -> None:
    """Kinds of rows and parts of what they tell, wherever a row is made."""
    said_kinds, said_parts = set(), set()
    for file in sorted(Path(sync_server.__file__).parent.rglob("*.py")):
        if file.name.startswith("cli_") and file.name != "cli_audit.py":
            continue  # what they tell, they tell on the screen
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "audit.act",
                "_note",
                "accounts._note",
            ):
                told = [node.args[1], *node.args[3:4]] if len(node.args) > 3 else node.args[1:3]
                said_kinds |= {a.value for a in told if isinstance(a, ast.Constant)}
                said_parts |= {key for a in told for key in keys_of(a)}
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "told":
                said_parts |= keys_of(node.value)
            if isinstance(node, ast.FunctionDef) and node.name == "told":
                said_parts |= {
                    key for one in ast.walk(node) if isinstance(one, ast.Return) for key in keys_of(one.value)
                }
    for union in (CustomerOrder, UserOrder, RightsOrder, StaffOrder):
        said_parts |= {name for kind in get_args(union) for name in kind.__struct_fields__}
    assert {"restore", "code", "enrol"} < said_kinds
    assert {"expires_at", "lock_days", "withheld", "kept_out"} <= said_parts
    assert said_parts - fields().keys() == set()
    assert said_kinds - kinds().keys() == set()


def keys_of(node: ast.expr | None) -> set[str]:
    keys = node.keys if isinstance(node, ast.Dict) else []
    return {str(key.value) for key in keys if isinstance(key, ast.Constant)}


@pytest.mark.parametrize(
    ("spoken", "wanted"),
    [
        ("zh_CN", ["客户 · 等级, 拜访", "客户的联系人：姓名、电话、邮箱", "完成 → Ann", "否", "销售专员", "您没有权限这样做", "停用用户"]),
        ("en", ["Customer · Grade, Visit", "The people behind a customer: names, phones, mails", "done → Ann",
                "no", "Rep", "You are not allowed to do this", "Person shut out"]),
    ],
)  # fmt: skip
def test_what_a_row_tells_is_told_in_words(
    ada: OpenDesk, server: RunningServer, hire, spoken, wanted, qapp
) -> None:
    mine, ann, cai = ada.workspace, hire("Ann"), server.people["Cai"].user
    acme = str(ann.reader.value("SELECT id FROM p_customer WHERE f_name = 'Acme'"))
    with closing(connect(mine.replica)) as http:
        less = ("customer.grade", "visit.*")
        commands.define_role(mine.replica, http, None, "Junior", "rep", less, ("contact",))
    with closing(connect(ann.replica)) as http:
        commands.share(ann.replica, http, [acme], cai, can_write=False, until=1_800_000_000_000)
        with pytest.raises(CrmError, match="forbidden"):
            commands.disable_user(ann.replica, http, cai)
    sync(mine)
    language.switch(qapp, spoken)
    try:
        page: Any = OpenDesk(mine, spoken).go("audit")
        page._period_chosen("")
        facts: set[tuple[str, str]] = set()
        for row in range(page.model.rowCount()):
            line = page.model.data(page.model.index(row, 0), ROW_ROLE)
            page._show_current(line.id)
            shown = zip(page.facts._names, page.facts._values, strict=True)
            facts |= {(name, value.text()) for name, value in shown}
    finally:
        language.switch(qapp, "zh_CN")
    values = {value.removeprefix("…" + acme[-8:] + " · ") for _, value in facts}
    assert set(wanted) - values == set()
    raw = re.compile(r"\b(?:[a-z]+_[a-z_]+|can_write|forbidden|done|active|contact|push)\b")
    if spoken == "zh_CN":
        assert [fact for fact in facts if raw.search(" ".join(fact))] == []
    assert [name for name, _ in facts if re.fullmatch(r"[a-z_]+", name)] == []
    assert any(value.startswith("2027-01-15") for value in values)
