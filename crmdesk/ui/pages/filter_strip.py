"""The strip above the customers: stages as pills, tags and owner behind one button, the order behind another."""

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QEvent, QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from crmdesk.core.criteria import POOL, Condition, Node, Op, operands, replaced, without
from crmdesk.core.criteria_words import describe_node
from crmdesk.core.registry import Field
from crmdesk.store.window import BACKWARDS, SORTS, CustomerFilter, is_descending
from crmdesk.ui import theme
from crmdesk.ui.context import Context
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.chips import FlowLayout, Tag, TagChip
from crmdesk.ui.widgets.code_picker import CodePicker
from crmdesk.ui.widgets.filter_popup import FilterPopup, Tick
from crmdesk.ui.widgets.pills import PillGroup
from crmdesk.usecases.codes import code_name

_OWNER: Final = "owner:"
_TAG: Final = "tag:"
_CODE: Final = "code:"
_PART: Final = "part:"
_CODED: Final = ("region_code", "industry_code")
"""The customer's fields that are codes."""
_LONGEST: Final = 420
"""Pixels of a condition's words on its chip; a longer one is told in its tooltip."""


_HUES: Final = {"region_code": "amber", "industry_code": "amber", "owner": "slate", "stage": "blue"}


def _about(part: Node) -> str:
    return part.field if isinstance(part, Condition) else ""


