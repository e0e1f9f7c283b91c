"""The fields of the company: which there are and who fills them in, added and changed beside a picture of the form."""

from collections.abc import Mapping
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.custom_fields import EXTENSIBLE, custom_field, is_unseen_by
from crmdesk.core.entities import CUSTOM_FIELD
from crmdesk.core.errors import CrmError
from crmdesk.core.form import BLANK, Shown
from crmdesk.core.registry import TYPE_LABELS, Field, Type
from crmdesk.core.roles import Role
from crmdesk.core.values import Value
from crmdesk.ui import formats
from crmdesk.ui.notices import Notice
from crmdesk.ui.pages.console_desk import OWN_ROLES, ConsoleDesk
from crmdesk.ui.pages.console_part import ConsolePart
from crmdesk.ui.pages.field_choices import claims_arrows
from crmdesk.ui.pages.field_editor import FieldEditor
from crmdesk.ui.pages.form_cell import CellGrid
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.editors import is_editable
from crmdesk.ui.widgets.entry_list import Entry, EntryList, Heading
from crmdesk.ui.widgets.fields import heading, label, set_tone, upright
from crmdesk.ui.widgets.marks import EmptyState
from crmdesk.usecases import custom_fields, drafts
from crmdesk.usecases.custom_fields import Declared
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

NEW: Final = "new"
_LIST, _PICTURE = 300, 320
_PAUSE_MS: Final = 200
_KEEP_MS: Final = 600
"""So long nothing is typed before what was typed is kept, should the machine stop."""
_ICONS: Final = {
    Type.TEXT: "file-text", Type.LONG_TEXT: "message-square-text", Type.CHOICE: "list-checks", Type.DATE: "calendar",
    Type.INTEGER: "chart-column", Type.MONEY: "banknote", Type.BOOLEAN: "square-check", Type.PHONE: "phone",
    Type.EMAIL: "mail",
}  # fmt: skip


