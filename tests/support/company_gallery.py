"""Pictures of the administration and of access over a served company, for eyes to judge.

`python -m tests.support.company_gallery FOLDER [full|small|both LANGUAGES SCHEMES SCALE NAMES]`, each list with commas:
`pictures full zh_CN,en light,dark 1.5 people,roles`. The small company has one person and nothing in it.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("FONTCONFIG_FILE", str(Path(__file__).with_name("fonts.conf")))

import keyring
import msgspec
from keyring.backends.null import Keyring
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QScrollArea,
    QWidget,
)

from crmdesk.core.errors import CrmError, Language
from crmdesk.core.record import RecordKey
from crmdesk.core.roles import Role
from crmdesk.store import settings
from crmdesk.store.settings import Server
from crmdesk.sync import commands
from crmdesk.sync.enrolment import connect
from crmdesk.system.paths import Profile
from crmdesk.system.wiping import Wiped
from crmdesk.ui import application, language, theme
from crmdesk.ui.entrance import Entrance
from crmdesk.ui.gallery import picture
from crmdesk.ui.pages.cover_page import CoverWindow
from crmdesk.ui.runner import Runner
from crmdesk.ui.seeing import Seeing
from crmdesk.usecases import custom_fields, sharing
from crmdesk.usecases.workspace import Workspace
from sync_server import accounts
from sync_server.storage import devices
from sync_server.storage.devices import DeviceState
from tests.support.desks import OpenDesk, customer, employed, sync, task, visit, write
from tests.support.laptop import Laptop
from tests.support.server import RunningServer, running_server

SIZES: Final = {1.0: (1366, 768), 1.5: (1280, 680)}
"""A small laptop's window, and what a screen of 1920x1080 has room for at 150 %."""
CHIEF: Final = "欧阳晓云"
REP: Final = "Alexandra Montgomery-Featherstonehaugh"
HEIR: Final = "阿卜杜热合曼·买买提江·图尔荪"
TEAM: Final = "华东大区重点客户与渠道合作伙伴发展一部"
HOME: Final = "上海浦东新区张江高科技园区精密仪器仪表与自动化设备制造有限责任公司"
ABROAD: Final = "Northwind Precision Instruments & Automation Equipment (Shanghai) Co., Ltd."

_BREAKS: Final = re.compile(r"[\s\-/.?_]|(?<=[\u2e80-\uffff])|(?=[\u2e80-\uffff])")
"""Where a line may end."""

View = Callable[[], object]
Views = Iterator[tuple[str, QWidget]]


@dataclass
class Company:
    """A served company and the profiles of some who work there."""

    server: RunningServer
    chief: Workspace
    rep: Workspace | None = None
    manager: Workspace | None = None
    home: RecordKey | None = None
    size: tuple[int, int] = SIZES[1.0]

    def desk(self, workspace: Workspace) -> OpenDesk:
        """A window of a person's, as large as it is to be drawn."""
        found = OpenDesk(workspace, language.current())
        found.window.resize(*self.size)
        found.desk.signs.refresh()
        return found

    def close(self) -> None:
        """Close every profile."""
        for workspace in (self.chief, self.rep, self.manager):
            if workspace is not None:
                workspace.close()


# -- what there is to see ------------------------------------------------------------------------------------


def small(server: RunningServer, folder: Path) -> Company:
    """A company with its administrator, and nothing else."""
    server.add_user(CHIEF, "administrator")
    return Company(server, employed(server, CHIEF, folder / "chief"))


def full(server: RunningServer, folder: Path) -> Company:
    """People with long names, roles, laptops in every state, customers that were shared and moved."""
    _staff(server)
    chief, rep = employed(server, CHIEF, folder / "chief"), employed(server, REP, folder / "rep")
    manager = employed(server, "司马如意", folder / "manager")
    home = _customers(rep)
    _laptops(server)
    _lend(server, rep, home)
    write(chief, RecordKey("tag", chief.replica.new_id()), {"name": "战略级长期合作伙伴", "hue": "red"})
    _fields(chief)
    for one in (chief, rep, manager):
        sync(one)
    return Company(server, chief, rep, manager, home)


