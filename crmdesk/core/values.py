"""What a field may hold, and the one canonical JSON form that is stored, sent and hashed.

Knows nothing of fields or entities; those give values their meaning.
"""

from __future__ import annotations

import unicodedata
from typing import Any, Final, TypeAlias

import msgspec

from crmdesk.core.errors import CrmError

Value: TypeAlias = bool | int | str | list[str] | dict[str, Any] | None
"""null, bool, int below 2^53, NFC string, list of strings, or a named type: `{name: content}`.

Named types are JSON objects with one key, the type's name: `{"money": [1250, "CNY"]}` (minor units and
currency as one value), `{"seen": {actor: counter}}` (a clock). A name this program doesn't know is kept
as it came. There are no floats: decimals are strings, dates are `YYYY-MM-DD`, instants are UTC
milliseconds.
"""

MAX_INTEGER: Final = 2**53 - 1
MAX_FIELD_BYTES: Final = 64 * 1024
MAX_RECORD_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 4

NOT_JSON: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What reading JSON from outside raises: another shape, broken UTF-8, or nesting without an end."""

_encoder = msgspec.json.Encoder(order="deterministic")


def encode(value: object) -> bytes:
    """The canonical form: UTF-8 JSON, keys sorted, no spaces."""
    return _encoder.encode(value)


def canonical_text(text: str) -> str:
    """The one spelling (NFC) of a string a person typed; control characters but tab and newline go."""
    clean = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", clean)


def is_canonical_text(text: str) -> bool:
    """Whether a string may be stored: NFC, without NUL, which some databases can't hold."""
    return "\x00" not in text and (text.isascii() or unicodedata.is_normalized("NFC", text))


def check(field: str, value: object) -> None:
    """Raise `invalid_value` or `field_too_long` unless `value` is one a field may hold."""
    if isinstance(value, str):
        _check_text(field, value)
    elif value is None or isinstance(value, bool):
        return
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise CrmError("invalid_value", field=field)
    elif isinstance(value, list):
        for item in value:
            if not isinstance(item, str):
                raise CrmError("invalid_value", field=field)
            _check_text(field, item)
        _check_size(field, value)
    elif isinstance(value, dict) and len(value) == 1:
        _check_nested(field, value, MAX_DEPTH)
        _check_size(field, value)
    else:
        raise CrmError("invalid_value", field=field)


def _check_size(field: str, value: object) -> None:
    if len(encode(value)) > MAX_FIELD_BYTES:
        raise CrmError("field_too_long", field=field)


def _check_text(field: str, text: str) -> None:
    if len(text) > MAX_FIELD_BYTES // 4 and len(text.encode()) > MAX_FIELD_BYTES:
        raise CrmError("field_too_long", field=field)
    if not is_canonical_text(text):
        raise CrmError("invalid_value", field=field)


def _check_nested(field: str, value: object, depth: int) -> None:
    """Named types nest, within bounds, and hold no floats."""
    if depth < 0 or isinstance(value, float):
        raise CrmError("invalid_value", field=field)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > MAX_INTEGER:
        raise CrmError("invalid_value", field=field)
    if isinstance(value, str):
        _check_text(field, value)
    elif isinstance(value, dict):
        for item in (*value, *value.values()):
            _check_nested(field, item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _check_nested(field, item, depth - 1)


def money(minor_units: int, currency: str = "CNY") -> Value:
    """An amount: whole minor units (fen for CNY) and its ISO 4217 currency, as one value."""
    return {"money": [minor_units, currency]}


def amount_of(value: Value) -> tuple[int, str] | None:
    """(minor units, currency) of an amount of money; None for any other value."""
    if not isinstance(value, dict) or "money" not in value:
        return None
    minor_units, currency = value["money"]
    return minor_units, currency
