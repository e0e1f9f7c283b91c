"""What only the server can do, asked of it at once. Nothing of it waits for a network: that would be a request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from crmdesk.core.answers import Moved
from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.store import records
from crmdesk.store.replica import Replica
from crmdesk.sync.http import Http
from crmdesk.sync.transport import UnreachedError


def change_owner(
    replica: Replica, http: Http, customers: Sequence[str], to_user: str, *, order: str = ""
) -> Moved:
    """Hand customers and all below them to another person; the next sync shows it here. `order` names it, to be asked again.

    Raises `forbidden`, `not_found` or `order_needs_network`, then nothing was changed; `order_unanswered` where the line
    broke after it was sent.
    """
    named = {"id": order} if order else {}
    return _command(replica, http, "change-owner", customers=list(customers), to_user=to_user, **named)


def release(replica: Replica, http: Http, customers: Sequence[str]) -> Moved:
    """Give customers to the pool, where anybody may claim them. Raises as `change_owner`."""
    return _command(replica, http, "release", customers=list(customers))


def claim(replica: Replica, http: Http, customers: Sequence[str]) -> Moved:
    """Take customers out of the pool; for one that somebody else has, the result says who. Raises as above."""
    return _command(replica, http, "claim", customers=list(customers))


def change_book_owner(
    replica: Replica, http: Http, user: str, to_user: str, *, leaving: bool = False
) -> Moved:
    """Hand somebody's whole books to another person; `leaving`: they leave the company. Raises as above."""
    return _command(replica, http, "change-book-owner", user=user, to_user=to_user, leaving=leaving)


def change_team(replica: Replica, http: Http, user: str, team: str | None) -> Moved:
    """Move somebody to another team, or to none. Raises as above."""
    return _command(replica, http, "change-team", user=user, team=team)


def change_role(replica: Replica, http: Http, user: str, role: str) -> Moved:
    """Make somebody a rep, a manager, a director or an administrator. Raises as above."""
    return _command(replica, http, "change-role", user=user, role=role)


def disable_user(replica: Replica, http: Http, user: str) -> Moved:
    """Shut somebody out; what they wrote stays. Raises as above."""
    return _command(replica, http, "disable-user", user=user)


def share(
    replica: Replica, http: Http, customers: Sequence[str], user: str, *, can_write: bool, until: int | None
) -> Moved:
    """Let a colleague see customers until a time (UTC milliseconds) or until it is ended. Raises `bad_period`, as above."""
    asked = {"customers": list(customers), "user": user, "can_write": can_write, "until": until}
    return _command(replica, http, "share", **asked)


def end_share(replica: Replica, http: Http, share_id: str) -> Moved:
    """The colleague sees the customer no longer. Raises as above."""
    return _command(replica, http, "end-share", share=share_id)


def delegate(replica: Replica, http: Http, user: str, to_user: str, *, starts: int, ends: int) -> Moved:
    """While `user` is away (UTC milliseconds) `to_user` stands in for them. Raises `bad_period`, as above."""
    return _command(replica, http, "delegate", user=user, to_user=to_user, starts=starts, ends=ends)


def end_delegation(replica: Replica, http: Http, delegation: str) -> Moved:
    """Nobody stands in any longer. Raises as above."""
    return _command(replica, http, "end-delegation", delegation=delegation)


def transfer(
    replica: Replica, http: Http, user: str, role: str, team: str | None, to_user: str | None
) -> Moved:
    """Give somebody other work in one step; `to_user` takes the books over, None: they keep them. Raises as above."""
    return _command(replica, http, "transfer", user=user, role=role, team=team, to_user=to_user)


def add_user(replica: Replica, http: Http, name: str, role: str, team: str | None) -> Moved:
    """Somebody joins the company; the answer's `made` is their id. Raises as above, and `name_taken`."""
    return _command(replica, http, "add-user", name=name, role=role, team=team)


def add_team(replica: Replica, http: Http, name: str, parent: str | None, *, shares_books: bool) -> Moved:
    """Make a team. Raises as above, and `name_taken`."""
    return _command(replica, http, "add-team", name=name, parent=parent, shares_books=shares_books)


def edit_team(
    replica: Replica, http: Http, team: str, name: str, parent: str | None, *, shares_books: bool
) -> Moved:
    """Say what a team is from now on. Raises as above, and `name_taken`, `team_ring`."""
    return _command(
        replica, http, "edit-team", team=team, name=name, parent=parent, shares_books=shares_books
    )


def define_role(
    replica: Replica,
    http: Http,
    role: str | None,
    name: str,
    copy_of: str,
    withheld: Sequence[str],
    hidden: Sequence[str],
) -> Moved:
    """Make a role of the company's own, or change one for all who have it. Raises as above, and `name_taken`."""
    less = {"withheld": list(withheld), "hidden": list(hidden)}
    return _command(replica, http, "define-role", role=role, name=name, copy_of=copy_of, **less)


def _command(replica: Replica, http: Http, route: str, /, **asked: object) -> Moved:
    with ordering():
        return http.command(route, {"id": replica.new_id(), **asked})


@contextmanager
def ordering() -> Iterator[None]:
    """Around what is asked at once: no network is no comfort here, for nothing is kept to be sent later.

    Raises `order_needs_network` where nothing left this laptop, `order_unanswered` where the server may have done it.
    """
    try:
        yield
    except UnreachedError as error:
        raise CrmError("order_needs_network") from error
    except CrmError as error:
        if error.code not in ("offline", "server_busy"):
            raise
        raise CrmError("order_unanswered") from error


def fetch_history(replica: Replica, http: Http, key: RecordKey) -> int:
    """Bring a record's whole past to this laptop; returns how many edits it has. Raises `not_found`."""
    edits = [records.decode_edit(body) for body in http.history(key.entity, key.id)]
    with replica.database.write() as connection:
        records.add_history(connection, [(key, edit) for edit in edits])
    return len(edits)
