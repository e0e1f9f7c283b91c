"""The customers list's rows: the first of them at once, then a ranking, both made off the GUI thread.

Two readers take turns: one serves the rows on screen while the other ranks the next result, so that a broad
query leaves the old rows in place and a newer query stops an older one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Signal

from crmdesk.core.criteria import Bearings, Op, replaced
from crmdesk.core.dates import moment_of
from crmdesk.core.format import EMPTY, format_value
from crmdesk.core.registry import Field, Registry, Type
from crmdesk.core.values import Value
from crmdesk.store.reading import Reader
from crmdesk.store.window import SORTS, CustomerFilter, CustomerWindow, listable
from crmdesk.store.window import CustomerRow as StoredRow
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.runner import Lane
from crmdesk.ui.tables.customer_delegate import CustomerRow
from crmdesk.ui.tables.window_model import ListSource, WindowSource
from crmdesk.usecases import customers
from crmdesk.usecases.codes import place_name
from crmdesk.usecases.directory import Directory
from crmdesk.usecases.workspace import readings

_FIRST_ROWS: Final = 64
"""More than a tall screen shows in the lowest rows."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a worker is to find."""

    wanted: CustomerFilter
    bearings: Bearings | None


@dataclass(frozen=True, slots=True)
class _Found:
    """What a worker has found with its reader: the first rows, or with a `count` a finished ranking.

    `known` is how much of all customers search knows, in per cent.
    """

    reader: Reader
    window: CustomerWindow
    first: Sequence[StoredRow] = ()
    count: int | None = None
    known: int = 100
    groups: Mapping[str | None, int] = field(default_factory=dict)
    wish: "_Wish | None" = None


class RankedSource:
    """A ranked result, read page by page on the GUI thread. `known`: how much search knows of all, in per cent."""

    def __init__(
        self,
        window: CustomerWindow,
        count: int,
        known: int,
        row: Callable[[StoredRow], CustomerRow],
        groups: Mapping[str | None, int] | None = None,
    ) -> None:
        self._window, self._count, self._row = window, count, row
        self.known, self.groups = known, groups or {}

    def count(self) -> int:
        return self._count

    def page(self, start: int, size: int) -> Sequence[CustomerRow]:
        return [self._row(stored) for stored in self._window.page(start, size)]

    def position(self, row_id: str) -> int | None:
        return self._window.position(row_id)

    def ids(self) -> list[str]:
        """Those of every row; no row is read for them."""
        return self._window.ids()


