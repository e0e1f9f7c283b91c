from __future__ import annotations

from dataclasses import replace

import pytest
from typer.testing import CliRunner

from crmdesk.core.entities import REGISTRY
from crmdesk.core.roles import SERVER_ENTITIES, Mandate, Role
from crmdesk.usecases.reviews import REVIEWERS
from sync_server.cli import app
from sync_server.policy import (
    Absence,
    Domain,
    Guest,
    Kind,
    Member,
    Org,
    Right,
    Team,
    answers_for,
    may_move,
    may_write,
    readers,
    withheld,
)


def member(user: str, role: Role, team: str | None, *withheld: str, is_disabled: bool = False) -> Member:
    return Member(user, Mandate(role, frozenset(withheld)), team, is_disabled)


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
            member("ann", Role.REP, "east"),
            member("bo", Role.REP, "east"),
            member("cai", Role.REP, "west"),
            member("dan", Role.REP, "west"),
            member("mei", Role.MANAGER, "north"),
            member("eve", Role.MANAGER, "east"),
            member("dai", Role.DIRECTOR, "north"),
            member("sue", Role.MANAGER, "south"),
            member("root", Role.ADMINISTRATOR, "north"),
            member("gone", Role.MANAGER, "north", is_disabled=True),
            member("lone", Role.REP, None),
            member("aud", Role.AUDITOR, None),
            member("ian", Role.AUDITOR, "east"),
        )
    },
)


def who_reads(domain: Domain, org: Org = ORG) -> dict[str, bool]:
    return {user: right.can_write for user, right in readers(domain, org).items()}


def book(owner: str) -> Domain:
    return Domain(Kind.BOOK, owner)


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        (
            "ann",
            {"ann": True, "bo": True, "eve": True, "mei": True, "dai": False, "ian": False, "aud": False},
        ),
        ("cai", {"cai": True, "mei": True, "dai": False, "aud": False}),
        ("mei", {"mei": True, "dai": False, "aud": False}),
        ("sue", {"sue": True, "aud": False}),
        ("lone", {"lone": True, "aud": False}),
        ("gone", {"mei": True, "dai": False, "aud": False}),
        ("root", {"root": True, "mei": True, "dai": False, "aud": False}),
        ("aud", {"aud": False}),
    ],
)
def test_a_book_is_read_by_its_owner_sharing_colleagues_those_who_lead_and_auditors(
    owner: str, expected: dict[str, bool]
) -> None:
    assert who_reads(book(owner)) == expected


def test_a_director_or_auditor_among_sharing_colleagues_only_reads() -> None:
    members = {
        "ann": ORG.members["ann"],
        "dee": member("dee", Role.DIRECTOR, "east"),
        "ian": ORG.members["ian"],
    }
    assert who_reads(book("ann"), Org(ORG.teams, members)) == {"ann": True, "dee": False, "ian": False}


def test_teams_tied_in_a_ring_do_not_hang() -> None:
    ring = {"a": Team("a", "b", False), "b": Team("b", "a", False)}
    org = Org(ring, {"x": member("x", Role.REP, "a"), "m": member("m", Role.MANAGER, "b")})
    assert who_reads(book("x"), org) == {"x": True, "m": True}


def test_everybody_reads_the_settings_and_those_who_lead_write_them() -> None:
    found = who_reads(Domain(Kind.CONFIG))
    assert found.keys() == ORG.members.keys() - {"gone"}
    assert {user for user, can_write in found.items() if can_write} == {"mei", "eve", "dai", "sue", "root"}


def test_everybody_reads_the_pool_and_those_who_lead_or_audit_what_is_below_it() -> None:
    assert who_reads(Domain(Kind.POOL)).keys() == ORG.members.keys() - {"gone"}
    leaders = {"mei": True, "eve": True, "sue": True, "dai": False, "ian": False, "aud": False}
    assert who_reads(Domain(Kind.POOL_DETAILS)) == leaders


# -- guests and deputies ------------------------------------------------------------------------------


def test_a_guest_sees_a_set_beside_those_who_read_its_book() -> None:
    shared = Domain(Kind.SET, "cai", (Guest("sue", False), Guest("lone", True), Guest("gone", True)))
    assert who_reads(shared) == {
        "cai": True,
        "mei": True,
        "dai": False,
        "aud": False,
        "sue": False,
        "lone": True,
    }


def test_a_share_takes_no_right_away_and_gives_an_auditor_none_to_write() -> None:
    shared = Domain(Kind.SET, "cai", (Guest("mei", False), Guest("ian", True)))
    assert who_reads(shared) == {"cai": True, "mei": True, "dai": False, "aud": False, "ian": False}


def test_a_deputy_reads_and_writes_as_whoever_is_away() -> None:
    org = replace(ORG, absences=(Absence("eve", "lone"), Absence("dai", "sue")))
    found = readers(book("ann"), org)
    assert found["lone"] == Right(True, frozenset({Mandate(Role.MANAGER)}))
    assert found["sue"] == Right(False, frozenset({Mandate(Role.DIRECTOR)}))
    assert "lone" not in readers(book("cai"), org)
    assert who_reads(Domain(Kind.POOL_DETAILS), org)["lone"]


def test_nobody_stands_in_at_second_hand() -> None:
    org = replace(ORG, absences=(Absence("cai", "dan"), Absence("dan", "lone")))
    assert who_reads(book("cai"), org)["dan"]
    assert "lone" not in readers(book("cai"), org)


def test_who_is_shut_out_lends_nothing_and_borrows_nothing() -> None:
    org = replace(ORG, absences=(Absence("gone", "lone"), Absence("ann", "gone")))
    assert "gone" not in readers(book("ann"), org)
    assert "lone" not in readers(book("bo"), org)


