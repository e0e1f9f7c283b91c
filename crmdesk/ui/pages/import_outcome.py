"""What becomes of the rows of a file: how many, at which rates, and which with what reason; and how far a run is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from crmdesk.core.errors import Language
from crmdesk.core.lookalikes import Alike
from crmdesk.core.mapping import Plan
from crmdesk.core.verdicts import VERDICTS, Judged
from crmdesk.store.imports import Counts, KeptOut, Run
from crmdesk.ui import formats
from crmdesk.ui.tables.row_table import RowTable
from crmdesk.ui.tables.window_model import Column, ListSource, WindowModel
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import heading, label, upright, wrapped
from crmdesk.ui.widgets.figure import FigureCard
from crmdesk.ui.widgets.marks import Progress
from crmdesk.ui.widgets.plain import set_tip
from crmdesk.ui.widgets.tabs import SegmentedTabs
from crmdesk.usecases.import_papers import alike_cells, alike_line, reasons, verdict_label
from crmdesk.usecases.importing import facts

_ALL: Final = "all"
_ALIKE: Final = "alike"
_ORDER: Final = ("reject", _ALIKE, "duplicate", "update", "create")
_SIDE: Final = 24
_LEAST: Final = 120
"""Pixels that the rows keep; where a window is too low for all above them, the pane scrolls."""
MOST_LINES: Final = 20_000
"""Rows that are listed; the rest is counted, and written to the workbook of rows kept out."""
_ICONS: Final = {
    "create": ("plus", "green"), "update": ("pencil", "blue"), "duplicate": ("copy", "amber"), "reject": ("circle-x", "red"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file, in words."""

    id: str
    place: str
    verdict: str
    said: str
    name: str
    reason: str


def line_of(judged: Judged, plan: Plan, number: int, language: Language) -> Line:
    """A row with its verdict, in words."""
    row = judged.row
    notes = [(note.column, note.flaw) for note in judged.notes]
    values: dict[str, Any] = row.parts[0].values
    name = values.get("name") or values.get("number") or values.get("title") or values.get("summary") or ""
    return _line(plan, number, row.sheet, row.row, judged.verdict, notes, str(name), language)


def line_of_kept_out(one: KeptOut, plan: Plan, language: Language) -> Line:
    """A row that a run kept out, in words."""
    columns = plan.sheets[one.sheet].columns
    named = next((at for at, c in enumerate(columns) if c.field in ("name", "number", "title")), 0)
    name = one.cells[named] if named < len(one.cells) else ""
    return _line(plan, one.n, one.sheet, one.at, one.verdict, one.notes, name, language)


def line_of_alike(one: Alike, plan: Plan, number: int, language: Language) -> Line:
    """A row that looks like a customer, with whom it looks like, in words."""
    _, row, name, other, certainty, why = (str(cell) for cell in alike_cells(plan, one, language))
    place = f"{row} · {plan.sheets[one.sheet].name}" if len(plan.sheets) > 1 else row
    said = verdict_label(_ALIKE).text(language)
    return Line(f"{_ALIKE}:{number}", place, _ALIKE, said, name[:200], f"{other} · {certainty} · {why}")


def _line(
    plan: Plan, number: int, sheet: int, at: int, verdict: str, notes: Sequence[tuple[int, str]], name: str, language: Language
) -> Line:  # fmt: skip
    place = f"{at} · {plan.sheets[sheet].name}" if len(plan.sheets) > 1 else str(at)
    said = verdict_label(verdict).text(language)
    return Line(str(number), place, verdict, said, name[:200], reasons(plan, sheet, verdict, notes, language))


class _Rows(RowTable):
    """Wishes for no more than it needs, and takes what is left."""

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), _LEAST)


