"""How an entity is declared, once, as plain data: the source of tables, forms, columns, labels and rules.

The faces of a declaration are ordinary functions elsewhere; this file knows none of them.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from crmdesk.core.errors import Language
from crmdesk.core.record import MAIN


class Rule(enum.Enum):
    """What is shown when two people set a field without having seen each other's value."""

    ASK = "ask"  # the later is displayed, the conflict is listed
    LATEST = "latest"  # the later wins silently; both stay in history
    ADD_WINS = "add_wins"  # present wins over a removal that had not seen it
    MAX = "max"
    MIN = "min"
    FIXED = "fixed"  # only the creating edit may set it


class Type(enum.Enum):
    """A field's kind of value, and so its column, its editor and its format."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    PHONE = "phone"
    EMAIL = "email"
    DATE = "date"  # YYYY-MM-DD, no zone
    INSTANT = "instant"  # UTC milliseconds
    MONEY = "money"  # {"money": [minor units, currency]}
    INTEGER = "integer"
    BOOLEAN = "boolean"
    REFERENCE = "reference"  # another record's id
    CODE = "code"  # of one of the code tables
    SEEN = "seen"  # {"seen": clock}: what the deleter had seen

    __hash__ = object.__hash__  # each is one object, and looked up for every value of every record


@dataclass(frozen=True, slots=True)
class Label:
    """A name on screen, in both languages."""

    zh: str
    en: str

    def text(self, language: Language) -> str:
        return self.zh if language == "zh_CN" else self.en


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a CHOICE field. `hue` names one of the theme's chip colours; a `retired` one is shown and not offered.

    `aliases` are what foreign tables call it.
    """

    key: str
    label: Label
    hue: str = "grey"
    retired: bool = False
    aliases: tuple[str, ...] = ()


TYPE_LABELS: Final = {
    Type.TEXT: Label("文本", "Text"),
    Type.LONG_TEXT: Label("长文本", "Long text"),
    Type.CHOICE: Label("单选", "One of a list"),
    Type.PHONE: Label("电话", "Phone number"),
    Type.EMAIL: Label("邮箱", "Mail address"),
    Type.DATE: Label("日期", "Date"),
    Type.INSTANT: Label("时刻", "Date and time"),
    Type.MONEY: Label("金额", "Money"),
    Type.INTEGER: Label("整数", "Whole number"),
    Type.BOOLEAN: Label("是否", "Yes or no"),
    Type.REFERENCE: Label("关联", "Link to a record"),
    Type.CODE: Label("标准代码", "Code of a standard"),
    Type.SEEN: Label("系统标记", "The program's own mark"),
}
"""A kind of value, as people call it."""


class Search(enum.Enum):
    """Which search column a field feeds."""

    NAME = "name"  # Chinese substrings, pinyin, initials
    ENGLISH = "english"
    PHONE = "phone"
    OTHER = "other"


class Check(enum.Enum):
    """What a text is held against besides its kind; see `core/doubts.py`."""

    CREDIT_CODE = "credit_code"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a company asks of a value; one beyond is kept, and told as doubtful.

    `least` and `most` bound a whole number, or an amount in minor units; `longest` counts characters; `pattern` is how a
    text is spelled (`core/patterns.py`), `explained` the same in words.
    """

    least: int | None = None
    most: int | None = None
    longest: int | None = None
    pattern: str = ""
    explained: Label | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity.

    `repeated` makes it a set of elements, each with a clock of its own: `phone:<element id>`. `server` marks
    fields that only the server's own edits may set, `withheld` those that the role of whoever looks may not write.
    `table` names the code table of a CODE field. `succeeded_by` names the field that took the place of one which laptops of
    an earlier version still write: it is shown where it says something, and offered nowhere. `read_from` names the text
    fields that a form may read a code out of: the last is an address, those before it say where that is. `check` says what
    a text is held against: one that fails is kept, and told as doubtful.

    The rest is what a company says of a field of its own. `asked`: forms ask for it, and nothing is refused without it, as
    it is without a `required` one. `limits` are told as doubts, `help` stands below the editor. A `retired` field is in no
    form, `off_form` in none of whoever looks; what it holds stays. `only_for` are codes of industries: forms of customers in
    these, or in what is part of them, have it.
    """

    name: str
    type: Type
    label: Label
    rule: Rule = Rule.ASK
    required: bool = False
    options: tuple[Option, ...] = ()
    repeated: bool = False
    search: Search | None = None
    target: str | None = None
    server: bool = False
    aliases: tuple[str, ...] = ()
    withheld: bool = False
    table: str | None = None
    succeeded_by: str | None = None
    read_from: tuple[str, ...] = ()
    check: Check | None = None
    asked: bool = False
    limits: Limits | None = None
    help: Label | None = None
    retired: bool = False
    off_form: bool = False
    only_for: tuple[str, ...] = ()

    def option(self, key: object) -> Option | None:
        return next((option for option in self.options if option.key == key), None)


