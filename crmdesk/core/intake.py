"""One row of a foreign table, made ready: the records it speaks of, what it names them by, and what is wrong with it.

Pure, and run beside the file's reader: nothing here knows which records there are. See `core/verdicts.py` for that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import msgspec

from crmdesk.core.cleaning import Cleaned, CodeOf, Flaw, clean, is_nothing, text_of
from crmdesk.core.doubts import doubt
from crmdesk.core.mapping import (
    AUTHOR,
    DEFAULTS,
    OWNER,
    PROVINCE,
    Plan,
    Sheet,
    field_of,
    keys_there,
    names_of,
    plain_heading,
    remark_of,
)
from crmdesk.core.registry import Entity, Field, Registry, Type
from crmdesk.core.values import MAX_FIELD_BYTES, MAX_RECORD_BYTES

DOUBTFUL: Final = "doubtful"
IN_PART: Final = "in_part"
DIFFERS, STAYS = "differs", "stays"
TOLD: Final = frozenset((DIFFERS, STAYS))
"""No flaws of a value: a row says of its customer otherwise than an earlier row, or than what is here and stays."""
SOFT: Final = frozenset((DOUBTFUL, "no_tag", IN_PART, STAYS))
"""Flaws that keep no row out: they are told, and the rest of the row is taken."""
WHOLE_ROW: Final = -1
"""The column of a flaw that is no cell's."""
PlaceOf = Callable[..., str | None]

_WRITTEN_DOWN: Final = MAX_FIELD_BYTES // 4
"""So many bytes of a row's unreadable cells its remark takes; what is longer keeps the row out."""
_LONG: Final = MAX_FIELD_BYTES // 8
"""Characters from which a value is weighed."""
_MOST_ELEMENTS: Final = 200
"""Numbers, mails and tags that one row gives one record."""
_TOTALS: Final = frozenset(("合计", "总计", "小计", "共计", "Total", "TOTAL", "total", "Subtotal", "Sum"))
"""In the place of a name: the row adds up those above it."""
_SEVERAL: Final = re.compile(r"[、,;，；|\n]+|\s+/\s+|(?<=\d)/(?=\d{5})")
_CACHED: Final = frozenset((Type.CHOICE, Type.CODE, Type.DATE, Type.BOOLEAN, Type.INTEGER, Type.INSTANT))
_MOST_CACHED: Final = 20_000