class OutcomePane(QWidget):
    """Counts, rates, and the rows behind them; `actions` at the foot are the page's own."""

    look_at_pairs = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = heading()
        self.rates = wrapped("second")
        names = {
            "create": self.tr("New"), "update": self.tr("Changed"), "duplicate": self.tr("Duplicates"), "reject": self.tr("Kept out"),
        }  # fmt: skip
        self.figures = {key: FigureCard(names[key], *_ICONS[key], has_remark=False) for key in VERDICTS}
        for key, card in self.figures.items():
            card.clicked.connect(partial(self._figure_chosen, key))
        self.tabs = SegmentedTabs(
            self.tr("Rows"), [(_ALL, self.tr("All")), *((key, names[key]) for key in ("reject", "duplicate", "update", "create")), (_ALIKE, self.tr("Look-alikes"))]
        )  # fmt: skip
        self.tabs.chosen.connect(self.show_only)
        self.model: WindowModel[Line] = WindowModel(self._columns(), ListSource[Line](), _sentence)
        self.table = _Rows(self.tr("Rows"), self.model)
        self.table.setMinimumHeight(_LEAST)
        self.nothing = label("", "second")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.nothing.hide()
        self.progress = Progress()
        self.alike = wrapped("warn")
        self.alike_button = buttons.secondary(self.tr("Look at them…"), "copy", self.look_at_pairs.emit)
        self.owners = wrapped("second")
        self.owners.hide()
        self.signed = wrapped("second")
        self.cut = wrapped("second")
        self._numbers: dict[str, int] = {}
        self._are_kept_out = False
        self._lines: list[Line] = []
        self._alike: list[Line] = []
        self._foot = QHBoxLayout()
        self._foot.setSpacing(8)
        self._build()

    def _columns(self) -> list[Column[Line]]:
        return [
            Column("place", self.tr("Row"), lambda line: line.place, 112),
            Column("verdict", self.tr("Verdict"), lambda line: line.said, 90, firm=True),
            Column("name", self.tr("Name"), lambda line: line.name, 150, stretch=True, firm=True),
            Column("reason", self.tr("Why"), lambda line: line.reason, 320, stretch=True),
        ]

    def _build(self) -> None:
        inside = QWidget()
        inside.setObjectName("page")
        column = self._column = QVBoxLayout(inside)
        column.setContentsMargins(_SIDE, 18, _SIDE, 0)
        column.setSpacing(10)
        column.addWidget(self.name)
        row = QHBoxLayout()
        row.setSpacing(12)
        for card in self.figures.values():
            row.addWidget(card)
        column.addLayout(row)
        column.addWidget(self.rates)
        likely = QHBoxLayout()
        likely.setSpacing(8)
        likely.addWidget(self.alike, 1)
        likely.addWidget(self.alike_button)
        column.addLayout(likely)
        self.owners_line = QHBoxLayout()
        self.owners_line.setSpacing(8)
        self.owners_line.addWidget(self.owners, 1)
        column.addLayout(self.owners_line)
        column.addWidget(self.signed)
        self.show_alike(0, None, "zh_CN")
        self.show_signed("")
        column.addWidget(self.progress)
        column.addWidget(self.tabs)
        column.addWidget(self.table, 1)
        column.addWidget(self.nothing, 1)
        column.addWidget(self.cut)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 16)
        whole.setSpacing(10)
        area = upright(inside)
        self._bar = area.verticalScrollBar()
        self._bar.rangeChanged.connect(self._keep_width)
        whole.addWidget(area, 1)
        self._foot.setContentsMargins(_SIDE, 0, _SIDE, 0)
        whole.addLayout(self._foot)

    def _keep_width(self, _low: int, high: int) -> None:
        """The bar of a pane that scrolls stands in its margin, so that nothing inside is laid out anew."""
        taken = self._bar.sizeHint().width() if high else 0
        self._column.setContentsMargins(_SIDE, 18, max(0, _SIDE - taken), 0)

    def set_actions(self, left: Sequence[QPushButton], right: Sequence[QPushButton]) -> None:
        """The buttons at the foot: what leads back at the left, what goes on at the right."""
        while self._foot.takeAt(0) is not None:
            pass
        for button in left:
            self._foot.addWidget(button)
        self._foot.addStretch(1)
        for button in right:
            self._foot.addWidget(button)

    def show_counts(self, name: str, counts: Counts, seconds: float) -> None:
        """Show what was counted."""
        said = facts(counts, seconds)
        self.name.setText(name)
        for key, card in self.figures.items():
            tone = "bad" if key == "reject" and said[key] else ""
            card.show_number(said[key], "", tone)
            self._set_number(key, said[key])
        self._set_number(_ALL, counts.rows)
        if not counts.cells:  # counted at the end
            self.rates.setText(formats.filled(self.tr("%1 rows so far"), formats.number(counts.rows)))
            return
        rates = self.tr(
            "%1 rows · blank key fields %2 % · rows with errors %3 % · duplicate rows %4 % · %5 s"
        )
        self.rates.setText(
            formats.filled(
                rates, formats.number(counts.rows), f"{said['missing_rate']:.1f}", f"{said['error_rate']:.1f}",
                f"{said['duplicate_rate']:.1f}", f"{seconds:.1f}",
            )
        )  # fmt: skip

    def _set_number(self, key: str, number: int) -> None:
        self._numbers[key] = number
        self.tabs.set_number(key, number)

    def show_progress(self, text: str, share: float) -> None:
        """Say how far it is; nothing once there is nothing under way."""
        self.progress.setVisible(bool(text))
        self.progress.show_step(text, round(1000 * share), 1000)

    def show_alike(
        self,
        rows: int,
        plan: Plan | None,
        language: Language,
        lines: Sequence[Line] = (),
        *,
        are_here: bool = False,
    ) -> None:
        """Say how many rows look like customers, and list them; `are_here`: their pairs can be looked at."""
        self.alike.setText(alike_line(rows, plan, language) if rows and plan is not None else "")
        self.alike.setVisible(bool(rows))
        self.alike_button.setVisible(bool(rows) and are_here)
        self._alike = list(lines)
        self.tabs.offer(_ALIKE, is_offered=bool(lines))
        self._set_number(_ALIKE, rows)

    def show_owners(self, text: str, whole: str = "") -> None:
        """Say whose the customers are to be, `whole` when pointed at; nothing where the file says nothing."""
        self.owners.setText(text)
        set_tip(self.owners, whole)
        self.owners.setVisible(bool(text))

    def show_signed(self, text: str) -> None:
        """Say who has signed; nothing where nobody has."""
        self.signed.setText(text)
        self.signed.setVisible(bool(text))

    def show_lines(self, lines: Sequence[Line]) -> None:
        """List rows with their verdicts, what is to be kept out first."""
        self._list(lines, are_kept_out=False)

    def show_kept_out(self, lines: Sequence[Line], run: Run) -> None:
        """List rows that a run kept out: the first for each reason. There are no others to list."""
        likely = run.counts.alike if run.plan.alike == "keep_out" else 0
        whole = run.counts.reject + run.counts.duplicate + likely
        self._set_number(_ALL, whole)
        self.tabs.select(_ALL)
        self._list(lines, are_kept_out=True)
        if not whole:
            every = self.tr("Every row came in.")
            self._say_nothing(every if run.state == "done" else self.tr("No row was kept out."))

    def _say_nothing(self, sentence: str) -> None:
        """Say why no rows are listed; "" where some may be."""
        self.nothing.setText(sentence)
        self.nothing.setVisible(bool(sentence))
        for widget in (self.tabs, self.table):
            widget.setVisible(not sentence)

    def _list(self, lines: Sequence[Line], *, are_kept_out: bool) -> None:
        self._say_nothing("")
        self._are_kept_out = are_kept_out
        self.tabs.rename(_ALL, self.tr("All not imported") if are_kept_out else self.tr("All"))
        for key in ("create", "update"):
            self.tabs.offer(key, is_offered=not are_kept_out)
        self._lines = sorted(lines, key=lambda line: _ORDER.index(line.verdict))
        self.show_only(self.tabs.key)

    def show_only(self, verdict: str) -> None:
        """List the rows of one verdict, or all."""
        self.tabs.select(verdict)
        own = self._alike if verdict == _ALIKE else self._lines
        found = [line for line in own if verdict in (_ALL, line.verdict)]
        self.table.show_source(ListSource(found))
        self._say_cut(len(found), self._numbers.get(verdict, 0))

    def _say_cut(self, listed: int, whole: int) -> None:
        """Say how many rows there are where not all are listed."""
        is_cut = 0 < listed < whole
        said = self.tr("%1 of %2 rows are listed here.")
        if self._are_kept_out:
            said = self.tr("%1 of %2 rows are listed here; the workbook of rows kept out has them all.")
        self.cut.setText(
            formats.filled(said, formats.number(listed), formats.number(whole)) if is_cut else ""
        )
        self.cut.setVisible(is_cut)

    def _figure_chosen(self, verdict: str, _checked: bool = False) -> None:
        if self.tabs.offers(verdict):
            self.show_only(verdict)


def _sentence(line: Line) -> str:
    return ", ".join(part for part in (line.place, line.said, line.name, line.reason) if part)
