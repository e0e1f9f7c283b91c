"""Planted bugs: every assumption that synchronisation rests on, broken on purpose, to show that the oracle sees it.

A bug replaces one function of the product, or one step that a program around the kernel must take right.
`python -m tests.support.planted` runs the same seeded traces with each of them and prints which seed kills it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec
import pytest

from crmdesk.core import record as kernel
from crmdesk.core import resolve
from crmdesk.core.entities import REGISTRY
from crmdesk.core.record import Dot, Edit, Record, Txn
from crmdesk.core.registry import Rule
from tests.simulation.kernel_traces import run
from tests.simulation.kernel_world import NEW_FIELD, Replica, World, replace_clock
from tests.support.oracle import ENTITY, Kind, Knowledge

MAX_SEEDS: Final = 300


@dataclass(frozen=True)
class Bug:
    """`breaks` says which assumption falls; `found_as` what the oracle must report; `patches` replaces it."""

    name: str
    breaks: str
    found_as: Kind
    patches: tuple[tuple[Any, str, Any], ...]

    @contextmanager
    def planted(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for target, name, replacement in self.patches:
                patch.setattr(target, name, replacement)
            yield


class Kill(NamedTuple):
    """The first seed whose trace shows a bug as what it is, and one example."""

    seed: int
    example: str


def hunt(bug: Bug, seeds: int = MAX_SEEDS) -> Kill | None:
    """Run traces with the bug planted until the oracle reports it; None if it survives them all."""
    with bug.planted():
        for seed in range(seeds):
            for violation in run(seed).violations:
                if violation.kind is bug.found_as:
                    return Kill(seed, violation.detail)
    return None


# -- who an actor is ---------------------------------------------------------------------------------

_renew = World.renew


def _same_actor_after(doubt: str) -> Callable[[World, Replica, str], None]:
    def renew(world: World, replica: Replica, why: str) -> None:
        if why != doubt:
            _renew(world, replica, why)

    return renew


# -- what travels ------------------------------------------------------------------------------------

_outgoing, _combine, _keep = World.outgoing, World.combine, World.keep


def _only_own_changes(world: World, laptop: Replica, record_id: str) -> list[tuple[bytes, Knowledge]]:
    """The fields changed here, under the clock of the whole record."""
    record = laptop.records.get(record_id)
    own = tuple(e for e in record.edits if e.dot.actor in laptop.own) if record else ()
    if record is None or not own:
        return []
    return [(kernel.encode(msgspec.structs.replace(record, edits=own)), laptop.known[record_id])]


def _edit_by_edit(world: World, laptop: Replica, record_id: str) -> list[tuple[bytes, Knowledge]]:
    """One message per edit, with the clock it was made under; the network reorders them."""
    return [
        (
            kernel.encode(
                Record(kernel.VERSION, laptop.records[record_id].placement, logged.clock, (logged.edit,))
            ),
            Knowledge(frozenset((logged.edit.txn.id,)), laptop.known[record_id].placement),
        )
        for logged in laptop.log
        if logged.record_id == record_id
    ]


def _drop_the_unknown(world: World, replica: Replica, record_id: str, record: Record) -> None:
    """An old program reads a record into a fixed form and writes back only what it knows."""
    if replica.is_old:
        record = _mapped(record, lambda edit: {k: v for k, v in edit.values.items() if k != NEW_FIELD})
    _keep(world, replica, record_id, record)


def _mapped(record: Record, change: Callable[[Edit], dict[str, Any]]) -> Record:
    edits = (msgspec.structs.replace(edit, values=change(edit)) for edit in record.edits)
    return msgspec.structs.replace(record, edits=tuple(edit for edit in edits if edit.values))


def _forget_the_deleted(world: World, replica: Replica, record_id: str, record: Record) -> None:
    """A deleted record is removed with its tombstone, so an older copy brings it back."""
    _keep(world, replica, record_id, record)
    if resolve.life(record) is resolve.Life.DELETED:
        del replica.records[record_id]


def _write_resolutions_back(world: World, replica: Replica, record_id: str, record: Record) -> None:
    """A program that settles every conflict it meets, as if somebody had."""
    _keep(world, replica, record_id, record)
    conflicts = resolve.read_record(record, ENTITY, REGISTRY).conflicts
    if conflicts and replica is not world.server:
        replica.counter += 1
        values = {view.key: view.value for view in conflicts}
        edit = Edit(Dot(replica.actor, replica.counter), 0, "program", None, Txn("auto", "rule"), values)
        _keep(world, replica, record_id, kernel.write(record, edit, placement=record.placement))


# -- what a server believes --------------------------------------------------------------------------


def _believe(world: World, incoming: Record, record_id: str, sender: Replica) -> Record:
    return incoming


def _believe_what_exists(world: World, incoming: Record, record_id: str, sender: Replica) -> Record:
    """Held to what the server has. That alone is too much: a claim to have seen an edit that was never delivered
    takes it away unless the server also keeps what no edit of the push rewrote, or knows what it delivered."""
    here = world.server.records.get(record_id)
    own = {actor: counter for actor, counter in incoming.clock.items() if actor in sender.own}
    known = (here.clock if here else {}) | own
    return incoming if world.is_recovering else kernel.bound_clock(incoming, known)


# -- the kernel itself -------------------------------------------------------------------------------

_write, _merge, _both, _rank = kernel.write, kernel.merge, kernel._both, resolve._rank


def _write_over_everything(record: Record | None, edit: Edit, **context: Any) -> Record:
    return _write(record, edit, placement=context["placement"])


def _keep_whatever_either_has(one: Record, other: Record) -> Record:
    """A merge that does not ask whether the copy without an edit had seen it."""
    blind = [replace_clock(r, {e.dot.actor: e.dot.counter for e in r.edits}) for r in (one, other)]
    edits = {e.dot: e for record in blind for e in record.edits}
    merged = _merge(one, other)
    return msgspec.structs.replace(merged, edits=tuple(edits[dot] for dot in sorted(edits)))


def _keep_what_both_have(one: Record, other: Record) -> Record:
    merged = _merge(one, other)
    common = {e.dot for e in one.edits} & {e.dot for e in other.edits}
    common |= {dot for dot in (e.dot for e in one.edits) if not common}
    kept = tuple(e for e in merged.edits if e.dot in common)
    return msgspec.structs.replace(merged, edits=kept or merged.edits)


def _last_writer_wins(one: Record, other: Record) -> Record:
    merged = _merge(one, other)
    last = {field: max(merged.siblings(field), key=Edit.order).dot for field in merged.fields()}
    return _mapped(merged, lambda e: {k: v for k, v in e.values.items() if last[k] == e.dot})


def _forget_their_clock(one: Record, other: Record) -> Record:
    merged = _merge(one, other)
    needed = {e.dot.actor: max(e.dot.counter, one.clock.get(e.dot.actor, 0)) for e in merged.edits}
    return replace_clock(merged, one.clock | needed)


def _merge_by_dot_alone(mine: Edit, yours: Edit) -> Edit:
    """As if a dot named one field: an edit in both copies keeps all that either still has."""
    both = _both(mine, yours)
    return msgspec.structs.replace(both, values=yours.values | mine.values)


def _lose_the_effective_time(mine: Edit, yours: Edit) -> Edit:
    return msgspec.structs.replace(_both(mine, yours), eff=mine.eff)


def _stay_where_it_is(one: Record, other: Record) -> Record:
    return kernel.moved(_merge(one, other), one.placement)


def _accept_again(record: Record, eff: Mapping[Dot, int]) -> Record:
    """Sets the effective time at every push: a copy that lies in the network longer is later."""
    edits = tuple(msgspec.structs.replace(e, eff=max(e.at, *eff.values())) for e in record.edits)
    return msgspec.structs.replace(record, edits=edits)


def _delete_wins(record: Record) -> resolve.Life:
    is_dead = any(edit.values["deleted"] is not None for edit in record.siblings("deleted"))
    return resolve.Life.DELETED if is_dead else resolve.Life.LIVE


def _removal_wins(candidates: list[resolve.Candidate], rule: Rule, earliest: Dot) -> list[resolve.Candidate]:
    ranked = _rank(candidates, rule, earliest)
    return ranked[::-1] if rule is Rule.ADD_WINS else ranked


BUGS: Final = (
    Bug("shared_actor", "a copied profile goes on under the same actor", Kind.LOST,
        ((World, "renew", _same_actor_after("clone")),)),
    Bug("restored_actor", "a profile restored from its backup goes on under the same actor", Kind.LOST,
        ((World, "renew", _same_actor_after("restore")),)),
    Bug("changed_fields_only", "a push carries the changed fields under the whole record's clock", Kind.LOST,
        ((World, "outgoing", _only_own_changes),)),
    Bug("edit_by_edit", "each edit travels alone and the network reorders them", Kind.LOST,
        ((World, "outgoing", _edit_by_edit),)),
    Bug("unknown_field_dropped", "an old program drops a field it does not know", Kind.LOST,
        ((World, "keep", _drop_the_unknown),)),
    Bug("stale_form", "saving overwrites what arrived after the form opened", Kind.LOST,
        ((kernel, "write", _write_over_everything),)),
    Bug("no_dot_check", "a merge keeps whatever either copy has", Kind.RESURRECTED,
        ((kernel, "merge", _keep_whatever_either_has),)),
    Bug("intersection", "a merge keeps only what both copies have", Kind.LOST,
        ((kernel, "merge", _keep_what_both_have),)),
    Bug("last_writer_wins", "a merge keeps the latest value alone", Kind.LOST,
        ((kernel, "merge", _last_writer_wins),)),
    Bug("clock_forgotten", "a merge forgets what the other copy had seen", Kind.RESURRECTED,
        ((kernel, "merge", _forget_their_clock),)),
    Bug("one_dot_one_field", "an edit of several fields is merged as one", Kind.RESURRECTED,
        ((kernel, "_both", _merge_by_dot_alone),)),
    Bug("effective_time_lost", "a merge keeps its own copy's effective time", Kind.DIVERGED,
        ((kernel, "_both", _lose_the_effective_time),)),
    Bug("accepted_twice", "the effective time is set at every push", Kind.TIME_CHANGED,
        ((kernel, "accept", _accept_again),)),
    Bug("placement_forgotten", "a merge keeps its own copy's placement", Kind.WRONG_PLACE,
        ((kernel, "merge", _stay_where_it_is),)),
    Bug("delete_wins", "a deletion hides an edit it had not seen", Kind.WRONG_LIFE,
        ((resolve, "life", _delete_wins),)),
    Bug("tombstone_forgotten", "a deleted record is removed with its tombstone", Kind.RESURRECTED,
        ((World, "keep", _forget_the_deleted),)),
    Bug("removal_wins", "removing a tag hides an addition it had not seen", Kind.WRONG_DISPLAY,
        ((resolve, "_rank", _removal_wins),)),
    Bug("resolution_written_back", "a program settles conflicts by itself", Kind.INVENTED,
        ((World, "keep", _write_resolutions_back),)),
    Bug("forged_clock", "a server believes any clock", Kind.LOST,
        ((World, "vouched", _believe),)),
    Bug("clock_bound_to_stored", "a server believes a clock up to what it holds and asks no more", Kind.LOST,
        ((World, "vouched", _believe_what_exists),)),
)  # fmt: skip


def main() -> int:
    """Print each bug's fate; exit 1 if one survives or the product itself is found guilty."""
    survivors = 0
    for bug in BUGS:
        kill = hunt(bug)
        survivors += kill is None
        fate = f"seed {kill.seed:>3}  {bug.found_as.name.lower()}: {kill.example}" if kill else "SURVIVED"
        print(f"{bug.name:<24} {fate}")
    started = time.perf_counter()
    guilty = [seed for seed in range(MAX_SEEDS) if run(seed).violations]
    rate = MAX_SEEDS / (time.perf_counter() - started)
    print(f"without a bug: {len(guilty)} of {MAX_SEEDS} traces at fault {guilty or ''} ({rate:.0f} traces/s)")
    return int(bool(survivors or guilty))


if __name__ == "__main__":
    sys.exit(main())
