"""What becomes of a row: a new record, a change of one that is there, a duplicate, or nothing until it is mended.

Pure: which records there are is told beforehand (`Known`), and what those that a row meets say now is handed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import msgspec

from crmdesk.core.cleaning import phone_key, text_of
from crmdesk.core.credit_codes import is_true
from crmdesk.core.format import format_value
from crmdesk.core.intake import DIFFERS, STAYS, TOLD, WHOLE_ROW, Note, Part, Prepared
from crmdesk.core.mapping import Mode, remark_of
from crmdesk.core.registry import Entity, Registry, Rule, Type
from crmdesk.core.sameness import (
    child_key,
    child_names,
    customer_keys,
    full_key,
    link_keys,
    named_child,
    named_key,
    reached_by,
    text_key,
    way_key,
)
from crmdesk.core.text import normalise
from crmdesk.core.values import MAX_RECORD_BYTES, encode

Verdict: TypeAlias = Literal["create", "update", "duplicate", "reject", "alike"]
"""`alike`: a new customer that looks like another, kept out because the person wanted that."""
VERDICTS: Final[tuple[Verdict, ...]] = ("create", "update", "duplicate", "reject")
"""Those that are counted whatever was chosen for look-alikes."""
_SEVERAL: Final = "?"
"""In the place of an id: several records have this name."""
_LARGEST: Final = MAX_RECORD_BYTES // 2
"""Bytes of what a record says: the rest of what it may take is for who said it when, and for what is said at once elsewhere."""
_REJECTED: Final = "!"
"""In the place of an id: a row of this file that was kept out."""
_HELD: Final = "~"
"""In the place of an id: a row of this file that was kept out because it looks like a customer."""
Present: TypeAlias = Callable[[str, Sequence[str]], Mapping[str, Mapping[str, Any]]]
"""(entity, ids) → what these records show now, by id."""


class Making(msgspec.Struct, array_like=True, gc=False):
    """One record to be written: a new one under `id`, or these fields of one that is there.

    `said` are lines that its remark is to say besides what it says; `derived` the fields that the file does not say
    itself, which overwrite nothing.
    """

    entity: str
    id: str
    values: dict[str, Any]
    is_new: bool
    said: list[str]
    derived: list[str]


@dataclass(slots=True)
class Judged:
    """A row with its verdict and the records it leads to. `is_double`: it equals another row, or a record that was there.

    `record` is the record that it became, or the one it equals; blank for none.
    """

    row: Prepared
    verdict: Verdict
    notes: list[Note]
    is_double: bool = False
    makes: list[Making] = field(default_factory=list)
    record: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether a value of it could not be read, or is doubted."""
        return any(note.flaw not in TOLD for note in self.notes)


