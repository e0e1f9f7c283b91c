"""Seeds worth remembering, in `noted.json`: where each planted bug was killed, and every seed that ever failed.

Beside them a few that together meet the whole menu of faults.

A failing seed is kept for ever, with what it found: `make simulate` prints the line to add. What a seed does
changes with the product, so a kept one is no proof of its old fault's absence, but it stays a run of its kind.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

_FILE: Final = Path(__file__).with_name("noted.json")


def killed() -> dict[str, int]:
    """Bug -> the seed that killed it last."""
    found: dict[str, int] = _read()["killed"]
    return found


def kept() -> dict[int, str]:
    """Seed -> what it found when it failed."""
    return {int(seed): about for seed, about in _read()["kept"].items()}


def menu() -> list[int]:
    """Seeds that together met every fault, when they were noted; `campaign --menu` looks for them anew."""
    found: list[int] = _read()["menu"]
    return found


def note_menu(seeds: list[int]) -> None:
    """Write down which seeds meet the whole menu."""
    _write({**_read(), "menu": seeds})


def note_killed(seeds: dict[str, int | None]) -> None:
    """Write down where these bugs were killed; None: it survived, so what was noted goes."""
    found = _read()
    merged = {**found["killed"], **seeds}
    found["killed"] = {name: seed for name, seed in sorted(merged.items()) if seed is not None}
    _write(found)


def _write(found: dict[str, Any]) -> None:
    _FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _read() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found