class CustomerFeed(QObject):
    """`ranked(source)` when a ranking is ready, `begun(source)` before it with the first rows of a broad search.

    `close` it before the runner is shut down.
    """

    begun = Signal(object)
    ranked = Signal(object)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._serving: Reader | None = None
        self._spare: Reader | None = None
        self._busy: Reader | None = None
        self._listed: tuple[Registry, dict[str, Field]] | None = None
        # Alone, nothing is ever sent: a mark on every row would say nothing.
        self._is_alone = context.workspace.server() is None

    def first(self, wanted: CustomerFilter) -> WindowSource[CustomerRow]:
        """The first rows without ranking, for a list without search: straight off an index."""
        rows = CustomerWindow(self._context.reader, wanted, None, self._bearings(wanted)).first(_FIRST_ROWS)
        return ListSource([self._row(stored) for stored in rows])

    def rank(self, wanted: CustomerFilter) -> None:
        """Rank the whole result; an older ranking under way is stopped."""
        self._run(_rank, wanted)

    def search(self, wanted: CustomerFilter) -> None:
        """The same, with the first rows at once where ranking would keep a person waiting."""
        self._run(_begin, wanted)

    def close(self) -> None:
        """Let go of the readers, in the lane that may still be using one; before the runner is shut down."""
        if self._busy is not None:
            self._busy.interrupt()
        readers = [reader for reader in (self._serving, self._spare) if reader is not None]
        self._serving = self._spare = self._busy = None
        self._context.runner.run(partial(_close, readers), lane=Lane.READ)

    def _bearings(self, wanted: CustomerFilter) -> Bearings | None:
        """Read for a list that needs them: the first paint does without."""
        needs = wanted.where or wanted.columns or wanted.sort not in SORTS
        return self._context.bearings() if needs else None

    def _run(self, work: Callable[[Reader, _Wish], _Found], wanted: CustomerFilter) -> None:
        if self._busy is not None:
            self._busy.interrupt()
        if self._spare is None:
            self._spare = self._context.workspace.another_reader()
        self._busy = self._spare
        self._context.runner.run(
            partial(work, self._spare, _Wish(wanted, self._bearings(wanted))),
            self._found,
            lane=Lane.READ,
            key="rank",
        )

    def _found(self, found: _Found) -> None:
        if self._busy is not found.reader:
            return  # closed meanwhile
        if found.count is None:
            self.begun.emit(ListSource([self._row(stored) for stored in found.first]))
            self._context.runner.run(partial(_number, found), self._found, lane=Lane.READ, key="rank")
            return
        self._busy = None
        self._serving, self._spare = found.reader, self._serving
        self.ranked.emit(RankedSource(found.window, found.count, found.known, self._row, found.groups))

    def _told(self, name: str, value: Value) -> str:
        """What a column of a field says; nothing for nothing."""
        declared = self._listable.get(name)
        if declared is not None and declared.type is Type.INSTANT and isinstance(value, int):
            return formats.day(moment_of(value).date(), self._context.today())
        said = format_value(declared, value, self._context.language, self._context.name_of)
        return "" if said == EMPTY else said

    @property
    def _listable(self) -> dict[str, Field]:
        registry = self._context.registry
        if self._listed is None or self._listed[0] is not registry:
            self._listed = (registry, listable(registry))
        return self._listed[1]

    def _row(self, row: StoredRow) -> CustomerRow:
        names, spoken = self._context.directory, self._context.language
        stage = self._context.registry["customer"].by_name["stage"].option(row.stage)
        return CustomerRow(
            id=row.id,
            name=row.name or row.name_en or "",
            subtitle=" · ".join(part for part in (row.person, row.city or place_name(row.region)) if part),
            stage=row.stage or "",
            stage_label=stage.label.text(spoken) if stage else "",
            stage_hue=stage.hue if stage else "slate",
            tags=tuple(chips(names, row.tags.split())),
            owner=names.owner_name(row.bucket),
            last_visit=moment_of(row.last_visit_at).date() if row.last_visit_at else None,
            next_follow_up=_day(row.next_follow_up_on),
            conflicts=row.conflicts,
            unsent=bool(row.is_unsent) and not self._is_alone,
            cells={name: self._told(name, value) for name, value in row.cells.items()},
        )


def chips(names: Directory, tags: Iterable[str]) -> list[tuple[str, str, str]]:
    """Tags as chips: those somebody gave a colour before the grey ones."""
    found = [names.tags[tag] for tag in tags if tag in names.tags]
    return [(tag.id, tag.name, tag.hue) for tag in sorted(found, key=lambda tag: tag.hue == "grey")]


def _rank(reader: Reader, wanted: _Wish) -> _Found:
    return _number(_Found(reader, _window(reader, wanted), wish=wanted))


def _begin(reader: Reader, wanted: _Wish) -> _Found:
    found = _Found(reader, _window(reader, wanted), wish=wanted)
    first = found.window.first(_FIRST_ROWS)
    return _number(found) if found.window.is_short else replace(found, first=first)


def _number(found: _Found) -> _Found:
    count, known = found.window.rank(), customers.searchable_percent(found.reader)
    return replace(found, count=count, known=known, groups=_groups(found))


def _groups(found: _Found) -> Mapping[str | None, int]:
    """How many there are of each group, whichever of them the list is narrowed to."""
    wish = found.wish
    if wish is None or not wish.wanted.grouping:
        return {}
    by = wish.wanted.grouping
    whole = replace(wish.wanted, where=replaced(wish.wanted.where, by, Op.IS, ()))
    return _window(found.reader, replace(wish, wanted=whole)).grouped(by)


def _window(reader: Reader, wish: _Wish) -> CustomerWindow:
    wanted = wish.wanted
    return CustomerWindow(reader, wanted, readings() if wanted.text.strip() else None, wish.bearings)


def _close(readers: Sequence[Reader]) -> None:
    for reader in readers:
        reader.close()


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
