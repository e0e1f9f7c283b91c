from __future__ import annotations

import pytest

from crmdesk.core.entities import REGISTRY
from crmdesk.usecases.reviews import REVIEWERS
from sync_server.policy import Member, Org, Role, Team, config_readers, may_move, may_write, readers_of

ORG = Org(
    teams={
        "north": Team("north", None, False),
        "east": Team("east", "north", True),
        "west": Team("west", "north", False),
        "south": Team("south", None, False),
    },
    members={
        m.user: m
        for m in (
            Member("ann", Role.REP, "east"),
            Member("bo", Role.REP, "east"),
            Member("cai", Role.REP, "west"),
            Member("dan", Role.REP, "west"),
            Member("mei", Role.MANAGER, "north"),
            Member("eve", Role.MANAGER, "east"),
            Member("dai", Role.DIRECTOR, "north"),
            Member("sue", Role.MANAGER, "south"),
            Member("root", Role.ADMINISTRATOR, "north"),
            Member("gone", Role.MANAGER, "north", is_disabled=True),
            Member("lone", Role.REP, None),
        )
    },
)


@pytest.mark.parametrize(
    ("owner", "readers"),
    [
        ("ann", {"ann": True, "bo": True, "eve": True, "mei": True, "dai": False}),
        ("cai", {"cai": True, "mei": True, "dai": False}),
        ("mei", {"mei": True, "dai": False}),
        ("sue", {"sue": True}),
        ("lone", {"lone": True}),
        ("gone", {"mei": True, "dai": False}),
        ("root", {"root": True, "mei": True, "dai": False}),
    ],
)
def test_a_book_is_read_by_its_owner_sharing_colleagues_and_those_who_lead(
    owner: str, readers: dict[str, bool]
) -> None:
    assert readers_of(owner, ORG) == readers


def test_teams_tied_in_a_ring_do_not_hang() -> None:
    ring = {"a": Team("a", "b", False), "b": Team("b", "a", False)}
    org = Org(ring, {"x": Member("x", Role.REP, "a"), "m": Member("m", Role.MANAGER, "b")})
    assert readers_of("x", org) == {"x": True, "m": True}


def test_everybody_reads_the_settings_and_those_who_lead_write_them() -> None:
    readers = config_readers(ORG)
    assert "gone" not in readers
    assert {user for user, can_write in readers.items() if can_write} == {"mei", "eve", "dai", "sue", "root"}


@pytest.mark.parametrize("entity", REGISTRY.entities)
@pytest.mark.parametrize("role", Role)
def test_nobody_writes_where_they_may_only_read_or_not_even_that(entity: str, role: Role) -> None:
    assert not may_write(entity, role, can_write=False)
    assert not may_write(entity, role, None)


@pytest.mark.parametrize("entity", REGISTRY.entities)
@pytest.mark.parametrize("role", Role)
def test_a_right_to_write_covers_all_but_people_and_reviews(entity: str, role: Role) -> None:
    allowed = entity not in ("user", "team", "book") and (entity != "review" or role is Role.MANAGER)
    assert may_write(entity, role, can_write=True) is allowed


@pytest.mark.parametrize(
    ("role", "old", "new", "allowed"),
    [
        (Role.MANAGER, True, True, True),
        (Role.MANAGER, True, None, False),
        (Role.MANAGER, None, True, False),
        (Role.DIRECTOR, False, False, False),
        (Role.REP, True, True, False),
        (Role.ADMINISTRATOR, None, None, True),
    ],
)
def test_a_customer_is_moved_by_a_manager_of_both_or_an_administrator(
    role: Role, old: bool | None, new: bool | None, allowed: bool
) -> None:
    assert may_move(role, old, new) is allowed


def test_the_desktop_offers_reviewing_to_exactly_those_whose_reviews_are_taken() -> None:
    assert {role.value for role in Role if may_write("review", role, can_write=True)} == set(REVIEWERS)
