"""Fetching what another person sees, and fetching it again: asked with an administrator's session, and on record."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing

from crmdesk.core.errors import CrmError
from crmdesk.store.replica import Touched
from crmdesk.sync.engine import Engine, Progress
from crmdesk.sync.enrolment import connect
from crmdesk.usecases import seeing
from crmdesk.usecases.seeing import Look
from crmdesk.usecases.workspace import Workspace


def fetch(
    lender: Workspace,
    user: str,
    progress: Callable[[Progress], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Look:
    """Everything that `user` sees, in a profile of its own; for a worker. Raises what a sync may meet.

    One that was stopped, or came to grief, leaves nothing behind.
    """
    with ExitStack() as undone:
        look = seeing.prepare(lender, user)
        undone.callback(look.destroy)
        refresh(look, progress, stopped)
        undone.pop_all()
    return look


def refresh(
    look: Look,
    progress: Callable[[Progress], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Touched:
    """Bring a look up to what that person sees now; returns what moved. Raises what a sync may meet.

    What they see no longer leaves without a question: nothing here is anybody's work.
    """
    with look.used(), closing(connect(look.workspace.replica)) as http:
        report = Engine(look.workspace.replica, http).sync(progress, stopped, deletions="accept")
    if report.problem is not None:
        raise report.problem
    if not report.is_complete:
        raise CrmError("offline")
    return report.touched
