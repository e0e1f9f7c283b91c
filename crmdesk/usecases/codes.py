"""The code tables that ship with the product: read at first use, never at the start."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from crmdesk.core.codes import CodeTable
from crmdesk.core.text import normalise
from crmdesk.system.resources import resource

if TYPE_CHECKING:
    from crmdesk.core.addresses import Gazetteer

_FILES = {"region": "regions.csv", "industry": "industries.csv"}


@cache
def code_table(name: str) -> CodeTable:
    """A table by its name, one of `core.codes.TABLES`."""
    return CodeTable.parse(name, resource("codes", _FILES[name]).read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """What reads addresses."""
    from crmdesk.core.addresses import Gazetteer  # its patterns are compiled when somebody types an address

    return Gazetteer(code_table("region"))


def code_of(table: str, text: str) -> str | None:
    """The one code that a text means: a code, a name, or a place as it is written in an address.

    An abolished code is taken as it is; None for what is unknown or means several.
    """
    if table not in _FILES:
        return text
    if (found := code_table(table).named(text)) is not None:
        return found.code
    place = gazetteer().read(text) if table == "region" else None
    return place.code if place and not place.rest else None


def with_parents(table: str, code: object) -> tuple[str, ...]:
    """A code and those it is part of; nothing for none."""
    if not isinstance(code, str) or not code:
        return ()
    return (*(above.code for above in code_table(table).parents(code)), code)


def code_meant(table: str, text: str) -> str | None:
    """As `code_of`, for what other programs wrote: also `I65`, and of a name that a code shares with what it is part of the wider."""
    found = code_of(table, text)
    if found is not None or table not in _FILES:
        return found
    known = code_table(table)
    if table == "industry" and len(text) > 2 and text[0].isalpha() and text[1:].isdigit():
        return known.find(text[1:]) and text[1:]
    wanted = normalise(text)
    same = [line for line in known.lines if line.is_current and normalise(line.name) == wanted]
    widest = min(same, key=lambda line: line.level, default=None)
    if widest is None:
        return None
    is_one_chain = all(one is widest or widest in known.parents(one.code) for one in same)
    return widest.code if is_one_chain else None


def place_of(*texts: str) -> str | None:
    """The region that an address names, the last of the texts; those before it say where it is."""
    *around, address = (text.strip() for text in texts)
    found = gazetteer().read(address) or gazetteer().read(" ".join((*around, address)))
    return found.code if found else None


def place_name(code: str | None) -> str:
    """A region as briefly as it is clear: without the province where there is a city between. Blank for none."""
    if not code:
        return ""
    table = code_table("region")
    found = table.find(code)
    chain = (*table.parents(code), *((found,) if found else ()))
    return "".join(part.name for part in (chain[1:] if len(chain) > 2 else chain)) or code


def code_name(table: str, code: str) -> str | None:
    """How a code reads; None where the table is another program's, or has no such code."""
    return code_table(table).label(code) if table in _FILES else None
