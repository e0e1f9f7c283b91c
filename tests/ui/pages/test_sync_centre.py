from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton

from crmdesk.core.record import RecordKey
from crmdesk.core.roles import Role
from crmdesk.core.roots import Root, Signed, content_of
from crmdesk.store import outdated, projection, records, settings
from crmdesk.store.settings import Contradiction, Pause, Server, Testimony
from crmdesk.usecases import records as forms
from crmdesk.usecases import status
from sync_server import accounts
from tests.support.desks import OpenDesk, alone, customer, sync, visit, write
from tests.ui.pages.test_sharing import share


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refused(workspace) -> RecordKey:
    """A change of one's own role, which only the company's server may decide; sent once."""
    key = RecordKey("user", workspace.identity().user)
    write(workspace, key, {"role": "manager"})
    sync(workspace)
    return key


def test_sample_data_is_offered_no_company(tmp_path: Path, open_desk) -> None:
    page = open_desk(alone(tmp_path / "sample")).go("sync")
    assert page.headline.title.text() == "独立使用"
    assert not page._connect.isVisible()


def test_a_window_that_opens_says_when_this_laptop_synced_last(hire, tmp_path: Path) -> None:
    ann = hire("Ann")
    desk = OpenDesk(ann, is_threaded=True)  # nothing was counted yet
    assert desk.window.rail.sync.text() == "已同步 · 刚刚"
    desk.close()
    desk = OpenDesk(alone(tmp_path / "alone"), is_threaded=True)
    assert desk.window.rail.sync.text() == "仅在本机"
    desk.close()


def test_what_waits_is_listed_by_record_in_words(hire, open_desk) -> None:
    ann = hire("Ann")
    home = customer(ann, "宏远机械")
    visit(ann, home, "谈妥价格")
    page = open_desk(ann).go("sync")
    assert [item.sentence() for item in page.unsent.entries.items] == [
        "谈妥价格, 拜访 · 宏远机械, 1 处修改",
        "宏远机械, 客户, 1 处修改",
    ]
    assert page.headline.title.text() == "2 处修改未发送"


def test_f9_sends_what_waits_and_says_so(hire, open_desk, qtbot) -> None:
    ann = hire("Ann")
    customer(ann, "宏远机械")
    desk = open_desk(ann)
    page = desk.go("sync")
    desk.window.sync_requested.emit()
    qtbot.waitUntil(lambda: desk.syncing.report is not None)
    assert page.headline.title.text() == "全部已同步"
    assert "发送 1 处" in page.headline.below.text()
    assert not page._unsent.isVisible()


def test_a_refused_change_stands_with_its_reason_and_code(hire, open_desk) -> None:
    ann = hire("Ann")
    refused(ann)
    page = open_desk(ann).go("sync")
    assert page.refused.isVisible()
    assert "(forbidden)" in page._reason.text() or "(server_field)" in page._reason.text()
    assert page.headline.title.text() == "1 处修改需要您处理"


def test_a_refused_change_names_the_record_that_it_stands_for(hire, open_desk) -> None:
    ann = hire("Ann")
    home = customer(ann, "宏远机械")
    key = RecordKey("task", ann.replica.new_id())
    write(ann, key, {"customer": home.id, "title": "送样品", "unheard_of": "x"})
    sync(ann)
    page = open_desk(ann).go("sync")
    told = [shown.text() for shown in page._written._values]
    assert "宏远机械" in told
    assert home.id not in told


def test_a_refused_change_can_be_saved_as_a_file(hire, open_desk, tmp_path: Path) -> None:
    ann = hire("Ann")
    key = refused(ann)
    desk = open_desk(ann)
    desk.go("sync").export_to(tmp_path / "refused.json")
    (saved,) = json.loads((tmp_path / "refused.json").read_text(encoding="utf-8"))
    assert (saved["id"], saved["values"]) == (key.id, {"role": "manager"})
    assert saved["reason"]


