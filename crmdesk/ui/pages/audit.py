"""The audit, for those who may read it: who did what, whether it is whole, and all of it as a file."""

import csv
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from crmdesk.core.dates import COMPANY_ZONE
from crmdesk.core.errors import CrmError
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.page import Page, Shell
from crmdesk.ui.pages.audit_facts import Facts, faults, kinds
from crmdesk.ui.pages.audit_words import CONSOLE, Words, ids_in
from crmdesk.ui.pages.person_picker import PersonPicker
from crmdesk.ui.runner import Lane
from crmdesk.ui.tables.growing_model import GrowingModel
from crmdesk.ui.tables.row_table import RowTable
from crmdesk.ui.tables.window_model import Column
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.fields import FieldGrid, heading, label, set_tone, upright
from crmdesk.ui.widgets.marks import EmptyState, Progress
from crmdesk.ui.widgets.pills import PillGroup
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.core.answers import AuditPage, AuditRow, AuditStep, Devices
    from crmdesk.sync.http import Http

ROWS_A_PAGE: Final = 100
_NAME_WIDTH: Final = 480
"""Pixels of a customer's name above the list; its tooltip has all of it."""
_DAYS: Final = {"today": 0, "week": 6, "month": 29}
_HEAD: Final = ("chain", "number", "at", "kind", "user", "device", "said", "seal")


@dataclass(frozen=True, slots=True)
class Line:
    """A row in words."""

    id: str
    row: "AuditRow"
    when: str
    who: str
    what: str
    about: str


@dataclass(frozen=True, slots=True)
class Wish:
    """Which rows: of a period's name, by a person, of a kind, about a customer."""

    period: str = "week"
    user: str = ""
    kind: str = ""
    customer: str = ""


