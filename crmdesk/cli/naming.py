"""What a person means by a name on the command line: a customer, a tag, a colleague, a field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NoReturn

from crmdesk.core.errors import CrmError
from crmdesk.core.format import parse_value
from crmdesk.core.registry import Entity, Field, Label
from crmdesk.core.text import normalise
from crmdesk.core.values import Value, canonical_text
from crmdesk.store.names import SHOWN
from crmdesk.usecases.codes import code_of

if TYPE_CHECKING:
    from crmdesk.store.reading import Reader
    from crmdesk.usecases.directory import Directory, Person, Tag


def customer(reader: Reader, text: str, *, is_deleted: bool = False) -> str:
    """The id of the customer meant by an id, a code, or an unambiguous name, pinyin or phone.

    Raises `not_found`, or `ambiguous` with the candidates.
    """
    typed = canonical_text(text).strip()
    life = "life = 1" if is_deleted else SHOWN
    for column in ("id", "f_code", "f_name"):
        rows = reader.all(
            f"SELECT id, f_name, f_city FROM p_customer WHERE {column} = ? AND {life} ORDER BY id LIMIT 20",
            (typed,),
        )
        if rows:
            return _only(text, rows)
    return _only(text, [] if is_deleted else _found(reader, typed))


def _found(reader: Reader, typed: str) -> list[tuple[Any, ...]]:
    from crmdesk.usecases import customers
    from crmdesk.usecases.workspace import readings

    hits = [h for h in customers.search(reader, readings(), typed) if h.entity == "customer"]
    same = [h for h in hits if normalise(h.name) == normalise(typed)]
    return [(hit.id, hit.name, hit.detail) for hit in same or hits]


def _only(text: str, rows: Sequence[tuple[Any, ...]]) -> str:
    if not rows:
        raise CrmError("not_found")
    if len(rows) > 1:
        _ambiguous(text, rows)
    return str(rows[0][0])


def _ambiguous(text: str, rows: Iterable[tuple[Any, ...]]) -> NoReturn:
    candidates = [{"id": i, "name": name or "", "detail": detail or ""} for i, name, detail in rows]
    raise CrmError("ambiguous", query=text, candidates=candidates)


def tag(directory: Directory, text: str) -> Tag:
    """The tag of that name or id. Raises `bad_argument`: tags are made on purpose, not by a slip of the pen."""
    from crmdesk.usecases import tags

    found = directory.tags.get(text) or tags.find(directory, text)
    if found is None:
        hint = Label(
            "没有这个标签；新建：crmdesk tag create", "There is no such tag; make it: crmdesk tag create"
        )
        raise CrmError("bad_argument", argument=text, hint=hint)
    return found


def tag_ids(directory: Directory, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(tag(directory, name).id for name in names)


def person(directory: Directory, text: str) -> Person:
    """A colleague by name or id. Raises `not_found` or `ambiguous`."""
    wanted = normalise(text)
    found = [p for p in directory.people.values() if p.id == text or normalise(p.name) == wanted]
    if len(found) > 1:
        _ambiguous(text, [(p.id, p.name, p.role) for p in found])
    if not found:
        raise CrmError("not_found")
    return found[0]


def field(entity: Entity, text: str) -> Field:
    """A field by its name, its label in either language, or another name people use. Raises `bad_argument`."""
    wanted = normalise(text)
    own = [declared for declared in entity.fields if not declared.repeated and not declared.server]
    for declared in own:  # before the labels: that of a newer field may be the name of an older one
        if declared.name == text:
            return declared
    for declared in own:
        if wanted in (normalise(name) for name in _names(declared)):
            return declared
    zh = "、".join(f"{declared.label.zh} ({declared.name})" for declared in own)
    en = ", ".join(declared.name for declared in own)
    raise CrmError("bad_argument", argument=text, hint=Label(f"可用字段：{zh}", f"The fields: {en}"))


def _names(declared: Field) -> tuple[str, ...]:
    return (declared.name, declared.label.zh, declared.label.en, *declared.aliases)


def values(entity: Entity, given: Iterable[str], today: date) -> dict[str, Value]:
    """`name=text` pairs as field values. Raises `bad_argument` or `invalid_value`."""
    found: dict[str, Value] = {}
    for pair in given:
        name, equals, text = pair.partition("=")
        if not equals:
            hint = Label("请写成 字段=内容。", "Write it as field=text.")
            raise CrmError("bad_argument", argument=pair, hint=hint)
        declared = field(entity, name)
        found[declared.name] = parse_value(declared, text, today=today, code_of=code_of)
    return found


def value(entity: Entity, name: str, text: str | None, today: date) -> Value:
    """One option's text as the value of a declared field."""
    return None if text is None else parse_value(entity.by_name[name], text, today=today)


def code(declared: Field, text: str | None) -> str | None:
    """The code that a text means; None for no text. Raises `invalid_value`."""
    found = code_of(str(declared.table), text) if text else None
    if text and found is None:
        raise CrmError("invalid_value", field=declared.label)
    return found