class FieldsPart(ConsolePart):
    """The fields by kind of record at the left, the chosen one in the middle, a rep's form with it at the right."""

    def __init__(self, desk: ConsoleDesk) -> None:
        super().__init__(desk)
        self._context = desk.context
        self.list = self._entries = _FieldList(self.tr("Fields of the company"))
        self.list.current.connect(self._chosen)
        self.list.moved.connect(self.shift)
        self.list.opened.connect(self._opened)
        self._own: dict[str, Declared] = {}
        self._shown: Shown = BLANK
        self._filled: dict[str, Any] = {}
        self._in_view = ""
        self._is_adding = False
        self._is_dirty = False
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._picture_again)
        self._rest = QTimer(self, singleShot=True, interval=_KEEP_MS)
        self._rest.timeout.connect(self._hold)
        self.empty = EmptyState("list-checks", "")
        self.empty.acted.connect(self.add)
        roles = [(key, desk.role_name(key)) for key in (*OWN_ROLES, *self._context.directory.roles)]
        self.editor = FieldEditor(self._context, roles)
        self.editor.changed.connect(self._edited)
        self.name, self.said = heading(), label("", "second")
        self.said.setWordWrap(True)
        self.picture = CellGrid(self._context.language, self._context.today)
        self.pictured = label("", "second")
        self._build()

    @property
    def total(self) -> int:
        """How many fields are in use."""
        return sum(not one.field.retired for one in self._own.values())

    @property
    def may(self) -> bool:
        """Whether this person changes the company's settings."""
        is_alone = self._context.workspace.server() is None
        return self._context.seeing is None and custom_fields.may_configure(
            self._context.directory, is_alone=is_alone
        )

    def _build(self) -> None:
        self.new = buttons.primary(self.tr("New field"), "plus", self.add)
        left = QFrame()
        left.setObjectName("listpane")
        left.setFixedWidth(_LIST)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        strip = QHBoxLayout()
        strip.setContentsMargins(16, 10, 12, 6)
        strip.addWidget(self.new)
        strip.addStretch(1)
        column.addLayout(strip)
        column.addWidget(self.list, 1)
        self._panes = QWidget()
        row = QHBoxLayout(self._panes)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(left)
        row.addWidget(self._middle(), 1)
        row.addWidget(self._right())
        self._stack = QStackedWidget()
        for shown in (self._panes, self.empty):
            self._stack.addWidget(shown)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)

    def _middle(self) -> QWidget:
        self._pane = QWidget()
        column = QVBoxLayout(self._pane)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(20, 12, 16, 0)
        head.addWidget(self.name, 1)
        self.retire = buttons.secondary(self.tr("Retire"), "archive", self._retire)
        head.addWidget(self.retire)
        self.said.setContentsMargins(20, 2, 16, 4)
        column.addLayout(head)
        column.addWidget(self.said)
        column.addWidget(upright(self.editor), 1)
        column.addWidget(self._foot())
        return self._pane

    def _foot(self) -> QFrame:
        self._footer = QFrame()
        self._footer.setObjectName("footer")
        row = QHBoxLayout(self._footer)
        row.setContentsMargins(20, 8, 16, 8)
        row.setSpacing(8)
        self.state = label("", "faint")
        self.state.setWordWrap(True)
        self.save = buttons.primary(self.tr("Save"), clicked=self._save)
        self.back = buttons.quiet(self.tr("Discard"), clicked=self._discard)
        for widget in (self.state, self.back, self.save, buttons.KeyHint("Ctrl+Return")):
            row.addWidget(widget, 1 if widget is self.state else 0)
        return self._footer

    def _right(self) -> QFrame:
        self._aside = QFrame()
        self._aside.setObjectName("aside")
        self._aside.setFixedWidth(_PICTURE)
        inside = QWidget()
        inner = QVBoxLayout(inside)
        inner.setContentsMargins(18, 14, 10, 14)
        inner.setSpacing(10)
        inner.addWidget(label(self.tr("As a rep sees it"), "card"))
        self.pictured.setWordWrap(True)
        inner.addWidget(self.pictured)
        inner.addWidget(self.picture)
        inner.addStretch(1)
        column = QVBoxLayout(self._aside)
        column.setContentsMargins(1, 0, 0, 0)
        column.addWidget(upright(inside))
        return self._aside

    # -- what the page asks ---------------------------------------------------------------------------

    def hint(self) -> str:
        """What the search field says."""
        return self.tr("Field or kind of record…")

    def reload(self) -> None:
        """Show the fields as they are now; what is typed and not saved stays."""
        self._own = {one.id: one for one in custom_fields.listed(self._context.reader)}
        self.new.setEnabled(self.may)
        self._fill_list()
        if not self._is_dirty and self._in_view:
            self._show(self._in_view)

    def _fill_list(self) -> None:
        spoken, rows = self._context.language, []
        rows = [Entry(NEW, self.tr("New field"), "", icon="plus", hue="violet")] if self._is_adding else []
        entries: list[Heading | Entry] = [*rows]
        for entity in EXTENSIBLE:
            name = self._context.registry[entity].label
            found = [
                one
                for one in self._own.values()
                if one.entity == entity
                and self._is_found(name.zh, name.en, one.field.label.zh, one.field.label.en)
            ]
            if found:
                entries.append(Heading(name.text(spoken)))
                entries += [self._entry(one) for one in found]
        self.list.set_entries(entries)
        is_empty = not self.list.ids()
        self._stack.setCurrentWidget(self.empty if is_empty else self._panes)
        if self._wanted:
            self.empty.set_sentence(self.tr("No field is called that."))
        else:
            sentence = self.tr(
                "The company has no fields of its own yet. One that you add is on every laptop after its next sync."
            )
            self.empty.set_sentence(sentence, self.tr("New field") if self.may else "")
        if is_empty:
            self._show("")

    def _entry(self, one: Declared) -> Entry:
        field, spoken = one.field, self._context.language
        parts = [TYPE_LABELS[field.type].text(spoken)]
        if field.asked:
            parts.append(CUSTOM_FIELD.by_name["required"].label.text(spoken))
        if field.only_for:
            parts.append(self.tr("some industries"))
        mark = "" if one.percent is None else f"{one.percent}%"
        if field.retired:
            mark = self.tr("retired")
        hue = "slate" if field.retired else "teal"
        return Entry(
            one.id, field.label.text(spoken), " · ".join(parts), mark, icon=_ICONS[field.type], hue=hue
        )

    # -- the chosen one -------------------------------------------------------------------------------

    def _chosen(self, field: str) -> None:
        if field == self._in_view:
            return
        self._keep()
        if self._is_adding and field != NEW:
            self._is_adding = False
            QTimer.singleShot(0, self, self._fill_list)
        self._show(field)

    def _opened(self, _field: str) -> None:
        self.editor.lines["label_zh"].setFocus()

    def _show(self, field: str) -> None:
        self._in_view, known = field, self._own.get(field)
        self._pane.setVisible(bool(field))
        self._aside.setVisible(bool(field))
        if not field:
            return
        if known is not None:
            try:
                self._shown = custom_fields.open_form(self._context.reader, self._context.registry, field)
            except CrmError:
                return  # it left meanwhile, and the next reading of the list says so
        else:
            entity = next((one.entity for one in self._own.values()), EXTENSIBLE[0])
            self._shown = Shown({"entity": entity, "type": "text"}, {})
        self.editor.show_values(self._shown.values, is_new=known is None, may=self.may)
        self._filled = _texts(self.editor)
        draft = (drafts.find(self._context.reader, f"field:{field}") or {}).get("typed")
        if isinstance(draft, dict) and draft:
            self._put_back(draft, is_new=known is None)
        self._set_dirty(is_dirty=bool(draft))
        self._tell(known)
        self._picture_again()

    def _put_back(self, draft: Mapping[str, Any], *, is_new: bool) -> None:
        """What was typed before, over what is stored."""
        values = {**self._shown.values, **draft}
        self.editor.show_values(values, is_new=is_new, may=self.may)

    def _tell(self, known: Declared | None) -> None:
        self.retire.setVisible(known is not None and self.may)
        self._footer.setVisible(self.may)
        if known is None:
            self.name.setText(self.tr("New field"))
            self.said.setText(self.tr("Its kind of value can't be changed later; everything else can."))
            return
        self.name.setText(known.field.label.text(self._context.language))
        counts = formats.number(known.filled), formats.number(known.total)
        said = formats.filled(self.tr("Filled in for %1 of %2 records that are on this laptop."), *counts)
        if known.field.retired:
            said = self.tr("Retired: no form has it. What it holds is kept.") + " " + said
        self.said.setText(said)
        self.retire.setText(self.tr("Bring back") if known.field.retired else self.tr("Retire"))

    def _picture_again(self) -> None:
        """Draw the form with the field as it is typed now."""
        try:
            values = {**self._shown.values, **self.editor.values()}
        except CrmError:
            return
        entity, spoken = str(values["entity"]), self._context.language
        now = custom_field(self._in_view, {**values, "label_zh": values["label_zh"] or self.tr("New field")})
        fields = [
            f for f in self._context.registry[entity].fields if f.name == self._context.registry[entity].title
        ]
        own = [one for one in self._own.values() if one.entity == entity]
        fields += [
            now if one.id == self._in_view else one.field
            for one in own
            if one.id == self._in_view or not self._is_left_out(one.field, one.values)
        ]
        if self._in_view == NEW:
            fields.append(now)
        self.picture.set_fields([field for field in fields if is_editable(field)])
        said = formats.filled(
            self.tr("The company's fields on the form of a %1"),
            self._context.registry[entity].label.text(spoken),
        )
        is_out = now.retired or is_unseen_by(values, Role.REP.value)
        self.pictured.setText(self.tr("Reps don't see this field.") if is_out else said)
        set_tone(self.pictured, "warn" if is_out else "second")

    @staticmethod
    def _is_left_out(field: Field, values: Mapping[str, Value]) -> bool:
        return field.retired or is_unseen_by(values, Role.REP.value)

    # -- typing and saving ----------------------------------------------------------------------------

    def _edited(self) -> None:
        self._set_dirty(is_dirty=True)
        self._pause.start()
        self._rest.start()

    def _set_dirty(self, *, is_dirty: bool) -> None:
        self._is_dirty = is_dirty
        self.save.setEnabled(is_dirty)
        self.back.setEnabled(is_dirty or self._in_view == NEW)
        self.state.setText(self.tr("Not saved yet") if is_dirty else "")
        set_tone(self.state, "faint")

    def _typed(self) -> dict[str, Any]:
        """What was typed over what is stored."""
        return {name: text for name, text in _texts(self.editor).items() if text != self._filled.get(name)}

    def _hold(self) -> None:
        """What was typed waits as a draft; it stays on show."""
        self._rest.stop()
        if self._is_dirty and self._in_view:
            self._context.write(partial(_keep_draft, f"field:{self._in_view}", {"typed": self._typed()}))

    def _keep(self) -> None:
        """What was typed waits as a draft, and something else comes on show."""
        self._hold()
        self._is_dirty = False

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._hold()

    def _save(self) -> None:
        if not self._is_dirty or not self.may:
            return
        self._rest.stop()  # what is saved now is no draft afterwards
        try:
            values = self.editor.values()
        except CrmError as error:
            self._refused(error)
            return
        name = str(values.get("label_zh") or "")
        if self._in_view == NEW:
            said = self.tr("The field %1 is there now; other laptops have it after their next sync")
        else:
            said = self.tr("%1 is saved")
        work = partial(_write, self._context.workspace, self._in_view, values, self._shown)
        self._context.write(work, self._saved, self._refused, said=formats.filled(said, name))

    def _saved(self, outcome: Outcome[str]) -> None:
        self._set_dirty(is_dirty=False)
        if self._in_view == NEW:
            self._is_adding = False
            self._in_view = outcome.value
            self.reload()
            self.list.select_id(self._in_view)
        self._show(self._in_view)

    def _refused(self, error: Exception) -> None:
        self._hold()
        if not isinstance(error, CrmError):
            self._context.report(error)
            return
        self.state.setText(str(error.sentence(self._context.language)))
        set_tone(self.state, "bad")
        self.editor.point_at(error)

    def _discard(self) -> None:
        """Forget what was typed; the notice brings it back."""
        field, typed = self._in_view, self._typed() if self._is_dirty else {}
        self._rest.stop()
        self._is_dirty = False
        work = partial(_drop_draft, f"field:{field}")
        self._context.write(work, partial(self._discarded, field, typed))

    def _discarded(self, field: str, typed: dict[str, Any], _outcome: Outcome[None]) -> None:
        if typed:
            again = partial(self._bring_back, field, typed)
            self._context.bus.notice.emit(
                Notice(self.tr("Thrown away"), action_label=self.tr("Undo"), action=again, undo=True)
            )
        if self._in_view != field:
            return
        if field == NEW:
            self._is_adding, self._in_view = False, ""
            self.reload()
            self._show(self.list.current_id)
        else:
            self._show(self._in_view)
        self.list.setFocus()

    def _bring_back(self, field: str, typed: dict[str, Any]) -> None:
        """Put what was thrown away on show again; what was typed there since counts more."""
        if self._is_dirty and self._in_view == field:
            typed = {**typed, **self._typed()}
            self._is_dirty = False
        self._keep()
        work = partial(_keep_draft, f"field:{field}", {"typed": typed})
        self._context.write(work, partial(self._brought_back, field))

    def _brought_back(self, field: str, _outcome: Outcome[None]) -> None:
        if field == NEW:
            self.add()
        elif field in self._own:
            self.list.select_id(field)
            self._show(field)

    def add(self) -> None:
        """A new field: what was typed into one before comes back."""
        if not self.may:
            return
        self._keep()
        self._is_adding = True
        self._wanted = ""
        self._fill_list()
        self.list.select_id(NEW)
        self._show(NEW)
        self.editor.kind_of_record.setFocus()

    def _retire(self) -> None:
        known = self._own.get(self._in_view)
        if known is None:
            return
        is_retired = not known.field.retired
        text = (
            self.tr("%1 is in no form any longer; what it holds is kept")
            if is_retired
            else self.tr("%1 is in forms again")
        )
        work = partial(custom_fields.retire, field=known.id, is_retired=is_retired)
        said = formats.filled(text, known.field.label.text(self._context.language))
        self._context.write(work, self._moved, said=said)

    def shift(self, steps: int) -> None:
        """Move the chosen field up or down its form."""
        if self._in_view in self._own and self.may:
            work = partial(_shift, self._context.workspace, self._in_view, steps)
            self._context.write(work, self._moved, said=self.tr("Moved"))

    def _moved(self, _outcome: Outcome[None]) -> None:
        self.reload()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_S):
            self._save()
        elif event.key() == Qt.Key.Key_Escape and (self._is_dirty or self._in_view == NEW):
            self._discard()
        else:
            super().keyPressEvent(event)