class Audit(Page):
    """A long list at the left, the chosen row at the right. Subject: a customer's id shows what concerns it."""

    def __init__(self, shell: Shell, context: Context) -> None:
        super().__init__(shell)
        self.title = self.tr("Audit")
        self.search_hint = self.tr("A customer's name or id…")
        self._context = context
        self._wish = Wish()
        self._next: str | None = None
        self._asked = 0
        self._verified = self._total = 0
        self._problems: list[tuple[str, int, str]] = []
        self._laptops: dict[str, str] = {}
        self.model: GrowingModel[Line] = GrowingModel(self._columns(), _sentence)
        self.model.more_wanted.connect(self._fetch)
        self.table = RowTable(self.tr("Audit"), self.model)
        self.table.current.connect(self._show_current)
        self._empty = EmptyState("shield-check", "")
        self._empty.acted.connect(self.reload)
        self._export = buttons.secondary(self.tr("Save as a file…"), "download", self._choose_file)
        self._verify = buttons.primary(self.tr("Verify"), "shield-check", self.verify)
        self._build()

    # -- building -----------------------------------------------------------------------------------

    def _columns(self) -> Sequence[Column[Line]]:
        return (
            Column("when", self.tr("Time"), lambda line: line.when, 118),
            Column("who", self.tr("Person"), lambda line: line.who, 112),
            Column("what", self.tr("What"), lambda line: line.what, 176),
            Column("about", self.tr("About"), lambda line: line.about, 260, stretch=True),
        )

    def _build(self) -> None:
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty)
        self.state = label("", "second")
        self.state.setContentsMargins(18, 6, 18, 6)
        self.state.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.progress = Progress()
        self.progress.setContentsMargins(18, 0, 18, 8)
        self.progress.hide()
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        for widget in (self._strip(), self.state, self.progress):
            left.addWidget(widget)
        left.addWidget(self._stack, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self._detail())

    def _strip(self) -> QFrame:
        strip = QFrame()
        strip.setObjectName("strip")
        self.period = PillGroup(
            self.tr("Period"),
            [
                ("today", self.tr("Today")),
                ("week", self.tr("7 days")),
                ("month", self.tr("30 days")),
                ("", self.tr("All")),
            ],
        )
        self.period.select(self._wish.period)
        self.period.chosen.connect(self._period_chosen)
        self.person = buttons.quiet("", "users", self._choose_person)
        self.kind = buttons.quiet("", "funnel")
        self.kind.setMenu(self._kind_menu())
        self.customer = buttons.quiet("", "x", self._forget_customer)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.period)
        row.addStretch(1)
        for button in (self.person, self.kind):
            row.addWidget(button)
        about = QHBoxLayout()
        about.addWidget(self.customer)
        about.addStretch(1)
        column = QVBoxLayout(strip)
        column.setContentsMargins(18, 6, 10, 6)
        column.setSpacing(4)
        column.addLayout(row)
        column.addLayout(about)
        self._show_wish()
        return strip

    def _kind_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction(self.tr("Everything")).setData("")
        menu.addSeparator()
        for key, text in kinds().items():
            menu.addAction(text).setData(key)
        menu.triggered.connect(self._kind_chosen)
        return menu

    def _detail(self) -> QFrame:
        aside = QFrame()
        aside.setObjectName("aside")
        aside.setFixedWidth(340)
        self.name = heading()
        self.name.setWordWrap(True)
        self.facts = FieldGrid(1)
        inside = QWidget()
        inner = QVBoxLayout(inside)
        inner.setContentsMargins(20, 16, 20, 16)
        inner.setSpacing(10)
        inner.addWidget(self.name)
        inner.addWidget(self.facts)
        inner.addStretch(1)
        column = QVBoxLayout(aside)
        column.setContentsMargins(1, 0, 0, 0)
        column.addWidget(upright(inside))
        return aside

    # -- what the window asks -----------------------------------------------------------------------

    def actions_in_bar(self) -> Sequence[QWidget]:
        return self._export, self._verify

    def entered(self) -> None:
        self.reload()
        self.table.setFocus()

    def show_subject(self, subject: object) -> None:
        if isinstance(subject, str):
            self._want(replace(self._wish, customer=subject, period=""))

    def search(self, text: str) -> None:
        wanted = text.strip()
        found = self._find_customer(wanted) if wanted else ""
        if wanted and not found:
            self._context.say(
                self.tr("No customer of that name is on this laptop; an id is found anywhere."), "warn"
            )
            return
        self._want(replace(self._wish, customer=found))

    def leave_search(self) -> None:
        self.table.setFocus()

    def undo(self) -> None:
        self._context.undo_last()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_V and not event.modifiers():
            self.verify()
        else:
            super().keyPressEvent(event)

    # -- what is wanted -----------------------------------------------------------------------------

    def _find_customer(self, text: str) -> str:
        if len(text) == 32 and all(digit in "0123456789abcdef" for digit in text):
            return text
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        query = "SELECT id FROM p_customer WHERE f_name LIKE ? ESCAPE '\\' ORDER BY length(f_name) LIMIT 1"
        return str(self._context.reader.value(query, (f"%{escaped}%",)) or "")

    def _want(self, wish: Wish) -> None:
        if wish != self._wish:
            self._wish = wish
            self._show_wish()
            self.reload()

    def _period_chosen(self, key: str) -> None:
        self._want(replace(self._wish, period=key))

    def _kind_chosen(self, action: Any) -> None:
        self._want(replace(self._wish, kind=str(action.data())))

    def _choose_person(self) -> None:
        if self._wish.user:
            self._want(replace(self._wish, user=""))
            return
        picker = PersonPicker(self._context, self.tr("Whose actions?"), self.tr("Show"), self)
        picker.chosen.connect(self._person_chosen)
        picker.offer(list(self._context.directory.people.values()))

    def _person_chosen(self, user: str) -> None:
        self._want(replace(self._wish, user=user))

    def _forget_customer(self) -> None:
        self.shell.set_search("")
        self._want(replace(self._wish, customer=""))

    def _show_wish(self) -> None:
        wish, names = self._wish, self._context.directory
        self.period.select(wish.period)
        self.person.setText(names.person_name(wish.user) if wish.user else self.tr("Everybody"))
        self.kind.setText(kinds().get(wish.kind, wish.kind) if wish.kind else self.tr("Everything"))
        self.customer.setVisible(bool(wish.customer))
        if wish.customer:
            name = self._words([wish.customer]).facts.name(wish.customer)
            metrics = self.customer.fontMetrics()
            self.customer.setText(metrics.elidedText(name, Qt.TextElideMode.ElideRight, _NAME_WIDTH))
            plain.set_tip(self.customer, name)
            self.customer.setAccessibleName(name)

    def _query(self) -> dict[str, str | int]:
        wish = self._wish
        asked: dict[str, str | int] = {
            name: value
            for name, value in (("user", wish.user), ("kind", wish.kind), ("customer", wish.customer))
            if value
        }
        if wish.period:
            first = self._context.today() - timedelta(days=_DAYS[wish.period])
            asked["since"] = int(datetime.combine(first, time(), ZoneInfo(COMPANY_ZONE)).timestamp() * 1000)
        return asked

    # -- rows ---------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Ask for the latest rows again."""
        self._asked += 1
        self._next = None
        self.model.show_rows([], has_more=False)
        self._show_current("")
        if self._context.workspace.server() is None:
            self._say_empty(self.tr("The audit is the server's: connect to a company first."))
            return
        self._say_empty(self.tr("Asking the server…"))
        self._show_state()
        self._fetch()
        if self._context.directory.me.role == "administrator":
            self._ask(_devices, self._devices_came, _unnamed)

    def _devices_came(self, found: "Devices") -> None:
        """What laptops are called, an administrator may know; an auditor reads their ids."""
        self._laptops = {one.device: one.name for one in found.devices}
        self._show_current(self.table.current_id)

    def _laptop(self, device: str) -> str:
        if device == CONSOLE:
            return self.tr("The server itself")
        name = self._laptops.get(device)
        return f"{name} ({device[:8]})" if name else device[:8] or "—"

    def _fetch(self) -> None:
        work = partial(_page, self._query(), self._next)
        self._ask(
            work, partial(self._came, self._asked, self._next is None), partial(self._broke, self._asked)
        )

    def _came(self, asked: int, is_first: bool, found: "AuditPage") -> None:
        if asked != self._asked:
            return
        self._next = found.next
        words = self._words(ids_in(found.rows))
        today = self._context.today()
        lines = [
            Line(
                f"{row.chain}.{row.number}", row, formats.instant(row.at, today), words.who(row), words.kind(row),
                words.about(row),
            )
            for row in found.rows
        ]  # fmt: skip
        if is_first:
            self.model.show_rows(lines, has_more=found.next is not None)
        else:
            self.model.add_rows(lines, has_more=found.next is not None)
        if not lines and is_first:
            self._say_empty(self.tr("Nothing was written down that fits."))
            return
        self._stack.setCurrentWidget(self.table)
        if is_first:
            self.table.select_row(0)

    def _broke(self, asked: int, error: Exception) -> None:
        if asked != self._asked:
            return
        self.model.stop()
        if not isinstance(error, CrmError) or self.model.rowCount():
            self._context.report(error)
            return
        sentence = error.sentence(self._context.language)
        self._say_empty(f"{sentence.happened} ({error.code})", self.tr("Try again"))

    def _say_empty(self, sentence: str, action: str = "") -> None:
        self._empty.set_sentence(sentence, action)
        self._stack.setCurrentWidget(self._empty)

    def _words(self, ids: list[str]) -> Words:
        found: dict[str, str] = {}
        for start in range(0, len(ids), 500):
            some = ids[start : start + 500]
            marks = ",".join("?" * len(some))
            rows = self._context.reader.all(
                f"SELECT id, f_name FROM p_customer WHERE id IN ({marks})", tuple(some)
            )
            found |= {row[0]: row[1] or "" for row in rows}
        directory, today = self._context.directory, self._context.today()
        return Words(directory, Facts(directory, found, self._context.language, today, self._laptops))

    def _show_current(self, line_id: str) -> None:
        position = self.model.position(line_id) if line_id else None
        line = self.model.row(position) if position is not None else None
        self.name.setVisible(line is not None)
        self.facts.setVisible(line is not None)
        if line is None:
            return
        row, words = line.row, self._words(ids_in([line.row]))
        self.name.setText(line.what)
        fields = [
            (self.tr("Time"), line.when),
            (self.tr("Person"), line.who),
            (self.tr("Device"), self._laptop(row.device)),
            (self.tr("Chain"), f"{words.where(row.chain)} · {formats.number(row.number)}"),
            *words.facts.told(row.told),
            (self.tr("Seal"), row.seal[:16]),
        ]
        self.facts.set_fields(fields)

    # -- whether it is whole ------------------------------------------------------------------------

    def verify(self) -> None:
        """Have the server read every row again, part by part."""
        if self.progress.isVisible() or self._context.workspace.server() is None:
            return
        self._verified, self._total, self._problems = 0, 0, []
        self.progress.show_step(self.tr("Verifying…"), 0, 0)
        self.progress.show()
        self._verify.setEnabled(False)
        self._ask(partial(_step, None), self._step_came, self._verify_broke)

    def _step_came(self, found: "AuditStep") -> None:
        self._verified += found.rows
        self._total = found.total or self._total
        self._problems += found.problems
        if found.next is not None:
            done = self.tr("%1 of %2 rows verified")
            text = formats.filled(done, formats.number(self._verified), formats.number(self._total))
            self.progress.show_step(text, self._verified, max(self._total, self._verified))
            self._ask(partial(_step, found.next), self._step_came, self._verify_broke)
            return
        self._stop_verifying()
        self._show_state(is_done=True)

    def _verify_broke(self, error: Exception) -> None:
        self._stop_verifying()
        self._context.report(error)

    def _stop_verifying(self) -> None:
        self.progress.hide()
        self._verify.setEnabled(True)

    def _show_state(self, *, is_done: bool = False) -> None:
        if not is_done and not self._verified:
            self.state.setText(
                self.tr("Every row is sealed with the one before it; each hour all of them are signed.")
            )
            set_tone(self.state, "")
            return
        if not self._problems:
            text = self.tr("Whole: all %1 rows are as they were written, and as they were signed.")
            self.state.setText(formats.filled(text, formats.number(self._verified)))
            set_tone(self.state, "ok")
            return
        chain, number, what = self._problems[0]
        place = self._words([]).where(chain) if chain else self.tr("signed states")
        text = self.tr(
            "Problems found: %1. The first: %2, row %3 (%4). Keep a copy of the server's database."
        )
        said = formats.filled(
            text, str(len(self._problems)), place, formats.number(number), faults().get(what, what)
        )
        self.state.setText(said)
        set_tone(self.state, "bad")

    # -- as a file ----------------------------------------------------------------------------------

    def _choose_file(self) -> None:
        if not self._context.may_save():
            return
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Save as a file"), "audit.csv", "CSV (*.csv)")
        if name:
            self.export_to(Path(name))

    def export_to(self, file: Path) -> None:
        """Write all rows that fit, with their seals."""
        self._export.setEnabled(False)
        self._ask(partial(_save, self._query(), file), self._saved, self._save_broke)

    def _saved(self, count: int) -> None:
        self._export.setEnabled(True)
        self._context.say(formats.filled(self.tr("%1 rows saved"), formats.number(count)))

    def _save_broke(self, error: Exception) -> None:
        self._export.setEnabled(True)
        self._context.report(error)

    def _ask(
        self,
        work: "Callable[[Http], Any]",
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
    ) -> None:
        asked = partial(_asked, work, self._context.workspace)
        self._context.runner.run(asked, done, failed, lane=Lane.NETWORK, owner=self)