def test_a_deputy_who_has_become_an_auditor_only_reads() -> None:
    org = replace(ORG, absences=(Absence("lone", "aud"),))
    assert who_reads(book("lone"), org) == {"lone": True, "aud": False}


def test_a_deputy_writes_no_settings() -> None:
    org = replace(ORG, absences=(Absence("mei", "ann"),))
    assert readers(Domain(Kind.CONFIG), org)["ann"] == Right(False, frozenset({Mandate(Role.REP)}))


# -- writing ------------------------------------------------------------------------------------------


def right(role: Role, *withheld: str, can_write: bool = True) -> Right:
    return Right(can_write, frozenset({Mandate(role, frozenset(withheld))}))


@pytest.mark.parametrize("entity", REGISTRY.entities)
@pytest.mark.parametrize("role", Role)
def test_nobody_writes_where_they_may_only_read_or_not_even_that(entity: str, role: Role) -> None:
    assert not may_write(entity, right(role, can_write=False))
    assert not may_write(entity, None)
    assert not may_write(entity, None, is_new=True)


@pytest.mark.parametrize("entity", REGISTRY.entities)
@pytest.mark.parametrize("role", Role)
def test_a_right_to_write_covers_all_but_people_and_reviews(entity: str, role: Role) -> None:
    allowed = entity not in SERVER_ENTITIES and (entity != "review" or role is Role.MANAGER)
    assert may_write(entity, right(role)) is allowed


@pytest.mark.parametrize("role", Role)
def test_a_new_tag_is_anybodys_to_make_but_an_auditors(role: Role) -> None:
    allowed = may_write("tag", right(role, can_write=False), is_new=True)
    assert allowed is (role is not Role.AUDITOR)


def test_what_a_role_withholds_is_refused_by_name() -> None:
    own = right(Role.REP, "customer.grade", "customer.tag", "task.*")
    assert withheld("customer", own, ["name", "grade"]) == "grade"
    assert withheld("customer", own, ["tag:7"]) == "tag:7"
    assert withheld("customer", own, ["name"]) is None
    assert withheld("contact", own, ["grade"]) is None
    assert withheld("task", own, ["done"]) == "done"


def test_of_two_mandates_one_must_cover_the_whole_edit() -> None:
    both = Right(True, frozenset({Mandate(Role.REP, frozenset({"customer.grade"})), Mandate(Role.MANAGER)}))
    assert withheld("customer", both, ["grade"]) is None
    crossed = frozenset(
        {Mandate(Role.REP, frozenset({"customer.grade"})), Mandate(Role.REP, frozenset({"customer.stage"}))}
    )
    assert withheld("customer", Right(True, crossed), ["grade", "stage"]) in ("grade", "stage")
    assert withheld("customer", Right(True, crossed), ["stage"]) is None


def test_a_review_is_judged_by_the_mandate_of_a_manager_alone() -> None:
    both = Right(True, frozenset({Mandate(Role.REP), Mandate(Role.MANAGER, frozenset({"review.remark"}))}))
    assert may_write("review", both)
    assert withheld("review", both, ["remark"]) == "remark"


WRITES, READS = right(Role.REP), right(Role.REP, can_write=False)


@pytest.mark.parametrize(
    ("role", "old", "new", "allowed"),
    [
        (Role.MANAGER, WRITES, WRITES, True),
        (Role.MANAGER, WRITES, None, False),
        (Role.MANAGER, None, WRITES, False),
        (Role.MANAGER, WRITES, READS, False),
        (Role.DIRECTOR, READS, READS, False),
        (Role.REP, WRITES, WRITES, False),
        (Role.ADMINISTRATOR, None, None, True),
    ],
)
def test_a_customer_is_moved_by_a_manager_of_both_or_an_administrator(
    role: Role, old: Right | None, new: Right | None, allowed: bool
) -> None:
    assert may_move(role, old, new) is allowed


@pytest.mark.parametrize(
    ("role", "held", "is_owner", "allowed"),
    [
        (Role.REP, WRITES, True, True),
        (Role.REP, WRITES, False, False),
        (Role.AUDITOR, READS, True, False),
        (Role.MANAGER, WRITES, False, True),
        (Role.MANAGER, READS, False, False),
        (Role.DIRECTOR, READS, False, False),
        (Role.ADMINISTRATOR, None, False, True),
    ],
)
def test_a_customer_is_given_away_or_shared_by_who_answers_for_it(
    role: Role, held: Right | None, is_owner: bool, allowed: bool
) -> None:
    assert answers_for(role, held, is_owner=is_owner) is allowed


def test_the_desktop_offers_reviewing_to_exactly_those_whose_reviews_are_taken() -> None:
    assert {role.value for role in Role if may_write("review", right(role))} == set(REVIEWERS)


def test_what_sharing_books_means_is_said_as_it_is() -> None:
    """The command's help, the papers and the desktop say what this finds."""
    members = {role.value: member(role.value, role, "east") for role in Role}
    below = member("below", Role.REP, "below")
    teams = {**ORG.teams, "below": Team("below", "east", False)}
    org = Org(teams, {**members, "below": below, "owner": member("owner", Role.REP, "east")})
    assert who_reads(book("owner"), org) == {
        "owner": True,
        "rep": True,
        "manager": True,
        "administrator": True,
        "director": False,
        "auditor": False,
    }
    assert "owner" not in who_reads(book("below"), org)
    for words in (("add",), ("share-books",)):
        said = " ".join(CliRunner().invoke(app, ["team", *words, "--help"]).output.replace("│", " ").split())
        assert "read and change each other's customers; directors and auditors among them only read" in said
