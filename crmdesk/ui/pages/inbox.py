"""The inbox: what only a person can decide, one thing at a time, by one key and undone by one key."""

from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.errors import CrmError
from crmdesk.core.format import format_value, told_apart
from crmdesk.core.registry import Field
from crmdesk.core.values import Value
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.page import Page, Shell
from crmdesk.ui.pages.inbox_detail import Decision, Duplicates
from crmdesk.ui.pages.inbox_news import ANSWER, LATE, News, NewsSayings
from crmdesk.ui.widgets.choice import ChoiceText
from crmdesk.ui.widgets.entry_list import Entry, EntryList, Heading
from crmdesk.ui.widgets.marks import EmptyState
from crmdesk.usecases import conflicts, customers, history, late_work, requests, sharing
from crmdesk.usecases.conflicts import Item
from crmdesk.usecases.late_work import Late
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.requests import Request

translate = QCoreApplication.translate
_SAME = "same:"
_EARLIER = 4


class Sayings:
    """Conflicts in a person's words."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def who(self, user: str) -> str:
        """A person's name, or "you"."""
        directory = self._context.directory
        return translate("Inbox", "you") if user == directory.me.id else directory.person_name(user)

    def field(self, item: Item) -> str:
        """The field's label."""
        return item.declared.label.text(self._context.language) if item.declared else item.field

    def record(self, item: Item) -> str:
        """What the record is called: the customer, or what hangs under it."""
        if item.key.entity == "customer" or not item.title:
            return item.customer_name
        entity = self._context.registry[item.key.entity].label.text(self._context.language)
        return f"{entity} {item.title}"

    def sentence(self, item: Item) -> str:
        """What happened, as one sentence."""
        first, second = (self.who(choice.by) for choice in item.choices[:2])
        if item.kind == "contested":
            text = translate("Inbox", "%2 deleted %3 while %1 went on editing it.")
        elif len(item.choices) > 2:
            text = translate("Inbox", "Several people changed “%4” of %3 without seeing each other's change.")
        elif item.choices[0].by == item.choices[1].by:
            text = translate("Inbox", "%1 changed “%4” of %3 on two devices that had not synced.")
        else:
            text = translate("Inbox", "%1 and %2 changed “%4” of %3 without seeing each other's change.")
        return capital(formats.filled(text, first, second, self.record(item), self.field(item)))

    def entry(self, item: Item) -> Entry:
        """The row of the list."""
        name = item.customer_name or item.title
        if item.kind == "contested":
            detail = translate("Inbox", "Deleted and edited")
        else:
            detail = " ≠ ".join(self.values(item)[:2]).replace("\n", " ")
        label = translate("Inbox", "Deletion") if item.kind == "contested" else self.field(item)
        if item.key.entity != "customer" and item.title and item.kind != "contested":
            label = f"{item.title.split(chr(10))[0]} · {label}"
        colon = "：" if self._context.language == "zh_CN" else ": "
        return Entry(key_of(item), name, f"{label}{colon}{detail}", avatar=name)

    def values(self, item: Item) -> list[str]:
        """The choices' values in words, no two of them alike."""
        if item.kind == "contested":
            keep, delete = (
                translate("Inbox", "Keep it, with what was edited"), translate("Inbox", "Delete it again"),
            )  # fmt: skip
            return [keep if choice.value is None else delete for choice in item.choices]
        values = [choice.value for choice in item.choices]
        return told_apart(item.declared, values, self._context.language, self._context.name_of)

    def earlier(self, item: Item) -> list[tuple[str, str]]:
        """What the field said before, latest first: (when and who, value)."""
        if item.kind == "contested":
            return []
        offered = {choice.at_ms for choice in item.choices}
        past = [
            change
            for change in history.changes(self._context.reader, item.key)
            if change.field == item.field and change.at_ms not in offered and change.kind != "undo"
        ]
        return [
            (
                f"{formats.instant(change.at_ms, self._context.today())} · {capital(self.who(change.by))}",
                format_value(item.declared, change.value, self._context.language, self._context.name_of),
            )
            for change in past[:_EARLIER]
        ]

    def about(self, item: Item) -> list[tuple[str, str]]:
        """What helps to decide: whose customer it is and how things stand there."""
        context = self._context
        try:
            card = customers.open_card(context.reader, context.registry, item.customer)
        except CrmError:  # the conflict is on a record whose customer is not here
            return []
        fields = context.registry["customer"].by_name
        last = formats.instant(card.last_visit_at, context.today()) if card.last_visit_at else ""
        shown = [
            (fields[name].label.text(context.language), self._shown(fields[name], card.view.values.get(name)))
            for name in ("stage", "grade", "city", "next_follow_up_on")
            if name != item.field
        ]
        return [
            (translate("Inbox", "Owner"), context.directory.owner_name(card.bucket)),
            (translate("Inbox", "Last visit"), last),
            *shown,
        ]

    def _shown(self, field: Field, value: Value) -> str:
        return format_value(field, value, self._context.language, self._context.name_of)

    def choices(self, item: Item) -> list[ChoiceText]:
        """The cards."""
        shown = translate("Inbox", "shown until you decide")
        return [
            ChoiceText(
                str(number),
                value,
                capital(self.who(choice.by)),
                formats.instant(choice.at_ms, self._context.today()),
                shown if number == 1 else "",
            )
            for number, (choice, value) in enumerate(zip(item.choices, self.values(item), strict=True), 1)
        ]


