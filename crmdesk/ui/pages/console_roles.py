"""Roles: what each may read and write, field by field; the company's own are copies that may do less."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from crmdesk.core.errors import sentences
from crmdesk.core.parts import CONTACT
from crmdesk.core.text import normalise
from crmdesk.ui import formats, theme
from crmdesk.ui.pages.console_desk import OWN_ROLES, ConsoleDesk, Order
from crmdesk.ui.pages.console_part import ConsolePart
from crmdesk.ui.pages.console_teams import NameDialog
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.entry_list import Entry, EntryList, Heading
from crmdesk.ui.widgets.fields import heading, label
from crmdesk.usecases import organisation
from crmdesk.usecases.directory import Person
from crmdesk.usecases.organisation import RoleShown

if TYPE_CHECKING:
    from crmdesk.core.answers import Moved
    from crmdesk.store.replica import Replica
    from crmdesk.sync.http import Http

_KEY: Final = int(Qt.ItemDataRole.UserRole)
_NAMED: Final = 3
_ROW: Final = 30
_ON, _OFF = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class _Ticks(QStyledItemDelegate):
    """Draws a tick that nobody can change as one, and its words as any others."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        if not index.flags() & Qt.ItemFlag.ItemIsUserCheckable:
            option.state &= ~QStyle.StateFlag.State_Enabled
            words = option.palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Text)
            option.palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text, words)


