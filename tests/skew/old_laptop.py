"""A laptop whose program is the version before: the frozen kernel decides, writes, merges and encodes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from crmdesk.core.record import Dot, Record, RecordKey
from crmdesk.core.wire import LogEdit, PullPage, Push, PushAnswer, PushRecord
from tests.skew.frozen import record as kernel
from tests.skew.frozen import values as canonical
from tests.skew.frozen.clock import stamp
from tests.skew.frozen.entities import REGISTRY
from tests.skew.frozen.resolve import read_record
from tests.support.laptop import Laptop, fresh_id
from tests.support.server import RunningServer


class OldLaptop(Laptop):
    """As `Laptop`; what crosses the wire has the same shapes, what is inside a record is the old kernel's."""

    old: dict[RecordKey, kernel.Record]

    def __post_init__(self) -> None:
        super().__post_init__()
        self.old = {}

    def write(
        self,
        key: RecordKey,
        values: Mapping[str, Any],
        *,
        at: int | None = None,
        seen: Mapping[str, Collection[Dot]] | None = None,
        bucket: str | None = None,
    ) -> Record:
        self.counter += 1
        at = stamp(self.server.clock().ms) if at is None else at
        if key in self.old:
            as_now = msgspec.json.decode(kernel.encode(self.old[key]), type=Record)
            self.note_handed(key, as_now.edits)
        edit = kernel.Edit(
            kernel.Dot(self.actor, self.counter), at, str(self.welcome["user"]), None,
            kernel.Txn(fresh_id(), "form"), dict(values),
        )  # fmt: skip
        place = kernel.Placement(0, bucket or self.book)
        shown = None if seen is None else {f: [kernel.Dot(*dot) for dot in dots] for f, dots in seen.items()}
        self.old[key] = kernel.write(self.old.get(key), edit, placement=place, seen=shown)
        self.unsent.append((key, edit))  # type: ignore[arg-type]  # the old kernel's
        return msgspec.json.decode(kernel.encode(self.old[key]), type=Record)

    def batch(self, name: str | None = None) -> Push:
        keys = dict.fromkeys(key for key, _ in self.unsent)
        bodies = [canonical.encode([e.dot, e.at, e.by, None, e.txn, e.values]) for _, e in self.unsent]
        return Push(
            batch=name or fresh_id(),
            actor=self.actor,
            chain=self.chain,
            log=tuple(
                LogEdit(edit.dot.counter, *key, msgspec.Raw(body))
                for (key, edit), body in zip(self.unsent, bodies, strict=True)
            ),
            records=tuple(PushRecord(*key, msgspec.Raw(kernel.encode(self.old[key]))) for key in keys),
            proofs=self.proofs(),
        )

    def settle(self, answer: PushAnswer) -> None:
        self.chain, self.unsent = answer.chain, []
        eff = {kernel.Dot(self.actor, int(counter)): at for counter, at in answer.eff.items()}
        for outcome in answer.outcomes:
            key = RecordKey(outcome.entity, outcome.id, outcome.part)
            self.old[key] = kernel.accept(self.old[key], eff)
            if outcome.state is not None:
                self.old[key] = kernel.merge(self.old[key], kernel.decode_foreign(outcome.state))

    def _take(self, page: PullPage) -> None:
        for item in page.items:
            key = RecordKey(item.entity, item.id, item.part)
            if item.state is not None:
                came = kernel.decode_foreign(item.state)
                self.old[key] = kernel.merge(self.old[key], came) if key in self.old else came

    def states(self) -> dict[RecordKey, bytes]:
        return {key: kernel.encode(record) for key, record in self.old.items()}

    def shows(self, key: RecordKey) -> dict[str, Any]:
        """What the old program displays: fields it knows, others as they are."""
        return dict(read_record(self.old[key], key.entity, REGISTRY).values)


def hired(server: RunningServer, name: str) -> OldLaptop:
    """A laptop with the old program, signed in."""
    laptop = OldLaptop(server, server.people[name].user)
    assert laptop.enrol().status_code == 200
    return laptop
