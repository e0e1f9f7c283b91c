"""A customer handed over and merged into one of its new owner's: the server first, then this laptop."""

from __future__ import annotations

from contextlib import closing
from typing import Final, Literal, TypeAlias

from crmdesk.core.errors import CrmError
from crmdesk.store.replica import Replica, Touched
from crmdesk.sync import commands
from crmdesk.sync.engine import Engine
from crmdesk.sync.enrolment import connect
from crmdesk.sync.http import Http
from crmdesk.usecases import merging_across, requests
from crmdesk.usecases.merging_across import Wish
from crmdesk.usecases.outcome import Outcome

NOT_NOW: Final = (
    "order_needs_network", "order_unanswered", "offline", "server_busy", "not_crmdesk", "server_untrusted",
)  # fmt: skip
State: TypeAlias = Literal["merged", "handed_over", "asked"]
"""How far it came: done; handed over, and merged once a sync has brought that; asked for, as there is no network."""


def carry_out(replica: Replica, wish: Wish) -> Outcome[State]:
    """Do as much as can be done now; the rest is kept and done after a sync.

    Raises what the server refused with (`forbidden`, `not_found`), then nothing is kept or changed.
    """
    merging_across.remember(replica, wish)
    try:
        with closing(connect(replica)) as http:
            return _online(replica, http, wish)
    except CrmError as error:
        if error.code not in NOT_NOW:
            merging_across.forget(replica, wish.loser)
            raise
    done = requests.ask(replica, "hand_over", [(wish.loser, wish.name)], wish.to_user)
    return Outcome("asked", done.touched, done.txn)


def _online(replica: Replica, http: Http, wish: Wish) -> Outcome[State]:
    moved = commands.change_owner(replica, http, [wish.loser], wish.to_user)
    for refused in moved.refused:
        raise CrmError(refused.code or "forbidden")
    everything = Touched(is_everything=True)
    if Engine(replica, http).sync().problem is not None:
        return Outcome("handed_over", everything, None)
    done = merging_across.settle(replica)
    is_merged = any(winner == wish.winner for winner, _ in done.value.merged)
    return Outcome("merged" if is_merged else "handed_over", everything, done.txn)
