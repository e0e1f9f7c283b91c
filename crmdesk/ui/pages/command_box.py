"""The command box: one line that finds customers, people and tags, and with `>` does anything the product can do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QVBoxLayout

from crmdesk.core.text import normalise
from crmdesk.ui.context import Context
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.customer_pages import NewCustomerWish
from crmdesk.ui.widgets.fields import label, rule
from crmdesk.ui.widgets.hit_list import ROW, Found, HitList
from crmdesk.ui.widgets.query_field import QueryField
from crmdesk.ui.widgets.sheet import Sheet
from crmdesk.usecases import customers, narrowing, recents, views
from crmdesk.usecases.customers import Hit
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.workspace import readings

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

_SHOWN: Final = 9
_OF_EACH: Final = 3


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do, found by its title or its key. `run` is a method of a QObject that outlives the box."""

    title: str
    run: Callable[[], object]
    icon: str = "zap"
    keys: str = ""


class CommandBox(Sheet):
    """Opens over the middle of the window. Give it more `commands` than the pages it knows by itself."""

    def __init__(self, window: MainWindow, context: Context, commands: Sequence[Command] = ()) -> None:
        super().__init__(window, 600)
        self.setAccessibleName(self.tr("Find or do anything"))
        self._window, self._context = window, context
        self.commands = list(commands)
        self.field = QueryField(self.tr("Name, pinyin, phone, tag…   > for commands"))
        self.field.setProperty("kind", "command")
        self.field.queried.connect(self._search)
        self.field.entered.connect(self._enter)
        self.field.left.connect(self.put_away)
        self.list = HitList(self.tr("Found"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.chosen.connect(self._chosen)
        self.field.stepped.connect(self.list.step)
        self._hint = label("", "faint")
        self._hint.setContentsMargins(18, 6, 18, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(7, 6, 7, 16)
        column.setSpacing(0)
        column.addWidget(self.field)
        column.addWidget(rule())
        column.addWidget(self._hint)
        column.addWidget(self.list)
        self.left.connect(self.put_away)

    def open(self) -> None:
        """Show it, empty, with the customers opened last."""
        self.open_sheet()
        self.field.clear()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search("")

    def place(self) -> tuple[int, int, int]:
        height = min(self._home.height() - 80, self.sizeHint().height())
        return (self._home.width() - self.width()) // 2, 64, height

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress and self.isVisible():
            self.put_away()
        return super().eventFilter(watched, event)

    # -- finding -----------------------------------------------------------------------------------

    def _search(self, text: str) -> None:
        if not self.isVisible():
            return
        if text.startswith((">", "》", "＞")):
            found = self._commands(text[1:])
            hint = self.tr("Commands")
        elif not text:
            found = [self._hit(hit) for hit in recents.listed(self._context.reader)][:_SHOWN]
            hint = self.tr("Opened last") if found else self.tr("Type a few letters: hxjx finds 宏兴机械.")
        else:
            found = self._found(text)
            known = customers.searchable_percent(self._context.reader)
            preparing = self.tr("Search is being prepared: %1 %").replace("%1", str(known))
            hint = preparing if known < 100 else "" if found else self.tr("Nothing found.")
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self.list.show_found(found)
        self.list.setFixedHeight(ROW * min(_SHOWN, len(found)))
        self._place()

    def _found(self, text: str) -> list[Found]:
        hits = customers.search(self._context.reader, readings(), text, _SHOWN)
        found = [self._hit(hit) for hit in hits]
        found += self._views(text)[:_OF_EACH]
        found += [*self._tags(text)[:_OF_EACH], *self._people(text)[:_OF_EACH]]
        found += self._commands(text)[:_OF_EACH]
        if self._context.may("customer"):
            found.append(self._creation(text))
        return found

    def _hit(self, hit: Hit) -> Found:
        if hit.entity == "contact":
            return Found(hit.name, hit.detail, self.tr("Contact"), hit, "user", "blue")
        return Found(hit.name, hit.detail, self.tr("Customer"), hit)

    def _tags(self, text: str) -> list[Found]:
        return [
            Found(tag.name, "", self.tr("Tag"), narrowing.of_tag(tag.id), "tag", tag.hue)
            for tag in self._context.directory.tags.values()
            if self._fits(text, tag.name)
        ]

    def _views(self, text: str) -> list[Found]:
        return [
            Found(view.name, "", self.tr("View"), view, "star", "amber")
            for view in views.listed(self._context.reader)
            if self._fits(text, view.name)
        ]

    def _people(self, text: str) -> list[Found]:
        owners = {who.id: who for who in self._context.directory.owners.values()}
        return [
            Found(
                person.name,
                self.tr("their customers"),
                self.tr("Person"),
                narrowing.of_owner(user),
                "users",
                "violet",
            )
            for user, person in owners.items()
            if self._fits(text, person.name)
        ]

    def _commands(self, text: str) -> list[Found]:
        return [
            Found(command.title, command.keys, self.tr("Command"), command, command.icon)
            for command in self.commands
            if not text.strip() or self._fits(text, command.title)
        ]

    def _creation(self, text: str) -> Found:
        title = self.tr("New customer “%1”").replace("%1", text)
        return Found(title, "", self.tr("Command"), NewCustomerWish(text), "plus")

    def _fits(self, text: str, name: str) -> bool:
        """Whether a short name is meant: its letters, or the initials of its characters."""
        wanted, plain = normalise(text), normalise(name)
        if wanted in plain:
            return True
        usual = readings().usual
        spoken = [usual.get(letter, letter) for letter in plain]
        return wanted in "".join(spoken) or wanted in "".join(sound[:1] for sound in spoken)

    # -- going -------------------------------------------------------------------------------------

    def _enter(self) -> None:
        self.list.choose()

    def _chosen(self, subject: object) -> None:
        self.hide()
        if isinstance(subject, Hit):
            self._context.write(partial(_note, subject.customer))
            self._window.go("customer", subject.customer)
        elif isinstance(subject, Command):
            subject.run()
        else:
            self._window.go("customers", subject)


def _note(customer: str, replica: "Replica") -> Outcome[None]:
    return recents.note(replica, customer)
