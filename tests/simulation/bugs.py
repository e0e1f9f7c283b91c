"""Planted bugs in the sync path: each rewrites a piece of the product's source, and a run of the simulator kills it.

`python -m tests.simulation.bugs` hunts each and prints its name, the killing seed and the invariant that fell;
`--note` writes the seeds down for the fast suite; `--units` runs the unit tests named with each bug while it is
planted, to show that they let it pass.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, Final, NamedTuple

from tests.simulation.campaign import Run, run
from tests.simulation.noted import killed, note_killed
from tests.simulation.processes import in_processes

ROOT: Final = Path(__file__).resolve().parents[2]
MAX_SEEDS: Final = 200
NEARBY: Final = 12
"""A change of the product changes what a seed does: so many seeds from the noted one on must hold a kill."""
VARIABLE: Final = "CRMDESK_PLANTED_BUG"


class Patch(NamedTuple):
    """A piece of a module's source, found exactly once, and what stands there instead."""

    module: str
    old: str
    new: str


@dataclass(frozen=True)
class Bug:
    """`breaks` says which promise falls; `units` are the unit tests of its file."""

    name: str
    breaks: str
    units: tuple[str, ...]
    patches: tuple[Patch, ...]

    @contextmanager
    def planted(self) -> Iterator[None]:
        """The product has the bug meanwhile."""
        modules = dict.fromkeys(patch.module for patch in self.patches)
        before = [pair for name in modules for pair in _replaced(name, self.patches)]
        try:
            yield
        finally:
            for function, code in reversed(before):
                function.__code__ = code


class Kill(NamedTuple):
    """The run in which an invariant fell."""

    seed: int
    invariant: str
    detail: str


def hunt(bug: Bug, seeds: Iterable[int]) -> Kill | None:
    """Run seeds with the bug planted until an invariant falls; None if it survives them all."""
    with bug.planted():
        for seed in seeds:
            found: Run = run(seed)
            if found.violations:
                return Kill(seed, *found.violations[0])
    return None


# -- rewriting the product ---------------------------------------------------------------------------


def _replaced(name: str, patches: Iterable[Patch]) -> list[tuple[FunctionType, CodeType]]:
    """Give the module's functions the code of the source with all its patches; returns what they had.

    A function is changed in place, so whoever imported it by name gets the bug too.
    """
    module = importlib.import_module(name)
    assert module.__file__ is not None
    source = Path(module.__file__).read_text(encoding="utf-8")
    for patch in patches:
        if patch.module == name:
            if source.count(patch.old) != 1:
                raise LookupError(f"{name}: {source.count(patch.old)} times: {patch.old!r}")
            source = source.replace(patch.old, patch.new)
    changed = _codes(compile(source, module.__file__, "exec"))
    before = []
    for function in _functions(module):
        code = changed.get(function.__code__.co_qualname)
        if (code is not None and code.co_code != function.__code__.co_code) or _differ(
            code, function.__code__
        ):
            assert code is not None
            before.append((function, function.__code__))
            function.__code__ = code
    if not before:
        raise LookupError(f"{name}: nothing changed")
    return before


def _differ(code: CodeType | None, other: CodeType) -> bool:
    return code is not None and (code.co_consts, code.co_names) != (other.co_consts, other.co_names)


def _codes(code: CodeType) -> dict[str, CodeType]:
    """Every function's code in a module's, by qualified name."""
    found: dict[str, CodeType] = {}
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            found[inner.co_qualname] = inner
            found |= _codes(inner)
    return found


def _functions(module: Any) -> Iterator[FunctionType]:
    """Every function and method that a module defines."""
    for found in [*vars(module).values()]:
        if isinstance(found, type) and found.__module__ == module.__name__:
            for inner in vars(found).values():
                yield from _unwrapped(inner, module.__name__)
        else:
            yield from _unwrapped(found, module.__name__)


