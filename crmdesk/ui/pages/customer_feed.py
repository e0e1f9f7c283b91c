"""The customers list's rows: the first page at once, then a ranking made off the GUI thread.

Two readers take turns: one serves the rows on screen while the other ranks the next result, so that a broad
query leaves the old rows in place and a newer query stops an older one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from PySide6.QtCore import QObject, Signal

from crmdesk.store.reading import Reader
from crmdesk.store.window import CustomerFilter, CustomerWindow
from crmdesk.store.window import CustomerRow as StoredRow
from crmdesk.ui.context import Context
from crmdesk.ui.pages.customer_story import moment
from crmdesk.ui.runner import Lane
from crmdesk.ui.tables.customer_delegate import CustomerRow
from crmdesk.ui.tables.window_model import ListSource, WindowSource
from crmdesk.usecases.directory import Directory
from crmdesk.usecases.workspace import readings


@dataclass(frozen=True, slots=True)
class _Ranking:
    """A finished ranking: its rows in the worker's reader, and how many there are."""

    reader: Reader
    window: CustomerWindow
    count: int


class RankedSource:
    """A ranked result, read page by page on the GUI thread."""

    def __init__(self, window: CustomerWindow, count: int, row: Callable[[StoredRow], CustomerRow]) -> None:
        self._window, self._count, self._row = window, count, row

    def count(self) -> int:
        return self._count

    def page(self, start: int, size: int) -> Sequence[CustomerRow]:
        return [self._row(stored) for stored in self._window.page(start, size)]

    def position(self, row_id: str) -> int | None:
        return self._window.position(row_id)


class CustomerFeed(QObject):
    """`ranked(source)` when a ranking is ready. `close` it before the runner is shut down."""

    ranked = Signal(object)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._serving: Reader | None = None
        self._spare: Reader | None = None
        self._busy: Reader | None = None
        # Alone, nothing is ever sent: a mark on every row would say nothing.
        self._is_alone = context.workspace.server() is None

    def first(self, wanted: CustomerFilter) -> WindowSource[CustomerRow]:
        """The first rows without ranking, for a list without search: straight off an index."""
        rows = CustomerWindow(self._context.reader, wanted).first(100)
        return ListSource([self._row(stored) for stored in rows])

    def rank(self, wanted: CustomerFilter) -> None:
        """Rank the whole result in the background; an older ranking under way is stopped."""
        if self._busy is not None:
            self._busy.interrupt()
        if self._spare is None:
            self._spare = self._context.workspace.another_reader()
        self._busy = self._spare
        self._context.runner.run(
            partial(_rank, self._spare, wanted), self._ranked, lane=Lane.READ, key="rank"
        )

    def close(self) -> None:
        """Let go of the readers, in the lane that may still be using one; before the runner is shut down."""
        if self._busy is not None:
            self._busy.interrupt()
        readers = [reader for reader in (self._serving, self._spare) if reader is not None]
        self._serving = self._spare = self._busy = None
        self._context.runner.run(partial(_close, readers), lane=Lane.READ)

    def _ranked(self, ranking: _Ranking) -> None:
        if self._busy is not ranking.reader:
            return  # closed meanwhile
        self._busy = None
        self._serving, self._spare = ranking.reader, self._serving
        self.ranked.emit(RankedSource(ranking.window, ranking.count, self._row))

    def _row(self, row: StoredRow) -> CustomerRow:
        names, spoken = self._context.directory, self._context.language
        stage = self._context.registry["customer"].by_name["stage"].option(row.stage)
        return CustomerRow(
            id=row.id,
            name=row.name or row.name_en or "",
            subtitle=" · ".join(part for part in (row.person, row.city) if part),
            stage=row.stage or "",
            stage_label=stage.label.text(spoken) if stage else "",
            stage_hue=stage.hue if stage else "slate",
            tags=tuple(chips(names, row.tags.split())),
            owner=names.owner_name(row.bucket),
            last_visit=moment(row.last_visit_at).date() if row.last_visit_at else None,
            next_follow_up=_day(row.next_follow_up_on),
            conflicts=row.conflicts,
            unsent=bool(row.is_unsent) and not self._is_alone,
        )


def chips(names: Directory, tags: Iterable[str]) -> list[tuple[str, str, str]]:
    """Tags as chips: those somebody gave a colour before the grey ones."""
    found = [names.tags[tag] for tag in tags if tag in names.tags]
    return [(tag.id, tag.name, tag.hue) for tag in sorted(found, key=lambda tag: tag.hue == "grey")]


def _rank(reader: Reader, wanted: CustomerFilter) -> _Ranking:
    window = CustomerWindow(reader, wanted, readings() if wanted.text.strip() else None)
    return _Ranking(reader, window, window.rank())


def _close(readers: Sequence[Reader]) -> None:
    for reader in readers:
        reader.close()


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