class RolesPart(ConsolePart):
    """The roles at the left; at the right a tick for each part that the chosen one reads and field that it may write."""

    def __init__(self, desk: ConsoleDesk) -> None:
        super().__init__(desk)
        self.list = self._entries = EntryList(self.tr("Roles"))
        self._awaited = ""
        self._told: tuple[RoleShown, RoleShown] | None = None
        self._own: dict[str, RoleShown] = {}
        self._shown: RoleShown | None = None
        self.list.current.connect(self._show)
        self.name, self.sentence, self.who = heading(), label("", "second"), label("", "second")
        self.reads = {CONTACT: QCheckBox(self.tr("The people behind a customer"))}
        plain.set_tip(self.reads[CONTACT], self.tr("Names, phones, mails and all else of contacts"))
        for tick in self.reads.values():
            tick.toggled.connect(self._ticked)
        self.matrix = QTreeWidget()
        self.matrix.itemChanged.connect(self._ticked)
        self._build()

    @property
    def total(self) -> int:
        """How many roles there are."""
        return len(OWN_ROLES) + len(self._own)

    def _build(self) -> None:
        self.copy = buttons.secondary(self.tr("Copy…"), "copy", self.add)
        self.rename = buttons.secondary(self.tr("Rename…"), "pencil", self.ask_name)
        self.back = buttons.secondary(self.tr("As it was"), "undo-2", self._put_back)
        self.save = buttons.primary(self.tr("Save"), "check", self._save)
        frame = QFrame()
        frame.setObjectName("listpane")
        frame.setFixedWidth(330)
        left = QVBoxLayout(frame)
        left.setContentsMargins(0, 0, 0, 0)
        left.addWidget(self.list)
        head = QHBoxLayout()
        head.setContentsMargins(20, 12, 16, 0)
        head.setSpacing(8)
        head.addWidget(self.name, 1)
        head.addWidget(self.rename)
        head.addWidget(self.copy)
        told = QVBoxLayout()
        told.setContentsMargins(20, 0, 16, 6)
        told.setSpacing(2)
        for said in (self.sentence, self.who):
            said.setWordWrap(True)
            told.addWidget(said)
        foot = QFrame()
        foot.setObjectName("footer")
        doing = QHBoxLayout(foot)
        doing.setContentsMargins(20, 10, 16, 10)
        self.affected = label("", "second")
        self.affected.setWordWrap(True)
        doing.addWidget(self.affected, 1)
        doing.addWidget(self.back)
        doing.addWidget(self.save)
        self._foot = foot
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(6)
        right.addLayout(head)
        right.addLayout(told)
        right.addWidget(self._reading())
        right.addWidget(self.matrix, 1)
        right.addWidget(foot)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(frame)
        row.addLayout(right, 1)
        self._build_matrix()

    def _reading(self) -> QFrame:
        """The parts that may be hidden from a role, each with a tick."""
        strip = QFrame()
        strip.setObjectName("footer")
        row = QHBoxLayout(strip)
        row.setContentsMargins(20, 8, 16, 8)
        row.setSpacing(14)
        row.addWidget(label(self.tr("May read"), "strong"))
        for tick in self.reads.values():
            row.addWidget(tick)
        row.addStretch(1)
        self.hides = label("", "warn")
        row.addWidget(self.hides)
        return strip

    def _build_matrix(self) -> None:
        tree = self.matrix
        tree.setAccessibleName(self.tr("What the role may write"))
        tree.header().setAccessibleName(self.tr("What the role may write"))
        tree.setColumnCount(2)
        tree.setItemDelegate(_Ticks(tree))
        tree.setHeaderLabels([self.tr("May write"), self.tr("Compared with what it is a copy of")])
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        tree.header().resizeSection(1, 280)
        tree.header().setStretchLastSection(False)
        tree.setUniformRowHeights(True)
        tree.setIndentation(22)
        tree.setFrameShape(QTreeWidget.Shape.NoFrame)
        tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    # -- what the page asks ---------------------------------------------------------------------------

    def hint(self) -> str:
        """What the search field says."""
        return self.tr("Field or kind of record…")

    def search(self, text: str) -> None:
        """Show only the fields that this text is found in."""
        self._wanted = normalise(text)
        self._filter()

    def reload(self) -> None:
        """Show the roles as they are now; what is ticked and not saved stays."""
        self._own = {role.id: role for role in organisation.roles(self._desk.context.reader)}
        if self._told is not None:  # the server has it, this laptop hears of it with the next sync
            before, now = self._told
            if self._own.get(now.id) == before:
                self._own[now.id] = now
            else:
                self._told = None
        rows: list[Heading | Entry] = [Heading(self.tr("They come with the product"))]
        rows += [self._entry(key) for key in OWN_ROLES]
        rows.append(Heading(self.tr("The company's own")))
        rows += [self._entry(key) for key in self._own]
        self.list.set_entries(rows)
        if self._awaited and self.list.select_id(self._awaited):
            self._awaited = ""
        key = self.list.current_id
        if key and not self.is_changed and _terms(self._shown) != _terms(self._role(key)):
            self._show(key)
        else:
            self._tell()

    def _entry(self, key: str) -> Entry:
        people = organisation.holders(self._desk.context.directory.people.values(), key)
        own = self._own.get(key)
        said = self.tr("%n person(s)", "", len(people))
        if own is not None:
            said = f"{self._copy_of(own.base)} · {said}"
        name = own.name if own else self._desk.role_name(key)
        return Entry(key, name, said, icon="award", hue="violet" if own else "slate")

    def _copy_of(self, base: str) -> str:
        return formats.filled(self.tr("Copy of %1"), self._desk.role_name(base))

    # -- the matrix -----------------------------------------------------------------------------------

    def _role(self, key: str) -> RoleShown:
        """A role; one that comes with the product withholds nothing."""
        return self._own.get(key) or RoleShown(key, self._desk.role_name(key), key)

    def _show(self, key: str) -> None:
        if not key:
            return
        role = self._shown = self._role(key)
        self._fill(role)
        said = {
            "rep": self.tr("Writes in their own book, and in those of a team that shares its books."),
            "manager": self.tr("Writes in the books of their team and of those below it, and in the pool."),
            "director": self.tr(
                "Reads the books of their team and of those below it, and writes none of them."
            ),
            "auditor": self.tr("Reads, and writes nothing at all."),
            "administrator": self.tr(
                "Looks after people and settings; reads their own customers, and those of a team that shares its books."
            ),
        }
        told, is_own = said.get(role.base, ""), key in self._own
        if is_own:
            told = formats.filled("%1 · %2", self._copy_of(role.base), told)
        else:
            told = sentences(
                told, self.tr("It comes with the product and stays as it is; a copy can do less.")
            )
        self.sentence.setText(told)
        for widget in (self.rename, self._foot):
            widget.setVisible(is_own)
        self._tell()

    def _fill(self, role: RoleShown) -> None:
        registry, spoken = self._desk.context.registry, self._desk.context.language
        can_edit, writes = role.id in self._own, role.base != "auditor"
        for part, tick in self.reads.items():
            tick.blockSignals(True)
            tick.setChecked(part not in role.hidden)
            tick.setEnabled(can_edit)
            tick.blockSignals(False)
        tree = self.matrix
        tree.blockSignals(True)
        tree.clear()
        for name, fields in organisation.writable(registry).items():
            entity = registry.entities[name]
            missing = organisation.withheld_fields(role.withheld, entity, fields)
            top = QTreeWidgetItem(tree, [entity.label.text(spoken), ""])
            top.setData(0, _KEY, name)
            for field in fields:
                item = QTreeWidgetItem(top, [entity.by_name[field].label.text(spoken), ""])
                item.setData(0, _KEY, field)
                item.setCheckState(0, _ON if writes and field not in missing else _OFF)
                item.setFlags(_flags(can_edit=can_edit))
                item.setSizeHint(0, QSize(0, _ROW))
            top.setFlags(_flags(can_edit=can_edit, is_entity=True))
            top.setSizeHint(0, QSize(0, _ROW))
            if not can_edit:
                top.setCheckState(0, _ON if writes else _OFF)
            top.setExpanded(name == "customer" or bool(missing))
        self._mark()
        tree.blockSignals(False)
        self._filter()

    def _tops(self) -> list[QTreeWidgetItem]:
        found = (self.matrix.topLevelItem(at) for at in range(self.matrix.topLevelItemCount()))
        return [item for item in found if item is not None]

    @property
    def ticked(self) -> RoleShown:
        """The role in view as it is ticked now."""
        shown = self._shown
        assert shown is not None, "a role is in view"
        ticks = {
            str(top.data(0, _KEY)): [
                str(child.data(0, _KEY)) for child in _children(top) if child.checkState(0) == _ON
            ]
            for top in self._tops()
        }
        fields = organisation.writable(self._desk.context.registry)
        withheld = organisation.told(ticks, fields, shown.withheld)
        unknown = shown.hidden - self.reads.keys()  # a part that a newer program declares stays hidden
        hidden = unknown | {part for part, tick in self.reads.items() if not tick.isChecked()}
        return replace(shown, withheld=withheld, hidden=hidden)

    @property
    def is_changed(self) -> bool:
        """Whether something is ticked that is not saved."""
        if self._shown is None or self._shown.id not in self._own:
            return False
        fields, now = organisation.writable(self._desk.context.registry), self.ticked
        before = self._shown
        return (_spelt(now.withheld, fields), now.hidden) != (_spelt(before.withheld, fields), before.hidden)

    def _ticked(self, *_: object) -> None:
        self.matrix.blockSignals(True)
        self._mark()
        self.matrix.blockSignals(False)
        self._tell()

    def _mark(self) -> None:
        """Make what differs from the base stand out."""
        colours = theme.tokens()
        is_own = self._shown is not None and self._shown.id in self._own
        hides = [part for part, tick in self.reads.items() if not tick.isChecked()]
        self.hides.setText(self.tr("hidden, and not written either") if hides else "")
        for top in self._tops():
            missing = 0
            for child in _children(top):
                differs = is_own and child.checkState(0) != _ON
                missing += differs
                child.setText(1, self.tr("withheld") if differs else "")
                _paint(child, QColor(colours.warn_soft) if differs else None, QColor(colours.warn))
            top.setText(1, self.tr("%n field(s) withheld", "", missing) if missing else "")
            _paint(top, None, QColor(colours.warn if missing else colours.text))

    def _filter(self) -> None:
        for top in self._tops():
            is_whole = not self._wanted or self._wanted in normalise(top.text(0))
            shown = 0
            for child in _children(top):
                is_found = is_whole or self._wanted in normalise(child.text(0))
                child.setHidden(not is_found)
                shown += is_found
            top.setHidden(not shown)
            if self._wanted and shown:
                top.setExpanded(True)

    def _tell(self) -> None:
        """Who is concerned, and whether there is something to save."""
        if self._shown is None:
            return
        self.name.setText(self._role(self._shown.id).name)
        people = organisation.holders(self._desk.context.directory.people.values(), self._shown.id)
        self.who.setText(formats.filled(self.tr("Who has it: %1"), self._names(people)))
        changed = self.is_changed
        self.save.setEnabled(changed)
        self.back.setEnabled(changed)
        if changed:
            said = self.tr("Saving changes this at once for %n person(s).", "", len(people))
        else:
            said = self.tr("Nothing to save.")
        self.affected.setText(said)

    def _names(self, people: list[Person]) -> str:
        names = "、" if self._desk.context.language == "zh_CN" else ", "
        told = names.join(person.name for person in people[:_NAMED])
        more = len(people) - _NAMED
        return (told + (f" +{more}" if more > 0 else "")) or self.tr("nobody")

    # -- changing -------------------------------------------------------------------------------------

    def _put_back(self) -> None:
        if self._shown is not None:
            self._show(self._shown.id)

    def _save(self) -> None:
        role = self._own.get(self._shown.id) if self._shown else None
        if role is None or not self.is_changed:
            return
        now = replace(self.ticked, name=role.name)
        people = organisation.holders(self._desk.context.directory.people.values(), role.id)
        said = formats.filled(self.tr("%1 is saved"), role.name)
        if people:
            said = formats.filled(
                self.tr("%1 is saved; it holds at once for %2"), role.name, self._names(people)
            )
        done = partial(self._saved, role, now)
        self._desk.order(Order(partial(_define, now), said, partial(_define, role), done))

    def _saved(self, before: RoleShown, now: RoleShown, _made: object) -> None:
        self._told = (before, now)
        self._shown = now
        self.reload()

    def ask_name(self) -> None:
        """Ask for another name of the chosen role."""
        role = self._own.get(self.list.current_id)
        if role is None:
            return
        title = formats.filled(self.tr("Another name for %1"), role.name)
        self.dialog = NameDialog(title, self.tr("Rename"), role.name, self)
        self.dialog.given.connect(partial(self._do_rename, role))
        self.dialog.open()
        self.dialog.name.setFocus()

    def _do_rename(self, role: RoleShown) -> None:
        name = self.dialog.name.text().strip()
        if not name or name == role.name:
            self.dialog.reject()
            return
        now = replace(role, name=name)
        said = formats.filled(self.tr("%1 is called %2 now"), role.name, name)
        work = Order(
            partial(_define, now), said, partial(_define, role), self.dialog.finish, self.dialog.show_error
        )
        self._desk.order(work)

    def add(self) -> None:
        """Ask for the name of a copy of the chosen role."""
        key = self.list.current_id or OWN_ROLES[0]
        name = self._own[key].name if key in self._own else self._desk.role_name(key)
        title = formats.filled(self.tr("A copy of %1, which you then tighten"), name)
        self.dialog = NameDialog(title, self.tr("Copy"), "", self)
        self.dialog.given.connect(partial(self._do_copy, key))
        self.dialog.open()
        self.dialog.name.setFocus()

    def _do_copy(self, key: str) -> None:
        name = self.dialog.name.text().strip()
        if not name:
            self.dialog.set_busy(is_busy=False)
            return
        of = self._role(key)
        now = RoleShown("", name, key, of.withheld, of.hidden)
        said = formats.filled(self.tr("The role %1 is there now; nobody has it yet"), name)
        self._desk.order(
            Order(
                partial(_define, now), said, None, partial(self._copied, self.dialog), self.dialog.show_error
            )
        )

    def _copied(self, dialog: NameDialog, made: "Moved") -> None:
        dialog.finish()
        self._awaited = made.made or ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F2:
            self.ask_name()
        elif event.key() == Qt.Key.Key_S and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self._save()
        else:
            super().keyPressEvent(event)


