"""The model itself: small, without the product, and of one mind with the rules in words."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from tests.permissions import model, orders
from tests.permissions.model import FIELD, FORBIDDEN, LATE, LATE_MS, TAKEN, WAITS, Company, judge
from tests.permissions.orders import may_order

HOUR = 3_600_000
STAFF: list[tuple[Any, ...]] = [
    (0, "team", "North", None, False), (0, "team", "East", "North", True), (0, "team", "West", "North", False),
    (0, "role", "trainee", "rep", [("customer", "name"), ("contact", "*")], []),
    (0, "hire", "ann", "rep", "East"), (0, "hire", "bo", "rep", "East"), (0, "hire", "cai", "rep", "West"),
    (0, "hire", "mei", "manager", "North"), (0, "hire", "wen", "manager", "West"), (0, "hire", "dai", "director", "North"),
    (0, "hire", "ada", "administrator", None), (0, "hire", "ira", "auditor", None), (0, "hire", "una", "auditor", "West"),
    (0, "made", "c", "customer", None, "ann", False), (0, "made", "v", "visit", "c", "ann", False),
    (0, "made", "p", "customer", None, "ann", False), (0, "made", "pv", "visit", "p", "ann", False),
    (0, "move", "p", None), (0, "made", "t", "tag", None, "mei", False), (0, "made", "u", "user", None, "", True),
]  # fmt: skip


def rights(record: str, *more: tuple[Any, ...], now: int = HOUR) -> dict[str, str]:
    company = Company([*STAFF, *more], now)
    return {who: right for who in company.role if (right := company.rights(who, record))}


def test_it_is_short_and_knows_nothing_of_the_product() -> None:
    for module, most in ((model, 155), (orders, 90)):
        assert module.__file__ is not None
        tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
        words = [n for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)]
        spoken = {line for n in words for line in range(n.lineno, (n.end_lineno or 0) + 1)}
        lines = Path(module.__file__).read_text(encoding="utf-8").splitlines()
        plain = [
            s
            for n, s in enumerate(lines, 1)
            if s.strip() and n not in spoken and not s.strip().startswith("#")
        ]
        assert len(plain) <= most
        named = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        assert named <= {"__future__", "collections.abc", "typing", "tests.permissions.model"}


def test_a_book_and_all_below_it_is_read_by_owner_sharing_colleagues_leaders_and_auditors() -> None:
    expected = {"ann": "w", "bo": "w", "mei": "w", "dai": "r", "ira": "r"}
    assert rights("c") == rights("v") == expected
    assert rights("c", (1, "disable", "ann")) == {who: r for who, r in expected.items() if who != "ann"}


def test_the_pool_is_seen_by_all_and_what_is_below_by_leaders() -> None:
    leaders = {"mei": "w", "wen": "w", "dai": "r", "ira": "r", "una": "r"}
    assert rights("pv") == leaders
    assert rights("p") == {**dict.fromkeys(("ann", "bo", "cai", "ada"), "r"), **leaders}


def test_settings_are_read_by_all_and_written_by_those_who_lead() -> None:
    writers = {who for who, right in rights("t").items() if right == "w"}
    assert writers == {"mei", "wen", "dai", "ada"}
    assert set(rights("u").values()) == {"r"}


def test_shares_add_up_until_their_time_and_end_with_a_move_but_not_with_the_book() -> None:
    both = [(1, "share", "s1", "c", "cai", 2 * HOUR, False), (1, "share", "s2", "c", "cai", HOUR, True)]
    assert rights("v", *both, now=HOUR - 1)["cai"] == "w"
    assert rights("v", *both)["cai"] == "r"
    assert "cai" not in rights("v", *both, now=2 * HOUR)
    assert "cai" not in rights("v", *both, (2, "move", "c", "bo"))
    assert rights("v", *both, (2, "books", "ann", "wen", False))["cai"] == "r"
    assert "cai" not in rights("v", *both, (2, "end", "s1"))


def test_a_deputy_is_as_whom_they_stand_in_for_and_no_more() -> None:
    deputy = (1, "delegate", "d", "mei", "cai", 1, 2 * HOUR)
    assert rights("v", deputy)["cai"] == rights("pv", deputy)["cai"] == "w"
    assert rights("t", deputy)["cai"] == "r"
    assert rights("v", (1, "delegate", "d", "dai", "cai", 1, 2 * HOUR))["cai"] == "r"
    chain = (1, "delegate", "e", "cai", "wen", 1, 2 * HOUR)
    assert "wen" not in rights("v", deputy, chain)
    for end in ((2, "end", "d"), (2, "disable", "mei"), (2, "disable", "cai")):
        assert "cai" not in rights("v", deputy, end)
    assert Company([*STAFF, deputy], HOUR).refuses("cai", "new", "review", "v", ["remark"]) is None
    assert (
        Company([*STAFF, (1, "delegate", "d", "mei", "una", 1, HOUR)], 2).refuses(
            "una", "v", "visit", "c", []
        )
        == FORBIDDEN
    )


@pytest.mark.parametrize(
    ("who", "edit", "expected"),
    [
        ("bo", ("c", "customer", None, ["name"]), None),
        ("dai", ("c", "customer", None, ["name"]), FORBIDDEN),
        ("cai", ("c", "customer", None, ["name"]), FORBIDDEN),
        ("cai", ("new", "visit", "c", ["summary"]), WAITS),
        ("cai", ("new", "visit", "nowhere", ["summary"]), WAITS),
        ("ann", ("new", "visit", "c", ["summary"]), None),
        ("ann", ("new", "review", "v", ["remark"]), FORBIDDEN),
        ("mei", ("new", "review", "v", ["remark"]), None),
        ("cai", ("new", "tag", None, ["name"]), None),
        ("ira", ("new", "tag", None, ["name"]), FORBIDDEN),
        ("cai", ("new", "field", None, ["label_en"]), FORBIDDEN),
        ("ira", ("new", "customer", None, ["name"]), FORBIDDEN),
        ("ada", ("u", "user", None, ["name"]), FORBIDDEN),
    ],
)
def test_an_edit_is_refused_or_not(who: str, edit: tuple[Any, ...], expected: str | None) -> None:
    assert Company(STAFF, HOUR).refuses(who, *edit) == expected


def test_a_role_of_the_company_s_own_reaches_as_far_and_writes_less() -> None:
    trainee = (1, "promote", "ann", "trainee")
    assert rights("c", trainee) == rights("c")
    company = Company([*STAFF, trainee], HOUR)
    assert company.refuses("ann", "c", "customer", None, ["name", "city"]) == FIELD
    assert company.refuses("ann", "c", "customer", None, ["city"]) is None
    assert company.refuses("ann", "new", "contact", "c", ["name"]) == FIELD


def test_late_work_is_taken_in_from_who_had_not_heard_for_three_weeks() -> None:
    moved = [*STAFF, (HOUR, "move", "c", "cai")]
    edit = ("c", "customer", None, ["name"])
    assert judge(moved, HOUR + 1, HOUR - 1, "ann", *edit) == {LATE}
    assert judge(moved, HOUR + 2, HOUR + 1, "ann", *edit) == {FORBIDDEN}
    assert judge(moved, HOUR + LATE_MS + 1, HOUR - 1, "ann", *edit) == {FORBIDDEN}
    assert judge(moved, HOUR + 1, HOUR - 1, "mei", *edit) == {TAKEN}
    assert judge(moved, HOUR + 1, HOUR - 1, "wen", *edit) == {TAKEN}


def test_a_child_that_waited_joins_its_home_once_its_author_may_write_there() -> None:
    waits = (1, "made", "w", "visit", "c", "cai", False)
    assert set(rights("w", waits)) == {"cai", "mei", "wen", "dai", "ira", "una"}
    assert set(rights("w", waits, (2, "transfer", "cai", "East"))) == {
        "ann",
        "bo",
        "cai",
        "mei",
        "dai",
        "ira",
    }


def test_who_may_order_what() -> None:
    company = Company([*STAFF, (1, "share", "s", "c", "wen", None, True)], HOUR)
    assert {who for who in company.role if may_order(company, who, "move", "c", "bo")} == {"mei", "ada"}
    assert {who for who in company.role if may_order(company, who, "move", "c", None)} == {
        "ann",
        "mei",
        "ada",
    }
    assert {who for who in company.role if may_order(company, who, "claim", "p")} == {
        "ann",
        "bo",
        "cai",
        "mei",
        "wen",
    }
    assert {who for who in company.role if may_order(company, who, "disable", "bo")} == {"ada"}
    assert {who for who in company.role if may_order(company, who, "books", "ann", "bo", False)} == {
        "mei",
        "ada",
    }
    shares = ("share", "c", "cai", None, False)
    assert {who for who in company.role if may_order(company, who, *shares)} == {"ann", "mei", "ada"}


def test_of_who_never_saw_the_home_of_what_they_made_the_rules_say_no_more_than_that_nothing_is_taken_in() -> (
    None
):
    """A director guesses a customer's id; it moves to where directors may only read, before they heard of it."""
    hidden = [*STAFF, (1, "made", "w", "customer", None, "cai", False), (3, "move", "w", "bo")]
    far = [*hidden, (0, "hire", "dan", "director", "East")]
    assert judge(far, 4, 2, "dan", "new", "task", "w", ["title"]) == {LATE, FORBIDDEN}
    known = [*STAFF, (3, "move", "p", "ann")]
    assert judge(known, 4, 2, "wen", "new", "visit", "p", ["summary"]) == {LATE}


def test_what_waits_follows_its_home_by_the_rights_of_that_moment_whatever_is_over_since() -> None:
    waits = [*STAFF, (1, "made", "x", "visit", "c", "cai", False)]
    assert "x" in Company(waits, 1).waiting
    shared = [*waits, (2, "share", "s", "c", "cai", HOUR, True)]
    assert Company(shared, 3).home["x"] == Company(shared, 2 * HOUR).home["x"] == "c"
