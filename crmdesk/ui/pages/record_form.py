"""One form for a record of any entity, made from its declaration: typing is kept, saving writes only what changed.

It remembers the dots it displayed when it opened. What arrives while a person types is told, never put in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from crmdesk.core.errors import CrmError
from crmdesk.core.form import BLANK, Shown, is_on_form
from crmdesk.core.record import Dot, RecordKey
from crmdesk.core.registry import Field, Type
from crmdesk.core.resolve import RecordView
from crmdesk.core.values import Value, encode
from crmdesk.ui.context import Context
from crmdesk.ui.pages.form_cell import FormCell, both_sides
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.code_editor import CodeEditor
from crmdesk.ui.widgets.editors import NEW_ELEMENT, ReferenceEditor, editor, is_editable
from crmdesk.ui.widgets.fields import label
from crmdesk.usecases import customers, dealings, drafts, records
from crmdesk.usecases.codes import place_of, with_parents
from crmdesk.usecases.outcome import Outcome

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica, Touched

_AUTOSAVE_MS = 1000
_READING_MS = 250
_DOUBT_MS = 700  # nobody is told of a number that is still being typed


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a form is about: a record, or a new one with values it is born with."""

    entity: str
    id: str | None
    born_with: Mapping[str, Value]

    @property
    def draft(self) -> str:
        home = next(iter(self.born_with.values()), "")
        return f"{self.entity}:{self.id or f'new {home}'.strip()}"