def _terms(role: RoleShown | None) -> tuple[str, frozenset[str], frozenset[str]] | None:
    """What makes the page fill in a role anew; another name does not."""
    return None if role is None else (role.id, role.withheld, role.hidden)


def _spelt(withheld: frozenset[str], fields: dict[str, list[str]]) -> set[str]:
    """Every field that is withheld, one by one."""
    found = {one for one in withheld if not one.endswith(".*")}
    for entity, names in fields.items():
        if f"{entity}.*" in withheld:
            found |= {f"{entity}.{name}" for name in names}
    return found


def _flags(*, can_edit: bool, is_entity: bool = False) -> Qt.ItemFlag:
    flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
    if can_edit:
        flags |= Qt.ItemFlag.ItemIsUserCheckable
        if is_entity:
            flags |= Qt.ItemFlag.ItemIsAutoTristate
    return flags


def _children(top: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    found = (top.child(at) for at in range(top.childCount()))
    return [child for child in found if child is not None]


def _paint(item: QTreeWidgetItem, ground: QColor | None, ink: QColor) -> None:
    for column in range(2):
        item.setBackground(column, QBrush() if ground is None else QBrush(ground))
    item.setForeground(1, QBrush(ink))


def _define(role: RoleShown, replica: "Replica", http: "Http") -> "Moved":
    from crmdesk.sync import commands

    less = sorted(role.withheld), sorted(role.hidden)
    return commands.define_role(replica, http, role.id or None, role.name, role.base, *less)
