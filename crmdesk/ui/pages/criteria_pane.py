"""A pane beside a list that puts conditions together: the list follows each change, and the whole is told in words."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from crmdesk.core.criteria import (
    MAX_DEPTH,
    Below,
    Condition,
    Criteria,
    Group,
    Kind,
    Node,
    Op,
    all_of,
    ops_of,
    vocabulary,
)
from crmdesk.core.criteria_words import KIND_LABELS, OP_LABELS, describe
from crmdesk.core.registry import Entity, Field, Type
from crmdesk.ui.context import Context
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.criteria_values import OperandEditor, PickBox, operand_editor
from crmdesk.ui.widgets.fields import label

_PAUSE_MS: Final = 200
"""After a change, until the list follows."""
_HAS: Final = "has:"
_FIRST: Final = ("stage", "tag", "owner", "region_code", "last_visit_at", "kind", "name", "title")
"""What a new condition is about until it is told: the first of these that there is."""


class CriteriaPane(QFrame):
    """`narrowed(criteria)` after a change that is complete, `closed()` on Esc, `kept()` to keep them as a view."""

    narrowed = Signal(object)
    closed = Signal()
    kept = Signal()

    def __init__(self, context: Context, entity: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("aside")
        self._context, self._entity = context, entity
        self._criteria = Criteria(entity)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._say)
        self.group = GroupEditor(context, context.registry[entity], MAX_DEPTH)
        self.group.changed.connect(self._pause.start)
        self.count = label("", "strong")
        self.sentence = label("", "second")
        self.sentence.setWordWrap(True)
        self.keep = buttons.secondary(self.tr("Keep as a view…"), "star", self._keep)
        if context.seeing is not None:
            self.keep.hide()  # shown before it stands anywhere, it would be a window and take the keyboard
        self._lay_out()

    def show_criteria(self, criteria: Criteria) -> None:
        """Show these conditions; what is half said stays while the rest of it is these already."""
        if criteria != self._criteria:
            self._criteria = criteria
            self._put()
            self._tell()

    def open(self, criteria: Criteria) -> None:
        """Show these conditions, with one to fill in where there is none, and take the keyboard."""
        self._criteria = criteria
        self._put()
        self._tell()
        if not criteria:
            self.group.add_condition()
        self.group.take_focus()

    def show_count(self, count: int | None) -> None:
        """How many fit."""
        self.count.setText("" if count is None else self.tr("%n fit", "", count))

    def leave(self) -> None:
        """Let the list follow what was changed last, now."""
        if self._pause.isActive():
            self._pause.stop()
            self._say()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        elif event.key() == Qt.Key.Key_Insert:
            self.group.add_condition()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        close = buttons.icon_button("x", self.tr("Close"), self._close)
        plain.set_tip(close, f"{self.tr('Close')}  {buttons.key_text('Esc')}")
        head = QHBoxLayout()
        head.setContentsMargins(18, 14, 10, 4)
        head.addWidget(label(self.tr("Conditions"), "title"))
        head.addStretch(1)
        head.addWidget(close)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(18, 4, 14, 12)
        column.addWidget(self.group)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(self.tr("Conditions"))
        area.setWidget(inside)
        row = QHBoxLayout()
        row.addWidget(self.count, 1)
        row.addWidget(self.keep)
        foot = QFrame()
        foot.setObjectName("footer")
        below = QVBoxLayout(foot)
        below.setContentsMargins(18, 10, 14, 12)
        below.setSpacing(8)
        below.addWidget(self.sentence)
        below.addLayout(row)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addWidget(area, 1)
        whole.addWidget(foot)

    def _put(self) -> None:
        """The one group that is the whole stands at the top; else all parts must fit."""
        parts = self._criteria.where.parts
        is_one = len(parts) == 1 and isinstance(parts[0], Group)
        self.group.show_group(parts[0] if is_one and isinstance(parts[0], Group) else self._criteria.where)

    def _say(self) -> None:
        """Hand on what is complete."""
        group = self.group.node()
        whole = all_of(self._entity, *group.parts) if group.kind is Kind.ALL else all_of(self._entity, group)
        if not group.parts:
            whole = Criteria(self._entity)
        if whole != self._criteria:
            self._criteria = whole
            self._tell()
            self.narrowed.emit(whole)

    def _tell(self) -> None:
        registry = self._context.registry
        said = describe(self._criteria, registry, self._context.language, self._context.name_of)
        self.sentence.setText(said)
        self.keep.setEnabled(bool(self._criteria))

    def _keep(self) -> None:
        self.leave()
        self.kept.emit()

    def _close(self) -> None:
        self.leave()
        self.closed.emit()


class GroupEditor(QFrame):
    """How its parts count, the parts, and what adds one. `changed()`; `depth` groups may stand in it, itself included."""

    changed = Signal()

    def __init__(self, context: Context, entity: Entity, depth: int, *, may_look_below: bool = True) -> None:
        super().__init__()
        self._context, self._entity, self._depth = context, entity, depth
        self._may_look_below = may_look_below
        self.parts: list[PartEditor] = []
        options = [(kind.value, text.text(context.language)) for kind, text in KIND_LABELS.items()]
        self.kind = PickBox(self.tr("How the conditions count"), options)
        self.kind.picked.connect(self._kind_picked)
        self._column = QVBoxLayout()
        self._column.setSpacing(8)
        add = buttons.quiet(self.tr("Condition"), "plus", self.add_condition)
        plain.set_tip(add, f"{self.tr('Add a condition')}  {buttons.key_text('Ins')}")
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(add)
        if depth > MAX_DEPTH - 1 and may_look_below:
            row.addWidget(buttons.quiet(self.tr("Group"), "plus", self.add_group))
        row.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        whole.addWidget(self.kind)
        whole.addLayout(self._column)
        whole.addLayout(row)

    def show_group(self, group: Group) -> None:
        """Show a group's parts in the place of what stands there."""
        while self.parts:
            self._take_out(self.parts[0])
        self.kind.choose(group.kind.value)
        for part in group.parts:
            self._add(part)

    def node(self) -> Group:
        """The group as far as it is complete."""
        found = (part.node() for part in self.parts)
        return Group(Kind(self.kind.key), tuple(node for node in found if node is not None))

    def add_condition(self) -> None:
        """Another condition, to be filled in."""
        known = vocabulary(self._entity)
        name = next((one for one in _FIRST if one in known), next(iter(known)))
        self._add(Condition(name, ops_of(known[name])[0])).take_focus()

    def add_group(self) -> None:
        """Another group, of which any part will do."""
        made = self._add(Group(Kind.ANY))
        assert made.inner is not None
        made.inner.add_condition()

    def take_focus(self) -> None:
        """Take the keyboard where something can be told."""
        if self.parts:
            self.parts[0].take_focus()
        else:
            self.kind.setFocus()

    def _add(self, node: Node) -> "PartEditor":
        made = PartEditor(self._context, self._entity, node, self._depth, may_look_below=self._may_look_below)
        made.changed.connect(self.changed)
        made.removed.connect(self._removed)
        self.parts.append(made)
        self._column.addWidget(made)
        made.show()
        return made

    def _removed(self, part: object) -> None:
        if isinstance(part, PartEditor):
            at = self.parts.index(part)
            self._take_out(part)
            if self.parts:
                self.parts[min(at, len(self.parts) - 1)].take_focus()
            else:
                self.kind.setFocus()
            self.changed.emit()

    def _take_out(self, part: "PartEditor") -> None:
        self.parts.remove(part)
        self._column.removeWidget(part)
        part.hide()
        part.deleteLater()

    def _kind_picked(self, _key: str) -> None:
        self.changed.emit()


