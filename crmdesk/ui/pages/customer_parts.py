"""The parts of a customer behind their own tabs: the people there, and what became of each field."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.chain import Member, arranged
from crmdesk.core.dates import moment_of
from crmdesk.core.format import format_value
from crmdesk.core.record import RecordKey
from crmdesk.core.registry import Registry
from crmdesk.core.values import Value
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.pages.record_form import RecordForm
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import label
from crmdesk.ui.widgets.people_tree import PeopleTree, PersonRow
from crmdesk.ui.widgets.timeline import Timeline, TimelineEntry
from crmdesk.usecases import customers, history, records
from crmdesk.usecases.customers import Contact
from crmdesk.usecases.history import Change
from crmdesk.usecases.outcome import Outcome

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica, Touched


class Contacts(QWidget):
    """The people at a customer, and the form for one of them. `numbered(count)` after each reading."""

    numbered = Signal(int)
    decide = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._customer = context, ""
        self.people = PeopleTree(self.tr("Contacts"))
        self.people.opened.connect(self.edit)
        self.form = RecordForm(context, "contact")
        self.form.saved.connect(self._back)
        self.form.closed.connect(self._back)
        self.form.left.connect(self._back)
        self.form.decide.connect(self.decide)
        self._empty = label(self.tr("Nobody is noted here yet."), "second")
        self._empty.setContentsMargins(18, 14, 18, 0)
        listed = QWidget()
        column = QVBoxLayout(listed)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._empty)
        column.addWidget(self.people, 1)
        self._add_foot = foot(buttons.secondary(self.tr("New contact"), "user-plus", self.add))
        column.addWidget(self._add_foot)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(listed)
        self._stack.addWidget(self.form)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def freeze(self, why: str) -> None:
        """Only show people from now on, and say why; blank: let them be edited."""
        self.form.freeze(why)
        self._add_foot.setVisible(not why and self._context.may("contact"))

    def show_customer(self, customer: str) -> None:
        """The people of this customer."""
        if customer != self._customer:
            self._stack.setCurrentIndex(0)
        self._customer = customer
        found = customers.contacts(self._context.reader, customer)
        self.people.set_people(_drawn(self._context, found))
        self.people.setVisible(bool(found))
        self._empty.setVisible(not found)
        self.numbered.emit(len(found))

    def add(self) -> None:
        """An empty form for a new person."""
        self.form.open_new({"customer": self._customer})
        self._stack.setCurrentWidget(self.form)
        self.form.focus_first()

    def edit(self, contact: str) -> None:
        """The form of a person."""
        self.form.open_record(contact)
        self._stack.setCurrentWidget(self.form)
        self.form.focus_first()

    def touched(self, change: "Touched") -> None:
        """A write or a sync."""
        if self._stack.currentWidget() is self.form:
            self.form.touched(change)

    def _back(self) -> None:
        self._stack.setCurrentIndex(0)
        self.show_customer(self._customer)
        self.people.setFocus()


def _drawn(context: Context, found: Sequence[Contact]) -> list[PersonRow]:
    """The people in the order of the chain of decision, each with what is known of their part in it."""
    fields, spoken = context.registry["contact"].by_name, context.language
    levels = [option.key for option in fields["job_level"].options]
    people = {one.id: one for one in found}
    members = [
        Member(
            one.id,
            one.reports_to or "",
            levels.index(one.job_level) if one.job_level in levels else len(levels),
        )
        for one in found
    ]
    rows = []
    for place in arranged(members):
        one = people[place.id]
        level, role = (
            fields["job_level"].option(one.job_level),
            fields["decision_role"].option(one.decision_role),
        )
        about = [one.position or "", level.label.text(spoken) if level else ""]
        reach = [*(formats.phone(number) for number in one.phones), one.email or ""]
        rows.append(
            PersonRow(
                one.id,
                one.name,
                " · ".join(part for part in about if part),
                " · ".join(part for part in reach if part) or formats.DASH,
                role.label.text(spoken) if role else "",
                role.hue if role else "slate",
                place.guides,
            )
        )
    return rows


@dataclass(frozen=True, slots=True)
class _Step:
    """A change, under an id that the list knows it by."""

    id: str
    change: Change


class History(QWidget):
    """Who set which field to what and when; any earlier value comes back with one key, and that can be undone."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._steps: dict[str, _Step] = {}
        self.changes = Timeline(self.tr("History of fields"), lines=3)
        self.changes.opened.connect(self.restore)
        self.changes.selectionModel().currentChanged.connect(self._moved)
        self.bring_back = buttons.secondary(self.tr("Bring this value back"), "undo-2", self._restore_current)
        self._hint: QLabel = label("", "faint")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.changes, 1)
        column.addWidget(foot(self.bring_back, self._hint))

    def hold(self, *, may: bool) -> None:
        """Whether earlier values may be brought back; a single withheld one is refused when it is tried."""
        self.bring_back.setVisible(may)

    def show_customer(self, customer: str) -> None:
        """The changes of this customer's own fields."""
        found = history.changes(self._context.reader, RecordKey("customer", customer))
        self._steps = {f"{at}": _Step(f"{at}", change) for at, change in enumerate(found)}
        self.changes.set_entries([self._told(step) for step in self._steps.values()])
        self.bring_back.setEnabled(False)
        self._hint.setText("")

    def restore(self, step_id: str) -> None:
        """Write the value of a step again, in place of what is shown now."""
        step = self._steps.get(step_id)
        if step is None or step.change.is_current or step.change.field == "deleted":
            return
        if self.bring_back.isHidden():
            return
        change = step.change
        self._context.write(
            partial(_bring_back, self._context.registry, change.key, change.field, change.value),
            said=self.tr("The earlier value is back"),
        )

    def _told(self, step: _Step) -> TimelineEntry:
        change, names = step.change, self._context.directory
        declared = self._context.registry.find(change.key.entity, change.field)
        text = format_value(declared, change.value, self._context.language, names.name_of)
        name = declared.label.text(self._context.language) if declared else change.field
        if declared is not None and declared.repeated and declared.target is not None:
            name = f"{name} {names.name_of(declared.target, change.field.partition(':')[2]) or ''}"
        if change.field == "deleted":
            name, text = self.tr("Deleted"), self.tr("taken back") if change.value is None else self.tr("yes")
        return TimelineEntry(
            step.id,
            "check" if change.is_current else "history",
            "green" if change.is_current else "slate",
            name.strip(),
            names.person_name(change.by),
            formats.moment(moment_of(change.at_ms), self._context.today()),
            text,
        )

    def _moved(self, index: QModelIndex) -> None:
        entry = index.data(int(Qt.ItemDataRole.UserRole) + 1)
        change = self._steps[entry.id].change if entry else None
        may = change is not None and not change.is_current and change.field != "deleted"
        self.bring_back.setEnabled(may)
        self._hint.setText(
            self.tr("This is the present value.") if change is not None and change.is_current else ""
        )

    def _restore_current(self) -> None:
        entry = self.changes.currentIndex().data(int(Qt.ItemDataRole.UserRole) + 1)
        if entry is not None:
            self.restore(entry.id)


def _bring_back(
    registry: Registry, key: RecordKey, field: str, value: Value, replica: "Replica"
) -> Outcome[frozenset[str]]:
    from crmdesk.core.form import show

    shown = show(replica.load(key), key.entity, registry)
    return records.change(replica, key, {field: value}, shown)


def foot(action: QWidget, *beside: QWidget) -> QWidget:
    """The strip below a part, with what can be done there."""
    foot = QWidget()
    foot.setObjectName("footer")
    foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    row = QHBoxLayout(foot)
    row.setContentsMargins(18, 8, 18, 8)
    row.addWidget(action)
    for widget in beside:
        row.addWidget(widget)
    row.addStretch(1)
    return foot
