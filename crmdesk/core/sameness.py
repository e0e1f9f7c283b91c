"""By what two records of one kind are the same: exact keys of a customer, and of what hangs below one.

Keys are only compared. Which of them are known is held as 64-bit hashes: half a million customers must fit beside a
desktop, and one false match is to be expected in some ten million such files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from crmdesk.core.cleaning import full_name_key, name_key, phone_key
from crmdesk.core.text import normalise

IDENTITY: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "contact": (("name",),),
    "visit": (("at", "summary"),),
    "task": (("title", "due_on"), ("title",)),
    "opportunity": (("name",),),
    "contract": (("number",), ("name",)),
    "order": (("number",),),
    "payment": (("number",), ("received_on", "amount")),
    "invoice": (("number",),),
    "ticket": (("title", "opened_on"), ("title",)),
}
"""The fields that tell records of one customer apart: the first of these whose fields are all filled in."""
NAMED_BY: Final[dict[str, tuple[str, ...]]] = {
    "contact": ("name",), "opportunity": ("name",), "contract": ("number", "name"), "order": ("number",),
}  # fmt: skip
"""By what others name such a record."""


def customer_keys(values: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """What tells a customer: credit code, code, name with phone, in this order; each with its kind, hashed."""
    if credit := values.get("credit_code"):
        yield "credit_code", hash(("k", _plain(credit)))
    if code := values.get("code"):
        yield "code", hash(("c", _plain(code)))
    if name := values.get("name"):
        phone = values.get("phone")
        number = phone_key(phone) if isinstance(phone, str) else ""
        # Without a number beside it a name is the same only with its legal form: 有限公司 and 股份有限公司 may be two.
        plain = name_key(str(name)) if number else full_name_key(str(name))
        yield ("name_phone" if number else "name"), hash(("n", plain, number))


def link_keys(values: Mapping[str, Any]) -> Iterator[int]:
    """By what a row below names its customer: code, credit code, name."""
    for field in ("code", "credit_code"):
        if value := values.get(field):
            yield text_key(str(value))
    if name := values.get("name"):
        yield full_key(str(name))
        yield named_key(str(name))


def text_key(text: str) -> int:
    """A text that may be a code or a credit code."""
    return hash(("t", _plain(text)))


def full_key(text: str) -> int:
    """A text that may be a whole name."""
    return hash(("f", full_name_key(text)))


def named_key(text: str) -> int:
    """A text that may be a name, whatever the legal form."""
    return hash(("m", name_key(text)))


REACHED_BY: Final[dict[str, tuple[str, ...]]] = {"contact": ("phone", "email")}
"""By what people of one name are told apart: where both say how they are reached and no way is the same, they are two."""


def reached_by(
    entity: str, values: Mapping[str, Any], several: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """How a record says that it is reached: its numbers and mail addresses as they are compared."""
    texts = [
        text
        for name in REACHED_BY.get(entity, ())
        for text in (values.get(name), *several.get(name, ()))
        if isinstance(text, str) and text
    ]
    return tuple(dict.fromkeys(text.lower() if "@" in text else phone_key(text) for text in texts))


def way_key(entity: str, customer: str, values: Mapping[str, Any], way: str) -> int:
    """A record of a name that is reached in this way."""
    return hash((entity, customer, _comparable(values.get("name")), "by", way))


def child_key(entity: str, customer: str, values: Mapping[str, Any]) -> int | None:
    """What tells a record below a customer from the others there; None where it says too little."""
    for fields in IDENTITY.get(entity, ()):
        said = [values.get(field) for field in fields]
        if all(value not in (None, "") for value in said):
            return hash((entity, customer, *(_comparable(value) for value in said)))
    return None


def child_names(entity: str, customer: str, values: Mapping[str, Any]) -> Iterator[int]:
    """By what others of the same customer name a record."""
    for field in NAMED_BY.get(entity, ()):
        if value := values.get(field):
            yield named_child(entity, customer, str(value))


def named_child(entity: str, customer: str, text: str) -> int:
    """A text that names a record of a kind below a customer."""
    return hash(("by", entity, customer, _plain(text)))


def _plain(text: object) -> str:
    plain = str(text)
    return plain.lower() if plain.isascii() and " " not in plain else normalise(plain).replace(" ", "")


def _comparable(value: Any) -> Any:
    if isinstance(value, str):
        return normalise(value)
    if isinstance(value, dict):
        return str(value)
    return value
