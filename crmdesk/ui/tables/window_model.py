"""A table model over a source of any length: it keeps at most 75 pages of 32 rows, and never asks for a row in flags().

It must not know what a row means; columns carry the functions that read it.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

PAGE_ROWS = 32
"""About a screen: a jump reads one or two pages, and every row of them is decrypted."""
KEPT_PAGES = 75


class Identified(Protocol):
    """Every row is an immutable object that knows its id."""

    @property
    def id(self) -> str: ...


RowT = TypeVar("RowT", bound=Identified)
RowT_co = TypeVar("RowT_co", bound=Identified, covariant=True)


class WindowSource(Protocol[RowT_co]):
    """An ordered result that can be read in pages on the GUI thread within a few milliseconds.

    A source never changes its rows or order: a new search, sort or write makes a new source for
    `WindowModel.reset`.
    """

    def count(self) -> int:
        """How many rows there are; must be cheap."""
        ...

    def page(self, start: int, size: int) -> Sequence[RowT_co]:
        """Rows `start` .. `start + size`, fewer at the end."""
        ...

    def position(self, row_id: str) -> int | None:
        """Where the row with this id is, or None if it is not in the result."""
        ...


@dataclass(frozen=True, slots=True)
class Column(Generic[RowT]):
    """One column. `text` is what a screen reader, a copy and the plain painter show.

    `width` is the width at which nothing is cut, `stretch` says whether spare room goes here, and of the columns
    with a `drop` the highest goes first when the table gets too narrow; one that is `firm` is never narrower than its width.
    """

    key: str
    title: str
    text: Callable[[RowT], str]
    width: int = 110
    stretch: bool = False
    drop: int = 0
    right: bool = False
    firm: bool = False


class ListSource(Generic[RowT]):
    """A WindowSource over rows already in memory: short lists, tests."""

    def __init__(self, rows: Sequence[RowT] = ()) -> None:
        self._rows = tuple(rows)
        self._positions = {row.id: index for index, row in enumerate(self._rows)}

    def count(self) -> int:
        return len(self._rows)

    def page(self, start: int, size: int) -> Sequence[RowT]:
        return self._rows[start : start + size]

    def position(self, row_id: str) -> int | None:
        return self._positions.get(row_id)


Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 1
COLUMN_ROLE = ROW_ROLE + 1
_SPOKEN = int(Qt.ItemDataRole.AccessibleTextRole)
_SHOWN = int(Qt.ItemDataRole.DisplayRole)
_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
_NOWHERE = QModelIndex()


class WindowModel(QAbstractTableModel, Generic[RowT]):
    """Shows a WindowSource. `data(index, ROW_ROLE)` is the row object, `COLUMN_ROLE` the column's key.

    `describe(row)` is the sentence a screen reader says for the row as a whole.
    """

    def __init__(
        self,
        columns: Sequence[Column[RowT]],
        source: WindowSource[RowT],
        describe: Callable[[RowT], str] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._source = source
        self._describe = describe
        self._count = source.count()
        self._pages: OrderedDict[int, Sequence[RowT]] = OrderedDict()
        self._ordered_by = self._arrow = ""

    def reset(self, source: WindowSource[RowT]) -> None:
        """Show another result. RowTable keeps the selected id over this."""
        self.beginResetModel()
        self._source = source
        self._count = source.count()
        self._pages.clear()
        self.endResetModel()

    def show_columns(self, columns: Sequence[Column[RowT]]) -> None:
        """Other columns of the same rows."""
        self.beginResetModel()
        self.columns = tuple(columns)
        self.endResetModel()

    def mark_order(self, key: str, arrow: str) -> None:
        """Say in a heading that the rows are ordered by it, and which way."""
        self._ordered_by, self._arrow = key, arrow
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def refresh(self) -> None:
        """Read the visible rows again, keeping count and order; for a write that touched fields only."""
        self._pages.clear()
        if self._count:
            self.dataChanged.emit(self.index(0, 0), self.index(self._count - 1, len(self.columns) - 1))

    def row(self, index: int) -> RowT | None:
        """The row at `index`, None if the source turned out shorter than it said."""
        number, at = divmod(index, PAGE_ROWS)
        page = self._pages.get(number)
        if page is None:
            page = self._source.page(number * PAGE_ROWS, PAGE_ROWS)
            self._pages[number] = page
            if len(self._pages) > KEPT_PAGES:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page[at] if at < len(page) else None

    def position(self, row_id: str) -> int | None:
        """Where a row is now."""
        return self._source.position(row_id)

    def ids(self) -> list[str] | None:
        """The ids of all rows where the source knows them without reading rows, else None."""
        told = getattr(self._source, "ids", None)
        return list(told()) if callable(told) else None

    @property
    def pages_held(self) -> int:
        """How many pages are in memory."""
        return len(self._pages)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return _FLAGS if index.isValid() else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = _SHOWN) -> Any:
        if not index.isValid() or role not in (ROW_ROLE, COLUMN_ROLE, _SHOWN, _SPOKEN):
            return None
        column = self.columns[index.column()]
        if role == COLUMN_ROLE:
            return column.key
        row = self.row(index.row())
        if role == ROW_ROLE or row is None:
            return row
        if role == _SPOKEN and index.column() == 0 and self._describe is not None:
            return self._describe(row)
        return column.text(row)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _SHOWN) -> Any:
        if orientation == Qt.Orientation.Vertical or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role in (_SHOWN, _SPOKEN):
            return f"{column.title} {self._arrow}" if column.key == self._ordered_by else column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None