def _staff(server: RunningServer) -> None:
    server.add_team("North China and Overseas Strategic Accounts")
    server.add_team(TEAM, parent="North China and Overseas Strategic Accounts", shares_books=True)
    server.add_team("二部", parent=TEAM)
    server.add_team("West", parent="North China and Overseas Strategic Accounts")
    server.add_user(CHIEF, "administrator")
    server.add_user("司马如意", "manager", TEAM)
    server.add_user(REP, "rep", TEAM)
    server.add_user(HEIR, "rep", TEAM)
    server.add_user("Eve Auditor", "auditor")
    server.add_user("Dan", "director", "West")
    for number in range(1, 15):
        server.add_user(f"销售 {number:02}", "rep", "二部" if number % 2 else "West")
    with server.database.write() as connection:
        now = server.clock()
        accounts.disable_user(connection, "销售 14", now)
        withheld = frozenset({"customer.grade", "customer.stage", "task.*", "visit.summary"})
        name, hidden = "渠道与合作伙伴支持内勤（不可见联系人）", frozenset({"contact"})
        made = accounts.define_role(connection, None, name, Role.REP, withheld, now, hidden)
        accounts.change_role(connection, "销售 01", made.id, now)
        accounts.define_role(connection, None, "Junior", Role.MANAGER, frozenset(), now)


def _customers(rep: Workspace) -> RecordKey:
    home = customer(rep, HOME, stage="quote", grade="A", city="上海")
    for kind in ("张", "李"):
        contact = RecordKey("contact", rep.replica.new_id())
        write(
            rep,
            contact,
            {"customer": home.id, "name": f"{kind}总", f"phone:{rep.replica.new_id()}": "13800138000"},
        )
    unheard_of = {
        "customer": home.id,
        "title": "发送新版报价单",
        "channel": "展会线索",
    }  # the server refuses this one
    write(rep, RecordKey("task", rep.replica.new_id()), unheard_of)
    visit(rep, home, "谈妥价格，客户要求下周给出含安装调试的报价。")
    task(rep, home, "送样品", rep.today())
    customer(rep, ABROAD, stage="lead")
    for number in range(12):
        customer(rep, f"宏远机械 {number:02}")
    sync(rep)
    for grade in ("B", "A", "C"):
        write(rep, home, {"grade": grade})
        sync(rep)
    return home


def _fields(chief: Workspace) -> None:
    """Fields of every kind, some asked for, limited, for few industries, or retired."""
    stars = {
        "option:gold": "金牌战略合作\tGold partner\tamber\t1",
        "option:iron": "普通\tOrdinary\tgrey\t2",
        "option:old": "已不再使用的等级\tNo longer used\tred\t3\t-",
    }
    for entity, kind, zh, en, more in (
        ("customer", "choice", "设备等级", "Grade of the machines on their floor", {"required": True, **stars}),
        ("customer", "text", "车间编号", "Workshop number", {
            "pattern": r"[A-Z]{2}\d{4}", "explained_zh": "两个大写字母和四位数字", "explained_en": "two capitals, four digits",
            "help_zh": "门口铭牌上的编号，没有铭牌时问带班的人", "help_en": "On the sign at the door; else ask the foreman",
            "searchable": True, "industries": "35 341",
        }),
        ("customer", "money", "年度备件预算", "Yearly budget for spare parts", {"least": 0, "most": 500_000_000}),
        ("visit", "integer", "查看的设备台数", "Machines looked at", {"least": 1, "most": 500}),
        ("contact", "boolean", "已签保密协议", "Signed the agreement on secrecy", {"retired": True}),
    ):  # fmt: skip
        said: dict[str, Any] = {"type": kind, "label_zh": zh, "label_en": en, **more}
        custom_fields.add(chief.replica, chief.reader, entity, said)


def _laptops(server: RunningServer) -> None:
    """Laptops in every state."""
    waiting = Laptop(server, server.people[HEIR].user)
    waiting.enrol(server.code(HEIR, hold=True))
    for number in range(2, 7):
        other = Laptop(server, server.people[f"销售 {number:02}"].user)
        other.enrol()
        other.pull_all()
    with server.database.write() as connection:
        known = {device.user: device for device in devices.devices(connection)}
        named, doubtful, gone_for_good = (known[server.people[f"销售 {at:02}"].user] for at in (2, 4, 5))
        devices.rename(connection, named.id, "ThinkPad X1 Carbon of the Shanghai office, third floor")
        devices.change_state(connection, doubtful, DeviceState.PENDING, doubt="handed_over")
        devices.change_state(connection, gone_for_good, DeviceState.REVOKED)


