"""Bytes that nobody meant, made of bytes that somebody did. Everything follows from the seed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from random import Random
from typing import Any, Final

DEEP: Final = 100_000
ODD: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 2**31, 2**53, 2**53 - 1, 2**63 - 1, 2**63, 2**64, -(2**63), 10**400, 1.5, 1e308, "", " ", "x",
    "\0", "\ud800", "\u202e", "e\u0301", "../../x", "{about}", "%s", "=1+1", "<b>", "A" * 70_000, "张" * 30_000,
    "9999-12-31", "0000-00-00", "2026-02-30", [], {}, [[]], [None], {"money": [10**20, "X" * 50]}, {"money": ["1", None]},
    {"seen": {"a" * 32: -1}}, {"": ""},
)  # fmt: skip
RAW: Final = (
    b"", b"\n", b"{}", b"[]", b"null", b"0", b'""', b"\xff\xfe", b"\xed\xa0\x80", b"NaN", b"-", b"1" * 5000, b"1e999999",
    b"[" * DEEP, b'{"a":' * DEEP, b"[" * 900 + b"]" * 900, b'"\\ud800"', b"\xef\xbb\xbf{}", b"\0" * 64,
)  # fmt: skip
TOKENS: Final = (b"\0", b"\n", b"\r\n", b",", b'"', b"'", b"{", b"}", b"[", b"]", b":", b"-", b"0", b"9" * 30, b"\xff",
                 b"\xe4", b"\\u0000", b"\\", b"%00", b"%", b";", b"..", b"/")  # fmt: skip


def mutated(chance: Random, samples: Sequence[bytes]) -> bytes:
    """One of the samples, spoilt a little or a lot; now and then as it is, or something else altogether."""
    content = chance.choice(samples)
    match chance.randrange(12):
        case 0:
            return _label(content) + chance.choice(RAW)
        case 1:
            return content
        case 2 | 3 | 4 | 5 | 6 | 7 | 8:
            return _as_json(chance, content)
        case _:
            return _as_bytes(chance, content, samples)


def _label(content: bytes) -> bytes:
    """Some inputs say first what they are of, up to a tab."""
    label, tab, _ = content[:40].partition(b"\t")
    return label + tab if tab else b""


def _as_json(chance: Random, content: bytes) -> bytes:
    before = _label(content)
    try:
        found = json.loads(content[len(before) :])
    except ValueError:
        return _as_bytes(chance, content, (content,))
    for _ in range(chance.randrange(1, 4)):
        found = _spoilt(chance, found)
    is_canonical = chance.random() < 0.7  # other spellings are refused early, and would hide what comes after
    text = json.dumps(
        found,
        ensure_ascii=not is_canonical and chance.random() < 0.5,
        sort_keys=chance.random() < 0.2,
        separators=(",", ":") if is_canonical else (", ", ": "),
    )
    if chance.random() < 0.05:
        text = text.replace("{", '{"zz":1,"zz":2,', 1)
    if chance.random() < 0.05:
        text = text.replace("null", "[" * DEEP, 1)
    return before + text.encode("utf-8", "surrogatepass")


def _spoilt(chance: Random, whole: Any) -> Any:
    """The value with something odd somewhere inside, something twice, or something left out."""
    if not isinstance(whole, dict | list) or not whole:
        return deepcopy(chance.choice(ODD))
    found = whole
    while True:
        keys = list(found) if isinstance(found, dict) else list(range(len(found)))
        key = chance.choice(keys)
        if not isinstance(found[key], dict | list) or not found[key] or chance.random() < 0.25:
            break
        found = found[key]
    match chance.randrange(8):
        case 0 | 1 if not isinstance(found[key], dict | list):
            # What is said twice stays the same twice: an edit in a log and in its record, an id and its mention.
            return _everywhere(whole, found[key], _odd_or_near(chance, found[key]))
        case 0 | 1 | 2:
            found[key] = _odd(chance, found[key])
        case 3 if isinstance(found, list):
            found.insert(key, deepcopy(found[key]))
        case 3 if isinstance(found, dict):
            found[f"{key}:x"] = deepcopy(found[key])
        case 4:
            del found[key]
        case _:
            found[key] = _near(chance, found[key])
    return whole


def _odd(chance: Random, value: Any) -> Any:
    """Something odd, mostly of the same kind: another kind is refused at the door, and tries nothing behind it."""
    alike = [one for one in ODD if type(one) is type(value)]
    return deepcopy(chance.choice(alike if alike and chance.random() < 0.8 else ODD))


def _odd_or_near(chance: Random, value: Any) -> Any:
    return _odd(chance, value) if chance.random() < 0.5 else _near(chance, value)


def _everywhere(whole: Any, old: Any, new: Any) -> Any:
    match whole:
        case dict():
            return {name: _everywhere(part, old, new) for name, part in whole.items()}
        case list():
            return [_everywhere(part, old, new) for part in whole]
        case _:
            return new if type(whole) is type(old) and whole == old else whole


def _near(chance: Random, value: Any) -> Any:
    """A neighbour: what a sum, a sign, a letter or a second of the same would make of it."""
    match value:
        case bool() | None:
            return int(bool(value))
        case int():
            return value * chance.choice((-1, 2, 1000, 10**6)) + chance.choice((-1, 0, 1))
        case str():
            at = chance.randrange(len(value) + 1)
            return value[:at] + chance.choice(("", "0", "\u202e", "\n", "é", "😀", value)) + value[at + 1 :]
        case _:
            return [deepcopy(value), value]


def _as_bytes(chance: Random, content: bytes, samples: Sequence[bytes]) -> bytes:
    found = bytearray(content)
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(found) + 1)
        to = min(len(found), at + chance.randrange(1, 40))
        match chance.randrange(7):
            case 0:
                del found[at:]
            case 1:
                del found[at:to]
            case 2:
                found[at:at] = found[at:to] * chance.randrange(1, 5)
            case 3:
                found[at:at] = chance.choice(TOKENS)
            case 4 if at < len(found):
                found[at] = chance.randrange(256)
            case 5 if at < len(found):
                found[at] ^= 1 << chance.randrange(8)
            case _:
                other = chance.choice(samples)
                cut = chance.randrange(len(other) + 1)
                found[at:to] = other[cut : cut + chance.randrange(1, 60)]
    return bytes(found)
