"""Signing off an import where its reconciliation is read: a full run held against what is here, or that it was taken back.

A signature is a sign-off (`usecases.sign_offs`), so it counts for the gate before going live. A sample of the first rows
is no full rehearsal, and what was taken back can be held against nothing any more.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.registry import Registry
from crmdesk.store.imports import Counts, Run
from crmdesk.store.reading import Reader
from crmdesk.usecases import sign_offs
from crmdesk.usecases.custom_fields import check_may_configure
from crmdesk.usecases.import_papers import reconcile
from crmdesk.usecases.importing import sha256_of
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.sign_offs import SignOff, is_drill, subject_of

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica


class Signed(msgspec.Struct, frozen=True):
    """What was signed: the record's id, what it is about, how many rows there were and what did not come out even."""

    id: str
    kind: str
    subject: str
    rows: int
    differences: int


def may_be_signed(run: Run) -> bool:
    """Whether there is something to sign: a whole file that is in, or one that was taken back whole."""
    return (run.state == "done" and run.limit < 0 and run.steps > 0) or is_drill(run)


def signatures(reader: Reader, run: Run) -> list[SignOff]:
    """Who has signed what of a run, the latest first."""
    return [one for one in sign_offs.listed(reader) if one.subject == subject_of(run)]


def differences(reader: Reader, registry: Registry, run: Run) -> int:
    """How many key fields and sums of a run do not come out even with what is here; a drill has none.

    Raises `import_unsignable`.
    """
    if not may_be_signed(run):
        raise CrmError("import_unsignable", name=run.name)
    if is_drill(run):
        return 0
    checked = reconcile(reader, registry, run)
    return len(checked.differing) + sum(said != now for said, now in checked.sums.values())


def sign(replica: Replica, reader: Reader, run: Run, wrong: int) -> Outcome[Signed]:
    """Sign a run, with so many `differences`; one that was taken back whole as a drill. Raises `forbidden`.

    The same person signs the same once.
    """
    kind = "rollback" if is_drill(run) else "rehearsal"
    return _signed(replica, reader, Signed("", kind, subject_of(run), run.counts.rows, wrong))


def sign_rehearsal(replica: Replica, reader: Reader, path: Path, counts: Counts) -> Outcome[Signed]:
    """Sign a rehearsal of a whole file: that each of its rows came to a verdict. Raises `file_unreadable`, `forbidden`.

    A file counts once, however often it is rehearsed before it changes.
    """
    settled = counts.create + counts.update + counts.duplicate + counts.reject
    if settled < counts.rows:
        settled += counts.alike
    subject = f"{path.name} · {sha256_of(path)[:6]}"
    return _signed(replica, reader, Signed("", "rehearsal", subject, counts.rows, abs(counts.rows - settled)))


def _signed(replica: Replica, reader: Reader, said: Signed) -> Outcome[Signed]:
    from crmdesk.store.replica import Touched

    check_may_configure(replica)
    own = replica.identity().user
    for one in sign_offs.listed(reader, said.kind):
        if (one.subject, one.by, one.wrong or 0) == (said.subject, own, said.differences):
            return Outcome(msgspec.structs.replace(said, id=one.id), Touched(), None)
    if said.kind == "rollback":
        done = sign_offs.sign_rollback(replica, said.subject)
    else:
        done = sign_offs.sign_rehearsal(replica, said.subject, rows=said.rows, differences=said.differences)
    return Outcome(msgspec.structs.replace(said, id=done.value), done.touched, done.txn)
