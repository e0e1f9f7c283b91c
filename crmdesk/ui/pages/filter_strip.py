"""The strip above the customers: stages as pills, tags and owner behind one button, the order behind another."""

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QEvent, QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from crmdesk.core.registry import Field
from crmdesk.store.window import CustomerFilter
from crmdesk.ui import theme
from crmdesk.ui.context import Context
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.chips import FlowLayout, Tag, TagChip
from crmdesk.ui.widgets.code_picker import CodePicker
from crmdesk.ui.widgets.filter_popup import FilterPopup, Tick
from crmdesk.ui.widgets.pills import PillGroup
from crmdesk.usecases.codes import code_name, code_table

_OWNER: Final = "owner:"
_TAG: Final = "tag:"
_CODE: Final = "code:"
_CODED: Final = {"region": "region_code", "industry": "industry_code"}
"""What of the filter is a code, and the customer's field that it is about."""


class FilterStrip(QFrame):
    """Stages, tags, owner and order of the list. `wanted(CustomerFilter)` at each change; its text is not ours."""

    wanted = Signal(object)

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
        self.stages.select(wanted.stage or "")
        self.order.setText(self._orders()[wanted.sort])
        while item := self._flow.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        chips = self._chosen()
        for chip in chips:
            made = TagChip(chip, parent=self._chips)
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

    def _order_menu(self) -> QMenu:
        menu = QMenu(self)
        for key, text in self._orders().items():
            action = QAction(text, menu)
            action.setData(key)
            menu.addAction(action)
        menu.triggered.connect(self._order_chosen)
        return menu

    def _chosen(self) -> list[Tag]:
        names = self._context.directory
        found = [names.tags[tag] for tag in self._filter.tags if tag in names.tags]
        chips = [(_TAG + tag.id, tag.name, tag.hue) for tag in found]
        chips += [(_CODE + name, self._picked(name), "amber") for name in _CODED if self._codes(name)]
        if self._filter.bucket and self._filter.bucket == names.pool:
            chips.append((_OWNER, self.tr("The pool"), "teal"))
        elif self._filter.owner:
            chips.append(
                (_OWNER, self.tr("Owner: %1").replace("%1", names.person_name(self._filter.owner)), "slate")
            )
        return chips

    def _open_popup(self) -> None:
        names = self._context.directory
        ticks = [
            Tick(
                _CODE + name,
                self._picked(name) or self.tr("Choose…"),
                self._coded(name).label.text(self._context.language),
                bool(self._codes(name)),
            )
            for name in _CODED
        ]
        ticks += [
            Tick(
                _TAG + tag.id,
                tag.name,
                names.groups.get(tag.group or "", self.tr("Tags")),
                tag.id in self._filter.tags,
            )
            for tag in sorted(names.tags.values(), key=lambda tag: names.groups.get(tag.group or "", ""))
            if not tag.retired
        ]
        owners = {who.id: who for who in names.owners.values()}  # somebody may answer for several buckets
        ticks += [
            Tick(_OWNER + who.id, who.name, self.tr("Owner"), who.id == self._filter.owner)
            for who in sorted(owners.values(), key=lambda who: who.name)
        ]
        if names.pool is not None:
            ticks.append(
                Tick(
                    _OWNER + names.pool,
                    self.tr("The pool"),
                    self.tr("Owner"),
                    names.pool == self._filter.bucket,
                )
            )
        corner = self.filter.mapToGlobal(QPoint(self.filter.width(), self.filter.height() + 4))
        self.popup.show_ticks(ticks, corner)

    def picker(self, name: str) -> CodePicker:
        """What chooses the region or the industry, made when it is first asked for."""
        if name not in self._pickers:
            field = self._coded(name)
            made = CodePicker(str(field.table), field.label.text(self._context.language), self)
            made.chosen.connect(self._region_chosen if name == "region" else self._industry_chosen)
            self._pickers[name] = made
        return self._pickers[name]

    def _coded(self, name: str) -> Field:
        return self._context.registry["customer"].by_name[_CODED[name]]

    def _codes(self, name: str) -> tuple[str, ...]:
        return self._filter.region if name == "region" else self._filter.industry

    def _picked(self, name: str) -> str:
        chosen = self._codes(name)
        return (code_name(name, chosen[0]) or chosen[0]) if chosen else ""

    def _region_chosen(self, code: str) -> None:
        self._say(replace(self._filter, region=code_table("region").below(code)))

    def _industry_chosen(self, code: str) -> None:
        self._say(replace(self._filter, industry=code_table("industry").below(code)))

    def _code_ticked(self, name: str, is_on: bool) -> None:
        if is_on:
            self.popup.close()
            self.picker(name).open_at(self.filter)
        elif name == "region":
            self._say(replace(self._filter, region=()))
        else:
            self._say(replace(self._filter, industry=()))

    def _ticked(self, key: str, is_on: bool) -> None:
        if key.startswith(_CODE):
            self._code_ticked(key[len(_CODE) :], is_on)
            return
        if key.startswith(_OWNER):
            chosen = key[len(_OWNER) :] if is_on else None
            is_pool = chosen is not None and chosen == self._context.directory.pool
            bucket, owner = (chosen, None) if is_pool else (None, chosen)
            self._say(replace(self._filter, bucket=bucket, owner=owner))
            self.popup.close()
            return
        tag = key[len(_TAG) :]
        kept = tuple(other for other in self._filter.tags if other != tag)
        self._say(replace(self._filter, tags=(*kept, tag) if is_on else kept))

    def _chip_removed(self, key: str) -> None:
        self._ticked(key, False)

    def _stage_chosen(self, stage: str) -> None:
        self._say(replace(self._filter, stage=stage or None))

    def _order_chosen(self, action: QAction) -> None:
        self._say(replace(self._filter, sort=action.data()))

    def _say(self, wanted: CustomerFilter) -> None:
        self.show_filter(wanted)
        self.wanted.emit(wanted)

    def _resize(self) -> None:
        self._tools.setFixedHeight(theme.metrics().strip)
