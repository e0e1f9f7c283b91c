"""Pictures of access and administration, over a served company: `python -m tests.support.company_gallery FOLDER`.

`... FOLDER full|empty en|zh_CN light|dark SCALE`. The company is generated: its people, with long names among them, and
what they are to each other say nothing of anybody real.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("FONTCONFIG_FILE", str(Path(__file__).with_name("fonts.conf")))

from PySide6.QtWidgets import QApplication, QDialog, QWidget

from crmdesk.core.errors import CrmError
from crmdesk.sync import commands
from crmdesk.sync.enrolment import connect
from crmdesk.ui import application, language, theme
from crmdesk.ui.gallery import picture
from crmdesk.ui.pages.locked import Locked
from crmdesk.ui.seeing import Seeing
from crmdesk.usecases.workspace import Workspace
from sync_server import accounts
from sync_server.storage import devices
from sync_server.storage.devices import DeviceState
from tests.support.desks import OpenDesk, customer, employed, sync, task, visit
from tests.support.server import RunningServer, running_company

LONG_EN = "Alexandra-Maximiliane von Hohenstein-Wettersbach (East China key accounts)"
LONG_ZH = "阿依古丽·买买提江·吐尔逊娜依（华东大客户二部）"
LONG_TEAM = "East China Strategic Key Accounts and Distribution Partners 华东战略客户与渠道伙伴部"
SIZE = (1366, 768)


def staffed(server: RunningServer) -> None:
    """Forty people in nested teams, a role of the company's own."""
    server.add_team(LONG_TEAM, parent="East" if "East" in teams(server) else None)
    server.add_team("华北一部", parent=LONG_TEAM, shares_books=True)
    server.add_user("Root", "administrator")
    server.add_user("审计员", "auditor")
    server.add_user("Dan", "director", team=LONG_TEAM)
    server.add_user(LONG_EN, "manager", team=LONG_TEAM)
    server.add_user(LONG_ZH, "rep", team="华北一部")
    for number in range(30):
        server.add_user(f"销售 {number + 1:02}", "rep", team="华北一部" if number % 2 else LONG_TEAM)
    now = server.clock()
    with server.database.write() as connection:
        withheld = frozenset({"customer.grade", "customer.credit_limit", "visit.*"} & _fields())
        role = accounts.define_role(
            connection,
            None,
            "渠道专员 Channel sales without contacts",
            "rep",
            withheld,
            now,
            frozenset({"contact"}),
        )
        for number in (3, 7):
            accounts.change_role(connection, f"销售 {number:02}", role.id, now)


def teams(server: RunningServer) -> set[str]:
    with server.database.read() as connection:
        return {str(name) for (name,) in connection.exec_driver_sql("SELECT name FROM team")}


def _fields() -> set[str]:
    from crmdesk.core.entities import REGISTRY

    names = {f"{e.name}.{f.name}" for e in REGISTRY.entities.values() for f in e.fields}
    return names | {f"{e}.*" for e in REGISTRY.entities}


def worked_with(server: RunningServer, folder: Path, root: Workspace) -> None:
    """Customers, shares, a stand-in, laptops in every state, and what the audit says of it."""
    ann = employed(server, "Ann", folder / "ann")
    far = employed(server, LONG_ZH, folder / "far")
    names = (
        "宏远机械",
        "东海湾国际供应链管理（上海）有限公司长三角一体化示范区分公司",
        "Blue Harbour Logistics",
    )
    made = [customer(ann, name, stage="quote") for name in names]
    for one in made:
        visit(ann, one, "谈妥价格，下周送样")
        task(ann, one, "送样品", ann.today())
    customer(far, "西部客户")
    sync(ann)
    sync(far)
    people = server.people
    with_http(
        ann,
        lambda replica, http: commands.share(
            replica, http, [made[0].id], people[LONG_EN].user, can_write=True, until=None
        ),
    )
    with_http(
        ann,
        lambda replica, http: commands.share(
            replica,
            http,
            [made[1].id],
            people["Bo"].user,
            can_write=False,
            until=server.clock().ms + 9 * 86_400_000,
        ),
    )
    with_http(
        root,
        lambda replica, http: commands.delegate(
            replica,
            http,
            people["Ann"].user,
            people[LONG_EN].user,
            starts=server.clock().ms,
            ends=server.clock().ms + 8 * 86_400_000,
        ),
    )
    for name in ("销售 01", "销售 02", LONG_EN):
        employed(server, name, folder / name[:8]).close()
    with server.database.write() as connection:
        found = {device.user: device for device in devices.devices(connection)}
        devices.rename(
            connection,
            found[people["销售 01"].user].id,
            "ThinkPad X1 Carbon of the Shanghai office, third floor",
        )
        devices.change_state(
            connection, found[people["销售 02"].user], DeviceState.PENDING, doubt="handed_over"
        )
    ann.close()
    far.close()


