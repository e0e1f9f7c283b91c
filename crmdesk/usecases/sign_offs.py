"""People's word that something was done and is in order: samples checked, rehearsals, drills, and going live.

A sign-off is a record of the company's settings, so that everybody sees it, and never changes; one given by mistake is
deleted. Only those sign who may change the company's settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmdesk.core.errors import CrmError
from crmdesk.core.go_live import Confirmed, Evidence, checks, is_open
from crmdesk.core.quality import Outcome as Sampled
from crmdesk.core.quality import Report, Share
from crmdesk.core.registry import Label
from crmdesk.core.values import Value
from crmdesk.store import imports
from crmdesk.store.imports import Run
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.store.settings import Server
from crmdesk.usecases import records
from crmdesk.usecases.custom_fields import check_may_configure
from crmdesk.usecases.outcome import Outcome

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

ENTITY = "sign_off"


@dataclass(frozen=True, slots=True)
class SignOff:
    """One sign-off: `subject` says of what, `by` is a person's id, `at_ms` in UTC. Numbers are None where none were said."""

    id: str
    kind: str
    subject: str
    at_ms: int
    by: str
    among: int | None = None
    judged: int | None = None
    wrong: int | None = None
    seed: int | None = None
    remark: str | None = None

    @property
    def sampled(self) -> Sampled:
        """What a sample came to."""
        return Sampled(self.among or 0, self.judged or 0, self.wrong or 0)


def listed(reader: Reader, kind: str = "") -> list[SignOff]:
    """The sign-offs, of one kind or all, the latest first."""
    rows = reader.all(
        "SELECT id, f_kind, coalesce(f_subject, ''), coalesce(f_at, created_at), coalesce(f_by, ''), f_among, f_judged, "
        f"f_wrong, f_seed, f_remark FROM p_sign_off WHERE {SHOWN} AND ? IN ('', f_kind) ORDER BY 4 DESC, id DESC",
        (kind,),
    )
    return [SignOff(*row) for row in rows]


def sign(replica: Replica, kind: str, subject: str, **said: Value) -> Outcome[str]:
    """Sign off now, as the person of this laptop; returns the record's id. `said` are further fields of a sign-off.

    Raises `forbidden`, `required`, `invalid_value`.
    """
    check_may_configure(replica)
    values: dict[str, Value] = {
        "kind": kind, "subject": subject, "at": replica.clock.now_ms(), "by": replica.identity().user, **said,
    }  # fmt: skip
    if replica.registry[ENTITY].by_name["kind"].option(kind) is None:
        raise CrmError("invalid_value", field=replica.registry[ENTITY].by_name["kind"].label)
    done = records.add(replica, ENTITY, values)
    return Outcome(done.value, done.touched, done.txn)


def sign_rehearsal(replica: Replica, run: str, *, rows: int, differences: int) -> Outcome[str]:
    """Sign the reconciliation of a full rehearsal: `run` names the import, `differences` are what did not come out even."""
    return sign(replica, "rehearsal", run, among=rows, judged=rows, wrong=differences)


def sign_rollback(replica: Replica, run: str) -> Outcome[str]:
    """Sign that an import was taken back whole, as a drill."""
    return sign(replica, "rollback", run)


def subject_of(run: Run) -> str:
    """By what an import is named in a sign-off."""
    return f"{run.name} · {run.id[-6:]}"


def is_drill(run: Run) -> bool:
    """Whether an import practised going back: a whole file that came in and was taken back whole."""
    return run.state == "undone" and run.limit < 0 and run.steps > 0 and not run.stayed


def evidence(
    reader: Reader,
    report: Report | None = None,
    *,
    doubted: Share | None = None,
    permissions: Confirmed | None = None,
) -> Evidence:
    """What is known here before going live. `permissions` only the server knows, and tells administrators.

    Rehearsals of one import count once, and only those whose reconciliation was read and shows no difference. An import that was taken back whole on this
    laptop is a drill by itself; elsewhere it counts once somebody has signed it.
    """
    whole = None if report is None else report.whole
    samples = listed(reader, "sampling")
    rehearsed = {one.subject for one in listed(reader, "rehearsal") if one.judged and one.wrong == 0}
    practised = {subject_of(run) for run in imports.runs(reader) if is_drill(run)}
    return Evidence(
        missing=whole.missing if whole else None,
        double=whole.twice if whole else None,
        sample=samples[0].sampled if samples else None,
        doubted=doubted,
        rehearsals=len(rehearsed),
        rollbacks=len({one.subject for one in listed(reader, "rollback")} | practised),
        permissions=permissions,
        is_alone=reader.setting("server", Server) is None,
    )


def approve(replica: Replica, known: Evidence) -> Outcome[str]:
    """Say that the company goes live, and of how many customers that was judged: those that this person can see.

    Raises `gate_closed` while anything is not met, and `forbidden`.
    """
    found = checks(known)
    if not is_open(found):
        missing = [one.label for one in found if not one.is_met]
        what = Label("、".join(one.zh for one in missing), ", ".join(one.en for one in missing))
        raise CrmError("gate_closed", what=what)
    return sign(replica, "go_live", "go-live", among=known.double.whole if known.double else 0)
