"""The list counted by a choice or by owner: a pill for each group with how many there are; one pressed narrows to it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from crmdesk.core.criteria import OWNER, POOL, Op, operands, replaced
from crmdesk.store.window import CustomerFilter
from crmdesk.ui.context import Context
from crmdesk.ui.widgets.chips import FlowLayout
from crmdesk.ui.widgets.fields import label
from crmdesk.ui.widgets.pills import Pill


class GroupBar(QFrame):
    """`wanted(CustomerFilter)` after a pill was pressed; pressed again it lets go."""

    wanted = Signal(object)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._filter = CustomerFilter()
        self.pills: list[Pill] = []
        self._title = label("", "faint")
        inside = QWidget()
        self._flow = FlowLayout(inside)
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 0, 18, 8)
        row.setSpacing(10)
        row.addWidget(self._title)
        row.addWidget(inside, 1)
        self.hide()

    def choices(self) -> list[tuple[str, str]]:
        """What a list may be grouped by: (key, name)."""
        spoken = self._context.language
        fields = self._context.registry["customer"].fields
        chosen = [f for f in fields if f.options and f.succeeded_by is None and not f.repeated]
        return [(f.name, f.label.text(spoken)) for f in chosen] + [(OWNER.name, OWNER.label.text(spoken))]

    def show_groups(self, wanted: CustomerFilter, counts: Mapping[str | None, int]) -> None:
        """Count the list that is on show; nothing is shown without a grouping."""
        self._filter = wanted
        is_grouped = bool(wanted.grouping and counts)
        self.setVisible(is_grouped)
        for pill in self.pills:
            self._flow.removeWidget(pill)
            pill.hide()
            pill.deleteLater()
        self.pills = []
        if not is_grouped:
            return
        self._title.setText(dict(self.choices()).get(wanted.grouping, ""))
        asked = operands(wanted.where, wanted.grouping, Op.IS)
        for key, name, count in self._groups(counts):
            pill = Pill(key, f"{name} {count:,}", self)
            pill.setAutoExclusive(False)
            pill.setEnabled(bool(key))
            pill.setChecked(key in asked)
            pill.clicked.connect(self._pressed)
            self._flow.addWidget(pill)
            pill.show()
            self.pills.append(pill)
        self.updateGeometry()

    def _groups(self, counts: Mapping[str | None, int]) -> Sequence[tuple[str, str, int]]:
        """(key, name, count), a choice's in its own order and owners by how many they have; blanks last."""
        names = self._context.directory
        if self._filter.grouping == OWNER.name:
            by_owner: dict[str, int] = {}
            for bucket, count in counts.items():
                owner = names.owners.get(bucket or "")
                key = owner.id if owner else POOL if bucket == names.pool else ""
                by_owner[key] = by_owner.get(key, 0) + count
            found = sorted(by_owner.items(), key=lambda pair: (not pair[0], -pair[1]))
            told = {"": self.tr("nobody"), POOL: self.tr("The pool")}
            return [(key, told.get(key) or names.person_name(key), count) for key, count in found]
        declared = self._context.registry["customer"].by_name[self._filter.grouping]
        spoken = self._context.language
        known = [(o.key, o.label.text(spoken), counts[o.key]) for o in declared.options if o.key in counts]
        rest = sum(counts.values()) - sum(count for _, _, count in known)
        return [*known, ("", self.tr("blank"), rest)] if rest else known

    def _pressed(self) -> None:
        pill = self.sender()
        if isinstance(pill, Pill):
            values = [pill.key] if pill.isChecked() else []
            where = replaced(self._filter.where, self._filter.grouping, Op.IS, values)
            self.wanted.emit(replace(self._filter, where=where))
