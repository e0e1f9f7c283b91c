"""The data dictionary on screen: kinds of records at the left, their fields, and one field in words at the right."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.dictionary import Described, described
from crmdesk.core.registry import Type
from crmdesk.core.text import normalise
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.page import Page, Shell
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.entry_list import Entry, EntryList, Heading
from crmdesk.ui.widgets.fields import FieldGrid, heading, label, upright
from crmdesk.usecases.dictionary import save

if TYPE_CHECKING:
    from crmdesk.store.replica import Touched

_ICONS: Final = {
    "customer": "building-2",
    "contact": "user",
    "visit": "map-pin",
    "task": "circle-check",
    "attachment": "paperclip",
    "tag": "tag",
    "tag_group": "tag",
    "field": "sliders-horizontal",
}
_OF_TYPE: Final = {
    Type.TEXT: "file-text",
    Type.LONG_TEXT: "rows-3",
    Type.CHOICE: "list-checks",
    Type.PHONE: "phone",
    Type.EMAIL: "mail",
    Type.DATE: "calendar",
    Type.INSTANT: "clock",
    Type.MONEY: "banknote",
    Type.INTEGER: "chart-column",
    Type.BOOLEAN: "square-check",
    Type.REFERENCE: "link",
    Type.CODE: "globe",
    Type.SEEN: "eye",
}
_ALL: Final = "*"


class Dictionary(Page):
    """What every field is, as the company has it now: the product's own and those that an administrator added."""

    def __init__(self, shell: Shell, context: Context) -> None:
        super().__init__(shell)
        self.title = self.tr("Data dictionary")
        self.search_hint = self.tr("Field or kind of record…")
        self._context = context
        self._wanted = ""
        self._fields: list[Described] = []
        self.kinds = EntryList(self.tr("Kinds of records"))
        self.kinds.current.connect(self._kind_chosen)
        self.fields = EntryList(self.tr("Fields"))
        self.fields.current.connect(self._field_chosen)
        self.save_button = buttons.secondary(self.tr("Save as a file…"), "download", self._ask_file)
        self._build()

    def _build(self) -> None:
        kinds = QFrame()
        kinds.setObjectName("listpane")
        kinds.setFixedWidth(230)
        column = QVBoxLayout(kinds)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.kinds)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(kinds)
        row.addWidget(self.fields, 1)
        row.addWidget(self._detail())

    def _detail(self) -> QFrame:
        aside = QFrame()
        aside.setObjectName("aside")
        aside.setFixedWidth(360)
        self.name = heading()
        self.name.setWordWrap(True)
        self.other = label("", "second")
        self.other.setWordWrap(True)
        self.facts = FieldGrid(1)
        inside = QWidget()
        inner = QVBoxLayout(inside)
        inner.setContentsMargins(20, 16, 20, 16)
        inner.setSpacing(8)
        for widget in (self.name, self.other, self.facts):
            inner.addWidget(widget)
        inner.addStretch(1)
        column = QVBoxLayout(aside)
        column.setContentsMargins(1, 0, 0, 0)
        column.addWidget(upright(inside))
        return aside

    # -- the page ---------------------------------------------------------------------------------------

    def actions_in_bar(self) -> Sequence[QWidget]:
        return (self.save_button,)

    def entered(self) -> None:
        self._show()
        self.fields.setFocus()

    def touched(self, change: "Touched") -> None:  # type: ignore[override]
        if self.isVisible() and change.concerns("field", "role"):
            self._show()

    def search(self, text: str) -> None:
        self._wanted = normalise(text)
        self._show()

    def leave_search(self) -> None:
        self.fields.setFocus()

    # -- showing ----------------------------------------------------------------------------------------

    def _show(self) -> None:
        self._fields = [
            one for one in described(self._context.registry) if self._wanted in normalise(_words(one))
        ]
        spoken, chosen = self._context.language, self.kinds.current_id
        counts: dict[str, int] = {}
        for one in self._fields:
            counts[one.entity.name] = counts.get(one.entity.name, 0) + 1
        kinds = [entity for name, entity in self._context.registry.entities.items() if name in counts]
        self.kinds.set_entries(
            [
                Entry(_ALL, self.tr("Everything"), mark=str(len(self._fields)), icon="database", hue="blue"),
                *(
                    Entry(
                        entity.name,
                        entity.label.text(spoken),
                        mark=str(counts[entity.name]),
                        icon=_ICONS.get(entity.name, "file-text"),
                    )
                    for entity in kinds
                ),
            ]
        )
        self.kinds.select_id(chosen if chosen in counts else _ALL)
        self._show_fields()

    def _show_fields(self) -> None:
        spoken, kind = self._context.language, self.kinds.current_id
        entries: list[Heading | Entry] = []
        entity = ""
        for one in self._fields:
            if kind not in (_ALL, one.entity.name):
                continue
            if one.entity.name != entity:
                entity = one.entity.name
                entries.append(Heading(one.entity.label.text(spoken)))
            entries.append(self._entry(one))
        self.fields.set_entries(entries)
        self._field_chosen(self.fields.current_id or "")

    def _entry(self, one: Described) -> Entry:
        spoken = self._context.language
        other = one.field.label.en if spoken == "zh_CN" else one.field.label.zh
        detail = " · ".join(part for part in (one.kind.text(spoken), other) if part)
        is_needed = one.field.required or one.field.asked
        mark = self.tr("retired") if one.field.retired else self.tr("required") if is_needed else ""
        return Entry(
            one.name,
            one.field.label.text(spoken),
            detail,
            mark,
            "warn" if mark and not one.field.retired else "",
            icon=_OF_TYPE[one.field.type],
        )

    def _kind_chosen(self, _kind: str) -> None:
        self._show_fields()

    def _field_chosen(self, name: str) -> None:
        one = next((each for each in self._fields if each.name == name), None)
        self.facts.setVisible(one is not None)
        if one is None:
            self.name.setText(self.tr("No field has such a name.") if not self._fields else "")
            self.other.setText("")
            return
        spoken = self._context.language
        self.name.setText(one.field.label.text(spoken))
        self.other.setText(one.entity.label.text(spoken))
        yes, no = self.tr("yes"), self.tr("no")
        people, server = self.tr("people"), self.tr("the server alone")
        pairs = [
            (self.tr("Chinese name"), one.field.label.zh),
            (self.tr("English name"), one.field.label.en),
            (self.tr("Name in files"), one.name),
            (self.tr("Kind of value"), one.kind.text(spoken)),
            (self.tr("May stand there"), one.allowed.text(spoken) if one.allowed else formats.DASH),
            (self.tr("Required"), yes if one.field.required or one.field.asked else no),
            (self.tr("Several"), yes if one.field.repeated else no),
            (self.tr("Who writes it"), people if one.is_by_person else server),
            (self.tr("Two at once"), one.rule.text(spoken)),
            (self.tr("Other headings"), " / ".join(one.field.aliases) or formats.DASH),
        ]
        if one.field.help is not None:
            pairs.append((self.tr("Help"), one.field.help.text(spoken)))
        self.facts.set_fields(pairs)

    # -- saving -----------------------------------------------------------------------------------------

    def _ask_file(self) -> None:
        name = "数据字典.csv" if self._context.language == "zh_CN" else "data-dictionary.csv"
        chosen, _ = QFileDialog.getSaveFileName(self, self.tr("Save as a file…"), name, "CSV (*.csv)")
        if chosen:
            self.save_to(Path(chosen))

    def save_to(self, file: Path) -> None:
        """Write the whole dictionary as a CSV."""
        work = partial(save, list(described(self._context.registry)), file, self._context.language)
        self._context.runner.run(work, partial(self._saved, file), self._context.report, owner=self)

    def _saved(self, file: Path, _done: None) -> None:
        self._context.say(formats.filled(self.tr("Saved to %1"), file.name))


def _words(one: Described) -> str:
    """What a search looks through."""
    field = one.field
    return " ".join(
        (one.name, field.label.zh, field.label.en, one.entity.label.zh, one.entity.label.en, *field.aliases)
    )
