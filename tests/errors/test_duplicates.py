"""Errors of making two customers one."""

from __future__ import annotations

from crmdesk.core.record import Placement, moved
from crmdesk.usecases import customers
from tests.support.desk import Desk
from tests.support.provoked import opened, provokes, said
from tests.support.workspace import receive, record


@provokes("merge_with_itself")
def test_a_customer_is_not_merged_into_itself(desk: Desk) -> str:
    made = desk("customer", "add", "宏远机械")["customer"]
    return said(desk, "duplicates", "merge", made, made)


@provokes("not_merged")
def test_a_customer_that_was_not_merged_is_not_taken_apart(desk: Desk) -> str:
    return said(desk, "duplicates", "unmerge", desk("customer", "add", "宏远机械")["customer"])


@provokes("merge_apart")
def test_two_customers_of_different_books_are_not_merged(desk: Desk) -> str:
    one, other = (desk("customer", "add", name)["customer"] for name in ("宏远机械", "启邦机械"))
    with opened(desk) as found:
        there = record(found.workspace, customers.key(other))
        receive(found.workspace, {customers.key(other): moved(there, Placement(1, "elsewhere"))})
    return said(desk, "duplicates", "merge", one, other)