def capital(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]


def key_of(item: Item) -> str:
    """A row's id."""
    return f"{item.key.entity}:{item.key.id}:{item.field}"


class Inbox(Page):
    """The list at the left, the decision at the right."""

    def __init__(self, shell: Shell, context: Context) -> None:
        super().__init__(shell)
        self.title = self.tr("Inbox")
        self._context = context
        self._say = Sayings(context)
        self._tell = NewsSayings(context)
        self._late: dict[str, Late] = {}
        self._answers: dict[str, Request] = {}
        self._items: dict[str, Item] = {}
        self._same: dict[str, tuple[str, list[str]]] = {}
        self._decided: list[str] = []
        self._about = ""
        self._is_stale = True
        self._is_busy = False
        self.list = EntryList(self.tr("To decide"))
        self.list.current.connect(self._show_current)
        self.list.opened.connect(self._apply_current)
        self.decision = Decision(self)
        self.decision.applied.connect(self.apply)
        self.decision.undo_asked.connect(self.undo)
        self.decision.opened.connect(self._open_customer)
        self.decision.stepped.connect(self.list.step)
        self.duplicates = Duplicates(self)
        self.duplicates.opened.connect(self._open)
        self.duplicates.compared.connect(partial(self.shell.go, "duplicates"))
        self.news = News(self)
        self.news.kept.connect(self._keep)
        self.news.taken_back.connect(self._take_back)
        self.news.opened.connect(self._open_customer)
        self.empty = EmptyState(
            "circle-check", self.tr("Nothing to decide. Whatever two people changed at once shows up here.")
        )
        self._build()

    def _build(self) -> None:
        frame = QFrame()
        frame.setObjectName("listpane")
        frame.setFixedWidth(330)
        left = QVBoxLayout(frame)
        left.setContentsMargins(0, 0, 0, 0)
        left.addWidget(self.list)
        self._right = QStackedWidget()
        self._right.addWidget(self.decision)
        self._right.addWidget(self.duplicates)
        self._right.addWidget(self.news)
        aside = QFrame()
        aside.setObjectName("aside")
        inner = QVBoxLayout(aside)
        inner.setContentsMargins(1, 0, 0, 0)
        inner.addWidget(self._right)
        self._both = QWidget()
        row = QHBoxLayout(self._both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(frame)
        row.addWidget(aside, 1)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._both)
        self._stack.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)

    # -- what the window asks -----------------------------------------------------------------------

    def show_subject(self, subject: object) -> None:
        """A customer's id: stand on its first conflict, whether this person is asked about it or not."""
        self._about = subject if isinstance(subject, str) else ""
        self.reload()
        about = {key: item.customer for key, item in self._items.items()}
        about |= {key: late.customer for key, late in self._late.items()}
        first = next((key for key, customer in about.items() if customer == subject), "")
        self.list.select_id(first)

    def entered(self) -> None:
        if self._is_stale:
            self.reload()
        self.list.setFocus()

    def touched(self, change: object) -> None:
        self._is_stale = True
        if self.isVisible() and not self._is_busy:
            self.reload()

    def undo(self) -> None:
        """Take the last decision of this visit back, else whatever was written last."""
        if self._decided:
            self._context.undo(self._decided.pop())
        else:
            self._context.undo_last()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text().lower()
        if text.isdigit() and text != "0":
            self.decision.choose(int(text) - 1)
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.decision.step(1 if event.key() == Qt.Key.Key_Right else -1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._apply_current(self.list.current_id)
        elif text == "u":
            self.undo()
        elif text in ("j", "k"):
            self.list.step(1 if text == "j" else -1)
        else:
            super().keyPressEvent(event)

    # -- loading ------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the inbox again; the row after a decided one becomes current by itself."""
        self._is_stale = False
        found = conflicts.listed(self._context.reader, self._context.registry)
        same = customers.same_names(self._context.reader)
        self._items = {key_of(item): item for item in found}
        more = [item for item in self._asked_about() if key_of(item) not in self._items]
        self._items |= {key_of(item): item for item in more}
        self._same = {f"{_SAME}{name}": (name, ids) for name, ids in same}
        self._late = {LATE + late.id: late for late in late_work.listed(self._context.reader)}
        self._answers = {ANSWER + one.id: one for one in requests.answered(self._context.reader)}
        rows: list[Heading | Entry] = []
        if found:
            rows.append(Heading(self.tr("To decide  %1").replace("%1", str(len(found)))))
            rows += [self._say.entry(item) for item in found]
        if more:
            rows.append(Heading(self.tr("You may decide too  %1").replace("%1", str(len(more)))))
            rows += [self._say.entry(item) for item in more]
        if self._late:
            rows.append(Heading(self.tr("Late work  %1").replace("%1", str(len(self._late)))))
            rows += [self._tell.late_entry(late) for late in self._late.values()]
        if self._answers:
            rows.append(Heading(self.tr("Answers  %1").replace("%1", str(len(self._answers)))))
            rows += [self._tell.answer_entry(one) for one in self._answers.values()]
        if same:
            rows.append(Heading(self.tr("Same name  %1").replace("%1", str(len(same)))))
            rows += [self._same_entry(key) for key in self._same]
        self.count = len(found) + len(self._late) + len(self._answers)
        self.header_changed.emit()
        self._stack.setCurrentWidget(self._both if rows else self.empty)
        self.list.set_entries(rows)
        self._show_current(self.list.current_id)

    def _asked_about(self) -> list[Item]:
        """What is undecided about the customer that this page was opened for, where this person may write to it."""
        context = self._context
        now = context.workspace.clock.now_ms()
        if not self._about or not sharing.may_write(context.reader, context.directory, self._about, now):
            return []
        return conflicts.of_customer(context.reader, context.registry, self._about)

    def _same_entry(self, key: str) -> Entry:
        name, ids = self._same[key]
        return Entry(key, name, self.tr("%n customer(s) with this name", "", len(ids)), icon="copy")

    def _show_current(self, key: str) -> None:
        if item := self._items.get(key):
            keys = list(self._items)
            place = f"{keys.index(key) + 1} / {len(keys)}"
            name = item.customer_name or item.title
            self.decision.show_item(name, self._say.sentence(item), self._say.choices(item), place)
            self.decision.show_background(self._say.earlier(item), self._say.about(item))
            self.decision.can_undo(can=bool(self._decided))
            self.decision.hold(self._why_not(item))
            self._right.setCurrentWidget(self.decision)
        elif late := self._late.get(key):
            name = late.customer_name or self.tr("No customer")
            told = self._tell.late_sentence(late), self._tell.late_fields(late)
            self.news.show_news(name, *told, keeps=self.tr("Keep it"), can_take_back=True)
            self._right.setCurrentWidget(self.news)
        elif answer := self._answers.get(key):
            said = self._tell.answer_sentence(answer)
            self.news.show_news(answer.name, said, (), keeps=self.tr("Noted"), can_take_back=False)
            self._right.setCurrentWidget(self.news)
        elif found := self._same.get(key):
            self.duplicates.show_same(found[0], self._owners(found[1]))
            self._right.setCurrentWidget(self.duplicates)

    def _why_not(self, item: Item) -> str:
        """Why this person's role can't decide an item; blank where it can."""
        entity = self._context.registry.entities.get(item.key.entity)
        if entity is None or entity.may_write():
            declared = self._context.registry.find(item.key.entity, item.field)
            return self._context.why_not(declared) if declared is not None else ""
        return str(CrmError("forbidden").sentence(self._context.language).happened)

    def _owners(self, ids: list[str]) -> list[Entry]:
        rows = []
        for customer in ids:
            card = customers.open_card(self._context.reader, self._context.registry, customer)
            owner = self._context.directory.owner_name(card.bucket)
            detail = " · ".join(str(part) for part in (owner, card.view.values.get("city")) if part)
            last = formats.instant(card.last_visit_at, self._context.today()) if card.last_visit_at else ""
            rows.append(Entry(customer, str(card.view.values.get("name") or ""), detail, last))
        return rows

    # -- acting -------------------------------------------------------------------------------------

    def _apply_current(self, key: str) -> None:
        if key in self._items:
            self.apply(self.decision.chosen)
        elif key in self._same:
            self.duplicates.take_keyboard()
        else:
            self._keep()

    def _keep(self) -> None:
        key = self.list.current_id
        if late := self._late.get(key):
            self._context.write(partial(late_work.keep, late=late), self._applied, said=self.tr("Kept"))
        elif answer := self._answers.get(key):
            self._context.write(partial(requests.close, request=answer.id), self._applied)

    def _take_back(self) -> None:
        if late := self._late.get(self.list.current_id):
            said = self.tr("What came late was taken back")
            self._context.write(partial(late_work.take_back, late=late), self._applied, said=said)

    def apply(self, choice: int) -> None:
        """Decide the current item for one of its choices."""
        item = self._items.get(self.list.current_id)
        if item is None or self._is_busy or not 0 <= choice < len(item.choices):
            return
        self._is_busy = True
        said = self.tr("Decided: %1").replace("%1", self._say.values(item)[choice].split("\n")[0][:40])
        self._context.write(
            partial(conflicts.resolve, item=item, choice=choice), self._applied, self._failed, said=said
        )

    def _applied(self, outcome: Outcome[Any]) -> None:
        self._is_busy = False
        if outcome.txn is not None:
            self._decided.append(outcome.txn)
        self.reload()

    def _failed(self, error: Exception) -> None:
        self._is_busy = False
        self._context.report(error)

    def _open_customer(self) -> None:
        key = self.list.current_id
        about = self._items.get(key) or self._late.get(key) or self._answers.get(key)
        if about is not None and about.customer:
            self._open(about.customer)

    def _open(self, customer: str) -> None:
        self.shell.go("customer", customer)