def test_saving_where_nothing_can_be_written_is_told_in_words(hire, open_desk, tmp_path: Path) -> None:
    ann = hire("Ann")
    refused(ann)
    desk = open_desk(ann)
    desk.go("sync").export_to(tmp_path / "missing" / "refused.json")
    assert desk.notice().startswith("无法写入")


def test_sending_again_asks_the_server_once_more(hire, open_desk, qtbot) -> None:
    ann = hire("Ann")
    refused(ann)
    desk = open_desk(ann)
    page = desk.go("sync")
    page.retry.click()
    qtbot.waitUntil(lambda: desk.syncing.report is not None)
    assert desk.syncing.report.rejected == 1


def test_working_alone_it_offers_to_connect_and_nothing_is_lost_by_it(
    server, open_desk, qtbot, tmp_path: Path
) -> None:
    mine = alone(tmp_path / "mine")
    key = customer(mine, "宏远机械")
    desk = open_desk(mine)
    page = desk.go("sync")
    assert page.headline.title.text() == "独立使用"
    page.form.address.setText(server.address)
    page.form.code.setText(server.code(server.people["Ann"].user).lower())
    page.form.button.click()
    qtbot.waitUntil(lambda: desk.syncing.report is not None)
    assert page.headline.title.text() == "全部已同步"
    assert not page._connect.isVisible()
    assert mine.reader.value("SELECT f_name FROM p_customer WHERE id = ?", (key.id,)) == "宏远机械"
    assert mine.identity().user == server.people["Ann"].user


def test_a_wrong_code_is_told_in_words_and_can_be_mended(server, workspace, open_desk) -> None:
    page = open_desk(workspace).go("sync")
    page.form.submitted.emit(server.address, "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA")
    assert page.form.said.text().startswith("入网码不正确、已使用或已过期。")
    assert page.form.button.isEnabled()


def test_an_address_in_the_clear_is_refused(workspace, open_desk) -> None:
    page = open_desk(workspace).go("sync")
    page.form.submitted.emit("http://crm.example.com", "AAAAA")
    assert page.form.said.text().startswith("服务器地址必须以 https:// 开头。")


def test_a_device_held_for_approval_shows_its_words(server, workspace, open_desk, qtbot) -> None:
    desk = open_desk(workspace)
    page = desk.go("sync")
    code = server.code(server.people["Ann"].user, hold=True)
    page.form.submitted.emit(server.address, code)
    qtbot.waitUntil(lambda: desk.syncing.problem is not None)
    assert desk.syncing.problem.code == "device_pending"
    assert page.form.words.isVisible()
    assert page.form.words.text()


def test_without_a_network_it_says_offline_and_that_work_is_safe(
    workspace, open_desk, qtbot, free_port
) -> None:
    from crmdesk.store import settings

    customer(workspace, "宏远机械")
    with workspace.replica.database.write() as connection:
        device = settings.Device("d", "00" * 32, "r", "a", 2**52)
        gone = Server(f"http://127.0.0.1:{free_port}", "s", "宏远集团")
        settings.write(connection, {"server": gone, "device": device})
    desk = open_desk(workspace)
    page = desk.go("sync")
    desk.syncing.sync_now()
    qtbot.waitUntil(lambda: desk.syncing.problem is not None)
    assert desk.syncing.problem.code == "offline"
    assert page.headline.title.text() == "离线"
    assert page.problem.text().startswith("连不上服务器。您录入的内容都在本机，没有丢失。")
    assert desk.window.rail.sync.text() == "1 条未发送" or "1" in desk.window.rail.sync.text()


