"""Counts what was lost, from an append-only log of what people typed and what was on their screens.

It is a separate program on purpose: it imports nothing of the product and knows none of its theory, so it
cannot share a mistake with it. The log is JSON lines, each one of:

  {"event": "typed", "who": W, "record": R, "values": {field: value}, "screen": {field: [values seen]}}
  {"event": "screen", "who": W, "record": R, "shown": {field: [values]}, "inbox": {field: [values]}}

A typed value is safe if, on every screen that shows its record (the author's and the manager's at least),
it is among the values shown, or waits in an inbox, or somebody replaced it who had it on the screen while
typing. Anything else is lost.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple


class Typed(NamedTuple):
    """One value somebody typed, and the values that field showed at that moment."""

    order: int
    who: str
    record: str
    field: str
    value: str
    screen: frozenset[str]


class Loss(NamedTuple):
    """A typed value that is neither visible nor replaced by somebody who saw it."""

    who: str
    record: str
    field: str
    value: str
    missing_on: str


def spelled(value: Any) -> str:
    """One spelling for a value, so that it can be compared."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def losses(lines: Iterable[str], *, manager: str) -> list[Loss]:
    """Every typed value that got lost. `manager` is whose screen must show every record."""
    typed: list[Typed] = []
    shown: dict[tuple[str, str], dict[str, set[str]]] = {}
    for order, line in enumerate(lines):
        event = json.loads(line)
        if event["event"] == "typed":
            typed += [
                Typed(order, event["who"], event["record"], field, spelled(value), _seen(event, field))
                for field, value in event["values"].items()
            ]
        elif event["event"] == "screen":
            fields: dict[str, set[str]] = defaultdict(set)
            for part in ("shown", "inbox"):
                for field, values in event[part].items():
                    fields[field].update(spelled(value) for value in values)
            shown[event["who"], event["record"]] = fields
    return _judge(typed, shown, manager)


def _seen(event: dict[str, Any], field: str) -> frozenset[str]:
    return frozenset(spelled(value) for value in event.get("screen", {}).get(field, ()))


def _judge(typed: list[Typed], shown: dict[tuple[str, str], dict[str, set[str]]], manager: str) -> list[Loss]:
    on_field: dict[tuple[str, str], list[Typed]] = defaultdict(list)
    for entry in typed:
        on_field[entry.record, entry.field].append(entry)
    watchers: dict[str, set[str]] = defaultdict(set)
    for who, record in shown:
        watchers[record].add(who)
    found = []
    for entry in typed:
        for who in sorted(watchers[entry.record] | {entry.who, manager}):
            screen = shown.get((who, entry.record), {}).get(entry.field, set())
            if not _is_safe(entry, screen, on_field[entry.record, entry.field]):
                found.append(Loss(entry.who, entry.record, entry.field, entry.value, who))
                break
    return found


def _is_safe(entry: Typed, screen: set[str], others: list[Typed]) -> bool:
    """Visible, or replaced by somebody who saw it: what became of that one's value is judged on its own."""
    return entry.value in screen or any(
        other.order > entry.order and entry.value in other.screen and other.value != entry.value
        for other in others
    )


def main() -> None:
    """`referee.py LOG MANAGER`: print the number of lost values as JSON, with the values themselves."""
    log, manager = Path(sys.argv[1]), sys.argv[2]
    with log.open(encoding="utf-8") as lines:
        found = losses(lines, manager=manager)
    print(json.dumps({"lost": len(found), "losses": [loss._asdict() for loss in found]}, ensure_ascii=False))


if __name__ == "__main__":
    main()
