"""A table model that is fed page by page from somewhere slow: it asks for more when the end comes into view."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Signal

from crmdesk.ui.tables.window_model import Column, Identified, ListSource, WindowModel

RowT = TypeVar("RowT", bound=Identified)
_NOWHERE = QModelIndex()


class GrowingModel(WindowModel[RowT]):
    """`more_wanted()` is answered by `add_rows`, or by `stop` where nothing came."""

    more_wanted = Signal()

    def __init__(self, columns: Sequence[Column[RowT]], describe: Callable[[RowT], str]) -> None:
        super().__init__(columns, ListSource[RowT](), describe)
        self._rows: list[RowT] = []
        self._has_more = self._is_asking = False

    def show_rows(self, rows: Sequence[RowT], *, has_more: bool) -> None:
        """Begin anew with these."""
        self._rows, self._has_more, self._is_asking = list(rows), has_more, False
        self.reset(ListSource(self._rows))

    def add_rows(self, rows: Sequence[RowT], *, has_more: bool) -> None:
        """These follow; what is chosen and in view stays."""
        self._has_more, self._is_asking = has_more, False
        if not rows:
            return
        self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(rows) - 1)
        self._rows += rows
        self._source = ListSource(self._rows)
        self._count = len(self._rows)
        self._pages.clear()
        self.endInsertRows()

    def stop(self) -> None:
        """Nothing came; ask again when the end is seen again."""
        self._is_asking = False

    def canFetchMore(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> bool:
        return not parent.isValid() and self._has_more and not self._is_asking

    def fetchMore(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> None:
        if self.canFetchMore(parent):
            self._is_asking = True
            self.more_wanted.emit()