def test_a_stranger_s_answer_is_told_with_its_address(hire, open_desk, qtbot) -> None:
    ann = hire("Ann")
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    class Portal(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<h1>Please sign in</h1>")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Portal) as portal:
        thread = Thread(target=portal.serve_forever)
        thread.start()
        from crmdesk.store import settings

        with ann.replica.database.write() as connection:
            server = settings.read(connection, "server", Server)
            settings.write(
                connection,
                {
                    "server": Server(
                        f"http://127.0.0.1:{portal.server_port}", server.server_id, server.company
                    )
                },
            )
        desk = open_desk(ann)
        desk.go("sync")
        desk.syncing.sync_now()
        qtbot.waitUntil(lambda: desk.syncing.problem is not None)
        portal.shutdown()
        thread.join()
    assert desk.syncing.problem.code == "not_crmdesk"


def test_the_buckets_kept_here_are_named_with_their_records(hire, open_desk) -> None:
    ann = hire("Ann")
    customer(ann, "宏远机械")
    sync(ann)
    page = open_desk(ann).go("sync")
    names = {entry.title: entry.mark for entry in page.shares.entries.items}
    assert next(iter(names)) == "我的客户"
    assert list(names)[-1] == "人员、团队、标签"
    assert names["我的客户"] == "已是最新"
    assert "人员、团队、标签" in names
    assert "Bo 的客户" in names


def test_what_is_shared_is_one_line_whatever_buckets_hold_it(server, hire, open_desk) -> None:
    ann, bo, cai = hire("Ann"), hire("Bo"), hire("Cai")
    first, second, _kept = (customer(ann, name) for name in ("宏远机械", "恒通物流", "自留客户"))
    sync(ann)
    share(ann, first, server.people["Cai"].user, can_write=True)
    share(ann, second, server.people["Bo"].user, can_write=False)
    lines = {}
    for one in (ann, bo, cai):
        sync(one)
        entries = open_desk(one).go("sync").shares.entries.items
        lines[one.identity().user_name] = sorted((entry.title, entry.detail) for entry in entries)
    of_the_company = [("人员、团队、标签", "7 条记录"), ("公海", "0 条记录")]
    assert lines["Ann"] == sorted(
        [
            *of_the_company,
            ("我的客户", "1 条记录"),
            ("我共享出去的客户", "2 条记录"),
            ("Bo 的客户", "0 条记录"),
        ]
    )
    assert lines["Cai"] == sorted([*of_the_company, ("我的客户", "0 条记录"), ("Ann 共享的客户", "1 条记录")])
    assert [title for title, _ in lines["Bo"]].count("Ann 共享的客户") == 1


# -- comparing, and a sync that asks ------------------------------------------------------------------------


def test_comparing_says_that_nothing_differs_or_how_much_did(hire, open_desk, qtbot) -> None:
    ann = hire("Ann")
    home = customer(ann, "宏远机械")
    sync(ann)
    desk = open_desk(ann)
    page = desk.go("sync")
    page.compare.click()
    qtbot.waitUntil(lambda: "完全一致" in desk.notice())
    lose(ann, home)
    page.compare.click()
    qtbot.waitUntil(lambda: "有 1 条不同，现已一致" in desk.notice())


def lose(workspace, key: RecordKey) -> None:
    with workspace.replica.database.write() as connection:
        found = list(records.load(connection, [key]).values())
        projection.forget(connection, found)
        records.remove(connection, [stored.n for stored in found])


@pytest.mark.parametrize("has_refused", [False, True])
def test_a_program_that_was_refused_says_so_from_its_start(hire, open_desk, qtbot, has_refused) -> None:
    """On the rail and on the page, whatever else waits for somebody."""
    ann = hire("Ann")
    if has_refused:
        refused(ann)
    sync(ann)
    with ann.replica.database.write() as connection:
        outdated.note(connection)
    desk = open_desk(ann)
    desk.desk.signs.refresh()
    qtbot.waitUntil(lambda: desk.window.rail.sync.accessibleName() == "同步已停止")
    assert desk.go("sync").headline.title.text() == "同步已停止"


def test_a_paused_sync_says_so_from_the_start_of_the_program(hire, open_desk, qtbot) -> None:
    ann = hire("Ann")
    sync(ann)
    customer(ann, "宏远机械")
    with ann.replica.database.write() as connection:
        settings.write(connection, {"pause": Pause(60, 62, 0, "before-deletion.db")})
    desk = open_desk(ann)
    desk.desk.signs.refresh()
    qtbot.waitUntil(lambda: desk.window.rail.sync.accessibleName() == "同步已暂停")
    page = desk.go("sync")
    assert page.headline.title.text() == "同步已暂停"
    assert "1 处修改未发送" in page.headline.below.text()


def test_who_is_promoted_is_offered_the_pages_of_the_new_role(hire, open_desk, qtbot, server) -> None:
    ann = hire("Ann")
    desk = open_desk(ann)
    assert "company" not in desk.window.page_keys()
    with server.database.write() as connection:
        accounts.change_role(connection, "Ann", Role.MANAGER, server.clock())
    desk.window.sync_requested.emit()
    qtbot.waitUntil(lambda: desk.window.menuWidget() is not None)
    (button,) = desk.window.menuWidget().findChildren(QPushButton)
    button.click()
    assert desk.spoken == ["again"]
    assert "company" in open_desk(ann).window.page_keys()


def test_a_laptop_whose_person_left_says_so_at_its_next_contact_and_whom_to_ask(
    hire, open_desk, qtbot, server
) -> None:
    """Not that all is synced, nor that a role has changed."""
    server.add_user("Root", "administrator")
    ann = hire("Ann")
    sync(ann)
    customer(ann, "宏远机械")
    with server.database.write() as connection:
        accounts.disable_user(connection, "Ann", server.clock())
    desk = open_desk(ann)
    page = desk.go("sync")
    desk.window.sync_requested.emit()
    qtbot.waitUntil(lambda: desk.window.menuWidget() is not None)
    company = page._centre.status.company
    assert (
        desk.window.menuWidget().accessibleName()
        == f"您在 {company} 的账号已停用。如有疑问，请联系管理员 Root。"
    )
    assert page.headline.title.text() == f"您在 {company} 的账号已停用"
    assert page.headline.below.text().startswith("没有发送的内容会先交给公司")
    qtbot.waitUntil(lambda: desk.window.rail.sync.accessibleName() == "账号已停用")
    with server.database.read() as connection:
        assert connection.exec_driver_sql("SELECT 1 FROM record WHERE entity = 'customer'").first(), (
            "handed in"
        )
    error = status.closed(ann.reader)
    assert error is not None
    assert error.code == "account_closed"


def test_a_paused_sync_asks_and_keeping_everything_brings_it_back(hire, open_desk, qtbot) -> None:
    ann, bo = hire("Ann"), hire("Bo")
    homes = [customer(ann, f"客户{n}") for n in range(60)]
    sync(ann)
    sync(bo)
    for home in homes:
        forms.delete(ann.replica, home)
    sync(ann)
    desk = open_desk(bo)
    page = desk.go("sync")
    desk.window.sync_requested.emit()
    qtbot.waitUntil(page.pause.isVisible)
    assert "60" in page.pause.sentence.text()
    qtbot.waitUntil(lambda: desk.window.rail.sync.accessibleName() == "同步已暂停")
    assert "mass_deletion" in page.problem.text()
    page.pause.keep.click()
    qtbot.waitUntil(lambda: not page.pause.isVisible(), timeout=20_000)
    qtbot.waitUntil(lambda: desk.window.rail.sync.accessibleName() != "同步已暂停")
    assert bo.reader.value("SELECT count(*) FROM p_customer WHERE life = 0") == 60


def test_a_contradicted_audit_is_said_loudly_and_a_restored_one_quietly(hire, open_desk) -> None:
    content = content_of(
        Root(at=1_790_000_000_000, chains=1, epoch=1, heads="", number=7, previous="", rows=1)
    )
    held, ann = Signed(content, ""), hire("Ann")
    lost = Contradiction(held, None, 2)
    _witnessed(ann, Testimony(held, (), lost))
    desk = open_desk(ann)
    page = desk.go("sync")
    assert page.witness.isVisible()
    assert "审计" in page.witness.title.text()
    assert "请告诉管理员" in page.witness.sentence.text()
    _witnessed(ann, Testimony(held, (), None, (lost,)))
    page.entered()
    assert not page.witness.isVisible()
    assert any("恢复过备份" in value for value in (shown.text() for shown in page._facts._values))


def _witnessed(workspace, known: Testimony) -> None:
    with workspace.replica.database.write() as connection:
        settings.write(connection, {"testimony": known})
