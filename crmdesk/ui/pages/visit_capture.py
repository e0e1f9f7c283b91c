"""Logging a visit from anywhere: F6, the text, Ctrl+Enter. A sheet beside the work, never in front of it.

Whatever is typed is kept as a draft within a second; saving is local and waits for no network.
"""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QMimeData, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crmdesk.core.dates import parse_date
from crmdesk.core.errors import CrmError
from crmdesk.core.registry import Option
from crmdesk.ui import attaching, formats
from crmdesk.ui.attaching import Offer
from crmdesk.ui.context import Context
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.custom_values import CustomValues
from crmdesk.ui.pages.customer_picker import CustomerPicker
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.chips import FileChips, FlowLayout, TagChip, TagField
from crmdesk.ui.widgets.editors import CalmComboBox
from crmdesk.ui.widgets.fields import label
from crmdesk.ui.widgets.marks import Avatar
from crmdesk.ui.widgets.phrases import PhraseEdit
from crmdesk.ui.widgets.pills import PillGroup
from crmdesk.ui.widgets.sheet import Sheet
from crmdesk.usecases import customers, drafts, tags, visits
from crmdesk.usecases.attachments import Picked
from crmdesk.usecases.customers import Card
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.visits import VisitNote

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

_AUTOSAVE_MS: Final = 1000
_PHRASE_WIDTH: Final = 340
"""Pixels of a phrase's chip, so that the longest is as wide as the sheet; beyond them it ends in an ellipsis."""
_LINES: Final = 92
"""The height of the text on a screen that has it; half of that on a small one."""