def _sentence(line: Line) -> str:
    return ", ".join(part for part in (line.when, line.who, line.what, line.about) if part)


def _asked(work: "Callable[[Http], Any]", workspace: Workspace) -> Any:
    """Ask with a connection of its own; for the network's lane."""
    from crmdesk.sync.enrolment import connect

    with closing(connect(workspace.replica)) as http:
        return work(http)


def _page(query: dict[str, str | int], before: str | None, http: "Http") -> "AuditPage":
    return http.audit(query, before, ROWS_A_PAGE)


def _devices(http: "Http") -> "Devices":
    return http.devices()


def _unnamed(_error: Exception) -> None:
    """Laptops are then called by their ids; whatever is wrong, the rows' own question says."""


def _step(after: str | None, http: "Http") -> "AuditStep":
    return http.verify_audit(after)


def _save(query: dict[str, str | int], file: Path, http: "Http") -> int:
    count, before = 0, None
    try:
        with file.open("w", encoding="utf-8-sig", newline="") as target:
            rows = csv.writer(target)
            rows.writerow(_HEAD)
            while True:
                page = http.audit(query, before, 5 * ROWS_A_PAGE)
                for one in page.rows:
                    said = bytes(one.said).decode()
                    rows.writerow(
                        [one.chain, one.number, one.at, one.kind, one.user, one.device, said, one.seal]
                    )
                count, before = count + len(page.rows), page.next
                if before is None:
                    return count
    except OSError as error:
        raise CrmError("database_unwritable", path=file) from error
