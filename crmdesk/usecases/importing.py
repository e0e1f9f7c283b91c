"""Importing a foreign file: a rehearsal that says what would become of each row, the run itself, and going on with one.

A run is made of steps, each a transaction that is whole or nothing and says how far it came; so the desktop does other
people's writes in between, and after a crash it goes on where it was.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.lookalikes import Alike
from crmdesk.core.mapping import Plan, as_before, check, guess, keys_there
from crmdesk.core.record import RecordKey
from crmdesk.core.registry import Label, Registry
from crmdesk.core.values import Value, amount_of
from crmdesk.core.verdicts import Judge, Judged, Known
from crmdesk.store import imports
from crmdesk.store.imports import Counts, KeptOut, Run
from crmdesk.store.settings import SeeingAs
from crmdesk.usecases.directory import read_directory, read_registry
from crmdesk.usecases.foreign_files import Patience, Reading, job_of, peek
from crmdesk.usecases.import_alike import Looking, Lookout, held_rows, places
from crmdesk.usecases.import_mappings import kept_for, remember
from crmdesk.usecases.known_records import known_records, shown_now

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from crmdesk.core.mapping import Found
    from crmdesk.store.found_by import FoundBy
    from crmdesk.store.reading import Reader
    from crmdesk.store.replica import Committed, Touched, Write
    from crmdesk.usecases.reading_child import Rows
    from crmdesk.usecases.workspace import Workspace

Heard = Callable[[Sequence[Judged], float], None]
"""Hears the verdicts on some rows, and which share of the file was read (0 to 1)."""
RECORDS_A_STEP: Final = 500
_SEARCHABLE_TOGETHER: Final = 2000
"""Records that become searchable in one step: some 0.3 s, which a save may have to wait for."""


def look(reader: Reader, path: Path, workspace: Workspace, *, anew: bool = False) -> tuple[list[Found], Plan]:
    """The tables of a file and how they would be read: as this source was read last, else, or if `anew`, as guessed."""
    found = peek(path, workspace.today())
    registry = read_registry(reader)
    plan = guess(found, registry, workspace.today(), path.stem)
    saved = None if anew else kept_for(reader, plan)
    if saved is not None:
        plan = as_before(plan, saved, registry)
    return found, plan


def rehearse(
    workspace: Workspace,
    reader: Reader,
    path: Path,
    plan: Plan,
    *,
    limit: int = -1,
    heard: Heard = lambda _rows, _share: None,
    patience: Patience | None = None,
    alike: Callable[[list[Alike]], None] = lambda _found: None,
) -> tuple[Counts, float]:
    """What an import would do, without doing any of it: its counts, and the seconds it took.

    `limit` bounds the rows; once the `patience` with it ends it counts what it came to. `alike` hears at the end which rows look like
    customers. Raises `import_unmapped` and what reading raises.
    """
    started = time.perf_counter()
    patience = patience or Patience()
    registry = read_registry(reader)
    check(plan, registry)
    found: list[Alike] = []
    before = 0.0
    if plan.alike == "keep_out":
        before = 0.5
        looking = Looking(workspace, reader, registry, path, plan, limit=limit, patience=patience)
        with closing(looking):
            while not looking.done and not patience.is_ended:
                looking.step()
                heard((), before * looking.share)
            found = looking.found
    numbers = count(1)
    known = _known(workspace, reader, registry, plan)
    judge = Judge(registry, known, plan.mode, lambda: f"new-{next(numbers)}", places(found))
    counts, lookout = Counts(), Lookout()
    job = job_of(reader, path, workspace.today(), plan, limit=limit, is_searched=plan.alike == "take")
    with Reading(job, patience) as reading:
        for frame in reading:
            judged = judge.judge(frame.rows, lambda entity, ids: shown_now(reader, registry, entity, ids))
            tally(counts, judged, plan)
            if plan.alike == "take":
                lookout.hear(judged, frame.found_by)
            heard(judged, before + (1 - before) * frame.share)
            if patience.is_ended:
                break
    if plan.alike == "take" and not patience.is_ended:
        found = lookout.found(reader)
        counts.alike = len(places(found))
    alike(found)
    return _completed(counts, plan), time.perf_counter() - started


def _known(workspace: Workspace, reader: Reader, registry: Registry, plan: Plan) -> Known:
    return known_records(reader, registry, read_directory(reader), plan, workspace.clock.now_ms())


# -- counting ------------------------------------------------------------------------------------------------


def tally(counts: Counts, judged: Sequence[Judged], plan: Plan) -> None:
    """Add some rows to the counts."""
    counts.rows += len(judged)
    for one in judged:
        setattr(counts, one.verdict, getattr(counts, one.verdict) + 1)
        counts.wrong += one.is_wrong
        counts.double += one.is_double
        counts.missing += len(one.row.missing)
        if one.row.parts[0].owner:
            for name in _owners((one,), plan).values():
                counts.owners[name] = counts.owners.get(name, 0) + 1
        sheet = plan.sheets[one.row.sheet].name
        counts.rows_by_sheet[sheet] = counts.rows_by_sheet.get(sheet, 0) + 1
        for name in one.row.missing:
            field = f"{sheet}.{name}"
            counts.missing_by_field[field] = counts.missing_by_field.get(field, 0) + 1
        for note in one.notes:
            counts.flaws[note.flaw] = counts.flaws.get(note.flaw, 0) + 1
        for making in one.makes:
            counts.records[making.entity] = counts.records.get(making.entity, 0) + making.is_new
            for name, value in making.values.items():
                if type(value) is dict and (amount := value.get("money")):
                    column = f"{making.entity}.{name} {amount[1]}"
                    counts.sums[column] = counts.sums.get(column, 0) + amount[0]


def _replace(counts: Counts, group: Sequence[Judged]) -> None:
    """Add the amounts that a later row of those that are written together writes over: no edit says that they were there."""
    written = [(making.entity, making.id) for one in group for making in one.makes]
    if len(set(written)) == len(written):
        return
    last: dict[tuple[str, str, str], Value] = {}
    for one in group:
        for making in one.makes:
            for name, value in making.values.items():
                before = last.get((making.entity, making.id, name))
                last[making.entity, making.id, name] = value
                if (amount := amount_of(before)) is not None:
                    column = f"{making.entity}.{name} {amount[1]}"
                    counts.replaced[column] = counts.replaced.get(column, 0) + amount[0]


def _completed(counts: Counts, plan: Plan) -> Counts:
    """The counts with how many key cells there were: what is counted at the end alone."""
    counts.cells = sum(
        counts.rows_by_sheet.get(sheet.name, 0) * len(keys_there(plan, number))
        for number, sheet in enumerate(plan.sheets)
    )
    return counts


def facts(counts: Counts, seconds: float) -> dict[str, Any]:
    """The report of a rehearsal or a run for programs; rates are in per cent.

    `missing_rate` is the share of blank cells among the key fields that the file has columns for; `error_rate` that of rows
    with a value that can't be read or is doubted; `duplicate_rate` that of rows that equal another row of the file or a
    record that is here, by credit code, code, or name and phone. `alike` counts the rows of new customers that the matcher
    holds likely to be a customer here or an earlier row: among `create` where they are taken in, beside all where not.
    """
    rows = max(1, counts.rows)
    return {
        "rows": counts.rows,
        "create": counts.create,
        "update": counts.update,
        "duplicate": counts.duplicate,
        "reject": counts.reject,
        "alike": counts.alike,
        "missing_rate": round(100 * counts.missing / max(1, counts.cells), 3),
        "error_rate": round(100 * counts.wrong / rows, 3),
        "duplicate_rate": round(100 * counts.double / rows, 3),
        "seconds": round(seconds, 3),
        "missing": counts.missing_by_field,
        "records": counts.records,
        "sums": {name: amount / 100 for name, amount in counts.sums.items()},
        "reasons": counts.flaws,
        "owners": counts.owners,
    }


# -- the run -------------------------------------------------------------------------------------------------


class Importing:
    """A run under way, for one thread at a time. Call `step` until it is `done`; `close` leaves it to be gone on with.

    `wait` before a step takes what may take long, and keeps nobody from writing. Once the `patience` with it ends the next
    step stops the run.
    Raises what reading raises, and what `Replica.commit` does; what was done by then stays done, and is known.
    """

    def __init__(
        self,
        workspace: Workspace,
        reader: Reader,
        run: Run,
        patience: Patience | None = None,
    ) -> None:
        self.run = run
        self.share = 0.0
        self.done = False
        self._patience = patience or Patience()
        self._has_waited = False
        self._rows: Rows | None = None
        self._trouble: CrmError | None = None
        self._workspace, self._reader, self._replica = workspace, reader, workspace.replica
        self._registry = read_registry(reader)
        check(run.plan, self._registry)
        known = _known(workspace, reader, self._registry, run.plan)
        if run.position:
            with self._replica.database.read() as connection:
                known.fresh |= imports.made_by(connection, run)
        self._known = known
        self._looking: Looking | None = None
        self._reading: Reading | None = None
        self._ready: dict[RecordKey, FoundBy] = {}
        if run.plan.alike == "keep_out" and not run.looked:
            self._looking = Looking(
                workspace, reader, self._registry, Path(run.path), run.plan, limit=run.limit,
                patience=patience,
            )  # fmt: skip
        else:
            self._open()
        self._started = time.perf_counter()
        self._before = run.seconds
        self._goes_on = run.position > 0

    def _open(self) -> None:
        """Begin to read what is to be settled, with what is to be kept out of it."""
        run = self.run
        self._judge = Judge(
            self._registry, self._known, run.plan.mode, self._replica.new_id, places(imports.alike(self._reader, run.id))
        )  # fmt: skip
        today = self._workspace.today()
        if run.position:
            for row in held_rows(self._reader, self._registry, run, today):
                self._judge.judge([row], self._present)
        job = job_of(
            self._reader, Path(run.path), today, run.plan,
            skip=run.position, limit=run.limit, is_searched=True,
        )  # fmt: skip
        self._reading = Reading(job, self._patience)
        self._frames = iter(self._reading)

    def wait(self) -> None:
        """Have the next rows at hand, however long their reader takes. Writes nothing and raises nothing: `step` does."""
        if self._has_waited:
            return
        self._has_waited = True
        try:
            if self._looking is not None:
                self._looking.step()
            else:
                self._rows = next(self._frames, None)
        except CrmError as error:
            self._trouble = error

    def _looked(self, looking: Looking) -> None:
        """Note which rows look like customers, before anything else is written."""
        self.share = looking.share / 2
        if looking.done:
            self.run.looked = True
            with self._replica.database.write() as connection:
                imports.note_alike(connection, self.run, looking.found)
                imports.save(connection, self.run, was=self.run.position)
            self._looking = None
            self._open()

    def step(self) -> Touched:
        """Settle the next rows; returns what was written."""
        from crmdesk.store.replica import Touched

        if len(self._ready) >= _SEARCHABLE_TOGETHER:
            return self._make_searchable()
        self.wait()
        self._has_waited = False
        if self._patience.is_ended:
            self.stop()
            return Touched()
        if self._trouble is not None:  # the reader's: what was written is found all the same
            self._make_searchable()
            raise self._trouble
        if self._looking is not None:
            self._looked(self._looking)
            return Touched()
        frame, self._rows = self._rows, None
        if frame is None:
            if self._ready:
                return self._make_searchable()
            self._finish()
            return Touched()
        judged = self._judge.judge(frame.rows, self._present)
        found = _found_by(judged, frame)
        touched = Touched()
        for group in _groups(judged):
            touched |= self._settle(group)
        self._ready |= found
        self.share = frame.share if self.run.plan.alike == "take" else 0.5 + frame.share / 2
        return touched

    def _make_searchable(self) -> Touched:
        """Write what the records of the last steps are found by: many together, for each write moves most of the index."""
        from crmdesk.store import unindexed
        from crmdesk.store.replica import Touched

        ready, self._ready = self._ready, {}
        by_id = {key.id: found for key, found in ready.items()}
        with self._replica.database.write() as connection:
            self._replica.keep_up(connection)
            if are_valid := self._registry == self._replica.registry:
                unindexed.write(connection, unindexed.numbered_words(connection, by_id))
        if not are_valid:  # other fields are searched now: what is queued is read again
            self._replica.index_all()
        return Touched(frozenset(ready))

    def _present(self, entity: str, ids: Sequence[str]) -> dict[str, Any]:
        return dict(shown_now(self._reader, self._registry, entity, ids))

    def _settle(self, group: Sequence[Judged]) -> Touched:
        """Write what some rows lead to, with where the run stands then, in one transaction."""
        from crmdesk.store.replica import Committed, Touched

        now = msgspec.json.decode(msgspec.json.encode(self.run), type=Run)
        tally(now.counts, group, now.plan)
        _replace(now.counts, group)
        was, now.position = now.position, now.position + len(group)
        now.seconds = self._before + time.perf_counter() - self._started
        kept_out = [
            KeptOut(was + at, one.row.sheet, one.row.row, one.verdict, [(n.column, n.flaw) for n in one.notes], one.row.cells)
            for at, one in enumerate(group, 1)
            if one.verdict in ("reject", "duplicate", "alike")
        ]  # fmt: skip

        wishes = _owners(group, now.plan)

        def note(connection: Connection, done: Committed) -> None:
            if done.txn is not None:
                imports.add_step(connection, now, done.txn)
            imports.keep_out(connection, now, kept_out)
            imports.wish_owners(connection, now, wishes)
            imports.save(connection, now, was=was)

        if writes := _writes(group):
            touched = self._replica.commit(writes, kind="import", beside=note, words_wait=True).touched
        else:
            with self._replica.database.write() as connection:
                note(connection, Committed(None, Touched()))
            touched = Touched()
        self.run = now
        return touched

    def _finish(self) -> None:
        if self._goes_on:  # what was cut off may have left words to be made
            self._replica.index_all()
        self.run.seconds = self._before + time.perf_counter() - self._started
        self.run.state = "done"
        _completed(self.run.counts, self.run.plan)
        self._save()
        self.share, self.done = 1.0, True
        self.close()

    def stop(self) -> None:
        """End it for now: what is done stays, and it can go on later."""
        if not self.done:
            self._make_searchable()
            self.run.state = "stopped"
            _completed(self.run.counts, self.run.plan)
            self._save()
        self.close()

    def _save(self) -> None:
        with self._replica.database.write() as connection:
            imports.save(connection, self.run, was=self.run.position)

    def close(self) -> None:
        """End the child that reads."""
        for reading in (self._looking, self._reading):
            if reading is not None:
                reading.close()


def _found_by(judged: Sequence[Judged], frame: Rows) -> dict[RecordKey, FoundBy]:
    """What the new records of some rows are found by, as the child made it of their parts."""
    return {
        RecordKey(making.entity, making.id): found
        for one, several in zip(judged, frame.found_by, strict=True)
        for part, found in zip(one.row.parts, several, strict=True)
        for making in one.makes
        if found is not None and making.is_new and making.entity == part.entity
    }


def _groups(judged: Sequence[Judged]) -> Iterator[list[Judged]]:
    """Rows in their order, no more together than may travel as one transaction."""
    group: list[Judged] = []
    size = 0
    for one in judged:
        if size + len(one.makes) > RECORDS_A_STEP:
            yield group
            group, size = [], 0
        group.append(one)
        size += len(one.makes)
    if group:
        yield group


def _owners(group: Sequence[Judged], plan: Plan) -> dict[str, str]:
    """Whom rows call the owners of the customers that they make, or overwrite, by customer."""
    return {
        making.id: one.row.parts[0].owner
        for one in group
        if one.row.parts[0].owner
        for making in one.makes
        if making.entity == "customer" and (making.is_new or plan.mode == "overwrite")
    }


def _writes(group: Sequence[Judged]) -> list[Write]:
    """One write a record: rows of one group that change the same record are put together."""
    from crmdesk.store.replica import Write

    values: dict[RecordKey, dict[str, Any]] = {}
    new: set[RecordKey] = set()
    for one in group:
        for making in one.makes:
            key = RecordKey(making.entity, making.id)
            values.setdefault(key, {}).update(making.values)
            if making.is_new:
                new.add(key)
    return [Write(key, said, is_known=key not in new) for key, said in values.items()]


def begin(
    workspace: Workspace,
    reader: Reader,
    path: Path,
    plan: Plan,
    *,
    limit: int = -1,
    patience: Patience | None = None,
) -> Importing:
    """A new run. Raises `seeing_as`, `import_unmapped`, and what reading raises."""
    if reader.setting("seeing_as", SeeingAs) is not None:
        raise CrmError("seeing_as")
    replica = workspace.replica
    check(plan, read_registry(reader))
    digest = sha256_of(path)
    run = Run(
        replica.new_id(), replica.clock.now_ms(), path.name, str(path.absolute()), digest, plan, limit=limit
    )
    made = Importing(workspace, reader, run, patience)
    try:
        with replica.database.write() as connection:
            imports.prepare(connection)
            imports.begin(connection, run)
        remember(replica, plan)
    except CrmError:
        made.close()
        raise
    return made


_SETTLED: Final = {
    "done": Label("已经完成", "is finished"), "undone": Label("已经撤销", "was taken back"),
    "undoing": Label("正在撤销", "is being taken back"),
}  # fmt: skip


def go_on(workspace: Workspace, reader: Reader, name: str, *, patience: Patience | None = None) -> Importing:
    """A run that was stopped, by a person or a crash, from where it came to.

    Raises `not_found`, `import_settled` for one that is finished or taken back, `import_changed`.
    """
    run = imports.find(reader, name)
    if run.state not in ("running", "stopped"):
        raise CrmError("import_settled", name=run.name, state=_SETTLED[run.state])
    if sha256_of(Path(run.path)) != run.sha256:
        raise CrmError("import_changed", name=run.name)
    run.state = "running"
    return Importing(workspace, reader, run, patience)


def sha256_of(path: Path) -> str:
    """The digest of a file. Raises `file_unreadable`."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CrmError("file_unreadable", path=path) from error