def with_http(workspace: Workspace, act: Any) -> None:
    http = connect(workspace.replica)
    act(workspace.replica, http)
    http.close()


# -- the views ----------------------------------------------------------------------------------------------


def put_away(parent: QWidget) -> None:
    """Put away whatever stands over the page."""
    for one in parent.findChildren(QDialog):
        if one.isVisible():
            one.close()
            one.deleteLater()


def views(desk: OpenDesk, *, is_full: bool) -> Iterator[str]:
    """Goes from one view to the next, and says its name."""
    page: Any = desk.go("console")
    page.desk.fetch()
    for tab in page._parts:
        page.show_tab(tab)
        yield f"console-{tab}"
    page.show_tab("people")
    page.new_record()
    yield "console-new-person"
    put_away(page)
    if is_full:
        known = {person.name: person.id for person in desk.context.directory.people.values()}
        for name, kind in (("Ann", "leaver"), (LONG_ZH, "transfer"), ("Ann", "promotion")):
            page.people.table.select_id(known[name])
            page.people._drill(kind)
            yield f"drill-{kind}"
            put_away(page)
        page.people.table.select_id(known[LONG_ZH])
        yield "console-people-long"
    for tab in ("teams", "roles"):
        page.show_tab(tab)
        page.new_record()
        yield f"console-new-{tab}"
        put_away(page)
    desk.go("audit")
    yield "audit"
    page = desk.go("permissions")
    yield "permissions"
    page.tabs.select("all")
    page.tabs.chosen.emit("all")
    yield "permissions-all"
    for key in ("company", "sync", "settings", "inbox", "today"):
        if key in desk.window.page_keys():
            desk.go(key)
            yield key


def draw(target: QWidget, name: str, folder: Path, scale: float) -> None:
    for _ in range(4):
        QApplication.processEvents()
    picture(target, scale).save(str(folder / f"{name}.png"))


def draw_all(desk: OpenDesk, folder: Path, scale: float, *, is_full: bool, owner: Workspace | None) -> None:
    """Every view, as PNG."""
    for name in views(desk, is_full=is_full):
        draw(desk.window, name, folder, scale)
    locked = Locked()
    locked.resize(*SIZE)
    locked.show_lock(CrmError("lease_expired", days=21))
    locked.show()
    draw(locked, "locked", folder, scale)
    locked.close()
    if owner is None:
        return
    seeing = Seeing(
        desk.context,
        next(p.id for p in desk.context.directory.people.values() if p.name == "Ann"),
        desk.window,
    )
    seeing.begin()
    QApplication.processEvents()
    assert seeing.desk is not None
    seeing.desk.window.resize(*SIZE)
    seeing.desk.window.go("customers", None)
    draw(seeing.desk.window, "seeing", folder, scale)
    seeing.desk.window.close()
    mine = OpenDesk(owner, language.current())
    key = owner.reader.value("SELECT id FROM p_customer ORDER BY length(f_name) DESC LIMIT 1")
    page: Any = mine.go("customer", key)
    draw(mine.window, "customer", folder, scale)
    page.view.shares.ask()
    draw(mine.window, "share", folder, scale)
    mine.window.close()


def main(folder: Path, company: str, spoken: Any, scheme: str, scale: float) -> None:
    app = application.dressed(
        ["gallery"], look=theme.Look(theme.Scheme(scheme), theme.Density.named("comfortable")), spoken=spoken
    )
    assert app is not None
    folder.mkdir(parents=True, exist_ok=True)
    is_full = company == "full"
    with tempfile.TemporaryDirectory() as place, running_company(Path(place) / "server") as server:
        if is_full:
            staffed(server)
        else:
            server.add_user("Root", "administrator")
        root = employed(server, "Root", Path(place) / "root")
        owner = None
        if is_full:
            worked_with(server, Path(place), root)
            owner = employed(server, "Ann", Path(place) / "ann2")
        sync(root)
        desk = OpenDesk(root, spoken)
        draw_all(desk, folder, scale, is_full=is_full, owner=owner)
        desk.close()
        if owner is not None:
            owner.close()


if __name__ == "__main__":
    defaults = ["", "full", "zh_CN", "light", "1"]
    chosen = [given or default for given, default in zip([*sys.argv[1:], *[""] * 5], defaults, strict=False)]
    main(Path(chosen[0]), chosen[1], chosen[2], chosen[3], float(chosen[4]))
