"""Valid samples of what travels, made from the declared shapes themselves: a new field is fuzzed without a word here."""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec
from msgspec import inspect


def samples_of(kind: Any, count: int = 4) -> list[bytes]:
    """Some different valid values of a type, as JSON."""
    shape = inspect.type_info(kind)
    return [msgspec.json.encode(_made(shape, Random(n))) for n in range(count)]


def _made(shape: inspect.Type, chance: Random) -> Any:
    match shape:
        case inspect.StructType(cls=cls, fields=fields, array_like=array_like, tag=tag, tag_field=tag_field):
            made = {field.encode_name: _made(field.type, chance) for field in fields}
            if array_like:
                return list(made.values())
            return {**({tag_field or "type": tag} if tag is not None else {}), **made}
        case inspect.NamedTupleType(fields=fields):
            return [_made(field.type, chance) for field in fields]
        case inspect.TupleType(item_types=items):
            return [_made(item, chance) for item in items]
        case (
            inspect.VarTupleType(item_type=item)
            | inspect.ListType(item_type=item)
            | inspect.SetType(item_type=item)
        ):
            return [_made(item, chance) for _ in range(chance.randrange(3) + 1)]
        case inspect.DictType(key_type=_, value_type=value):
            return {str(n): _made(value, chance) for n in range(2)}
        case inspect.UnionType(types=types):
            return _made(chance.choice(types), chance)
        case inspect.LiteralType(values=values):
            return chance.choice(values)
        case inspect.EnumType(cls=cls):
            return chance.choice([one.value for one in cls])
        case inspect.IntType():
            return chance.choice((0, 1, 7, 1_795_320_000_000))
        case inspect.StrType():
            return chance.choice(("a" * 32, "林晓", "customer", "name", "客户 1"))
        case inspect.BoolType():
            return chance.random() < 0.5
        case inspect.BytesType():
            return b"abc"
        case inspect.NoneType():
            return None
        case inspect.RawType() | inspect.AnyType():
            return chance.choice(([1, "x"], {"a": [1]}, "x", 5))
        case _:
            raise TypeError(f"no sample of {shape}")