class Note(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What is wrong with a cell, by a name of `cleaning.FLAWS`; `column` counts from 0, -1 is the whole row.

    `is_written_down`: the cell stands in the record's remark as it was.
    """

    column: int
    flaw: str
    is_written_down: bool = False

    @property
    def is_soft(self) -> bool:
        """Whether the row is taken all the same."""
        return self.is_written_down or self.flaw in SOFT


def may_be_written_down(field: Field, flaw: str) -> bool:
    """Whether a cell that can't be read may stand in the remark instead, so that its row is taken."""
    return not field.required and flaw not in ("blank", "garbled", "too_long")


class Part(msgspec.Struct, array_like=True, gc=False):
    """What a row says of one record.

    `links` are the texts that name other records, by field; `several` the elements of fields that hold more than one;
    `said` the lines to be added to its remark: what no field could take; `derived` the fields whose values the file does not
    say itself; `owner` is whom the row calls a customer's owner.
    """

    entity: str
    values: dict[str, Any]
    links: dict[str, list[str]] = {}
    several: dict[str, list[str]] = {}
    said: list[str] = []
    derived: list[str] = []
    owner: str = ""


class Prepared(msgspec.Struct, array_like=True, gc=False):
    """A row with its place in the file (`row` counts as the spreadsheet does), its parts and its cells as they stood.

    `missing` are the key fields that it leaves blank.
    """

    sheet: int
    row: int
    parts: list[Part]
    notes: list[Note]
    missing: list[str]
    cells: list[str]

    @property
    def is_readable(self) -> bool:
        return all(note.is_soft for note in self.notes)


class _Step(NamedTuple):
    """How one column is read. `cache` holds what the same cell was read as before."""

    at: int
    part: int
    name: str
    heading: str
    field: Field | None
    times: int
    cache: dict[str, Cleaned] | None


class Intake:
    """Reads the rows of one table by its plan."""

    def __init__(
        self,
        plan: Plan,
        number: int,
        registry: Registry,
        *,
        today: date,
        code_of: CodeOf,
        place_of: PlaceOf,
    ) -> None:
        self._number, self._sheet, self._registry = number, plan.sheets[number], registry
        self._today, self._code_of, self._place_of = today, code_of, place_of
        self._entities = _entities(self._sheet)
        self._steps = [
            self._step(at, column.target, column.heading, column.times)
            for at, column in enumerate(self._sheet.columns)
            if column.target
        ]
        self._keys = keys_there(plan, number)
        self._required = [
            [f for f in registry[entity].fields if f.required and f.name not in DEFAULTS.get(entity, {})]
            for entity in self._entities
        ]
        self._remarks = {entity: remark_of(registry[entity]) for entity in self._entities}
        self._takes_more = [
            plan.unreadable == "write_down" and bool(self._remarks[entity]) for entity in self._entities
        ]
        self._columns = {(s.part, s.name): s.at for s in reversed(self._steps)}
        self._shared = {(s.part, s.name) for s in self._steps if self._tells_heading(s)}
        self._places: dict[tuple[str, str], str | None] = {}
        self._headings = [text_of(column.heading) for column in self._sheet.columns]

    def _step(self, at: int, target: str, heading: str, times: int) -> _Step:
        field = field_of(self._registry, target)
        entity, _, name = target.partition(".")
        cache: dict[str, Cleaned] | None = {} if field is not None and field.type in _CACHED else None
        return _Step(at, self._entities.index(entity), name, heading, field, times, cache)

    def _tells_heading(self, step: _Step) -> bool:
        """Whether a long text is told with its heading: beside others, or where its heading does not name the field."""
        if step.field is None or step.field.type is not Type.LONG_TEXT:
            return False
        entity = self._registry[self._entities[step.part]]
        is_called_so = plain_heading(step.heading) in names_of(entity)[step.name]
        return not is_called_so or sum(s.part == step.part and s.name == step.name for s in self._steps) > 1

    def read(self, row: int, cells: Sequence[str]) -> Prepared | None:
        """A row made ready; None for one that is blank, or says the headings again."""
        if not any(cells) or all(is_nothing(cell) for cell in cells):
            return None
        if self._says_headings(cells):
            return None
        parts = [Part(entity, {}, {}, {}, [], []) for entity in self._entities]
        notes: list[Note] = []
        extra: dict[str, str] = {}
        width = len(cells)
        for step in self._steps:
            cell = cells[step.at] if step.at < width else ""
            if not cell:
                continue
            if step.field is None:
                extra[step.name] = text_of(cell)
            else:
                self._take(step, step.field, cell, parts[step.part], notes)
        self._complete(parts, extra, notes)
        missing = [
            name for name, several in self._keys.items() if not any(_says(parts[0], one) for one in several)
        ]
        if missing and notes:  # what could not be read is no blank
            unread = {s.name for s in self._steps for n in notes if n.column == s.at and s.part == 0}
            missing = [name for name in missing if unread.isdisjoint(self._keys[name])]
        return Prepared(self._number, row, parts, notes, missing, list(cells))

    def _says_headings(self, cells: Sequence[str]) -> bool:
        """Whether a row is the headings again, as long tables have them on every page."""
        first = self._steps[0].at
        if first >= len(cells) or len(cells[first]) > 200 or text_of(cells[first]) != self._headings[first]:
            return False
        return [text_of(cell[:200]) for cell in cells[: len(self._headings)]] == self._headings

    def _take(self, step: _Step, field: Field, cell: str, part: Part, notes: list[Note]) -> None:
        if field.target is not None and not field.repeated:
            if not is_nothing(cell) and (text := text_of(cell)):
                part.links.setdefault(step.name, []).append(text)
            return
        if field.repeated or field.type in (Type.PHONE, Type.EMAIL):
            self._take_several(step, field, cell, part, notes)
            return
        value = self._cleaned(step, field, cell)
        if value is None:
            return
        if (
            isinstance(value, Flaw)
            and field.table == "region"
            and (place := self._place_in(step, cell, part))
        ):
            notes.append(Note(step.at, IN_PART, is_written_down=True))
            value = place
        if isinstance(value, Flaw):
            self._unread(step, field, cell, value, part, notes)
            return
        if (step.part, step.name) in self._shared:
            line = f"{text_of(step.heading)}：{value}"
            value = f"{part.values[step.name]}\n{line}" if step.name in part.values else line
        part.values[step.name] = value
        if (field.check is not None or field.limits is not None) and doubt(field, value) is not None:
            notes.append(Note(step.at, DOUBTFUL))

    def _cleaned(self, step: _Step, field: Field, cell: str) -> Cleaned:
        if step.cache is None:
            return clean(field, cell, today=self._today, code_of=self._code_of, times=step.times)
        if cell not in step.cache:
            if len(step.cache) >= _MOST_CACHED:
                step.cache.clear()
            step.cache[cell] = clean(field, cell, today=self._today, code_of=self._code_of, times=step.times)
        return step.cache[cell]

    def _take_several(self, step: _Step, field: Field, cell: str, part: Part, notes: list[Note]) -> None:
        """A cell of numbers, mails or tags: the first is the field's where it holds one, the rest stand beside it."""
        texts = [cell] if cell.isdigit() else [t for t in _SEVERAL.split(cell) if not is_nothing(t)]
        beside = f"other_{step.name}" if not field.repeated else step.name
        takes_more = field.repeated or beside in self._registry[part.entity].by_name
        for text in texts if takes_more else [" ".join(texts)]:
            value = text_of(text) if field.target else self._cleaned(step, field, text)
            if isinstance(value, Flaw):
                self._unread(step, field, text, value, part, notes)
                continue
            if value is None:
                continue
            if field.target is None and doubt(field, value) is not None:
                notes.append(Note(step.at, DOUBTFUL))
            if not field.repeated and step.name not in part.values:
                part.values[step.name] = value
            elif str(value) not in part.several.setdefault(beside, []):
                part.several[beside].append(str(value))

    def _place_in(self, step: _Step, cell: str, part: Part) -> str | None:
        """The place that a cell begins with, once all of it is written down: 成都市高新区 is in 成都市."""
        found = self._place_of(cell)
        return found if found and self._write_down(step, cell, part) else None

    def _unread(
        self, step: _Step, field: Field, cell: str, flaw: Flaw, part: Part, notes: list[Note]
    ) -> None:
        """Note a cell that can't be read; where the plan says so it is written down and its row taken."""
        is_taken = self._takes_more[step.part] and may_be_written_down(field, flaw)
        notes.append(Note(step.at, str(flaw), is_taken and self._write_down(step, cell, part)))

    def _write_down(self, step: _Step, cell: str, part: Part) -> bool:
        """Add a cell to what the record's remark says, as it stood below its heading; False where it is too long."""
        line = f"{text_of(step.heading)}：{text_of(cell)}"
        if sum(len(said.encode()) for said in (*part.said, line)) > _WRITTEN_DOWN:
            return False
        part.said.append(line)
        return True

    def _complete(self, parts: list[Part], extra: dict[str, str], notes: list[Note]) -> None:
        """What follows from several cells: the place, the author of an old note, defaults, and what must not be blank."""
        first = parts[0]
        if first.entity == "customer" and "region_code" not in first.values:
            self._place(first, extra.get(PROVINCE, ""))
        if first.entity == "customer":
            first.owner = extra.get(OWNER, "")
        if author := extra.get(AUTHOR):
            first.values["summary"] = f"{first.values.get('summary', '')}\n（跟进人：{author}）".strip()
        for name, value in DEFAULTS.get(first.entity, {}).items():
            if name not in first.values:
                first.values[name] = value
                first.derived.append(name)
        if len(parts) > 1 and not parts[1].values.get("name"):
            _give_to_customer(first, parts.pop(), self._registry["contact"])
        if _TOTALS.intersection(
            (str(first.values.get("name")), *(t for texts in first.links.values() for t in texts))
        ):
            notes.append(Note(WHOLE_ROW, "total"))
        if any(_is_too_large(part, self._remarks[part.entity]) for part in parts):
            notes.append(Note(WHOLE_ROW, "too_long"))
        for number, part in enumerate(parts):
            for field in self._required[number]:
                if number and field.name == self._registry[part.entity].home:
                    continue  # the customer is the one beside it
                at = self._columns.get((number, field.name), WHOLE_ROW)
                if not _says(part, field.name) and all(note.column != at for note in notes):
                    notes.append(Note(at, "blank"))

    def _place(self, part: Part, province: str) -> None:
        city = part.values.get("city") or ""
        if not (province or city):
            return
        if (province, city) not in self._places:
            texts = [text for text in (province, city) if text]
            self._places[province, city] = self._place_of(*texts)
        if code := self._places[province, city]:
            part.values["region_code"] = code
            part.derived.append("region_code")


def _entities(sheet: Sheet) -> list[str]:
    """The kinds of record a row speaks of: the table's own first."""
    return list(dict.fromkeys([sheet.entity, *(c.entity for c in sheet.columns if c.target)]))


def _says(part: Part, name: str) -> bool:
    return bool(part.links.get(name) or part.several.get(name)) or part.values.get(name) not in (None, "")


def _give_to_customer(customer: Part, person: Part, declared: Entity) -> None:
    """The numbers and mails of a person without a name are the customer's; what else is said of them its remark's."""
    for name, value in person.values.items():
        if name not in ("phone", "email"):
            customer.said.append(f"{declared.label.zh}·{declared.by_name[name].label.zh}：{value}")
    customer.said += person.said
    for name in ("phone", "email"):
        given = [*([person.values[name]] if name in person.values else []), *person.several.get(name, [])]
        for value in given:
            if name not in customer.values:
                customer.values[name] = value
            elif value != customer.values[name]:
                customer.several.setdefault(f"other_{name}", []).append(value)


def _is_too_large(part: Part, remark: str) -> bool:
    """Whether a record that says this could not be stored, or not travel; `remark` is the field that takes what it `said`."""
    if sum(map(len, part.several.values())) > _MOST_ELEMENTS:
        return True
    said = sum(len(line.encode()) + 1 for line in part.said)
    whole = 0
    for name, value in part.values.items():
        if isinstance(value, str) and (len(value) > _LONG or (said and name == remark)):
            size = len(value.encode()) + (said if name == remark else 0)
            whole += size
            if size > MAX_FIELD_BYTES:
                return True
    return whole > MAX_RECORD_BYTES // 2
