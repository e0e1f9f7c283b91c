"""A record as it stood at some moment, from the edits that are known of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from crmdesk.core.clock import milliseconds
from crmdesk.core.record import Dot, Edit, Record


def as_of(record: Record, history: Iterable[Edit], until_ms: int) -> Record | None:
    """The record with what was last written into each field until then (UTC ms, by effective time); None before it was made.

    Values that stood side by side at that moment are shown by the later one: which of them had seen the other is not kept
    in the history. What the history here does not hold can't be shown.
    """
    known = {edit.dot: edit for edit in history}
    for edit in record.edits:
        known.setdefault(edit.dot, edit)
    latest: dict[str, Edit] = {}
    for edit in known.values():
        if milliseconds(edit.order()[0]) > until_ms:
            continue
        for field in edit.values:
            if field not in latest or latest[field].order() < edit.order():
                latest[field] = edit
    carried: dict[Dot, dict[str, object]] = defaultdict(dict)
    for field, edit in latest.items():
        carried[edit.dot][field] = edit.values[field]
    edits = tuple(msgspec.structs.replace(known[dot], values=carried[dot]) for dot in sorted(carried))
    return msgspec.structs.replace(record, edits=edits) if edits else None