class RecordForm(QWidget):
    """Signals: `saved(id)` after a save, `closed()` when Esc found nothing to give back, `decide()` to the inbox,
    `edited(key)` at each change of a field, `left()` when the record is here no longer and nothing typed is at stake.
    """

    saved = Signal(str)
    closed = Signal()
    decide = Signal()
    edited = Signal(str)
    left = Signal()

    def __init__(
        self, context: Context, entity: str, parent: QWidget | None = None, *, fields: Sequence[str] = ()
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._entity = entity
        self._subject = _Subject(entity, None, {})
        self._shown: Shown = BLANK
        self._filled: dict[str, Any] = {}
        self._is_dirty = False
        self._draft_pause = QTimer(self, singleShot=True, interval=_AUTOSAVE_MS)
        self._draft_pause.timeout.connect(self.keep_draft)
        self._reading_pause = QTimer(self, singleShot=True, interval=_READING_MS)
        self._reading_pause.timeout.connect(self._offer_codes)
        self._doubt_pause = QTimer(self, singleShot=True, interval=_DOUBT_MS)
        self._doubt_pause.timeout.connect(self._say_doubts)
        self._cells: dict[str, FormCell] = {}
        self._arranged: list[str] = []
        self._frozen = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._news = label("", "warn")
        self._news.setWordWrap(True)
        self._news.setContentsMargins(18, 10, 18, 0)
        self._news.hide()
        column.addWidget(self._news)
        self._names = tuple(fields)
        self._area = self._scrolled()
        column.addWidget(self._area, 1)
        column.addWidget(self._foot())
        self._show_dirty(is_dirty=False)
        context.bus.touched.connect(self._follow_declarations)

    @property
    def is_dirty(self) -> bool:
        """Whether something was typed that is not saved."""
        return self._is_dirty

    @property
    def record_id(self) -> str | None:
        """The record the form is about; None for a new one."""
        return self._subject.id

    def cell(self, name: str) -> FormCell:
        """The label, editor and remark of a field."""
        return self._cells[name]

    def freeze(self, why: str) -> None:
        """Only show what is opened from now on, and say why in each field; blank: let it be edited."""
        self._frozen = why

    def open_record(self, record_id: str) -> None:
        """Show a record, or the draft that was left of it. Raises `not_found`."""
        self.leave()
        self._subject = _Subject(self._entity, record_id, {})
        key = RecordKey(self._entity, record_id)
        self._load(records.open_form(self._context.reader, self._context.registry, key))
        self._mark_conflicts(records.find_view(self._context.reader, self._context.registry, key))

    def open_new(self, born_with: Mapping[str, Value] | None = None) -> None:
        """Show an empty form; `born_with` are values the person does not type, such as the customer."""
        self.leave()
        self._subject = _Subject(self._entity, None, born_with or {})
        self._load(BLANK)

    def focus_first(self) -> None:
        """Put the keyboard into the first field."""
        cells = list(self._cells.values())
        control = next((c for c in cells if c.editor.isEnabled()), cells[0]).editor.input()
        control.setFocus()
        if isinstance(control, QLineEdit):
            control.end(False)

    def save(self) -> None:
        """Write what changed; a field that cannot be read is marked and takes the keyboard."""
        wanted = self._wanted()
        if wanted is None:
            return
        self._draft_pause.stop()
        work: Callable[[Replica], Outcome[Any]]
        if self._subject.id is None:
            work = partial(_add, self._subject, wanted)
        else:
            work = partial(_change, self._subject, wanted, self._shown)
        self._context.write(work, self._saved, self._failed, said=self.tr("Saved on this laptop"))

    def give_back(self) -> None:
        """Show what is stored again and forget what was typed; without changes, ask to be closed."""
        if not self._is_dirty:
            self.closed.emit()
            return
        self._draft_pause.stop()
        self._context.write(partial(_drop, self._subject.draft))
        self._fill(self._shown.values)
        self._show_dirty(is_dirty=False)
        if self._subject.id is None:
            self.closed.emit()
        else:
            self._reload()

    def keep_draft(self) -> None:
        """Store what was typed, so that a crash or a closed window loses none of it."""
        if self._is_dirty:
            self._context.write(partial(_keep, self._subject.draft, self._as_draft()))

    def leave(self) -> None:
        """Before another record is shown, or the form goes out of view: nothing typed is lost."""
        if self._draft_pause.isActive():
            self._draft_pause.stop()
            self.keep_draft()

    def touched(self, change: "Touched") -> None:
        """A write or a sync: reload if nothing is being typed, else only say what changed."""
        key = RecordKey(self._entity, self._subject.id or "")
        if self._subject.id is None or not (change.is_everything or key in change.keys):
            return
        if not self._is_dirty:
            self._reload()
            return
        record = self._context.reader.record(*key)
        if record is None:
            self._news.setText(
                self.tr(
                    "This record left this laptop meanwhile. What you typed is untouched: save it, and the server "
                    "passes it on to whoever is responsible now, or keeps it for the administrator."
                )
            )
            self._news.show()
            return
        view = records.find_view(self._context.reader, self._context.registry, key)
        if view is not None:
            names = [cell.editor.name for cell in self._cells.values() if self._differs(cell, view)]
            authors = {edit.by for edit in record.edits if edit.dot not in _all_dots(self._shown)}
            self._tell_news(names, authors)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() == Qt.Key.Key_Escape:
            self.give_back()
        elif control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_S):
            self.save()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.leave()

    # -- making ------------------------------------------------------------------------------------

    def _scrolled(self) -> QScrollArea:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return area

    def _build(self) -> None:
        """Make the editors, at the first record shown: a page opens before anybody looks at its form. Anew, if fields came."""
        chosen = self._offered()
        if self._cells and chosen == [cell.editor.field for cell in self._cells.values()]:
            return
        self._cells, self._arranged = {}, []
        body = QWidget()
        body.setObjectName("page")
        self._grid = QGridLayout(body)
        self._grid.setContentsMargins(18, 12, 18, 14)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(10)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        for field in chosen:
            cell = FormCell(editor(field, self._context.language, self._context.today), body)
            cell.edited.connect(self._edited)
            cell.decide.clicked.connect(self.decide)
            self._cells[field.name] = cell
        self._grid.setRowStretch(len(chosen), 1)
        self._area.setWidget(body)

    def _offered(self) -> list[Field]:
        declared = self._context.registry[self._entity].fields
        return [f for f in declared if self._may_offer(f) and (not self._names or f.name in self._names)]

    def _may_offer(self, field: Field) -> bool:
        return is_editable(field) or self._context.registry.is_link(self._entity, field)

    def _arrange(self, names: Sequence[str]) -> None:
        """Place the named cells in two columns, and hide the others."""
        if names == self._arranged:
            return
        self._arranged = list(names)
        title = self._context.registry[self._entity].title
        line, side = 0, 0
        for name, cell in self._cells.items():
            self._grid.removeWidget(cell)
            cell.setVisible(name in names)
            if name not in names:
                continue
            field = cell.editor.field
            wide = name == title or field.type in (Type.LONG_TEXT, Type.CODE) or field.repeated
            if wide and side:
                line, side = line + 1, 0
            self._grid.addWidget(cell, line, side, 1, 2 if wide else 1, Qt.AlignmentFlag.AlignTop)
            line, side = (line + 1, 0) if wide or side else (line, 1)

    def _foot(self) -> QWidget:
        foot = QWidget()
        foot.setObjectName("footer")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(foot)
        row.setContentsMargins(18, 8, 18, 8)
        row.setSpacing(8)
        self._state = label("", "faint")
        row.addWidget(self._state, 1)
        row.addWidget(buttons.quiet(self.tr("Discard"), clicked=self.give_back))
        self._save = buttons.primary(self.tr("Save"), clicked=self.save)
        row.addWidget(self._save)
        row.addWidget(buttons.KeyHint("Ctrl+Return"))
        self._footer = foot
        return foot

    # -- showing -----------------------------------------------------------------------------------

    def _load(self, shown: Shown) -> None:
        self._build()
        self._news.hide()
        draft = drafts.find(self._context.reader, self._subject.draft)
        self._shown = shown if draft is None else drafts.shown_of(draft, shown)
        self._offer_siblings()
        self._fill(self._shown.values)
        drafted = (draft or {}).get("typed", {})
        self._put(drafted)
        self._show_dirty(is_dirty=draft is not None)
        if draft is not None:
            self._state.setText(self.tr("Your draft, not saved yet"))

    def _put(self, typed: Mapping[str, Any]) -> None:
        """Show the fields that this form has, and what was typed into them over what is stored."""
        self._choose_fields(typed)
        for name, cell in self._cells.items():
            why = self._frozen or self._context.why_not(cell.editor.field)
            cell.hold("" if name in typed else why)  # what was typed before it was withheld can be taken back
            if name in typed:
                cell.editor.set_typed(_over(self._filled[name], typed[name]))

    def _choose_fields(self, typed: Mapping[str, Any]) -> None:
        industries, shown = self._industries(), self._shown.values
        names = [
            name
            for name, cell in self._cells.items()
            if is_on_form(
                cell.editor.field, industries, is_filled=bool(shown.get(name)), is_typed=name in typed
            )
        ]
        self._arrange(names)

    def _industries(self) -> tuple[str, ...]:
        """The customer's industry with those it is part of, where it decides which fields there are."""
        if not any(cell.editor.field.only_for for cell in self._cells.values()):
            return ()
        values = {**self._shown.values, **self._subject.born_with}
        if self._entity == "customer":
            cell = self._cells.get("industry_code")
            return with_parents(
                "industry", {**values, **(cell.editor.values() if cell else {})}.get("industry_code")
            )
        return with_parents("industry", customers.industry(self._context.reader, values.get("customer")))

    def _follow_declarations(self, change: "Touched") -> None:
        """Have the fields that there are now; what was typed stays."""
        if not self._cells or not change.concerns("field", "role", "user"):
            return
        if self._offered() == [cell.editor.field for cell in self._cells.values()]:
            return
        if not self._is_dirty:
            self._load(self._shown)
            return
        typed, focused = self._typed(), self._focused()
        self._build()
        self._fill(self._shown.values)
        self._put({name: own for name, own in typed.items() if name in self._cells})
        if focused in self._cells:
            self._cells[focused].editor.input().setFocus()

    def _focused(self) -> str:
        return next((name for name, cell in self._cells.items() if cell.has_keyboard()), "")

    def _typed(self) -> dict[str, Any]:
        """What a person typed themselves, by field."""
        typed = {
            name: _own(self._filled.get(name), cell.editor.typed()) for name, cell in self._cells.items()
        }
        return {name: own for name, own in typed.items() if own is not None}

    def _offer_siblings(self) -> None:
        """Let links choose from what hangs below the same customer now."""
        home = self._context.registry[self._entity].home
        customer = self._subject.born_with.get(home or "") or self._shown.values.get(home or "")
        for cell in self._cells.values():
            if isinstance(cell.editor, ReferenceEditor):
                target = str(cell.editor.field.target)
                found = dealings.siblings(self._context.reader, self._context.registry, target, str(customer))
                cell.editor.offer([(record, name) for record, name in found if record != self._subject.id])

    def _reload(self) -> None:
        if self._subject.id is None:
            return
        try:
            self.open_record(self._subject.id)
        except CrmError as error:
            if error.code != "not_found":
                self._context.tell(error)
                return
            self.left.emit()

    def _fill(self, values: Mapping[str, Value]) -> None:
        for cell in self._cells.values():
            cell.editor.show_values(values)
            cell.say("")
        self._filled = {name: cell.editor.typed() for name, cell in self._cells.items()}

    def _mark_conflicts(self, view: RecordView | None) -> None:
        for field in view.conflicts if view is not None else ():
            if cell := self._cells.get(field.key.partition(":")[0]):
                sides = both_sides(cell.editor.field, field, self._context.directory, self._context.language)
                cell.say(self.tr("Two values: %1").replace("%1", sides), "warn", decide=True)
                cell.decide.setVisible(not self._frozen)

    def _tell_news(self, fields: Sequence[str], authors: set[str]) -> None:
        if not fields:
            return
        separator = "、" if self._context.language == "zh_CN" else ", "
        who = separator.join(sorted(self._context.directory.person_name(by) for by in authors))
        text = self.tr("Changed meanwhile by %1: %2. What you typed is untouched.")
        self._news.setText(text.replace("%1", who).replace("%2", separator.join(fields)))
        self._news.show()

    def _show_dirty(self, *, is_dirty: bool) -> None:
        self._is_dirty = is_dirty
        self._footer.setVisible(is_dirty or self._subject.id is None)
        self._save.setEnabled(is_dirty)
        self._state.setText(self.tr("Not saved yet") if is_dirty else "")

    # -- typing ------------------------------------------------------------------------------------

    def _edited(self, name: str) -> None:
        cell = self._cells[name]
        cell.editor.mark(invalid=False)
        understood = cell.editor.understood()
        if understood or not cell.is_conflict:
            cell.say(understood, "second")
        self._show_dirty(is_dirty=True)
        self._draft_pause.start()
        self._doubt_pause.start()
        if name == "industry_code":
            self._choose_fields(self._typed())
        if any(name in other.editor.field.read_from for other in self._cells.values()):
            self._reading_pause.start()
        self.edited.emit(name)

    def _offer_codes(self) -> None:
        """Offer what a code may be read from, once nobody types for a moment."""
        for cell in self._cells.values():
            sources = [self._cells.get(name) for name in cell.editor.field.read_from]
            if sources and isinstance(cell.editor, CodeEditor) and cell.editor.isEnabled():
                texts = [str(source.editor.typed()) if source else "" for source in sources]
                cell.editor.offer(place_of(*texts) or "")

    def _say_doubts(self) -> None:
        """Say what of the typed looks wrong; it is saved all the same."""
        for cell in self._cells.values():
            if not cell.is_conflict and not cell.is_refused and (why := cell.editor.doubted()):
                cell.say(why, "warn")

    def _wanted(self) -> dict[str, Value] | None:
        wanted: dict[str, Value] = {}
        wrong: list[FormCell] = []
        for cell in self._cells.values():
            try:
                wanted.update(cell.wanted(is_new=self._subject.id is None))
            except CrmError as error:
                cell.refuse(str(error.sentence(self._context.language).happened))
                wrong.append(cell)
        if wrong:
            wrong[0].editor.input().setFocus()
            return None
        return wanted

    def _differs(self, cell: FormCell, view: RecordView) -> bool:
        prefix = f"{cell.editor.field.name}:"
        keys = {
            k
            for k in (*view.values, *self._shown.values)
            if k == cell.editor.field.name or k.startswith(prefix)
        }
        return any(encode(view.values.get(k)) != encode(self._shown.values.get(k)) for k in keys)

    def _as_draft(self) -> dict[str, Any]:
        return drafts.as_draft(self._typed(), self._shown)

    # -- saved -------------------------------------------------------------------------------------

    def _saved(self, outcome: Outcome[str]) -> None:
        self._show_dirty(is_dirty=False)
        if self._subject.id is not None:
            self._reload()
        self.saved.emit(outcome.value)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, CrmError):
            self._context.runner.unhandled.emit(error)
            return
        at = error.about.get("field")
        for cell in self._cells.values():
            if at in (cell.editor.field.label, cell.editor.field.name):
                cell.refuse(str(error.sentence(self._context.language).happened))
                cell.editor.input().setFocus()
                return
        self._context.tell(error)


