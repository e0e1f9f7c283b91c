"""The code tables that ship with the product, and the lists that a company laid over them: read at first use, never at the start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING

from crmdesk.core.codes import CodeTable
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.system.resources import resource

if TYPE_CHECKING:
    from crmdesk.core.addresses import Gazetteer

_FILES = {"region": "regions.csv", "industry": "industries.csv"}


@dataclass(frozen=True)
class _Imported:
    """A list that the company laid over a table, and the record that holds it."""

    name: str
    record: str
    edition: str
    chunks: tuple[str, ...]

    @cached_property
    def table(self) -> CodeTable:
        """The table as the list makes it; one that says nothing leaves it as it ships. Takes some 50 ms."""
        from crmdesk.core import code_lists

        listed = code_lists.unpacked(self.name, self.chunks)
        year = int(self.edition) if self.edition.isdecimal() and len(self.edition) == 4 else 0
        return code_lists.laid_over(_shipped(self.name), listed, year) if listed else _shipped(self.name)


_imported: dict[str, _Imported] = {}


@cache
def _shipped(name: str) -> CodeTable:
    return CodeTable.parse(name, resource("codes", _FILES[name]).read_text(encoding="utf-8"))


def code_table(name: str) -> CodeTable:
    """A table by its name, one of `core.codes.TABLES`: as it ships with the product, or as a list of the company's makes it."""
    imported = _imported.get(name)
    return imported.table if imported else _shipped(name)


def edition(name: str) -> str:
    """The year of the list that the company took over; blank where the table is as it ships."""
    imported = _imported.get(name)
    return imported.edition if imported else ""


def follow(reader: Reader) -> None:
    """Have the lists that the company took over, the latest of each table; a list that cannot be read counts for none."""
    rows = reader.all(f"SELECT n, id, f_table, f_edition FROM p_code_list WHERE {SHOWN} ORDER BY id")
    latest = {table: (n, record, year or "") for n, record, table, year in rows if table in _FILES}
    if {t: one.record for t, one in _imported.items()} == {t: one[1] for t, one in latest.items()}:
        return
    for name in _FILES:
        n, record, year = latest.get(name, (0, "", ""))
        chunks = "SELECT value FROM element WHERE n = ? AND field = 'line' ORDER BY element"
        take_over(name, record, year, [text or "" for (text,) in reader.all(chunks, (n,))])


def take_over(name: str, record: str, year: str, chunks: Sequence[str]) -> None:
    """Lay a list over the table that ships; without a record, have that as it ships."""
    if record:
        _imported[name] = _Imported(name, record, year, tuple(chunks))
    else:
        _imported.pop(name, None)
    if name == "region":
        gazetteer.cache_clear()


def imported_lists(reader: Reader) -> dict[str, tuple[str, str, list[str]]]:
    """The lists in force, by table, as `take_over` takes them: for a process that opens no profile."""
    follow(reader)
    return {name: (one.record, one.edition, list(one.chunks)) for name, one in _imported.items()}


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
    called = known.called(text) or (
        known.called(f"{text}业") if table == "industry" else ()
    )  # 餐饮 is 餐饮业
    is_one_chain = bool(called) and all(called[0] in known.parents(one.code) for one in called[1:])
    return called[0].code if is_one_chain else None


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
