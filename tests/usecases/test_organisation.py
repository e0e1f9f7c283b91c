"""Teams in a tree and what a role withholds: pure, and read from what a laptop holds."""

from __future__ import annotations

from crmdesk.core.entities import REGISTRY
from crmdesk.core.record import RecordKey
from crmdesk.store.replica import Write
from crmdesk.usecases import organisation
from crmdesk.usecases.directory import Person
from crmdesk.usecases.organisation import TeamShown
from crmdesk.usecases.workspace import Workspace


def test_teams_follow_the_one_they_are_part_of_by_name(desk: Workspace) -> None:
    rows = {
        "a": ("North", None),
        "b": ("West", "a"),
        "c": ("East", "a"),
        "d": ("Beta", None),
        "e": ("Far", "b"),
    }
    for key, (name, parent) in rows.items():
        said = {"name": name} | ({"parent": parent} if parent else {})
        desk.replica.commit([Write(RecordKey("team", key), said)])
    found = [(team.name, team.depth) for team in organisation.teams(desk.reader)]
    assert found == [("Beta", 0), ("North", 0), ("East", 1), ("West", 1), ("Far", 2)]


def test_a_team_whose_parent_is_not_here_stands_at_the_top(desk: Workspace) -> None:
    desk.replica.commit([Write(RecordKey("team", "b"), {"name": "West", "parent": "gone"})])
    assert [(team.name, team.depth) for team in organisation.teams(desk.reader)] == [("West", 0)]


def test_a_team_may_be_part_of_any_but_itself_and_those_below_it() -> None:
    among = [
        TeamShown(t, t, p, shares_books=False) for t, p in (("a", None), ("b", "a"), ("c", "b"), ("d", None))
    ]
    assert [team.id for team in organisation.parents_for("b", among)] == ["a", "d"]
    assert [team.id for team in organisation.parents_for("a", among)] == ["d"]


def test_who_has_a_role_of_the_product_does_not_have_a_copy_of_it() -> None:
    people = [
        Person("1", "Bo", "rep", None, None),
        Person("2", "Ann", "rep", None, None),
        Person("3", "Cai", "rep", None, None, custom_role="own"),
        Person("4", "Dan", "rep", None, None, has_left=True),
    ]
    assert [person.name for person in organisation.holders(people, "rep")] == ["Ann", "Bo"]
    assert [person.name for person in organisation.holders(people, "own")] == ["Cai"]


def test_what_is_ticked_is_told_and_read_back() -> None:
    fields = organisation.writable(REGISTRY)
    assert not {"user", "team", "role", "book", "share", "delegation", "late_work"} & fields.keys()
    ticked = {name: list(names) for name, names in fields.items()}
    assert organisation.told(ticked, fields) == frozenset()
    ticked["customer"].remove("grade")
    ticked["visit"] = []
    withheld = organisation.told(ticked, fields)
    assert withheld == {"customer.grade", "visit.*"}
    for name, names in fields.items():
        missing = organisation.withheld_fields(withheld, REGISTRY.entities[name], names)
        assert missing == set(names) - set(ticked[name])


def test_what_a_newer_program_withholds_is_not_forgotten() -> None:
    fields = {"customer": ["name", "grade"]}
    before = {"customer.grade", "customer.of_tomorrow", "quote.*", "customer.*"}
    found = organisation.told({"customer": ["name", "grade"]}, fields, before)
    assert found == {"customer.of_tomorrow", "quote.*"}