class _FieldList(EntryList):
    """`moved(steps)` on Alt with an arrow key."""

    moved = Signal(int)

    def event(self, event: QEvent) -> bool:
        return claims_arrows(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
        if is_alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(-1 if event.key() == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)


def _texts(editor: FieldEditor) -> dict[str, Any]:
    """What stands on the form, as far as it can be read."""
    try:
        return editor.values()
    except CrmError:
        return {name: line.text() for name, line in editor.lines.items()}


def _write(
    workspace: Workspace, field: str, values: Mapping[str, Value], shown: Shown, replica: "Replica"
) -> Outcome[str]:
    """Add a field or change one, and forget the draft; returns which it is."""
    with closing(workspace.another_reader()) as reader:
        if field == NEW:
            done = custom_fields.add(replica, reader, str(values["entity"]), values)
            made, touched, txn = done.value, done.touched, done.txn
        else:
            changed = custom_fields.change(replica, reader, field, values, shown)
            made, touched, txn = field, changed.touched, changed.txn
    drafts.drop(replica, f"field:{field}")
    return Outcome(made, touched, txn)


def _shift(workspace: Workspace, field: str, steps: int, replica: "Replica") -> Outcome[None]:
    with closing(workspace.another_reader()) as reader:
        return custom_fields.move(replica, reader, field, steps)


def _keep_draft(name: str, typed: Mapping[str, Any], replica: "Replica") -> Outcome[None]:
    return drafts.keep(replica, name, typed)


def _drop_draft(name: str, replica: "Replica") -> Outcome[None]:
    return drafts.drop(replica, name)