class PartEditor(QFrame):
    """One part of a group: a question about a field, about what hangs below, or a group. `removed(self)`."""

    changed = Signal()
    removed = Signal(object)

    def __init__(
        self, context: Context, entity: Entity, node: Node, depth: int, *, may_look_below: bool
    ) -> None:
        super().__init__()
        self.setObjectName("part")
        self._context, self._entity, self._depth = context, entity, depth
        known = vocabulary(entity)
        self._known = _offered(known)
        if isinstance(node, Condition):
            self._known.setdefault(node.field, known[node.field])
        self.inner: GroupEditor | None = None
        self.operands: OperandEditor | None = None
        children = context.registry.children(entity.name) if may_look_below and entity.home is None else []
        spoken = context.language
        fields = [(name, declared.label.text(spoken)) for name, declared in self._known.items()]
        below = [
            (_HAS + one.name, self.tr("… below: %1").replace("%1", one.label.text(spoken)))
            for one in children
        ]
        self.about = PickBox(self.tr("What it is about"), [*fields, *below])
        self.about.picked.connect(self._about_picked)
        self.op = PickBox(self.tr("What is asked"))
        self.op.picked.connect(self._op_picked)
        remove = buttons.icon_button("x", self.tr("Remove"), self._remove)
        plain.set_tip(remove, f"{self.tr('Remove')}  {buttons.key_text('Alt+Del')}")
        for box in (self.about, self.op):
            box.setSizeAdjustPolicy(PickBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(6)
        self._head = row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.about, 3)
        row.addWidget(self.op, 2)
        if isinstance(node, Group):
            self.about.hide()
            self.op.hide()
        row.addWidget(remove)
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(10, 8, 8, 10)
        self._body.setSpacing(6)
        self._body.addLayout(row)
        self._show(node)

    def node(self) -> Node | None:
        """The part, or None while it is not complete."""
        if self.inner is not None:
            group = self.inner.node()
            key = self.about.key
            if key.startswith(_HAS) and self.about.isVisibleTo(self):
                return Below(key[len(_HAS) :], group, self.op.key == "has")
            return group if group.parts else None
        values = self.operands.operands() if self.operands is not None else None
        return None if values is None else Condition(self.about.key, Op(self.op.key), values)

    def take_focus(self) -> None:
        """Take the keyboard."""
        if self.about.isVisibleTo(self):
            self.about.setFocus()
        elif self.inner is not None:
            self.inner.take_focus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._remove()
        else:
            super().keyPressEvent(event)

    def _show(self, node: Node) -> None:
        if isinstance(node, Condition):
            self.about.choose(node.field)
            self._ask(node.field, node.op, node.values)
        elif isinstance(node, Below):
            self.about.choose(_HAS + node.entity)
            self._look_below(node)
        else:
            self._head.insertWidget(0, self._hold(self._entity, node, may_look_below=True).kind, 1)

    def _ask(self, name: str, op: Op, values: Sequence[object] = ()) -> None:
        declared = self._known[name]
        spoken = self._context.language
        self.op.offer([(one.value, OP_LABELS[one].text(spoken)) for one in ops_of(declared)])
        self.op.choose(op.value)
        self._drop()
        self.operands = operand_editor(self._context, declared, op)
        self.operands.show_operands(values)  # type: ignore[arg-type]  # they are of a condition about this field
        self.operands.changed.connect(self.changed)
        self._body.addWidget(self.operands)
        self.operands.setVisible(self.operands.input() is not None)

    def _look_below(self, node: Below) -> None:
        self.op.offer([("has", self.tr("there is one")), ("has_no", self.tr("there is none"))])
        self.op.choose("has" if node.has else "has_no")
        self._hold(self._context.registry[node.entity], node.where, may_look_below=False)

    def _hold(self, entity: Entity, group: Group, *, may_look_below: bool) -> GroupEditor:
        self._drop()
        self.inner = GroupEditor(self._context, entity, self._depth - 1, may_look_below=may_look_below)
        self.inner.show_group(group)
        self.inner.changed.connect(self.changed)
        self._body.addWidget(self.inner)
        return self.inner

    def _drop(self) -> None:
        for old in (self.operands, self.inner):
            if old is not None:
                self._body.removeWidget(old)
                old.hide()
                old.deleteLater()
        self.operands = self.inner = None

    def _about_picked(self, key: str) -> None:
        if key.startswith(_HAS):
            self._look_below(Below(key[len(_HAS) :], Group(Kind.ALL)))
        elif key:
            self._ask(key, ops_of(self._known[key])[0])
        self.changed.emit()

    def _op_picked(self, key: str) -> None:
        if self.inner is None and key:
            kept = self.operands.operands() if self.operands is not None else None
            before = self.operands.op if self.operands is not None else None
            op = Op(key)
            self._ask(self.about.key, op, kept if kept and before and _alike(before, op) else ())
        self.changed.emit()

    def _remove(self) -> None:
        self.removed.emit(self)


def _offered(known: dict[str, Field]) -> dict[str, Field]:
    """What a person may choose from: links to records other than people are told by id, which nobody knows."""
    return {
        name: declared
        for name, declared in known.items()
        if declared.type is not Type.REFERENCE or declared.target == "user"
    }


def _alike(one: Op, other: Op) -> bool:
    """Whether what one question compares with makes sense for the other."""
    families = (
        (Op.IS, Op.IS_NOT),
        (Op.CONTAINS, Op.CONTAINS_NOT, Op.BEGINS),
        (Op.BELOW, Op.NOT_BELOW),
        (Op.HAS_ALL, Op.HAS_ANY, Op.HAS_NONE),
        (Op.AT_LEAST, Op.AT_MOST),
        (Op.BEFORE, Op.AFTER),
        (Op.LAST_DAYS, Op.NEXT_DAYS),
    )
    return any(one in family and other in family for family in families)