def _unwrapped(found: Any, name: str) -> Iterator[FunctionType]:
    if isinstance(found, property):
        found = found.fget
    if isinstance(found, staticmethod | classmethod):
        found = found.__func__
    while hasattr(found, "__wrapped__"):
        found = found.__wrapped__
    if isinstance(found, FunctionType) and found.__module__ == name:
        yield found


# -- the bugs ----------------------------------------------------------------------------------------


def _bug(name: str, breaks: str, units: str, *patches: tuple[str, str, str]) -> Bug:
    return Bug(name, breaks, tuple(units.split()), tuple(Patch(*patch) for patch in patches))


BUGS: Final = (
    _bug("stale_form", "R11: a save overwrites what arrived after the form opened", "tests/store/test_take_in.py",
        ("crmdesk.store.replica", "seen = None if write.shown is None else write.shown.seen(tuple(write.values))", "seen = None")),
    _bug("cursor_before_rows", "R18: the cursor is stored before the rows it stands for", "tests/sync/test_plan.py",
        ("crmdesk.sync.pull", "    with database.write() as connection:\n        started =",
         ("    with database.write() as connection:\n        _move_cursor(connection, wanted, group[-1].page)\n"
         "    with database.write() as connection:\n        started ="))),
    _bug("leave_skipped", "I8: a record that left stays on the laptop", "tests/sync/test_plan.py",
        ("crmdesk.sync.pull", 'i.move_no) for i in page.items if i.kind == "LEAVE"]', 'i.move_no) for i in page.items if i.kind == "GONE"]')),
    _bug("leave_ignores_move_no", "R24: a LEAVE removes a record that has come back since", "tests/store/test_take_in.py",
        ("crmdesk.store.replica", "            and stored[d.key].record.placement.bucket == d.bucket\n            and stored[d.key].record.placement.move_no < d.move_no\n", "")),
    _bug("unsent_purged", "R26: what is unsent goes with a record that is taken away", "tests/store/test_database.py",
        ("crmdesk.store.replica", "kept = [s for s in leaving if s.key in waiting]\n        gone = [s for s in leaving if s.key not in waiting]",
         "kept = [s for s in leaving if s.key in ()]\n        gone = list(leaving)")),
    _bug("history_stays", "I8: the past of a record that left stays in the file", "tests/store/test_database.py",
        ("crmdesk.store.replica", "        records.remove_history(connection, [s.key for s in gone])\n", "")),
    _bug("search_not_optimised", "I8: deleted search words stay in the file", "tests/store/test_identity.py",
        ("crmdesk.store.database", "cursor.execute(dialect.OPTIMIZE_SEARCH)", "pass")),
    _bug("log_not_truncated", "I8: pages of deleted rows stay in the write-ahead log", "tests/store/test_identity.py",
        ("crmdesk.store.database", 'cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")', "pass")),
    _bug("scrub_forgotten", "I8: nobody scrubs the file after a record left", "tests/store/test_database.py",
        ("crmdesk.store.replica", '        settings.write(connection, {"scrub": True})\n', "")),
    _bug("not_durable", "R5, R20: acknowledged before it is on the disk", "tests/store/test_identity.py",
        ("crmdesk.store.dialect", 'run("PRAGMA synchronous = FULL")', 'run("PRAGMA synchronous = NORMAL")')),
    _bug("restamp_forgets_outbox", "R3: edits that get new dots are not sent any more", "tests/store/test_database.py",
        ("crmdesk.store.identity", "    if waiting:\n        outbox.add(connection, [(n, entry.key) for n, entry in enumerate(waiting, 1)])", "    del waiting")),
    _bug("restamp_forgets_history", "R3: edits that get new dots lose their bodies", "tests/store/test_database.py",
        ("crmdesk.store.identity", "    records.add_history(connection, [(key, kernel.restamp_edit(edit, names)) for edit in own])", "    del own")),
    _bug("old_chain_for_new_actor", "R3: a new actor goes on with the old chain", "tests/store/test_database.py",
        ("crmdesk.store.identity", 'counter=len(waiting)), "chain": None, "batch": None}', 'counter=len(waiting)), "batch": None}')),
    _bug("refused_forgotten", "R30: what the server refused is in no inbox", "tests/sync/test_plan.py",
        ("crmdesk.sync.push", "outbox.settle(connection, (counter for key in taken for counter in batch.counters[key]))",
         "outbox.settle(connection, (counter for key in outcomes for counter in batch.counters[key]))")),
    _bug("effective_time_ignored", "I3: the author keeps the time claimed", "tests/sync/test_plan.py",
        ("crmdesk.sync.push", "record = _placed(kernel.accept(old.record, dots), outcome)", "record = _placed(old.record, outcome)"),
        ("crmdesk.sync.push", "if is_in_place and corrected.isdisjoint(batch.counters[key]):", "if is_in_place:")),
    _bug("cursor_jumps", "R18: a push moves the cursor over commits of others", "tests/sync/test_schedule.py",
        ("crmdesk.sync.plan", "        and cursor.seq == commit.before\n", "")),
    _bug("pull_hides_unsent", "I11: what comes replaces what is unsent", "tests/store/test_database.py",
        ("crmdesk.store.replica", "        merged = kernel.merge(old.record, incoming)\n        if incoming", "        merged = incoming\n        if incoming")),
    _bug("revocation_ignored", "I8: a bucket that was taken away stays", "tests/sync/test_plan.py",
        ("crmdesk.sync.engine", "            for bucket in steps.revoked:\n", "            for bucket in ():\n")),
    _bug("resolution_written_back", "R14: a program settles conflicts by itself", "tests/sync/test_plan.py",
        ("crmdesk.sync.engine", "    def _note_done(self) -> None:\n",
         ("    def _note_done(self) -> None:\n"
         "        from crmdesk.core.resolve import read_record\n"
         "        from crmdesk.store.replica import Write\n"
         "        with self._replica.database.read() as connection:\n"
         "            stored = [s for page in records.every(connection) for s in page]\n"
         "        for s in stored:\n"
         "            for view in read_record(s.record, s.key.entity, self._replica.registry).conflicts:\n"
         "                self._replica.commit([Write(s.key, {view.key: view.value})], kind='merge')\n"))),
    _bug("unknown_dropped", "R10: an old program drops the fields it does not know", "tests/sync/test_plan.py",
        ("crmdesk.store.replica", "        came = arrivals if isinstance(arrivals, Delivery) else self.read(arrivals)\n",
         ("        came = arrivals if isinstance(arrivals, Delivery) else self.read(arrivals)\n"
         "        came = came._replace(delivered=[one._replace(record=msgspec.structs.replace(one.record, edits=tuple(\n"
         "            e for e in (msgspec.structs.replace(e, values={f: v for f, v in e.values.items()\n"
         "                if self.registry.find(one.arrival.key.entity, f) is not None}) for e in one.record.edits) if e.values)))\n"
         "            for one in came.delivered])\n"))),
    _bug("changed_fields_only", "R9: a push carries the changed fields under the whole record's clock", "tests/sync/test_plan.py",
        ("sync_server.verdict", "record = keep_unearned(stored, merge(stored, record), fresh, unproven)", "record = merge(stored, record)"),
        ("crmdesk.sync.push", "        records=tuple(PushRecord(*key, msgspec.Raw(sent[key].state)) for key in ordered),\n",
         ("        records=tuple(PushRecord(*key, msgspec.Raw(kernel.encode(msgspec.structs.replace(kernel.decode(sent[key].state),\n"
         "            edits=tuple(e for e in kernel.decode(sent[key].state).edits if e.dot.actor == named.actor and e.dot.counter in counters[key])))))\n"
         "            for key in ordered),\n"))),
    _bug("seq_not_raised", "R16: a changed record keeps its old commit", "tests/sync_server/test_verdict.py",
        ("sync_server.pushing", "        commits[record.placement.bucket].seq,\n        record,", "        (stored.seq if stored and stored.seq else commits[record.placement.bucket].seq),\n        record,")),
    _bug("leave_not_noted", "R23: the old bucket never says that a record left", "tests/sync_server/test_verdict.py",
        ("sync_server.moving", 'ends: tuple[tuple[str, Kind], ...] = ((old.bucket, "LEAVE"), (bucket, "ENTER"))', 'ends = ((bucket, "ENTER"),)')),
    _bug("move_number_kept", "R24: a move does not raise the number", "tests/sync_server/test_verdict.py",
        ("sync_server.moving", "placement = Placement(old.move_no + 1, bucket)", "placement = Placement(old.move_no, bucket)")),
    _bug("family_torn", "R23: a visit stays behind when its customer is handed over", "tests/sync_server/test_verdict.py",
        ("sync_server.moving", "if s.record.placement.bucket in kept]", 'if s.record.placement.bucket in kept and s.key.entity != "visit"]')),
    _bug("page_cut_skips", "R18: what a full page had no room for is skipped", "tests/sync_server/test_verdict.py",
        ("sync_server.pulling", "            return taken, taken[-1].seq\n", "            return taken, upto\n")),
    _bug("rights_not_rewritten", "I8: who changes teams goes on reading", "tests/sync_server/test_verdict.py",
        ("sync_server.accounts", "    _write_readers(connection, then, now)\n    return made\n", "    if post.has_left:\n        _write_readers(connection, then, now)\n    return made\n")),
    _bug("pull_one_behind", "I6: the last commit is not read", "tests/sync/test_schedule.py",
        ("crmdesk.sync.plan", "elif cursor is None or not cursor.complete or cursor.seq < head.seq:", "elif cursor is None or not cursor.complete or cursor.seq + 1 < head.seq:")),
    _bug("tombstone_forgotten", "R31: a deleted record goes from the laptop with its tombstone", "tests/sync/test_plan.py",
        ("crmdesk.sync.push", "    replica.take_in(connection, merged)\n",
         ("    replica.take_in(connection, merged)\n"
         "    from crmdesk.core import resolve\n"
         "    dead = [s for s in stored.values() if resolve.life(s.record) is resolve.Life.DELETED]\n"
         "    projection.forget(connection, dead)\n"
         "    records.remove(connection, [s.n for s in dead])\n"))),
    _bug("fork_shrugged_off", "R3: an answer that the numbers were used before changes nothing", "tests/sync/test_plan.py",
        ("crmdesk.sync.engine", "                elif error.code in _FORKED and forks < _MAX_FORKS:\n                    forks += 1\n                    change_actor(self._replica)\n",
         "                elif error.code in _FORKED and forks < _MAX_FORKS:\n                    forks += 1\n                    push.forget(self._replica)\n")),
    _bug("late_work_dropped", "R25: work that comes after a move is acknowledged and not kept", "tests/sync_server/test_verdict.py",
        ("sync_server.pushing", "    changed = [taken for taken in ledger.taken if taken.is_changed]\n    departed", "    changed = [taken for taken in ledger.taken if taken.is_changed and taken.place.left is None]\n    departed")),
    _bug("poison_blocks", "R29: one bad record refuses the whole batch", "tests/sync_server/test_verdict.py",
        ("sync_server.pushing", '            verdict: Verdict = "quarantined" if error.code in QUARANTINED else "rejected"\n', '            raise\n            verdict: Verdict = "rejected"\n')),
    _bug("deletion_sees_all", "R31: a deletion hides what its author had not seen", "tests/sync/test_plan.py",
        ("crmdesk.core.resolve", "    if edit.dot.counter <= seen.get(edit.dot.actor, 0):\n        return True\n", "    if edit.dot.actor in seen:\n        return True\n")),
    _bug("quarantine_unsaid", "R30: an edit that is kept apart counts as taken", "tests/sync/test_plan.py",
        ("sync_server.pushing", '            _refuse(ledger, item, claims, now, "quarantined", CrmError("forbidden"))\n',
         '            ledger.outcomes.append(Outcome(*item.key, "accepted", item.record.placement.bucket, item.record.placement.move_no))\n')),
    _bug("context_trusted", "R12: a clock may claim to have seen what nobody has written yet", "tests/sync/test_plan.py",
        ("sync_server.verdict", "    record = bound_clock(heard, known)\n", "    record = heard\n")),
    _bug("proofs_not_asked_for", "T-24: who claims to have seen a value overwrites it", "tests/sync/test_plan.py",
        ("sync_server.verdict", "if proof(edit, name) not in item.proofs}", "if False}")),
    _bug("proofs_not_sent", "T-24: what a laptop was handed and overwrote comes back beside what it wrote", "tests/sync/test_plan.py",
        ("crmdesk.sync.push", "        proofs=proofs(connection, log, but_of=named.actor),\n", "")),
    _bug("grave_not_dug", "R32: the id of what is gone for good is not remembered", "tests/sync_server/test_verdict.py",
        ("sync_server.sweeping", "    graves.bury(connection, [key.id for key in keys], now)", "    pass")),
    _bug("contested_buried", "R31: what somebody brought back is buried all the same", "tests/sync_server/test_verdict.py",
        ("sync_server.sweeping", "if stored is None or life(stored.record, [s.record for s in family[1:]]) is not Life.DELETED:", "if stored is None:")),
    _bug("leaver_reads_on", "I8: who left the company goes on reading", "tests/sync_server/test_verdict.py",
        ("sync_server.accounts", "    _write_readers(connection, then, now)\n    return made\n",
         "    if not post.has_left:\n        _write_readers(connection, then, now)\n    return made\n")),
    _bug("later_numbers_unheard", "R1: a profile put back goes on with numbers that were used", "tests/sync/test_plan.py",
        ("crmdesk.sync.push", "    if known and known > _last_sent(connection):\n        give_up_actor(replica, connection)\n", "    del known\n")),
    _bug("late_work_placed", "R25: late work stays where its author only thinks it is", "tests/sync/test_plan.py",
        ("crmdesk.sync.push", "    if outcome.bucket is None or outcome.code == LATE:", "    if outcome.bucket is None:"),
        ("crmdesk.sync.push", "        return stored.seq in (None, LEFT)\n", "        return stored.seq == LEFT\n")),
)  # fmt: skip