class FilterStrip(QFrame):
    """Stages, tags, owner and order of the list. `wanted(CustomerFilter)` at each change; its text is not ours. `conditions()`: more of them."""

    wanted = Signal(object)
    conditions = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("strip")
        self._context = context
        self._filter = CustomerFilter(sort=context.preferences.customers_sort)
        options = context.registry["customer"].by_name["stage"].options
        stages = [(option.key, option.label.text(context.language)) for option in options]
        self.stages = PillGroup(self.tr("Stage"), [("", self.tr("All")), *stages])
        self.stages.chosen.connect(self._stage_chosen)
        self.filter: QPushButton = buttons.quiet(self.tr("Filter"), "funnel", self._open_popup)
        self.more = buttons.icon_button("sliders-horizontal", self.tr("Conditions"), self._ask_for_conditions)
        plain.set_tip(self.more, f"{self.tr('Conditions')}  {buttons.key_text('F')}")
        self.order: QPushButton = buttons.quiet("", "arrow-up-down")
        self.order.setMenu(self._order_menu())
        self.popup = FilterPopup(self.tr("Tags, owners, regions, industries"), self)
        self.popup.ticked.connect(self._ticked)
        self._pickers: dict[str, CodePicker] = {}
        row = QHBoxLayout()
        row.setContentsMargins(18, 0, 10, 0)
        row.setSpacing(4)
        row.addWidget(self.stages)
        row.addStretch(1)
        row.addWidget(self.filter)
        row.addWidget(self.more)
        row.addWidget(self.order)
        self._tools = QWidget()
        self._tools.setLayout(row)
        self._chips = QWidget()
        around = QVBoxLayout(self._chips)
        around.setContentsMargins(18, 0, 18, 8)
        self._flow = FlowLayout()
        around.addLayout(self._flow)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tools)
        column.addWidget(self._chips)
        self._resize()
        self.show_filter(self._filter)

    def show_filter(self, wanted: CustomerFilter) -> None:
        """Show what is in force."""
        self._filter = wanted
        stages = self._asked("stage", Op.IS)
        self.stages.select(stages[0] if len(stages) == 1 else "")
        self.order.setText(self._order_name(wanted.sort))
        while item := self._flow.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        chips = self._chosen()
        for chip in chips:
            made = TagChip(chip, parent=self._chips, longest=_LONGEST)
            made.removed.connect(self._chip_removed)
            self._flow.addWidget(made)
            made.show()
        self._chips.setVisible(bool(chips))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._resize()

    def _orders(self) -> dict[str, str]:
        return {
            "visited": self.tr("Last visit"),
            "next": self.tr("Next follow-up"),
            "name": self.tr("Name"),
            "changed": self.tr("Last change"),
        }

    def _order_name(self, sort: str) -> str:
        """An order in words, with an arrow where it is the other way round."""
        plain = sort.removeprefix(BACKWARDS)
        declared = self._context.registry["customer"].by_name.get(plain)
        name = self._orders().get(plain) or (declared.label.text(self._context.language) if declared else "")
        return name if plain in SORTS and plain == sort else f"{name} {'↓' if is_descending(sort) else '↑'}"

    def _order_menu(self) -> QMenu:
        menu = QMenu(self)
        for key, text in self._orders().items():
            action = QAction(text, menu)
            action.setData(key)
            menu.addAction(action)
        menu.triggered.connect(self._order_chosen)
        return menu

    def _asked(self, field: str, op: Op) -> tuple[str, ...]:
        """What the conditions in force ask of a field."""
        return tuple(map(str, operands(self._filter.where, field, op)))

    def _chosen(self) -> list[Tag]:
        """A chip for each condition; a tag has one of its own."""
        names, chips = self._context.directory, []
        for number, part in enumerate(self._filter.where.where.parts):
            if isinstance(part, Condition) and (part.field, part.op) == ("tag", Op.HAS_ALL):
                tags = [(str(tag), names.tags.get(str(tag))) for tag in part.values]
                chips += [
                    (_TAG + key, tag.name if tag else key[:6], tag.hue if tag else "grey")
                    for key, tag in tags
                ]
            elif not self._is_stage(part):
                chips.append((f"{_PART}{number}", self._told(part), _HUES.get(_about(part), "slate")))
        return chips

    def _is_stage(self, part: Node) -> bool:
        """Whether the pills show it."""
        is_asked = isinstance(part, Condition) and (part.field, part.op) == ("stage", Op.IS)
        return is_asked and isinstance(part, Condition) and len(part.values) == 1

    def _told(self, part: Node) -> str:
        registry = self._context.registry
        return describe_node(
            part, registry["customer"], registry, self._context.language, self._context.name_of
        )

    def _open_popup(self) -> None:
        names = self._context.directory
        ticks = [
            Tick(
                _CODE + name,
                self._picked(name) or self.tr("Choose…"),
                self._coded(name).label.text(self._context.language),
                bool(self._asked(name, Op.BELOW)),
            )
            for name in _CODED
        ]
        ticks += [
            Tick(
                _TAG + tag.id,
                tag.name,
                names.groups.get(tag.group or "", self.tr("Tags")),
                tag.id in self._asked("tag", Op.HAS_ALL),
            )
            for tag in sorted(names.tags.values(), key=lambda tag: names.groups.get(tag.group or "", ""))
            if not tag.retired
        ]
        owners = {who.id: who for who in names.owners.values()}  # somebody may answer for several buckets
        ticks += [
            Tick(_OWNER + who.id, who.name, self.tr("Owner"), who.id in self._asked("owner", Op.IS))
            for who in sorted(owners.values(), key=lambda who: who.name)
        ]
        if names.pool is not None:
            ticks.append(
                Tick(
                    _OWNER + POOL,
                    self.tr("The pool"),
                    self.tr("Owner"),
                    POOL in self._asked("owner", Op.IS),
                )
            )
        corner = self.filter.mapToGlobal(QPoint(self.filter.width(), self.filter.height() + 4))
        self.popup.show_ticks(ticks, corner)

    def picker(self, name: str) -> CodePicker:
        """What chooses the region or the industry, made when it is first asked for."""
        if name not in self._pickers:
            field = self._coded(name)
            made = CodePicker(str(field.table), field.label.text(self._context.language), self)
            made.chosen.connect(self._region_chosen if name == "region_code" else self._industry_chosen)
            self._pickers[name] = made
        return self._pickers[name]

    def _coded(self, name: str) -> Field:
        return self._context.registry["customer"].by_name[name]

    def _picked(self, name: str) -> str:
        chosen = self._asked(name, Op.BELOW)
        return (code_name(str(self._coded(name).table), chosen[0]) or chosen[0]) if chosen else ""

    def _region_chosen(self, code: str) -> None:
        self._ask("region_code", Op.BELOW, code)

    def _industry_chosen(self, code: str) -> None:
        self._ask("industry_code", Op.BELOW, code)

    def _ticked(self, key: str, is_on: bool) -> None:
        kind, _, chosen = key.partition(":")
        match f"{kind}:":
            case "code:" if is_on:
                self.popup.close()
                self.picker(chosen).open_at(self.filter)
            case "code:":
                self._ask(chosen, Op.BELOW)
            case "owner:":
                self._ask("owner", Op.IS, *([chosen] if is_on else []))
                self.popup.close()
            case _:
                kept = [other for other in self._asked("tag", Op.HAS_ALL) if other != chosen]
                self._ask("tag", Op.HAS_ALL, *kept, *([chosen] if is_on else []))

    def _ask_for_conditions(self) -> None:
        self.conditions.emit()

    def _chip_removed(self, key: str) -> None:
        if key.startswith(_PART):
            part = self._filter.where.where.parts[int(key[len(_PART) :])]
            self._say(replace(self._filter, where=without(self._filter.where, part)))
        else:
            self._ticked(key, False)

    def _stage_chosen(self, stage: str) -> None:
        self._ask("stage", Op.IS, *([stage] if stage else []))

    def _ask(self, field: str, op: Op, *values: str) -> None:
        self._say(replace(self._filter, where=replaced(self._filter.where, field, op, values)))

    def _order_chosen(self, action: QAction) -> None:
        self._say(replace(self._filter, sort=action.data()))

    def _say(self, wanted: CustomerFilter) -> None:
        self.show_filter(wanted)
        self.wanted.emit(wanted)

    def _resize(self) -> None:
        self._tools.setFixedHeight(theme.metrics().strip)