def _own(filled: Any, typed: Any) -> Any:
    """What of an editor's content a person typed themselves; None for nothing."""
    if isinstance(typed, dict) and isinstance(filled, dict):
        return {key: text for key, text in typed.items() if filled.get(key) != text} or None
    return None if typed == filled else typed


def _over(filled: Any, own: Any) -> Any:
    """An editor's content with what was typed put over what is stored."""
    return {**filled, **own} if isinstance(filled, dict) and isinstance(own, dict) else own


def _all_dots(shown: Shown) -> frozenset[Dot]:
    return frozenset().union(*shown.dots.values())


def _add(subject: _Subject, wanted: Mapping[str, Value], replica: "Replica") -> Outcome[str]:
    done = records.add(replica, subject.entity, {**_with_ids(replica, wanted), **subject.born_with})
    drafts.drop(replica, subject.draft)
    return done


def _change(subject: _Subject, wanted: Mapping[str, Value], shown: Shown, replica: "Replica") -> Outcome[str]:
    assert subject.id is not None, "an open record has an id"
    done = records.change(replica, RecordKey(subject.entity, subject.id), _with_ids(replica, wanted), shown)
    drafts.drop(replica, subject.draft)
    return Outcome(subject.id, done.touched, done.txn)


def _with_ids(replica: "Replica", wanted: Mapping[str, Value]) -> dict[str, Value]:
    """Elements that were only just typed get their ids."""
    found: dict[str, Value] = {}
    for key, value in wanted.items():
        base, _, element = key.partition(":")
        if not element.startswith(NEW_ELEMENT):
            found[key] = value
        elif value is not None:
            found[f"{base}:{replica.new_id()}"] = value
    return found


def _keep(name: str, typed: Mapping[str, Any], replica: "Replica") -> Outcome[None]:
    return drafts.keep(replica, name, typed)


def _drop(name: str, replica: "Replica") -> Outcome[None]:
    return drafts.drop(replica, name)