def _lend(server: RunningServer, rep: Workspace, home: RecordKey) -> None:
    until = sharing.end_of(rep.today() + timedelta(days=30))
    with closing(connect(rep.replica)) as http:
        for name, can_write, end in (
            ("Dan", True, until),
            ("销售 02", False, None),
            ("销售 04", False, until),
        ):
            user = server.people[name].user
            commands.share(rep.replica, http, [home.id], user, can_write=can_write, until=end)
        me, now = server.people[REP].user, rep.clock.now_ms()
        deputy = server.people[HEIR].user
        commands.delegate(rep.replica, http, me, deputy, starts=now, ends=until)


# -- what is drawn -------------------------------------------------------------------------------------------


def views(company: Company) -> Views:
    """Every page with a name, as its state comes into view; the earlier one is gone by then."""
    root = company.desk(company.chief)
    yield from _console(root, company)
    yield from _pages(root, company)
    if company.rep is not None:
        yield from _seeing(root, company)
    _put_away(root)
    for workspace, name in ((company.rep, "rep"), (company.manager, "manager")):
        if workspace is not None:
            desk = company.desk(workspace)
            yield from _customer(desk, company, name)
            _put_away(desk)


def _console(root: OpenDesk, company: Company) -> Views:
    page = cast("Any", root.go("console"))
    for key in ("people", "teams", "roles", "fields", "devices", "grants"):
        page.show_tab(key)
        yield key, root.window
    yield from _people(root, page, company)
    page.show_tab("teams")
    page.new_record()
    yield "team-new", root.window
    page.teams.newcomer.reject()
    if company.rep is not None:
        yield from _full_console(root, page, company)
    with out_of_reach(company.chief):
        page.desk.devices = page.desk.grants = None
        page.desk.fetch()
        for key in ("people", "devices", "grants"):
            page.show_tab(key)
            yield f"{key}-offline", root.window
    page.desk.fetch()


def _people(root: OpenDesk, page: Any, company: Company) -> Views:
    page.show_tab("people")
    page.people.table.select_id(company.server.people[CHIEF].user)
    yield "people-me", root.window
    page.new_record()
    yield "person-new", root.window
    page.people.newcomer.reject()
    page.search("nobody is called that")
    yield "people-none", root.window
    page.search("")


def _full_console(root: OpenDesk, page: Any, company: Company) -> Views:
    known, people = company.server.people, page.people
    page.show_tab("people")
    people.table.select_id(known[REP].user)
    yield "person", root.window
    for name, button in (
        ("leaver", people.leaves),
        ("transfer", people.transfer),
        ("promotion", people.promote),
    ):
        button.click()
        yield f"drill-{name}", root.window
        people.drill.heir.setCurrentIndex(people.drill.heir.findData(known[HEIR].user))
        people.drill.foresee()
        yield f"drill-{name}-heir", root.window
        people.drill.reject()
    people.invite.click()
    yield "invitation", root.window
    people.inviting.reject()
    people.code.click()
    yield "code", root.window
    people.shown.reject()
    people.reset.click()
    yield "password-reset", root.window
    people.dialog.show_error(CrmError("offline"))
    yield "password-reset-offline", root.window
    people.dialog.reject()
    page.show_tab("teams")
    page.teams.list.select_id(known[REP].team)
    yield "team", root.window
    page.teams.ask_name()
    yield "team-name", root.window
    page.teams.dialog.reject()
    yield from _roles(root, page)
    yield from _company_fields(root, page)
    page.show_tab("devices")
    page.devices.table.select_row(0)
    yield "device-waits", root.window
    page.devices.approve.click()
    yield "device-approve", root.window
    page.devices.dialog.reject()
    page.devices.table.select_row(2)
    page.devices.revoke.click()
    yield "device-revoke", root.window
    page.devices.dialog.reject()
    page.show_tab("grants")
    page.grants.table.select_row(0)
    yield "grant", root.window


def _roles(root: OpenDesk, page: Any) -> Views:
    page.show_tab("roles")
    for name, key in zip(("role-own", "role-own-second"), page.roles._own, strict=False):
        page.roles.list.select_id(key)
        yield name, root.window
    page.roles.reads["contact"].click()
    yield "role-changed", root.window
    page.roles._put_back()
    page.roles.list.select_id("auditor")
    yield "role-auditor", root.window
    page.new_record()
    yield "role-copy", root.window
    page.roles.dialog.reject()


def _company_fields(root: OpenDesk, page: Any) -> Views:
    page.show_tab("fields")
    for number, key in enumerate(page.fields.list.ids()):
        page.fields.list.select_id(key)
        yield f"fields-{number}", root.window
    page.new_record()
    page.fields.editor.lines["label_zh"].setText("城市")
    page.fields.editor.changed.emit()
    page.fields.save.click()
    yield "fields-new", root.window
    page.fields._discard()