class VisitSheet(Sheet):
    """One for a window. `open_here` presets the customer in view, `open_for` a given one."""

    def __init__(self, window: MainWindow, context: Context) -> None:
        super().__init__(window, 524)
        self.setAccessibleName(self.tr("Log a visit"))
        self.setAcceptDrops(True)
        self._window, self._context = window, context
        self._card: Card | None = None
        self._is_dirty = False
        self._on: dict[str, str] = {}
        self._off: set[str] = set()
        self._files: list[Picked] = []
        self._pause = QTimer(self, singleShot=True, interval=_AUTOSAVE_MS)
        self._pause.timeout.connect(self.keep_draft)
        self._build()
        self._connect()
        window.closing.connect(self.keep_draft)

    @property
    def customer(self) -> str | None:
        """Whom the visit is logged for."""
        return self._card.id if self._card else None

    def open_here(self) -> None:
        """Log a visit to the customer in view, or ask which one."""
        page = self._window.page
        here = page.current_customer if page is not None else None
        if self.isVisible() and (here is None or here == self.customer):
            self._focus_start()
        else:
            self.open_for(here or "")

    def open_for(self, customer: str) -> None:
        """Log a visit to a customer; blank asks which one. A draft that was left comes back."""
        if not self._context.may("visit"):
            self._context.tell(CrmError("forbidden"))
            return
        self.keep_draft()
        self._clear()
        self._hold_withheld()
        self._load_customer(customer)
        if draft := drafts.find(self._context.reader, self._draft_name()):
            self._fill(draft)
            self._state.setText(self.tr("Your draft, not saved yet"))
        self.open_sheet()
        self._focus_start()

    def save(self) -> None:
        """Write the visit, the next date, the task and the tags in one go, here and now."""
        note = self._note()
        if note is None:
            return
        self._pause.stop()
        self._context.write(
            partial(_log, note, self._draft_name()),
            self._saved,
            self._failed,
            said=self._said(note.next_on),
        )

    def keep_draft(self) -> None:
        """Store what was typed, if anything was."""
        self._pause.stop()
        if self._is_dirty and self.isVisible():
            self._context.write(partial(_keep, self._draft_name(), self._as_draft()))
            self._state.setText(self.tr("Draft kept"))

    def leave(self) -> None:
        """Put the sheet away; what was typed waits as a draft."""
        was_dirty = self._is_dirty
        self.keep_draft()
        self.put_away()
        if was_dirty:
            self._context.say(self.tr("Draft kept. F6 brings it back."), "info")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.save()
        elif control and event.key() == Qt.Key.Key_S:
            self.keep_draft()
        else:
            super().keyPressEvent(event)

    # -- making ------------------------------------------------------------------------------------

    def _build(self) -> None:
        declared = self._context.registry["visit"].by_name
        self.picker = CustomerPicker(self._context)
        self.kind = PillGroup(
            declared["kind"].label.text(self._context.language), self._pairs(declared["kind"].options)
        )
        self.summary = PhraseEdit(
            declared["summary"].label.text(self._context.language), self._context.preferences.phrases
        )
        self.summary.setPlaceholderText(self.tr("What was said, what was agreed…"))
        self.summary.setMinimumHeight(_LINES // 2)
        self.summary.setMaximumHeight(_LINES)
        self.result = PillGroup(
            declared["result"].label.text(self._context.language),
            [("", formats.DASH), *self._pairs(declared["result"].options)],
        )
        self.next_step, self.next_on = QLineEdit(), QLineEdit()
        self.next_step.setAccessibleName(declared["next_step"].label.text(self._context.language))
        self.next_step.setPlaceholderText(self.tr("What you promised"))
        self.next_on.setAccessibleName(declared["next_on"].label.text(self._context.language))
        self.next_on.setPlaceholderText(self.tr("+7, zs3, 11-30"))
        self.contact = CalmComboBox()
        self.contact.setAccessibleName(declared["contact"].label.text(self._context.language))
        self.interaction = CalmComboBox()
        said = declared["interaction"].label.text(self._context.language)
        self.interaction.setAccessibleName(said)
        self.interaction.addItem(f"{said} {formats.DASH}", "")
        for key, name in self._pairs(declared["interaction"].options):
            self.interaction.addItem(name, key)
        self.tags = TagField()
        self.files = FileChips()
        self.more = CustomValues(self._context, "visit")
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 20)
        column.setSpacing(10)
        column.addLayout(self._title())
        column.addWidget(self.picker)
        column.addWidget(self._body())
        column.addLayout(self._foot())

    def _title(self) -> QHBoxLayout:
        self._avatar, self._who = Avatar(28), label("", "card")
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self._avatar)
        row.addWidget(self._who, 1)
        self._other = buttons.icon_button("chevrons-up-down", self.tr("Another customer"), self._pick_another)
        row.addWidget(self._other)
        row.addWidget(buttons.icon_button("x", self.tr("Put away (Esc)"), self.leave))
        return row

    def _body(self) -> QWidget:
        declared, spoken = self._context.registry["visit"].by_name, self._context.language
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.kind, 0, 0, 1, 2, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(self.summary, 1, 0, 1, 2)
        grid.addWidget(self._phrases(), 2, 0, 1, 2)
        self._problem = label("", "bad")
        self._problem.hide()
        grid.addWidget(self._problem, 3, 0, 1, 2)
        day = QHBoxLayout()
        day.setSpacing(10)
        self.next_on.setFixedWidth(150)
        self._understood = label("", "second")
        day.addWidget(self.next_on)
        day.addWidget(self._understood, 1)
        with_whom = QHBoxLayout()
        with_whom.setSpacing(10)
        with_whom.addWidget(self.contact, 1)
        with_whom.addWidget(self.interaction)
        tag_name = self._context.registry["customer"].by_name["tag"].label.text(spoken)
        rows: list[tuple[str, QWidget | QHBoxLayout]] = [
            (declared["result"].label.text(spoken), self.result),
            (declared["next_step"].label.text(spoken), self.next_step),
            (declared["next_on"].label.text(spoken), day),
            (declared["contact"].label.text(spoken), with_whom),
            (tag_name, self.tags),
            (self.tr("Files"), self.files),
        ]
        for line, (name, control) in enumerate(rows, 4):
            grid.addWidget(label(name, "faint"), line, 0)
            if isinstance(control, QHBoxLayout):
                grid.addLayout(control, line, 1)
            elif control is self.result:
                grid.addWidget(control, line, 1, Qt.AlignmentFlag.AlignLeft)
            else:
                grid.addWidget(control, line, 1)
        grid.addWidget(self.more, 4 + len(rows), 0, 1, 2)
        self._fields = body
        return body

    def _phrases(self) -> QWidget:
        box = QWidget()
        flow = FlowLayout(box)
        for number, phrase in enumerate(self._context.preferences.phrases[:9], 1):
            said = (f"{number}", f"/{number} {phrase}", "slate")
            chip = TagChip(said, removable=False, parent=box, longest=_PHRASE_WIDTH)
            chip.setAccessibleName(phrase)
            plain.set_tip(chip, phrase)
            chip.clicked.connect(self._phrase_clicked)
            flow.addWidget(chip)
        return box

    def _foot(self) -> QHBoxLayout:
        self._state = label("", "faint")
        self._save_button = buttons.primary(self.tr("Save"), clicked=self.save)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._state, 1)
        row.addWidget(self._save_button)
        row.addWidget(buttons.KeyHint("Ctrl+Return"))
        return row

    def _connect(self) -> None:
        self.left.connect(self.leave)
        self.picker.chosen.connect(self._picked)
        self.picker.left.connect(self.leave)
        self.summary.submitted.connect(self.save)
        self.summary.edited.connect(self._edited)
        self.kind.chosen.connect(self._edited)
        self.result.chosen.connect(self._edited)
        self.next_step.textEdited.connect(self._edited)
        self.next_on.textEdited.connect(self._date_edited)
        self.contact.activated.connect(self._edited)
        self.interaction.activated.connect(self._edited)
        self.tags.added.connect(self._tag_added)
        self.tags.removed.connect(self._tag_removed)
        self.files.asked.connect(self._ask_files)
        self.files.removed.connect(self._file_removed)
        self.more.edited.connect(self._edited)
        self.summary.offered.connect(self._offered)
        within = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for number, option in enumerate(self._context.registry["visit"].by_name["kind"].options, 1):
            key = QShortcut(QKeySequence(f"Alt+{number}"), self, context=within)
            key.setProperty("kind", option.key)
            key.activated.connect(self._kind_key)

    def _pairs(self, options: Sequence[Option]) -> list[tuple[str, str]]:
        return [(option.key, option.label.text(self._context.language)) for option in options]

    # -- showing -----------------------------------------------------------------------------------

    def _clear(self) -> None:
        self._card, self._is_dirty = None, False
        self._on, self._off = {}, set()
        self._files = []
        self.more.open_for("")
        self.files.set_files([])
        self.kind.select("onsite")
        self.result.select("")
        self.interaction.setCurrentIndex(0)
        before = self.summary.blockSignals(True)
        self.summary.setPlainText("")
        self.summary.blockSignals(before)
        for edit in (self.next_step, self.next_on):
            edit.clear()
        self._understood.setText("")
        self._problem.hide()
        self._state.setText("")

    def _load_customer(self, customer: str) -> None:
        self._card = None
        if customer:
            try:
                self._card = customers.open_card(self._context.reader, self._context.registry, customer)
            except CrmError as error:
                self._context.tell(error)
        self._show_customer()

    def _show_customer(self) -> None:
        card = self._card
        name = str(card.view.values.get("name") or "") if card else self.tr("Whom did you visit?")
        self._who.setText(name)
        self._avatar.set_name(name)
        self._avatar.setVisible(card is not None)
        self._other.setVisible(card is not None)
        self.picker.setVisible(card is None)
        self._fields.setVisible(card is not None)
        if card is not None:
            self.more.open_for(card.id)
        self._save_button.setEnabled(card is not None)
        self.contact.clear()
        self.contact.addItem(formats.DASH, "")
        for person in card.contacts if card else ():
            self.contact.addItem(person.name, person.id)
        self._show_tags()
        self.adjustSize()
        if self.isVisible():
            self._place()

    def _show_tags(self) -> None:
        names = self._context.directory.tags
        kept = [tag for tag in (self._card.tags if self._card else ()) if tag not in self._off]
        shown = [(tag, names[tag].name, names[tag].hue) for tag in kept if tag in names]
        shown += [(key, name, names[key].hue if key in names else "slate") for key, name in self._on.items()]
        self.tags.set_tags(shown)
        self.tags.set_known([tag.name for tag in names.values() if not tag.retired])

    def _hold_withheld(self) -> None:
        """What this person's role withholds is on show and can't be filled in."""
        declared = self._context.registry["visit"].by_name
        tag = self._context.registry["customer"].by_name["tag"]
        self.tags.hold(self._context.why_not(tag))
        for name, control in (
            ("kind", self.kind), ("summary", self.summary), ("result", self.result), ("contact", self.contact),
            ("interaction", self.interaction),
            ("next_step", self.next_step), ("next_on", self.next_on),
        ):  # fmt: skip
            why = self._context.why_not(declared[name])
            control.setEnabled(not why)
            plain.set_tip(control, why)
        self.files.setEnabled(self._context.may("attachment"))

    def _focus_start(self) -> None:
        if self._card is None:
            self.picker.start()
        else:
            self.summary.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _fill(self, draft: dict[str, Any]) -> None:
        before = self.summary.blockSignals(True)
        self.summary.setPlainText(str(draft.get("summary", "")))
        self.summary.blockSignals(before)
        self.kind.select(str(draft.get("kind", "onsite")))
        self.result.select(str(draft.get("result", "")))
        self.next_step.setText(str(draft.get("next_step", "")))
        self.next_on.setText(str(draft.get("next_on", "")))
        self.contact.setCurrentIndex(max(0, self.contact.findData(str(draft.get("contact", "")))))
        self.interaction.setCurrentIndex(max(0, self.interaction.findData(str(draft.get("interaction", "")))))
        self._on = dict(draft.get("tags", {}))
        self._off = set(draft.get("tags_off", ()))
        self._files = drafts.attachments(draft)
        self.more.open_for(self.customer or "", draft.get("more"))
        self._show_files()
        self._show_tags()
        self._say_date()
        self._is_dirty = True

    # -- typing ------------------------------------------------------------------------------------

    def _edited(self) -> None:
        self._is_dirty = True
        self._problem.hide()
        self._state.setText("")
        self._pause.start()

    def _date_edited(self) -> None:
        self._say_date()
        self._edited()

    def _say_date(self) -> None:
        day = parse_date(self.next_on.text(), self._context.today())
        self._understood.setText(formats.weekday_date(day) if day else "")

    def _kind_key(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.kind.select(str(sender.property("kind")))
            self._edited()

    def _phrase_clicked(self) -> None:
        chip = self.sender()
        if isinstance(chip, TagChip):
            self.summary.insert_phrase(int(chip.tag_id))

    def _tag_added(self, name: str) -> None:
        known = tags.find(self._context.directory, name)
        if known is not None and known.id in self._off:
            self._off.discard(known.id)
        elif known is None or self._card is None or known.id not in self._card.tags:
            self._on[known.id if known else f"+{name}"] = known.name if known else name
        self._show_tags()
        self._edited()

    def _tag_removed(self, key: str) -> None:
        if self._on.pop(key, None) is None:
            self._off.add(key)
        self._show_tags()
        self._edited()

    # -- files -------------------------------------------------------------------------------------

    def attach(self, offers: Sequence[Offer]) -> None:
        """Check files and keep their contents on this laptop; they go with the visit, or wait in its draft."""
        if offers and self._card is not None:
            self._context.write(partial(_pick, list(offers)), self._attached, self._failed)

    def _attached(self, outcome: Outcome[list[Picked]]) -> None:
        known = {one.sha256 for one in self._files}
        self._files += [one for one in outcome.value if one.sha256 not in known]
        self._show_files()
        self._edited()

    def _show_files(self) -> None:
        self.files.set_files([(one.sha256, one.name) for one in self._files])
        self.adjustSize()
        if self.isVisible():
            self._place()

    def _file_removed(self, sha256: str) -> None:
        self._files = [one for one in self._files if one.sha256 != sha256]
        self._show_files()
        self._edited()

    def _ask_files(self) -> None:
        self.attach(attaching.from_dialog(self))

    def _offered(self, mime: QMimeData) -> None:
        self.attach(attaching.from_mime(mime))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._card is not None and attaching.in_mime(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self._offered(event.mimeData())

    def _pick_another(self) -> None:
        self._card = None
        self._show_customer()
        self.picker.start()

    def _picked(self, customer: str) -> None:
        """What was typed before a customer was chosen moves with the choice."""
        typed = self._as_draft() if self._is_dirty else drafts.find(self._context.reader, f"visit:{customer}")
        self._load_customer(customer)
        if typed:
            self._fill(typed)
        self._focus_start()

    # -- saving ------------------------------------------------------------------------------------

    def _draft_name(self) -> str:
        return f"visit:{self.customer or ''}"

    def _as_draft(self) -> dict[str, Any]:
        return {
            "summary": self.summary.toPlainText(),
            "kind": self.kind.key,
            "result": self.result.key,
            "next_step": self.next_step.text(),
            "next_on": self.next_on.text(),
            "contact": str(self.contact.currentData() or ""),
            "interaction": str(self.interaction.currentData() or ""),
            "tags": self._on,
            "tags_off": sorted(self._off),
            "attachments": self._files,
            "more": self.more.typed(),
        }

    def _note(self) -> VisitNote | None:
        typed = self.next_on.text().strip()
        day = parse_date(typed, self._context.today()) if typed else None
        if self._card is None:
            self.picker.start()
            return None
        if typed and day is None:
            self._refuse(
                CrmError("invalid_value", field=self._context.registry["visit"].by_name["next_on"].label)
            )
            self.next_on.setFocus()
            return None
        more = self.more.values()
        if more is None:
            return None
        return VisitNote(
            customer=self._card.id,
            summary=self.summary.toPlainText(),
            kind=self.kind.key,
            result=self.result.key or None,
            contact=str(self.contact.currentData() or "") or None,
            interaction=str(self.interaction.currentData() or "") or None,
            next_step=self.next_step.text(),
            next_on=day,
            tags=tuple(key for key in self._on if not key.startswith("+")),
            tags_off=tuple(sorted(self._off)),
            new_tags=tuple(name for key, name in self._on.items() if key.startswith("+")),
            attachments=tuple(self._files),
            more=more,
        )

    def _said(self, next_on: date | None) -> str:
        if next_on is None:
            return self.tr("Saved on this laptop")
        text = self.tr("Saved on this laptop. Next follow-up: %1")
        return text.replace("%1", formats.weekday_date(next_on))

    def _saved(self, _outcome: Outcome[str]) -> None:
        self._is_dirty = False
        self.put_away()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, CrmError):
            self._refuse(error)
            self.summary.setFocus()
        else:
            self._context.runner.unhandled.emit(error)

    def _refuse(self, error: CrmError) -> None:
        self._problem.setText(str(error.sentence(self._context.language).happened))
        self._problem.show()


def _pick(offers: Sequence[Offer], replica: "Replica") -> Outcome[list[Picked]]:
    from crmdesk.store.replica import Touched

    return Outcome(attaching.pick(offers, replica), Touched(), None)


def _log(note: VisitNote, draft: str, replica: "Replica") -> Outcome[str]:
    done = visits.log(replica, note)
    drafts.drop(replica, draft)
    return done


def _keep(name: str, typed: dict[str, Any], replica: "Replica") -> Outcome[None]:
    return drafts.keep(replica, name, typed)