class Known:
    """Which records there are, by their keys; those that a run makes are added as it goes.

    `fresh` are the ids that this run made: a row that meets one equals another row of its file.
    """

    def __init__(self) -> None:
        self._ids: dict[int, str] = {}
        self._codes: dict[str, tuple[tuple[str, str], ...]] = {}
        self._reachable: set[str] = set()
        self.fresh: set[str] = set()
        self.readonly: set[str] = set()
        self.tags: dict[str, str] = {}

    def add_customer(
        self, record_id: str, values: Mapping[str, Any], keys: Sequence[tuple[str, int]] | None = None
    ) -> None:
        """Note a customer, or one that is read as part of it; `keys` are its own, where they were made already."""
        for _, key in customer_keys(values) if keys is None else keys:
            if self._ids.get(key, _REJECTED) == _REJECTED:
                self._ids[key] = record_id
        for key in link_keys(values):
            there = self._ids.get(key, _REJECTED)
            if there == _REJECTED:
                self._ids[key] = record_id
            elif record_id not in (_REJECTED, _HELD, there):
                self._ids[key] = _SEVERAL
        if record_id in (_REJECTED, _HELD):
            return
        if values.get("code") or values.get("credit_code"):
            codes = (str(values.get("code") or ""), str(values.get("credit_code") or ""))
            self._codes[record_id] = (*self._codes.get(record_id, ()), codes)

    def add_below(
        self, entity: str, record_id: str, customer: str, values: Mapping[str, Any], ways: Sequence[str] = ()
    ) -> None:
        """Note a record below a customer; `ways` are those in which it is reached, see `sameness.reached_by`."""
        key = child_key(entity, customer, values)
        for one in (key, *(way_key(entity, customer, values, way) for way in ways)):
            if one is not None and self._ids.get(one, _REJECTED) == _REJECTED:
                self._ids[one] = record_id
        if ways and record_id != _REJECTED:
            self._reachable.add(record_id)
        for name in child_names(entity, customer, values) if record_id != _REJECTED else ():
            if self._ids.setdefault(name, record_id) != record_id:
                self._ids[name] = _SEVERAL

    def customer(self, values: Mapping[str, Any], keys: Sequence[tuple[str, int]]) -> tuple[str, str]:
        """(id of the customer that these values with these keys describe, what told it); blanks where there is none."""
        for kind, key in keys:
            found = self._ids.get(key)
            if not found or (kind in ("name", "name_phone") and self._contradicts(found, values)):
                continue
            if kind == "credit_code" and not is_true(str(values["credit_code"]).upper()):
                continue  # what people write where they have no code is nobody's
            return found, kind
        return "", ""

    def _contradicts(self, found: str, values: Mapping[str, Any]) -> bool:
        """Whether both say who they are, and differ: two shops of one name."""
        given = (values.get("code"), values.get("credit_code"))
        there = self._codes.get(found, ())
        return bool(there) and all(
            any(a and b and str(a) != b for a, b in zip(given, codes, strict=True)) for codes in there
        )

    def contradicts_credit(self, found: str, values: Mapping[str, Any]) -> bool:
        """Whether a customer found by its code has another credit code, in all that is read as part of it."""
        there, given = [credit for _, credit in self._codes.get(found, ())], values.get("credit_code")
        return bool(there) and bool(given) and all(credit and credit != str(given) for credit in there)

    def below(self, entity: str, customer: str, values: Mapping[str, Any], ways: Sequence[str] = ()) -> str:
        """The record below a customer that these values describe, blank for none."""
        for way in ways:
            if found := self._ids.get(way_key(entity, customer, values, way)):
                return found
        key = child_key(entity, customer, values)
        found = "" if key is None else self._ids.get(key, "")
        return "" if ways and found in self._reachable else found

    def named(self, texts: Iterable[str]) -> str:
        """The customer that these texts name: `?` for several, `!` for one whose row was kept out, blank for none.

        A code goes before a name, and a code that is not here says that whoever has that name and another code is not meant.
        """
        given = list(texts)
        coded = {found for text in given if (found := self._ids.get(text_key(text)))}
        if coded:
            here = coded - {_REJECTED, _HELD}
            return _REJECTED if not here else here.pop() if len(here) == 1 else _SEVERAL
        is_coded = any(_is_like_a_code(text) for text in given)
        otherwise = ""
        for key in (*map(full_key, given), *map(named_key, given)):
            found = self._ids.get(key, "")
            if found in (_SEVERAL, _REJECTED, _HELD):
                otherwise = otherwise or (_SEVERAL if found == _SEVERAL else _REJECTED)
            elif found and not (is_coded and found in self._codes):
                return found
        return otherwise

    def child(self, entity: str, customer: str, text: str) -> str:
        found = self._ids.get(named_child(entity, customer, text), "")
        return "" if found == _SEVERAL else found


