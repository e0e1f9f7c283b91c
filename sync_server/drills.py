"""What an order about a person comes to: who is what, and whose books are whose, after it. Pure.

Whoever only wants to know beforehand and whoever carries the order out ask the same function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from crmdesk.core.parts import PARTS, part_bucket
from crmdesk.core.roles import Mandate
from sync_server.policy import Domain, Kind, Member, Org, Right, readers


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody is in the company. `custom_role`: the role of the company's own behind the mandate, if it is one."""

    mandate: Mandate
    custom_role: str | None
    team: str | None
    has_left: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody is from now on. `heir` takes over all their books; whoever stays gets the empty book `fresh`."""

    user: str
    post: Post
    heir: str | None = None
    fresh: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """The company's people and its buckets at a moment."""

    org: Org
    domains: Mapping[str, Domain]

    def readers(self) -> dict[str, dict[str, Right]]:
        """Who reads which bucket."""
        return {bucket: readers(domain, self.org) for bucket, domain in self.domains.items()}

    def books(self, owner: str) -> list[str]:
        """The buckets that somebody answers for, with the sets of what is shared and the parts of both."""
        kinds = (Kind.BOOK, Kind.SET)
        return [name for name, one in self.domains.items() if one.owner == owner and one.kind in kinds]


def after(state: State, change: Change) -> State:
    """The company once the change is made."""
    post = change.post
    member = Member(change.user, post.mandate, post.team, post.has_left)
    domains = dict(state.domains)
    if change.heir is not None:
        for name in state.books(change.user):
            domains[name] = replace(domains[name], owner=change.heir)
        if change.fresh is not None:
            for part in PARTS:
                domains[part_bucket(change.fresh, part)] = Domain(Kind.BOOK, change.user, part=part)
    return State(replace(state.org, members={**state.org.members, change.user: member}), domains)


def is_ring(org: Org, team: str, parent: str | None) -> bool:
    """Whether a team would be part of itself below this parent."""
    return team in org.above(parent)