def main() -> int:
    asked = argparse.ArgumentParser(description="Plant bugs and hunt them.")
    asked.add_argument("names", nargs="*")
    asked.add_argument("--units", action="store_true", help="run each bug's unit tests with it planted")
    asked.add_argument("--note", action="store_true", help="write the killing seeds down for the fast suite")
    asked.add_argument("--seeds", type=int, default=MAX_SEEDS)
    said = asked.parse_args()
    bugs = [bug for bug in BUGS if not said.names or bug.name in said.names]
    names = [bug.name for bug in bugs]
    found: dict[str, int | None] = {}
    reds = 0
    for name, kill, units in in_processes(partial(_hunted, said.seeds, said.units), names):
        found[name] = kill.seed if kill else None
        reds += units is False
        fate = f"seed {kill.seed:>4}  {kill.invariant:<8} {kill.detail[:110]}" if kill else "SURVIVED"
        told = {None: "", True: "units green  ", False: "units RED    "}[units]
        print(f"{name:<26} {told}{fate}", flush=True)
    if said.note:
        note_killed(found)
    survivors = sum(seed is None for seed in found.values())
    print(f"{len(bugs)} bugs, {survivors} survived" + (f", {reds} found by unit tests" if said.units else ""))
    return int(bool(survivors or reds))


def _hunted(seeds: int, is_asking_units: bool, name: str) -> tuple[str, Kill | None, bool | None]:
    bug = next(bug for bug in BUGS if bug.name == name)
    first = killed().get(name)
    order = [*(range(first, first + 1) if first is not None else ()), *range(seeds)]
    return name, hunt(bug, order), _units_pass(bug) if is_asking_units else None


def _units_pass(bug: Bug) -> bool:
    """Whether the unit tests of the bug's file let it pass."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "tests.simulation.planting", *bug.units],
        cwd=ROOT, env={**os.environ, VARIABLE: bug.name}, capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