def _pages(root: OpenDesk, company: Company) -> Views:
    audit = cast("Any", root.go("audit"))
    yield "audit", root.window
    audit.verify()
    for row in range(0, min(audit.model.rowCount(), 40), 5):
        audit.table.select_row(row)
        yield f"audit-row-{row:02}", root.window
    if company.home is not None:
        root.go("audit", company.home.id)
        yield "audit-customer", root.window
    permissions = cast("Any", root.go("permissions"))
    yield "permissions", root.window
    permissions.tabs.select("all")
    permissions._choose("all")
    yield "permissions-all", root.window
    page = cast("Any", root.go("company"))
    yield "company", root.window
    if company.rep is not None:
        page.list.select_id(f"person:{company.server.people[REP].user}")
        yield "company-person", root.window
    for key in ("today", "inbox", "sync", "settings"):
        yield from _long(root, key)
    page = cast("Any", root.go("settings"))
    page.lock.ask()
    yield "pin", root.window
    page.lock.dialog.reject()
    root.window.show_keys()
    yield "keys", root.window
    for sheet in root.window.findChildren(QDialog):
        sheet.reject()


def _long(desk: OpenDesk, key: str, name: str = "") -> Views:
    """A page that is longer than the window: its top, and its foot."""
    desk.go(key)
    yield name or key, desk.window
    area = desk.window.page and desk.window.page.findChild(QScrollArea)
    if area and area.verticalScrollBar().maximum():
        area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
        yield f"{name or key}-foot", desk.window


def _seeing(root: OpenDesk, company: Company) -> Views:
    look = Seeing(root.context, company.server.people[REP].user, root.window)
    look.begin()
    assert look.desk is not None
    window = look.desk.window
    window.resize(*company.size)
    for key in ("today", "customers", "permissions"):
        window.go(key)
        yield f"seeing-{key}", window
    look.close()


def _customer(desk: OpenDesk, company: Company, who: str) -> Views:
    assert company.home is not None
    page = cast("Any", desk.go("customer", company.home.id))
    yield f"customer-{who}", desk.window
    for tab in ("details", "people", "history"):
        page.view.show_tab(tab)
        yield f"customer-{who}-{tab}", desk.window
    page.view.shares.ask()
    yield f"share-{who}", desk.window
    page.view.shares.dialog._search("销售 05")
    page.view.shares.dialog.refuse(CrmError("offline"))
    yield f"share-{who}-offline", desk.window
    page.view.shares.dialog.reject()
    yield from _long(desk, "permissions", f"permissions-{who}")
    yield from _long(desk, "sync", f"sync-{who}")
    settings_page = cast("Any", desk.go("settings"))
    settings_page.away.ask()
    yield f"away-{who}", desk.window
    settings_page.away.dialog.reject()
    if who == "manager":
        company_page = cast("Any", desk.go("company"))
        company_page.list.select_id(f"person:{company.server.people[REP].user}")
        yield "company-manager", desk.window


def doors(folder: Path, size: tuple[int, int]) -> Views:
    """What stands before the data: first start, lock, what is left of a wiped laptop, the cover."""
    profile = Profile(folder / "none" / "a folder with quite a long name" / "profile")
    entrance = Entrance(profile, Runner.inline())
    entrance.resize(*size)
    entrance.show()
    shown = entrance.views(CrmError("database_corrupt", path=profile.database))
    sealed = Wiped("lease", 1_790_000_000_000, "", "", "华东精密仪器仪表集团有限公司", "", sealed=3)
    shown.append(("purged", partial(entrance._show_note, sealed, 2)))
    for name, show in shown:
        show()
        yield f"door-{name}", entrance
    form = entrance.first_start
    entrance._offer()
    form.show_join()
    form.show_error(CrmError("code_invalid"))
    yield "door-join-refused", entrance
    entrance._show_locked(CrmError("clock_set_back"))
    yield "door-clock", entrance
    entrance.blockSignals(True)
    entrance.close()
    for way, has_company in (("passphrase", True), ("pin", True), ("pin", False), ("open", True)):
        cover = CoverWindow(cast("Any", way), has_company=has_company)
        cover.resize(*size)
        cover.show()
        for name, show in cover.views():
            show()
            yield f"cover-{name}{'' if has_company else '-alone'}", cover
        cover.blockSignals(True)
        cover.close()
        cover.deleteLater()


def _put_away(desk: OpenDesk) -> None:
    desk.syncing.stop()
    desk.desk.close()