class Judge:
    """Passes verdicts on rows, in their order. `new_id` names new records, elements included.

    `held` are the rows (table, row) that are kept out because they look like a customer.
    """

    def __init__(
        self,
        registry: Registry,
        known: Known,
        mode: Mode,
        new_id: Callable[[], str],
        held: Collection[tuple[int, int]] = (),
    ) -> None:
        self.known = known
        self._registry, self._mode, self._new_id, self._held = registry, mode, new_id, held

    def judge(self, rows: Sequence[Prepared], present: Present) -> list[Judged]:
        """The verdicts on some rows. What they make counts for the rows after them at once."""
        judged = [self._first(row) for row in rows]
        self._change(judged, present)
        return judged

    def _first(self, row: Prepared) -> Judged:
        """What can be told without looking at what records say: rows that meet one which was there wait as updates."""
        notes = list(row.notes)
        home = ""
        made: list[Making] = []
        met: list[str] = []
        is_readable = row.is_readable
        for part in row.parts:
            declared = self._registry[part.entity]
            customer = home or self._home(declared, part, notes)
            if notes:
                is_readable = is_readable and all(note.is_soft for note in notes)
            keys = list(customer_keys(part.values)) if declared.name == "customer" else []
            found = self._find(part, declared, customer, notes, keys)
            if found == _HELD:  # it equals a row that was kept out, and stays out with it
                return Judged(row, "duplicate", notes, is_double=True)
            if not found and declared.name == "customer" and (row.sheet, row.row) in self._held:
                self._note(part, declared, _HELD, customer, keys)
                return Judged(row, "alike", notes)
            if notes:
                is_readable = is_readable and all(note.is_soft for note in notes)
            record_id = found if found and found not in (_REJECTED, _SEVERAL) else ""
            if found:
                met.append(found)
            if not is_readable:
                record_id = record_id or _REJECTED
                if not found:
                    self._note(part, declared, record_id, customer, keys)
            elif record_id:
                made.append(self._making(part, declared, record_id, customer, notes, is_new=False))
            else:
                record_id = self._new_id()
                made.append(self._making(part, declared, record_id, customer, notes, is_new=True))
                self.known.fresh.add(record_id)
                self._note(part, declared, record_id, customer, keys)
            if declared.name == "customer":
                home = record_id
        is_double = len(met) == len(row.parts)
        record = next((m.id for m in made), met[0] if met and met[0] not in (_REJECTED, _SEVERAL) else "")
        if not is_readable:
            return Judged(row, "reject", notes, is_double, record=record)
        if any(m.is_new for m in made):
            return Judged(row, "create", notes, is_double, made, next(m.id for m in made if m.is_new))
        if self._mode == "create" or all(m.id in self.known.fresh for m in made):
            return Judged(row, "duplicate", notes, is_double, record=record)
        return Judged(row, "update", notes, False, [m for m in made if m.id not in self.known.fresh], record)

    def _home(self, declared: Entity, part: Part, notes: list[Note]) -> str:
        """The customer that a part hangs under, as its row names it; a note where it names none."""
        if declared.home is None or not part.links.get(declared.home):
            return ""
        found = self.known.named(part.links[declared.home])
        if flaw := {_SEVERAL: "many_links", _REJECTED: "home_kept_out", "": "no_link"}.get(found):
            notes.append(Note(WHOLE_ROW, flaw))
            return ""
        if found in self.known.readonly:
            notes.append(Note(WHOLE_ROW, "forbidden"))
        return found

    def _find(
        self, part: Part, declared: Entity, customer: str, notes: list[Note], keys: Sequence[tuple[str, int]]
    ) -> str:
        if declared.name != "customer":
            return self.known.below(declared.name, customer, part.values, _ways(part))
        found, kind = self.known.customer(part.values, keys)
        if kind == "code" and found != _REJECTED and self.known.contradicts_credit(found, part.values):
            notes.append(Note(WHOLE_ROW, "contradiction"))
        if self._mode != "create" and found in self.known.readonly:
            notes.append(Note(WHOLE_ROW, "forbidden"))
        return found

    def _note(
        self, part: Part, declared: Entity, record_id: str, customer: str, keys: Sequence[tuple[str, int]]
    ) -> None:
        if declared.name == "customer":
            self.known.add_customer(record_id, part.values, keys)
        else:
            self.known.add_below(declared.name, record_id, customer, part.values, _ways(part))

    def _making(
        self, part: Part, declared: Entity, record_id: str, customer: str, notes: list[Note], *, is_new: bool
    ) -> Making:
        """What a part writes: links as ids, elements with names of their own."""
        values, said = dict(part.values), list(part.said)
        if declared.home is not None and customer:
            values[declared.home] = customer
        for name, texts in part.links.items():
            if name != declared.home:
                self._link(values, said, declared, name, texts[0], customer)
        for name, texts in part.several.items():
            for text in texts:
                self._element(values, declared, name, text, notes)
        if is_new and said:
            values = _saying(declared, values, said)
        return Making(part.entity, record_id, values, is_new, said, part.derived)

    def _link(
        self, values: dict[str, Any], said: list[str], declared: Entity, name: str, text: str, customer: str
    ) -> None:
        """A link to another record of the same customer; one that is not there is kept as words, for nothing is lost."""
        wanted = declared.by_name[name]
        if found := self.known.child(wanted.target or "", customer, text):
            values[name] = found
            return
        said.append(f"{wanted.label.zh}：{text_of(text)}")

    def _element(
        self, values: dict[str, Any], declared: Entity, name: str, text: str, notes: list[Note]
    ) -> None:
        if declared.by_name[name].target is None:
            values[f"{name}:{self._new_id()}"] = text
        elif tag := self.known.tags.get(normalise(text)):
            values[f"{name}:{tag}"] = True
        else:
            notes.append(Note(WHOLE_ROW, "no_tag"))

    # -- records that are there ------------------------------------------------------------------------------

    def _change(self, judged: Sequence[Judged], present: Present) -> None:
        """Reduce what meets a record that was there to what differs in it; a row that changes nothing is a duplicate."""
        wanted: dict[str, list[str]] = {}
        for one in judged:
            for making in one.makes:
                if not making.is_new:
                    wanted.setdefault(making.entity, []).append(making.id)
        shown = {
            (entity, i): values
            for entity, ids in wanted.items()
            for i, values in present(entity, ids).items()
        }
        for one in judged:
            for making in one.makes:
                key = (making.entity, making.id)
                if making.is_new:
                    shown[key] = making.values
                    continue
                now = shown.get(key)
                if now is not None and one.verdict == "create":
                    self._tell_differing(one, making, now)
                making.values = {} if now is None else self._changed(making, now)
                shown[key] = {**(now or {}), **making.values}
                if making.values and len(encode(shown[key])) > _LARGEST:
                    one.notes.append(Note(WHOLE_ROW, "too_long"))
                    one.verdict, one.makes = "reject", []
            one.makes = [making for making in one.makes if making.is_new or making.values]
            if one.verdict == "update" and not one.makes:
                one.verdict, one.is_double = "duplicate", True

    def _tell_differing(self, one: Judged, making: Making, now: Mapping[str, Any]) -> None:
        """Note what a row says of its customer otherwise than it stands, and stays; of one that this run made in its remark."""
        if self._mode == "overwrite" and making.id not in self.known.fresh:
            return
        declared = self._registry[making.entity]
        remark = remark_of(declared)
        differing: list[str] = []
        for key, value in making.values.items():
            field, there = declared.by_name.get(key), now.get(key)
            if field is None or field.type is Type.REFERENCE or key in making.derived:
                continue
            if there in (None, "") or value in (None, "") or _told(there) == _told(value):
                continue
            if key == remark:
                differing += [line for line in str(value).split("\n") if line not in str(there).split("\n")]
            else:
                differing.append(f"{field.label.zh}：{format_value(field, value, 'zh_CN')}")
        if differing:
            if making.id in self.known.fresh:
                making.said.extend(differing)
                one.notes.append(Note(WHOLE_ROW, DIFFERS, is_written_down=True))
            else:
                one.notes.append(Note(WHOLE_ROW, STAYS))

    def _changed(self, making: Making, now: Mapping[str, Any]) -> dict[str, Any]:
        """What a record comes to say besides what it says `now`, or instead; what this run made later rows complete."""
        declared = self._registry[making.entity]
        is_fresh = making.id in self.known.fresh
        if self._mode == "create" and not is_fresh:
            return {}
        is_overwritten = self._mode == "overwrite" and not is_fresh
        texts = {_told(value) for key, value in now.items() if ":" in key and value not in (None, False)}
        changed: dict[str, Any] = {}
        for key, value in making.values.items():
            field = declared.find(key)
            if field is None or field.rule is Rule.FIXED or value in (None, ""):
                continue
            if ":" in key:
                if now.get(key) is not True and (value is True or _told(value) not in texts):
                    changed[key] = value
            elif now.get(key) in (None, "") or (
                is_overwritten and key not in making.derived and encode(now[key]) != encode(value)
            ):
                changed[key] = value
        return _saying(declared, changed, making.said, now)


def _told(value: object) -> str:
    """An element as elements are compared: a number by its digits, however it is written."""
    text = str(value)
    return phone_key(text) if _NUMBER.fullmatch(text) else normalise(text)


def _ways(part: Part) -> tuple[str, ...]:
    return reached_by(part.entity, part.values, part.several)


_NUMBER: Final = re.compile(r"[\d\s()+\-]{5,}")
_CODE: Final = re.compile(r"[!-~]*\d[!-~]*")


def _is_like_a_code(text: str) -> bool:
    """Whether a text names something by a code rather than by its name: no blanks, no Chinese, a digit."""
    return _CODE.fullmatch(text.strip()) is not None


def _saying(
    declared: Entity,
    values: dict[str, Any],
    said: Sequence[str],
    now: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Any]:
    """Values whose remark says these lines as well, below what it says in them or `now`; each line once."""
    name = remark_of(declared)
    before = str(values.get(name) or now.get(name) or "")
    more = [line for line in said if line not in before.split("\n")]
    return {**values, name: "\n".join([*([before] if before else []), *more])} if name and more else values