DELETED: Final = Field("deleted", Type.SEEN, Label("已删除", "Deleted"))
"""Every entity has it: the tombstone that carries what the deleter had seen."""
DELETED_BELOW: Final = Field(
    "deleted_below", Type.SEEN, Label("删除时所见的下级记录", "Seen below when deleted"), Rule.LATEST
)
"""Beside a tombstone: what the deleter had seen of the records below, so that one made unseen is noticed."""
MARKS: Final = (DELETED, DELETED_BELOW)


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of record.

    `home` names the one reference whose root's bucket holds the record; `title` the field that names it to a
    person; `placed` where a record without home goes: the author's own `book`, or the company's `config`. `part` is
    the part of a book that its records are kept in: who may not read that part gets none of them.
    """

    name: str
    label: Label
    fields: tuple[Field, ...]
    title: str
    home: str | None = None
    placed: str = "book"
    part: str = MAIN
    by_name: Mapping[str, Field] = field(init=False, repr=False, compare=False)
    free_texts: frozenset[str] = field(init=False, repr=False, compare=False)
    """The fields that may hold any string, from anybody, at any time; most are of these."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {f.name: f for f in (*self.fields, *MARKS)})
        object.__setattr__(self, "free_texts", frozenset(f.name for f in self.fields if _is_free_text(f)))

    def may_write(self, *names: str) -> bool:
        """Whether the role of whoever looks lets them write these fields; without any, whether one at all."""
        own = (f for f in self.fields if not f.server)
        return not any(self.by_name[n].withheld for n in names) if names else not all(f.withheld for f in own)

    def may_make(self) -> bool:
        """Whether the role of whoever looks lets them make a new one: all that it needs is theirs to write."""
        return self.may_write() and not any(f.withheld for f in self.fields if f.required and not f.server)

    def find(self, key: str) -> Field | None:
        """The declaration behind a key in an edit (`name`, or `tag:<id>` of a repeated field)."""
        found = self.by_name.get(key)
        if found is not None and not found.repeated:
            return found
        base, colon, element = key.partition(":")
        found = self.by_name.get(base)
        if found is None or found.repeated != bool(element) or bool(colon) != bool(element):
            return None
        return found


def _is_free_text(declared: Field) -> bool:
    is_text = declared.type in (Type.TEXT, Type.LONG_TEXT, Type.CHOICE, Type.PHONE, Type.EMAIL)
    return is_text and not (declared.repeated or declared.server or declared.rule is Rule.FIXED)


@dataclass(frozen=True, slots=True)
class Registry:
    """All entities this program knows, with the fields an administrator added."""

    entities: Mapping[str, Entity]

    def __getitem__(self, name: str) -> Entity:
        return self.entities[name]

    def find(self, entity: str, key: str) -> Field | None:
        """The declaration of a field, or None where the entity or the field is unknown."""
        found = self.entities.get(entity)
        return None if found is None else found.find(key)

    def part(self, entity: str) -> str:
        """The part that records of an entity are kept in; of one that is unknown, the main one."""
        found = self.entities.get(entity)
        return MAIN if found is None else found.part

    def rule(self, entity: str, key: str) -> Rule:
        """The merge rule of a field; what this program doesn't know is never settled by itself."""
        found = self.find(entity, key)
        return Rule.ASK if found is None else found.rule

    def with_fields(self, added: Iterable[tuple[str, Field]]) -> Registry:
        """This registry with fields added to named entities; one that exists already is replaced."""
        entities = dict(self.entities)
        by_entity: dict[str, dict[str, Field]] = {}
        for name, new in added:
            by_entity.setdefault(name, {})[new.name] = new
        for name in by_entity.keys() & entities.keys():
            own = by_entity[name]
            kept = (f for f in entities[name].fields if f.name not in own)
            entities[name] = replace(entities[name], fields=(*kept, *own.values()))
        return Registry(entities)

    def announced(self, known: Mapping[str, Iterable[str]]) -> Registry:
        """This registry where the fields that a server does not know are its own to set: shown, but in no form.

        `known` maps the entities it named to their fields. Fields that an administrator added come with records.
        """
        entities = dict(self.entities)
        for name in entities.keys() & known.keys():
            theirs = frozenset(known[name])
            fields = (f if f.name in theirs else replace(f, server=True) for f in entities[name].fields)
            entities[name] = replace(entities[name], fields=tuple(fields))
        return Registry(entities)

    def less(self, withholds: Callable[[str, str], bool]) -> Registry:
        """This registry for somebody whose role withholds fields, by entity and name: shown, but not theirs to write."""
        entities = dict(self.entities)
        for name, entity in self.entities.items():
            fields = (replace(f, withheld=True) if withholds(name, f.name) else f for f in entity.fields)
            entities[name] = replace(entity, fields=tuple(fields))
        return Registry(entities)

    def is_link(self, entity: str, declared: Field) -> bool:
        """Whether a field names a record beside its own: one that is at home at the same root, and not that root."""
        own, other = self.entities[entity], self.entities.get(declared.target or "")
        if (
            declared.type is not Type.REFERENCE
            or declared.server
            or other is None
            or declared.name == own.home
        ):
            return False
        return own.home is not None and own.home == other.home

    def children(self, name: str) -> list[Entity]:
        """The entities whose home is `name`."""
        return [
            entity
            for entity in self.entities.values()
            if entity.home and entity.by_name[entity.home].target == name
        ]


def registry(*entities: Entity) -> Registry:
    """A registry of the given entities, in home-first order."""
    return Registry({entity.name: entity for entity in entities})
