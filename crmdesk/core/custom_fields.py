"""The fields that a company added to the product's own, declared by its `field` records.

A `field` record's values become a `Field` as any other, under the permanent name `x_<record id>`. What an older or newer
program, or a wrong value, left out or added reads as if it were not there: a declaration never keeps a record from being read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from crmdesk.core.entities import CUSTOM_FIELD, HUES
from crmdesk.core.errors import CrmError
from crmdesk.core.patterns import is_pattern
from crmdesk.core.registry import Field, Label, Limits, Option, Search, Type
from crmdesk.core.values import Value

PREFIX: Final = "x_"
EXTENSIBLE: Final = (
    "customer", "contact", "visit", "task", "opportunity", "contract", "order", "payment", "invoice", "ticket",
)  # fmt: skip
"""The kinds of record that a company may add fields to."""
SEARCHABLE: Final = {
    Type.TEXT: Search.OTHER, Type.LONG_TEXT: Search.OTHER, Type.EMAIL: Search.OTHER, Type.PHONE: Search.PHONE,
}  # fmt: skip
"""The kinds of value that search can find, with the column they feed."""
SEARCHED: Final = ("customer", "contact")
"""The kinds of record that search finds."""
TEXTS: Final = (Type.TEXT, Type.LONG_TEXT)
NUMBERS: Final = (Type.INTEGER, Type.MONEY)
_HUES: Final = frozenset(hue.key for hue in HUES)


def custom_field(record_id: str, values: Mapping[str, Value]) -> Field:
    """The field that a `field` record of these values declares."""
    kind = next((t for t in Type if t.value == values.get("type")), Type.TEXT)
    zh = _text(values, "label_zh") or record_id
    searched = SEARCHABLE.get(kind) if values.get("searchable") else None
    return Field(
        PREFIX + record_id,
        kind,
        Label(zh, _text(values, "label_en") or zh),
        options=_options(values) if kind is Type.CHOICE else (),
        search=searched,
        asked=bool(values.get("required")),
        limits=_limits(kind, values),
        help=_label(values, "help"),
        retired=bool(values.get("retired")),
        only_for=tuple(_text(values, "industries").split()),
    )


def is_unseen_by(values: Mapping[str, Value], role: str) -> bool:
    """Whether forms of a role leave the field out: one that comes with the product by its name, another by its id."""
    return role in _text(values, "unseen_by").split()


def in_order(
    declared: Iterable[tuple[str, Mapping[str, Value], Field]],
) -> list[tuple[str, Field]]:
    """(entity, field) as forms show them: by entity and position, those without a position last, in the order made."""

    def place(one: tuple[str, Mapping[str, Value], Field]) -> tuple[str, bool, int, str]:
        entity, values, field = one
        position = _number(values, "position")
        return entity, position is None, position or 0, field.name

    return [(entity, field) for entity, _, field in sorted(declared, key=place)]


def concerns(field: Field, industries: Collection[str]) -> bool:
    """Whether a form of a customer of an industry has the field; `industries`: its code and those it is part of."""
    return not field.only_for or any(code in field.only_for for code in industries)


# -- choices --------------------------------------------------------------------------------------------------


def option_text(option: Option, position: int) -> str:
    """An option as the element `option:<key>` holds it: both labels, colour, position and `-` where it is retired, by tabs."""
    parts = (option.label.zh, option.label.en, option.hue, str(position), "-" if option.retired else "")
    return "\t".join(part.replace("\t", " ") for part in parts).rstrip("\t")


def _options(values: Mapping[str, Value]) -> tuple[Option, ...]:
    found = []
    for key, value in values.items():
        name, _, element = key.partition(":")
        if name == "option" and element and isinstance(value, str) and value:
            zh, en, hue, position, gone = (*value.split("\t"), "", "", "", "")[:5]
            place = int(position) if position.isdecimal() and len(position) < 10 else len(values) + 10**9
            label = Label(zh or en or element, en or zh or element)
            found.append(
                (place, element, Option(element, label, hue if hue in _HUES else "grey", gone == "-"))
            )
    return tuple(option for _, _, option in sorted(found, key=lambda one: one[:2]))


def option_key(label: Label, taken: Collection[str]) -> str:
    """What a new option is called in records for ever: made from its name, so that two who add the same one add one."""
    words = "".join(c if c.isalnum() else " " for c in (label.en or label.zh).lower()).split()
    base = "_".join(words)[:40] or "option"
    return next(key for n in range(len(taken) + 1) if (key := f"{base}_{n + 1}" if n else base) not in taken)


def moved(order: Sequence[str], key: str, steps: int) -> list[str]:
    """`order` with one of its members so many places further down, as far as there is room."""
    left = [one for one in order if one != key]
    at = max(0, min(len(left), order.index(key) + steps))
    return [*left[:at], key, *left[at:]]


# -- what the values of a declaration are ----------------------------------------------------------------------


def _limits(kind: Type, values: Mapping[str, Value]) -> Limits | None:
    least = _number(values, "least") if kind in NUMBERS else None
    most = _number(values, "most") if kind in NUMBERS else None
    longest = _number(values, "longest") if kind in TEXTS else None
    pattern = _text(values, "pattern") if kind in TEXTS else ""
    if least is None and most is None and longest is None and not pattern:
        return None
    return Limits(least, most, longest, pattern, _label(values, "explained") if pattern else None)


def _label(values: Mapping[str, Value], name: str) -> Label | None:
    zh, en = _text(values, f"{name}_zh"), _text(values, f"{name}_en")
    return Label(zh or en, en or zh) if zh or en else None


def _text(values: Mapping[str, Value], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _number(values: Mapping[str, Value], name: str) -> int | None:
    value = values.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def check_declaration(values: Mapping[str, Value], is_industry: Callable[[str], bool]) -> None:
    """Raise `required` or `invalid_value` where a declaration lacks or holds what no form could use."""
    declared = CUSTOM_FIELD.by_name
    for name in ("entity", "type", "label_zh"):
        if not _text(values, name):
            raise CrmError("required", field=declared[name].label)
    kind = declared["type"].option(values["type"])
    if kind is None:
        raise CrmError(
            "invalid_value", field=declared["type"].label, choices=_named(declared["type"].options)
        )
    field = custom_field("", values)
    if field.type is Type.CHOICE and not any(not option.retired for option in field.options):
        raise CrmError("required", field=declared["option"].label)
    least, most, longest = (_number(values, name) for name in ("least", "most", "longest"))
    if least is not None and most is not None and least > most:
        raise CrmError("invalid_value", field=declared["most"].label)
    if longest is not None and longest < 1:
        raise CrmError("invalid_value", field=declared["longest"].label)
    pattern = _text(values, "pattern")
    if pattern and not is_pattern(pattern):
        raise CrmError("invalid_value", field=declared["pattern"].label, choices=PATTERN_WORDS)
    unknown = [code for code in _text(values, "industries").split() if not is_industry(code)]
    if unknown:
        raise CrmError("invalid_value", field=declared["industries"].label)


PATTERN_WORDS: Final = Label(
    r"普通字符、. \d \w [A-Z]，其后可加 ? * + {2} {2,5}，用 | 分开几种写法，如 [A-Z]{2}\d{4}",
    r"characters, . \d \w [A-Z], each with ? * + {2} {2,5} behind it, and | between alternatives, such as [A-Z]{2}\d{4}",
)
"""What a pattern is written with."""


def _named(options: Iterable[Option]) -> Label:
    shown = list(options)
    return Label("、".join(o.label.zh for o in shown), ", ".join(o.key for o in shown))
