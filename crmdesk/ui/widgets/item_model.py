"""The model behind a list that a delegate paints: what is to show, whole, with a sentence for who cannot see it."""

from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeAlias, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QWidget

Index: TypeAlias = QModelIndex | QPersistentModelIndex
ItemT = TypeVar("ItemT")
ITEM_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1
_SAID: Final = (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole))


class ItemModel(QAbstractListModel, Generic[ItemT]):
    """Items in order, each under `ITEM_ROLE`. `describe(item)` is what a screen reader says of it."""

    def __init__(self, describe: Callable[[ItemT], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._describe = describe
        self._items: tuple[ItemT, ...] = ()

    @property
    def items(self) -> tuple[ItemT, ...]:
        """What is shown."""
        return self._items

    def set_items(self, items: Sequence[ItemT]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self._items = tuple(items)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid() or index.row() >= len(self._items):
            return None
        item = self._items[index.row()]
        if role == ITEM_ROLE:
            return item
        return self._describe(item) if role in _SAID else None
