"""The card of what a person typed that is in no record: to be read, brought back, copied or thrown away."""

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout

from crmdesk.core.errors import describe
from crmdesk.core.format import format_value
from crmdesk.core.registry import Registry
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.notices import Notice
from crmdesk.ui.page import Shell
from crmdesk.ui.syncing import age
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.entry_list import Entry, EntryList
from crmdesk.ui.widgets.fields import Card, FieldGrid, label
from crmdesk.usecases import set_aside
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.set_aside import Aside
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

_ROWS_SHOWN = 4


class AsideCard(Card):
    """Discarded changes for as long as they are kept, and what was typed on records that left this laptop."""

    def __init__(self, context: Context, shell: Shell) -> None:
        title = QCoreApplication.translate("AsideCard", "Set aside")
        super().__init__(title)
        self._context, self._shell = context, shell
        self._found: list[Aside] = []
        self.list = EntryList(title)
        self.list.current.connect(self._show)
        self._why = label("", "second")
        self._why.setWordWrap(True)
        self._why.setContentsMargins(16, 4, 16, 4)
        self.written = FieldGrid(1)
        self.written.setContentsMargins(16, 0, 16, 4)
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 16, 0)
        self.back = buttons.secondary(self.tr("Bring back"), "undo-2", self._bring_back)
        self.copy = buttons.secondary(self.tr("Copy"), "copy", self._copy)
        self.forget = buttons.quiet(self.tr("Throw away"), "trash-2", self._forget)
        for button in (self.back, self.copy, self.forget):
            row.addWidget(button)
        row.addStretch(1)
        self.head.setContentsMargins(16, 0, 16, 0)
        self.body.setContentsMargins(0, 14, 0, 10)
        for widget in (self.list, self._why, self.written):
            self.body.addWidget(widget)
        self.body.addLayout(row)
        self.hide()

    def show_aside(self, found: list[Aside]) -> None:
        """List it, or go away where there is nothing."""
        self._found = found
        self.list.set_entries([self._entry(one) for one in found])
        self.list.setFixedHeight(self.list.height_of(min(len(found), _ROWS_SHOWN)))
        self.setVisible(bool(found))
        self._show(self.list.current_id)

    def _entry(self, one: Aside) -> Entry:
        is_discarded = one.kind == "discarded"
        said = next((text for _, text in self._in_words(one)), "")
        title = one.title.split("\n")[0] or said.split("\n")[0] or self._kind(one)
        mark = self.tr("discarded") if is_discarded else self.tr("not saved")
        icon = "trash-2" if is_discarded else "pencil"
        return Entry(one.name, title, self._kind(one), mark, "warn", icon=icon, hue="slate")

    def _kind(self, one: Aside) -> str:
        declared = self._context.registry.entities.get(one.entity)
        return declared.label.text(self._context.language) if declared else one.entity

    def _current(self) -> Aside | None:
        return next((one for one in self._found if one.name == self.list.current_id), None)

    def _show(self, _name: str) -> None:
        one = self._current()
        self._why.setText(self._reason(one) if one else "")
        self.written.set_fields(self._in_words(one) if one else [])
        self.back.setVisible(one is not None and one.kind == "discarded")
        self.back.setEnabled(one is not None and one.can_return)

    def _reason(self, one: Aside) -> str:
        if one.at_ms is None:
            return self.tr(
                "Typed here and not saved; the record has left this laptop. Nothing else is kept of it."
            )
        if not one.code:
            return self.tr("Not yet sent when this laptop went back to a copy; kept for 30 days.")
        ago = formats.age(age(self._context.workspace.clock.now_ms(), one.at_ms))
        why = describe(one.code, self._context.language, {"field": one.about, "entity": self._kind(one)})
        text = self.tr("Discarded %1; kept for 30 days. The server had refused it: %2")
        return text.replace("%1", ago).replace("%2", str(why.happened))

    def _in_words(self, one: Aside) -> list[tuple[str, str]]:
        """What was typed, by the fields' names; a list's elements each on a line."""
        found: list[tuple[str, str]] = []
        for name, value in one.said.items():
            declared = self._context.registry.find(one.entity, name)
            named = declared.label.text(self._context.language) if declared else self._named(name)
            if isinstance(value, dict):
                text = "\n".join(str(each) for each in value.values())
            elif isinstance(value, list):
                text = "\n".join(str(each) for each in value)
            elif one.kind == "discarded" or (declared is not None and declared.options):
                text = format_value(declared, value, self._context.language, self._context.name_of)
            else:
                text = str(value)
            if text.strip():
                found.append((named, text))
        return found

    def _named(self, name: str) -> str:
        """What a visit's sheet holds beside the visit's fields."""
        return {"tags": self.tr("Tags"), "attachments": self.tr("Files")}.get(name, name)

    # -- acting -------------------------------------------------------------------------------------

    def _bring_back(self) -> None:
        if (one := self._current()) is not None:
            self._context.write(
                partial(_back, one.name), said=self.tr("Brought back; it travels with the next sync.")
            )

    def _copy(self) -> None:
        if (one := self._current()) is not None:
            lines = [f"{name}: {text}" for name, text in self._in_words(one)]
            QGuiApplication.clipboard().setText("\n".join(lines))
            self._context.say(self.tr("Copied"))

    def _forget(self) -> None:
        if (one := self._current()) is not None:
            self._context.write(partial(_forget, one.name), partial(self._forgotten, one.name))

    def _forgotten(self, name: str, outcome: Outcome[str]) -> None:
        again = partial(self._context.write, partial(_remember, name, outcome.value), self._changed)
        self._shell.post(
            Notice(self.tr("Thrown away"), action_label=self.tr("Undo"), action=again, undo=True)
        )
        self._changed(outcome)

    def _changed(self, _outcome: Outcome[Any]) -> None:
        """Drafts are no records, so nobody hears of them by themselves."""
        self._context.read(partial(_listed, self._context.registry), self.show_aside, key="aside")


def _listed(registry: Registry, workspace: Workspace) -> list[Aside]:
    reader = workspace.another_reader()
    try:
        return set_aside.listed(reader, registry, workspace.clock.now_ms())
    finally:
        reader.close()


def _back(name: str, replica: "Replica") -> Outcome[str]:
    return set_aside.bring_back(replica, name)


def _forget(name: str, replica: "Replica") -> Outcome[str]:
    return set_aside.forget(replica, name)


def _remember(name: str, value: str, replica: "Replica") -> Outcome[None]:
    return set_aside.remember(replica, name, value)