@contextmanager
def out_of_reach(workspace: Workspace) -> Iterator[None]:
    """The server can't be reached from this profile, for a while."""
    before = _lead_to(workspace, "http://127.0.0.1:9")
    yield
    _lead_to(workspace, before)


def _lead_to(workspace: Workspace, url: str) -> str:
    with workspace.replica.database.write() as connection:
        known = settings.read(connection, "server", Server)
        assert known is not None
        settings.write(connection, {"server": msgspec.structs.replace(known, url=url)})
    return str(known.url)


def cut(widget: QWidget) -> list[str]:
    """What is shown in less room than its words need."""
    found = []
    for one in widget.findChildren(QWidget):
        if not one.isVisible() or one.visibleRegion().isEmpty():
            continue
        text = _text(one)
        if not text:
            continue
        room, need = one.contentsRect(), one.sizeHint()
        if isinstance(one, QLabel) and one.wordWrap():
            longest = max(one.fontMetrics().horizontalAdvance(word) for word in _BREAKS.split(text))
            is_cut = one.heightForWidth(one.width()) > one.height() + 1 or longest > room.width() + 1
        else:
            is_cut = need.width() > one.width() + 1 or need.height() > one.height() + 6
        seen = one.visibleRegion().boundingRect()
        is_scrolled = any(isinstance(above, QAbstractScrollArea) for above in _above(one))
        is_cut = is_cut or any(_is_beyond(one, above) for above in _above(one))
        if is_cut or (not is_scrolled and not seen.contains(room.adjusted(2, 2, -2, -2))):
            found.append(
                f"{type(one).__name__} “{text[:60]}” {one.width()}x{one.height()} of {need.width()}x{need.height()}"
            )
    return found


def _is_beyond(widget: QWidget, above: QWidget) -> bool:
    """Whether it reaches out of what scrolls around it, sideways, where nobody can scroll to it."""
    if not isinstance(above, QScrollArea) or above.horizontalScrollBar().maximum() == 0:
        return False
    return widget.mapTo(above, widget.rect().topRight()).x() > above.viewport().geometry().right()


def _text(widget: QWidget) -> str:
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text()
    return widget.currentText() if isinstance(widget, QComboBox) else ""


def _above(widget: QWidget) -> Iterator[QWidget]:
    while (above := widget.parentWidget()) is not None:
        yield above
        widget = above


def draw(folder: Path, name: str, widget: QWidget, scheme: str, scale: float) -> None:
    """Save one picture, once what wraps has learnt its width and its height."""
    for _ in range(3):
        QApplication.processEvents()
    look = f"{language.current()}-{scheme}-{scale:g}x"
    picture(widget, scale).save(str(folder / f"{name}-{look}.png"))
    for told in cut(widget):
        print(f"{name} {look}: {told}")


def main(
    folder: Path, which: str, spoken: list[str], schemes: list[str], scale: float, only: list[str]
) -> None:
    keyring.set_keyring(Keyring())  # type: ignore[no-untyped-call]  # the library's own
    app = application.dressed(["gallery"], look=theme.Look(), spoken="zh_CN")
    folder.mkdir(parents=True, exist_ok=True)
    for kind, make in (("full", full), ("small", small)):
        if which not in (kind, "both"):
            continue
        with tempfile.TemporaryDirectory() as here, ExitStack() as stack:
            server = stack.enter_context(running_server(Path(here), company="华东精密仪器仪表集团有限公司"))
            company = make(server, Path(here))
            company.size = SIZES[scale]
            for one in spoken:
                for scheme in schemes:
                    language.switch(app, cast("Language", one))
                    theme.apply(app, theme.Look(theme.Scheme(scheme), theme.look().density))
                    drawn = [partial(views, company)] + (
                        [partial(doors, Path(here), company.size)] if kind == "full" else []
                    )
                    for views_of in drawn:
                        for name, widget in views_of():
                            if not only or any(name.startswith(wanted) for wanted in only):
                                prefix = "" if kind == "full" else "small-"
                                draw(folder, prefix + name, widget, scheme, scale)
                    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            company.close()


if __name__ == "__main__":
    defaults = ["", "both", "zh_CN,en", "light,dark", "1", ""]
    chosen = [given or default for given, default in zip([*sys.argv[1:], *[""] * 6], defaults, strict=False)]
    listed = [one.split(",") for one in chosen]
    main(Path(chosen[0]), chosen[1], listed[2], listed[3], float(chosen[4]), [n for n in listed[5] if n])
