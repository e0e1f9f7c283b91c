"""The code tables that ship with the product: read at first use, never at the start."""

from __future__ import annotations

from functools import cache, lru_cache

from crmdesk.core.addresses import Gazetteer
from crmdesk.core.codes import CodeTable
from crmdesk.system.resources import resource

_FILES = {"region": "regions.csv", "industry": "industries.csv"}


@cache
def code_table(name: str) -> CodeTable:
    """A table by its name, one of `core.codes.TABLES`."""
    return CodeTable.parse(name, resource("codes", _FILES[name]).read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """What reads addresses."""
    return Gazetteer(code_table("region"))


def code_name(table: str, code: str) -> str | None:
    """How a code reads; None where the table is another program's, or has no such code."""
    return code_table(table).label(code) if table in _FILES else None
