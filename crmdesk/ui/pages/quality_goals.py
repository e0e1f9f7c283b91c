"""The company's goals for its data: set in one line, followed week by week against the straight path to the target."""

from datetime import timedelta
from functools import partial
from typing import Final

from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.entities import MEASURES
from crmdesk.core.goals import State
from crmdesk.core.quality import Measure, Report
from crmdesk.ui import formats
from crmdesk.ui.pages.quality_part import QualityDesk, QualityPart
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.entry_list import Entry, EntryList
from crmdesk.ui.widgets.fields import FieldGrid, label
from crmdesk.ui.widgets.marks import EmptyState
from crmdesk.ui.widgets.pills import PillGroup
from crmdesk.ui.widgets.trend import TrendChart
from crmdesk.usecases import goals
from crmdesk.usecases.goals import Standing

_TONES: Final[dict[State, str]] = {
    "met": "ok",
    "ahead": "ok",
    "behind": "warn",
    "missed": "bad",
    "waiting": "",
}
_MONTH_DAYS: Final = 30
_START, _TARGET = 65, 90


class GoalsPart(QualityPart):
    """The goals at the left, the chosen one as a line at the right, a new one below."""

    def __init__(self, desk: QualityDesk) -> None:
        super().__init__(desk)
        self._standings: dict[str, Standing] = {}
        self.list = EntryList(self.tr("Goals"))
        self.list.current.connect(self._chosen)
        self.chart, self.facts = TrendChart(), FieldGrid(2)
        self.empty = EmptyState(
            "target",
            self.tr("No goal is set. From 65 to 90 % complete in three months is a usual one."),
        )
        spoken = self.context.language
        self.measure = PillGroup(self.tr("Measure"), [(one.key, one.label.text(spoken)) for one in MEASURES])
        self.start, self.target = (
            self._percent(self.tr("From"), _START),
            self._percent(self.tr("To"), _TARGET),
        )
        self.months = PillGroup(
            self.tr("Months"),
            [("3", "3"), ("6", "6"), ("12", "12")],
        )
        self.add_button = buttons.primary(self.tr("Set goal"), "plus", self.add)
        self.remove_button = buttons.quiet(self.tr("Give up"), "trash-2", self.remove)
        self._build()

    def _percent(self, name: str, value: int) -> QLineEdit:
        field = QLineEdit(str(value))
        field.setValidator(QIntValidator(0, 100, field))
        field.setMaxLength(3)
        field.setAccessibleName(name)
        field.setFixedWidth(56)
        field.textChanged.connect(self._checked)
        field.returnPressed.connect(self.add)
        return field

    def _build(self) -> None:
        left = QFrame()
        left.setObjectName("listpane")
        left.setFixedWidth(380)
        side = QVBoxLayout(left)
        side.setContentsMargins(0, 0, 0, 0)
        side.addWidget(self.list)
        right = QVBoxLayout()
        right.setContentsMargins(18, 12, 18, 12)
        right.setSpacing(10)
        right.addWidget(self.chart, 1)
        line = QHBoxLayout()
        line.addWidget(self.facts, 1)
        line.addWidget(self.remove_button)
        right.addLayout(line)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(left)
        row.addLayout(right, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(both)
        self._stack.addWidget(self.empty)
        self._foot = QFrame()
        self._foot.setObjectName("footer")
        rows = QVBoxLayout(self._foot)
        rows.setContentsMargins(18, 8, 18, 8)
        rows.setSpacing(8)
        first, form = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.measure)
        first.addStretch(1)
        form.setSpacing(10)
        rows.addLayout(first)
        rows.addLayout(form)
        for widget in (
            label(self.tr("From"), "faint"), self.start, label(self.tr("to"), "faint"), self.target, label("%", "faint"),
            label(self.tr("in"), "faint"), self.months, label(self.tr("months"), "faint"),
        ):  # fmt: skip
            form.addWidget(widget)
        form.addStretch(1)
        form.addWidget(self.add_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._stack, 1)
        column.addWidget(self._foot)

    # -- showing ------------------------------------------------------------------------------------------

    def entered(self) -> None:
        today = self.context.today()
        self._standings = {one.goal.id: one for one in goals.listed(self.context.reader, today)}
        self._foot.setVisible(self.may_sign)
        self.remove_button.setVisible(self.may_sign)
        self._stack.setCurrentIndex(0 if self._standings else 1)
        self.list.set_entries([self._entry(one) for one in self._standings.values()])
        self._chosen(self.list.current_id)
        self._checked()

    def measured(self, report: Report) -> None:
        if not self._standings and report.whole.customers:
            now = int(100 - report.whole.missing.percent)
            self.start.setText(str(now))
            self.target.setText(str(min(100, max(_TARGET, now + 5))))

    def _entry(self, one: Standing) -> Entry:
        goal, now = one.goal, one.progress
        title = f"{self._name(goal.measure)} {goal.start} → {goal.target} %"
        latest = formats.DASH if now.latest is None else f"{now.latest.percent:.1f} %"
        detail = formats.filled(self.tr("now %1 · until %2"), latest, goal.ends_on.isoformat())
        return Entry(
            goal.id, title, detail, self._word(now.state), _TONES[now.state], icon="target", hue="teal"
        )

    def _name(self, measure: Measure) -> str:
        return next(
            (one.label.text(self.context.language) for one in MEASURES if one.key == measure.value), ""
        )

    def _word(self, state: State) -> str:
        return {
            "waiting": self.tr("not measured yet"), "ahead": self.tr("on track"), "behind": self.tr("behind"),
            "met": self.tr("reached"), "missed": self.tr("missed"),
        }[state]  # fmt: skip

    def _chosen(self, key: str) -> None:
        one = self._standings.get(key)
        self.remove_button.setEnabled(one is not None)
        if one is None:
            return
        goal, now = one.goal, one.progress
        self.chart.show_goal(goal, one.points, self.context.today())
        pairs = [
            (self.tr("Latest"), formats.DASH if now.latest is None else f"{now.latest.percent:.1f} %"),
            (self.tr("Expected by now"), f"{now.expected:.1f} %"),
            (self.tr("Starts"), goal.starts_on.isoformat()),
            (self.tr("Due"), goal.ends_on.isoformat()),
        ]
        self.facts.set_fields(pairs)
        said = ", ".join(f"{name} {value}" for name, value in pairs)
        self.chart.setAccessibleName(f"{self._name(goal.measure)}: {said}, {self._word(now.state)}")

    def _ends(self) -> tuple[int, int] | None:
        """From and to, where both are said and lead upwards."""
        said = self.start.text(), self.target.text()
        if not all(text.isdecimal() for text in said):
            return None
        start, target = (int(text) for text in said)
        return (start, target) if start < target <= 100 else None

    def _checked(self, _text: str = "") -> None:
        self.add_button.setEnabled(self.may_sign and self._ends() is not None)

    # -- acting -------------------------------------------------------------------------------------------

    def add(self) -> None:
        """Set a goal that begins today."""
        ends_at, today = self._ends(), self.context.today()
        if ends_at is None or not self.may_sign:
            return
        ends = today + timedelta(days=_MONTH_DAYS * int(self.months.key))
        work = partial(
            goals.add, measure=Measure(self.measure.key), start=ends_at[0], target=ends_at[1],
            starts_on=today, ends_on=ends,
        )  # fmt: skip
        self.context.write(work, said=self.tr("The goal is set"))

    def remove(self) -> None:
        """Give the chosen goal up."""
        if self.list.current_id and self.may_sign:
            self.context.write(
                partial(goals.remove, goal=self.list.current_id), said=self.tr("The goal was given up")
            )
