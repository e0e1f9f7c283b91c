"""A customer from all sides: who it is, its tags and people, its story, its fields and what became of them.

`CustomerView` stands beside the list and fills a page of its own (`customer_page.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from crmdesk.core.dates import moment_of
from crmdesk.core.errors import CrmError
from crmdesk.core.format import format_value
from crmdesk.core.record import RecordKey
from crmdesk.core.resolve import Life
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.pages.customer_deals import Deals
from crmdesk.ui.pages.customer_feed import chips
from crmdesk.ui.pages.customer_files import Files
from crmdesk.ui.pages.customer_head import CustomerHead
from crmdesk.ui.pages.customer_moves import CustomerMoves
from crmdesk.ui.pages.customer_parts import Contacts, History
from crmdesk.ui.pages.customer_shares import CustomerShares
from crmdesk.ui.pages.customer_story import Story
from crmdesk.ui.pages.record_form import RecordForm
from crmdesk.ui.widgets import plain
from crmdesk.ui.widgets.marks import EmptyState
from crmdesk.ui.widgets.tabs import SegmentedTabs
from crmdesk.usecases import agenda, customers, dealings, late_work, merging, records, tags
from crmdesk.usecases.agenda import Due
from crmdesk.usecases.customers import Card
from crmdesk.usecases.directory import Directory
from crmdesk.usecases.outcome import Outcome

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica, Touched

_TABS: Final = ("story", "details", "people", "deals", "files", "history")
_ASIDE: Final = 440
_PART: Final = 120
"""What a part of the customer has at least in height, where a long name and shares take much of a low window."""


@dataclass(frozen=True, slots=True)
class _Day:
    """One choice of the follow-up menu."""

    label: str
    days: int | None


class CustomerView(QFrame):
    """Shows one customer. `visit(id)`, `decide()`, `audit(id)` and `deleted(id)` ask the page around it to go somewhere.

    `left()` says that it shows none any longer, because the customer left this laptop.
    """

    visit = Signal(str)
    decide = Signal()
    audit = Signal(str)
    deleted = Signal(str)
    left = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None, *, wide: bool = False) -> None:
        super().__init__(parent)
        self._context = context
        self._card: Card | None = None
        self._merged: set[str] = set()
        self._frozen = ""
        self.head = CustomerHead()
        self.tabs = SegmentedTabs(
            self.tr("Parts of the customer"),
            list(zip(_TABS, (self.tr("Timeline"), self.tr("Details"), self.tr("Contacts"), self.tr("Deals"), self.tr("Files"), self.tr("History")), strict=True)),
            indent=18,
        )  # fmt: skip
        self.telling = Story(context, wide=wide)
        self.story = self.telling.entries
        self.form = RecordForm(context, "customer")
        self.people = Contacts(context)
        self.deals = Deals(context)
        self.files = Files(context)
        self.past = History(context)
        self.moves = CustomerMoves(context, self)
        self.shares = CustomerShares(context, self)
        self._pages = QStackedWidget()
        for page in (self.telling, self.form, self.people, self.deals, self.files, self.past):
            self._pages.addWidget(page)
        self._pages.setMinimumHeight(_PART)
        self._lay_out(wide=wide)
        self._connect()
        self._set_empty(is_empty=True)

    @property
    def customer(self) -> str | None:
        """The customer in view."""
        return self._card.id if self._card else None

    @property
    def is_left_unsaved(self) -> bool:
        """Whether the customer left this laptop while the form in front holds what is not saved."""
        forms = {"details": self.form, "people": self.people.form, "deals": self.deals.form}
        form = forms.get(self.tabs.key)
        if form is None or not form.isVisibleTo(self) or not form.is_dirty:
            return False
        return self.customer is not None and self._context.reader.record("customer", self.customer) is None

    def _name(self) -> str:
        return str(self._card.view.values.get("name") or "") if self._card else ""

    def show_customer(self, customer: str | None) -> None:
        """Show a customer, or none."""
        self._card = None
        if customer:
            try:
                self._card = customers.open_card(self._context.reader, self._context.registry, customer)
            except CrmError as error:
                if error.code != "not_found":
                    raise
        shown = self._card.id if self._card is not None else ""
        self._merged = {record_id for record_id, _ in merging.merged_into(self._context.reader, shown)}
        self._set_empty(is_empty=self._card is None)
        self.moves.set_customer(self.customer, self._name())
        if self._card is not None:
            self._show_head(self._card)
            self._show_tab()

    def touched(self, change: "Touched") -> None:
        """A write or a sync: show again what moved; a form that is being typed into stays as it is."""
        if self._card is None or not change.concerns(
            "customer", "contact", "visit", "task", "review", "attachment", "tag", "user", "late_work",
            "share", "delegation", "role", *dealings.KINDS,
        ):  # fmt: skip
            return
        if not self._is_mine(change):
            return
        try:
            self._card = customers.open_card(self._context.reader, self._context.registry, self._card.id)
        except CrmError:
            if self.is_left_unsaved:
                self._touch_forms(change)
            else:
                self.show_customer(None)
            return
        self._touch_forms(change)
        self._show_head(self._card)
        if self.tabs.key != "details":
            self._show_tab()

    def _touch_forms(self, change: "Touched") -> None:
        if self.tabs.key == "details":
            self.form.touched(change)
        elif self.tabs.key == "people":
            self.people.touched(change)
        elif self.tabs.key == "deals":
            self.deals.touched(change)

    def show_tab(self, key: str) -> None:
        """Bring a part to the front: story, details, people, deals, files or history."""
        self.tabs.select(key)
        self._show_tab()

    def show_record(self, entity: str, record: str) -> None:
        """Bring what hangs below the customer to the front: a person, a dealing, a file."""
        if entity == "contact":
            self.show_tab("people")
            self.people.edit(record)
        elif entity in dealings.KINDS:
            self.show_tab("deals")
            self.deals.edit(record)
        elif entity == "attachment" and self.tabs.offers("files"):
            self.files.open_once_read(record)
            self.show_tab("files")

    def leave(self) -> None:
        """Before the view goes: nothing typed is lost."""
        self.form.leave()
        self.people.form.leave()
        self.deals.leave()

    def focus_tags(self) -> None:
        """Put the keyboard into the field that adds a tag."""
        self.head.tags.focus_field()

    def delete(self) -> None:
        """Delete the customer; the notice offers it back."""
        if self._card is not None:
            key, name = customers.key(self._card.id), self.head.name.text()
            said = self.tr("Deleted %1").replace("%1", name)
            self._context.write(partial(_delete, key), self._gone, said=said)

    def look_back(self) -> None:
        """Open a window that shows the customer as it was on an earlier day."""
        from crmdesk.ui.pages.looking_back import LookingBack  # which shows a view of this kind

        if self._card is not None and self._context.seeing is None:
            LookingBack(self._context, self._card.id, self._name(), self.window()).show()

    def press(self, event: QKeyEvent) -> bool:
        """A key that reached the page: digits choose a part, H the history, B an earlier day, T a tag, E the form, Delete deletes."""
        key = event.key()
        if self._card is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_6:
            if self.tabs.offers(_TABS[key - Qt.Key.Key_1]):
                self.show_tab(_TABS[key - Qt.Key.Key_1])
                self._focus_part()
        elif key == Qt.Key.Key_H:
            self.show_tab("history")
            self._focus_part()
        elif key == Qt.Key.Key_T:
            if not self._why_not("tag"):
                self.focus_tags()
        elif key == Qt.Key.Key_B:
            self.look_back()
        elif key in (Qt.Key.Key_E, Qt.Key.Key_F2):
            self.show_tab("details")
            self._focus_part()
        elif key == Qt.Key.Key_Delete:
            if not self._frozen and self._context.registry["customer"].may_write():
                self.delete()
        else:
            return False
        return True

    # -- making ------------------------------------------------------------------------------------

    def _lay_out(self, *, wide: bool) -> None:
        self.setObjectName("surface" if wide else "aside")
        parts = QFrame()
        parts.setObjectName("aside" if wide else "")
        column = QVBoxLayout(parts)
        column.setContentsMargins(0, 6 if not wide else 12, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self._pages, 1)
        self._empty = EmptyState("users", self.tr("Choose a customer to see it from all sides."))
        self._parts = parts
        box = QBoxLayout(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom, self)
        box.setContentsMargins(0 if wide else 1, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self._empty, 1)
        if wide:
            self.head.setFixedWidth(_ASIDE)
            box.addLayout(self._left_column())
        else:
            self.setFixedWidth(_ASIDE)
            box.addWidget(self.head)
        box.addWidget(parts, 1)

    def _left_column(self) -> QVBoxLayout:
        """The head, and below it what to know before a visit."""
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 18)
        column.setSpacing(18)
        column.addWidget(self.head)
        if self.telling.card is not None:
            self.telling.card.setFixedWidth(_ASIDE)
            column.addWidget(self.telling.card)
        column.addStretch(1)
        return column

    def _connect(self) -> None:
        self.tabs.chosen.connect(self._show_tab)
        self.telling.asked.connect(self.show_record)
        self.people.numbered.connect(self._numbered)
        self.deals.numbered.connect(partial(self._count, "deals"))
        self.files.numbered.connect(partial(self._count, "files"))
        self.head.shares.ended.connect(self.shares.end)
        self.head.tags.added.connect(self._add_tag)
        self.head.tags.removed.connect(self._take_tag_off)
        self.head.visit.clicked.connect(self._ask_visit)
        self.head.banner.decide.clicked.connect(self.decide)
        self.form.decide.connect(self.decide)
        self.people.decide.connect(self.decide)
        self.deals.decide.connect(self.decide)
        for form in (self.form, self.people.form):
            form.left.connect(self._left)
        menu = QMenu(self)
        self._add_contact = menu.addAction(self.tr("New contact"), self._new_contact)
        self._change = menu.addAction(self.tr("Edit details"), self._edit)
        menu.addAction(self.tr("Copy phone number"), self._copy_phone)
        self._share = menu.addAction(self.tr("Share…"), self.shares.ask)
        self._hand_over = menu.addAction(self.tr("Hand over…"), self.moves.hand_over)
        self._release = menu.addAction(self.tr("Release to the pool"), self.moves.release)
        self._claim = menu.addAction(self.tr("Claim"), self.moves.claim)
        self._back = menu.addAction(self.tr("As it was on an earlier day…"), self.look_back)
        self._audit = menu.addAction(self.tr("Audit: who, from which laptop, when"), self._to_audit)
        self._merged_menu = menu.addMenu(self.tr("Take apart"))
        self._delete = menu.addAction(self.tr("Delete customer"), self.delete)
        menu.aboutToShow.connect(self._offer_moves)
        self.head.more.setMenu(menu)
        self.head.more.setPopupMode(self.head.more.ToolButtonPopupMode.InstantPopup)
        days = QMenu(self)
        for day in self._days():
            action = QAction(day.label, days)
            action.setData(day.days)
            days.addAction(action)
        days.triggered.connect(self._follow_up)
        self.head.follow_up.setMenu(days)

    def _offer_moves(self) -> None:
        """Only what this person may do with this customer is in the menu."""
        may = self.moves.offered(self._card.bucket if self._card else None)
        for action, kind in (
            (self._hand_over, "hand_over"), (self._release, "release"), (self._claim, "claim"),
        ):  # fmt: skip
            action.setVisible(kind in may)
        self._share.setVisible(self.shares.may_share)
        self._audit.setVisible(self._context.may_audit)
        self._back.setVisible(self._context.seeing is None)
        self._add_contact.setVisible(self._may("contact"))
        may_write = not self._frozen and self._context.registry["customer"].may_write()
        for action in (self._change, self._delete):
            action.setVisible(may_write)
        self._offer_merged(may_write=may_write)

    def _offer_merged(self, *, may_write: bool) -> None:
        """The customers that were merged into this one, each to stand for itself again."""
        self._merged_menu.clear()
        merged = merging.merged_into(self._context.reader, self._card.id) if self._card and may_write else []
        for record_id, name in merged:
            self._merged_menu.addAction(plain.menu_text(name), partial(self._take_apart, record_id, name))
        self._merged_menu.menuAction().setVisible(bool(merged))

    def _take_apart(self, merged: str, name: str) -> None:
        said = self.tr("“%1” stands for itself again").replace("%1", name)
        self._context.write(partial(merging.unmerge, loser=merged), said=said)

    def _to_audit(self) -> None:
        if self.customer:
            self.audit.emit(self.customer)

    def _days(self) -> Sequence[_Day]:
        return (
            _Day(self.tr("Tomorrow"), 1),
            _Day(self.tr("In 3 days"), 3),
            _Day(self.tr("In a week"), 7),
            _Day(self.tr("In two weeks"), 14),
            _Day(self.tr("In a month"), 30),
            _Day(self.tr("No follow-up"), None),
        )

    # -- showing -----------------------------------------------------------------------------------

    def _set_empty(self, *, is_empty: bool) -> None:
        self._empty.setVisible(is_empty)
        self.head.setVisible(not is_empty)
        if self.telling.card is not None:
            self.telling.card.setVisible(not is_empty)
        self._parts.setVisible(not is_empty)

    def _show_head(self, card: Card) -> None:
        values, names = card.view.values, self._context.directory
        self.tabs.set_number("people", len(card.contacts))
        self.tabs.set_number("files", card.attachments or None)
        self.tabs.set_number("deals", card.dealt or None)
        declared = self._context.registry["customer"].by_name
        spoken = self._context.language
        head = self.head
        name = str(values.get("name") or formats.DASH)
        head.avatar.set_name(name)
        head.name.setText(name)
        stage = declared["stage"].option(values.get("stage"))
        head.stage.set_stage(stage.label.text(spoken) if stage else "", stage.hue if stage else "slate")
        head.stage.setVisible(stage is not None)
        grade = declared["grade"].option(values.get("grade"))
        facts = [values.get("code"), values.get("city"), grade.label.text(spoken) if grade else None]
        head.facts.set_text(" · ".join(str(fact) for fact in facts if fact))
        head.unsent.setVisible(card.is_unsent and self._context.workspace.server() is not None)
        self.shares.set_customer(card.id, name, card.bucket)
        self._frozen = self.shares.frozen()
        head.shares.show_chips(self.shares.chips())
        head.tags.hold(self._why_not("tag"))
        head.visit.setVisible(self._may("visit"))
        head.follow_up.setVisible(self._may("customer", "next_follow_up_on"))
        head.tags.set_tags(chips(names, card.tags))
        head.tags.set_known([tag.name for tag in names.tags.values() if not tag.retired])
        head.grid.set_fields(self._figures(card))
        decider = self._owner(card) if self._frozen else ""
        if card.view.life is Life.CONTESTED:
            text = self.tr("Somebody deleted this customer while somebody else worked on it.")
        else:
            count = len(card.view.conflicts)
            text = head.banner.conflicts(count) if count else self._late(card)
        head.banner.say(text, decider=decider)

    def _late(self, card: Card) -> str:
        """Who wrote to this customer before hearing that it had moved, if that waits to be looked at."""
        late = late_work.listed(self._context.reader, customer=card.id, limit=1)
        if not late:
            return ""
        author = self._context.directory.person_name(late[0].author)
        return self.tr("%1 wrote to this customer before hearing that it had moved.").replace("%1", author)

    def _owner(self, card: Card) -> str:
        names = self._context.directory
        return self.tr("The pool") if card.bucket == names.pool else names.owner_name(card.bucket)

    def _figures(self, card: Card) -> list[tuple[str, str]]:
        values, today = card.view.values, self._context.today()
        fields, spoken = self._context.registry["customer"].by_name, self._context.language
        nearest = next((one for one in card.contacts if one.phones), None)
        person = nearest or next(iter(card.contacts), None)
        number = nearest.phones[0] if nearest else str(values.get("phone") or "")
        last = formats.day(moment_of(card.last_visit_at).date(), today) if card.last_visit_at else ""
        due = values.get("next_follow_up_on")
        return [
            (self.tr("Contact"), person.name if person else ""),
            (fields["phone"].label.text(spoken), formats.phone(number)),
            (self.tr("Owner"), self._owner(card)),
            (
                fields["amount"].label.text(spoken),
                format_value(fields["amount"], values.get("amount"), spoken),
            ),
            (self.tr("Last visit"), last),
            (
                fields["next_follow_up_on"].label.text(spoken),
                format_value(fields["next_follow_up_on"], due, spoken),
            ),
        ]

    def _show_tab(self) -> None:
        self._pages.setCurrentIndex(_TABS.index(self.tabs.key))
        customer = self.customer
        if customer is None:
            return
        if self.tabs.key == "story":
            self.telling.show_customer(customer)
        elif self.tabs.key == "details":
            self.form.freeze(self._frozen)
            self.form.open_record(customer)
        elif self.tabs.key == "people":
            self.people.freeze(self._frozen)
            self.people.show_customer(customer)
        elif self.tabs.key == "deals":
            self.deals.freeze(self._frozen)
            self.deals.show_customer(customer)
        elif self.tabs.key == "files":
            self.files.hold(may=self._may("attachment"))
            self.files.show_customer(customer)
        else:
            self.past.hold(may=self._may("customer", "name"))
            self.past.show_customer(customer)

    def _may(self, entity: str, *fields: str) -> bool:
        return not self._frozen and self._context.may(entity, *fields)

    def _why_not(self, field: str) -> str:
        return self._frozen or self._context.why_not(self._context.registry["customer"].by_name[field])

    def _focus_part(self) -> None:
        if self.tabs.key == "details":
            self.form.focus_first()
        else:
            parts = {
                "story": self.story,
                "people": self.people.people,
                "deals": self.deals.entries,
                "files": self.files.tiles,
                "history": self.past.changes,
            }
            parts[self.tabs.key].setFocus()

    def _is_mine(self, change: "Touched") -> bool:
        """Whether it touched this customer or anything that may hang under it."""
        card = self._card
        if (
            change.is_everything
            or card is None
            or any(key.entity in ("tag", "user", "share", "role") for key in change.keys)
        ):
            return True
        merged = {record_id for record_id, _ in merging.merged_into(self._context.reader, card.id)}
        known = {card.id, *merged, *self._merged, *(contact.id for contact in card.contacts)}
        self._merged = merged
        return any(
            key.entity in ("visit", "task", "review", "contact", "attachment", *dealings.KINDS)
            or key.id in known
            for key in change.keys
        )

    def _numbered(self, count: int) -> None:
        self.tabs.set_number("people", count)

    def _count(self, part: str, count: int) -> None:
        self.tabs.set_number(part, count or None)

    # -- doing -------------------------------------------------------------------------------------

    def _ask_visit(self) -> None:
        self.visit.emit(self.customer or "")

    def _edit(self) -> None:
        self.show_tab("details")
        self._focus_part()

    def _new_contact(self) -> None:
        self.show_tab("people")
        self.people.add()

    def _copy_phone(self) -> None:
        number = (
            next(
                (value for name, value in self._figures(self._card) if value and name == self._phone_label()),
                "",
            )
            if self._card
            else ""
        )
        if number:
            QGuiApplication.clipboard().setText(number.replace(" ", ""))
            self._context.say(self.tr("Copied %1").replace("%1", number))

    def _phone_label(self) -> str:
        return self._context.registry["customer"].by_name["phone"].label.text(self._context.language)

    def _follow_up(self, action: QAction) -> None:
        if self._card is None:
            return
        days = action.data()
        day = None if days is None else self._context.today() + timedelta(days=days)
        due = Due("customer", self._card.id, self._card.id, "", "", self._context.today())
        said = (
            self.tr("Follow-up on %1").replace("%1", formats.weekday_date(day))
            if day
            else self.tr("No follow-up")
        )
        self._context.write(lambda replica: agenda.reschedule(replica, due, day), said=said)

    def _add_tag(self, name: str) -> None:
        if self._card is not None:
            work = partial(_put_tag, self._context.directory, self._card.id, name)
            self._context.write(work, said=self.tr("Tagged %1").replace("%1", name))

    def _take_tag_off(self, tag: str) -> None:
        if self._card is None:
            return
        known, customer = self._context.directory.tags.get(tag), self._card.id
        said = self.tr("Took off %1").replace("%1", known.name if known else "")
        self._context.write(lambda replica: tags.take_off(replica, customer, tag), said=said)

    def _left(self) -> None:
        if self.customer and self._context.reader.record("customer", self.customer) is None:
            self.show_customer(None)
            self.left.emit()

    def _gone(self, _outcome: Outcome[None]) -> None:
        gone = self.customer or ""
        self.show_customer(None)
        self.deleted.emit(gone)


def _delete(key: RecordKey, replica: "Replica") -> Outcome[None]:
    return records.delete(replica, key)


def _put_tag(names: Directory, customer: str, name: str, replica: "Replica") -> Outcome[str]:
    return tags.put_named(replica, names, customer, name)
