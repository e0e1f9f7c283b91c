"""How a person likes the desktop: declared once with type and default; unknown keys survive."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from crmdesk.core.errors import Language

Theme = Literal["system", "light", "dark"]
Density = Literal["comfortable", "standard", "dense"]

DEFAULT_PHRASES: Final = (
    "客户有意向，要求报价。",
    "暂不需要，下季度再联系。",
    "已发送资料，等待回复。",
    "Asked for a quotation.",
)


class Preferences(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything a person can set. `language` None follows the system, `idle_minutes` None the company.

    No `customers_columns` are the usual ones; `customers_widths` are in pixels, of those that somebody dragged.
    """

    language: Language | None = None
    theme: Theme = "system"
    density: Density = "comfortable"
    phrases: tuple[str, ...] = DEFAULT_PHRASES
    geometry: str = ""
    customers_sort: str = "visited"
    customers_columns: tuple[str, ...] = ()
    customers_widths: dict[str, int] = {}
    customers_group: str = ""
    idle_minutes: int | None = None


def load(path: Path) -> Preferences:
    """The stored preferences; what can't be read counts as not set."""
    known = _known(_raw(path))
    return msgspec.convert(known, Preferences)


def save(path: Path, preferences: Preferences) -> None:
    """Store preferences beside keys that another version wrote."""
    kept = {k: v for k, v in _raw(path).items() if k not in Preferences.__struct_fields__}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(
        json.dumps({**kept, **msgspec.to_builtins(preferences)}, ensure_ascii=False, indent=1),
        encoding="utf-8",
    )
    temporary.replace(path)


def _raw(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _known(raw: dict[str, Any]) -> dict[str, Any]:
    """The keys whose values are valid, one by one: a single bad one must not reset the rest."""
    good: dict[str, Any] = {}
    for name in Preferences.__struct_fields__:
        if name in raw:
            try:
                msgspec.convert({name: raw[name]}, Preferences)
            except msgspec.ValidationError:
                continue
            good[name] = raw[name]
    return good
