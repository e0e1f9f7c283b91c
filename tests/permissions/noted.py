"""Seeds worth remembering, in `noted.json`: where each planted bug was killed, and every scenario that ever failed."""

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


def note_killed(seeds: dict[str, int | None]) -> None:
    """Write down where these bugs were killed; None: it survived, so what was noted goes."""
    found = _read()
    merged = {**found["killed"], **seeds}
    found["killed"] = {name: seed for name, seed in sorted(merged.items()) if seed is not None}
    fresh = _FILE.with_suffix(".new")  # hunts side by side read it meanwhile
    fresh.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    fresh.replace(_FILE)


def _read() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found
