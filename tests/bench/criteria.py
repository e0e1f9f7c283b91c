"""Conditions over a list of customers: how long until those that fit are counted, and the first page of them read."""

from __future__ import annotations

from functools import partial
from typing import Final

from crmdesk.core.criteria import Below, Condition, Days, Group, Kind, Node, Op, all_of
from crmdesk.store.criteria import compile_criteria
from crmdesk.store.names import SHOWN
from crmdesk.store.window import CustomerFilter, CustomerWindow
from crmdesk.usecases import narrowing
from crmdesk.usecases.workspace import Workspace, open_workspace
from tests.bench import stores
from tests.bench.local_save import timed
from tests.bench.rows import Row, reported, within

CUSTOMERS: Final = 100_000
LIMIT_MS: Final = 10.0
REPEATS: Final = 25


def run() -> list[Row]:
    workspace = open_workspace(stores.profile(CUSTOMERS), stores.KEY)
    tags = workspace.reader.all(  # the commonest of two groups, behind the one that marks every sample
        "SELECT e.element FROM element e JOIN p_tag t ON t.id = e.element WHERE e.field = 'tag' "
        "GROUP BY t.f_group ORDER BY count(*) DESC LIMIT 2 OFFSET 1"
    )
    two = Condition("tag", Op.HAS_ALL, tuple(tag for (tag,) in tags))
    won = Condition("stage", Op.IS, ("won",))
    recent = Below("visit", Group(Kind.ALL, (Condition("at", Op.LAST_DAYS, (30,)),)))
    asked: dict[str, tuple[Node, ...]] = {
        "two tags and a stage": (two, won),
        "a province": (Condition("region_code", Op.BELOW, ("440000",)),),
        "not visited for 90 days, grade A": (
            Condition("grade", Op.IS, ("A",)), Condition("last_visit_at", Op.BEFORE, (Days(-90),)),
        ),
        "a visit in the last 30 days": (recent,),
        "no visit in the last 30 days": (Below("visit", recent.where, has=False),),
        "a name that contains": (Condition("name", Op.CONTAINS, ("华",)),),
    }  # fmt: skip
    rows = []
    for name, parts in asked.items():
        counted, shown = _ask(workspace, parts)
        if name == "two tags and a stage":
            rows.append(within(f"count: {name}", counted, "ms", LIMIT_MS, of="p95"))
        else:
            rows.append(reported(f"count: {name}", counted, "ms", of="p95"))
        rows.append(reported(f"number and show the first page: {name}", shown, "ms", of="p95"))
    workspace.close()
    return rows


def _ask(workspace: Workspace, parts: tuple[Node, ...]) -> tuple[list[float], list[float]]:
    reader, wanted = workspace.reader, all_of("customer", *parts)
    bearings = narrowing.read_bearings(reader, stores.TODAY)
    where, bind = compile_criteria(wanted, bearings)
    sql = f"SELECT count(*) FROM p_customer c WHERE c.{SHOWN} AND {where}"

    def show() -> None:
        window = CustomerWindow(reader, CustomerFilter(where=wanted), None, bearings)
        window.rank()
        window.page(0, window.PAGE)

    show()
    return (
        [timed(partial(reader.value, sql, bind)) for _ in range(REPEATS)],
        [timed(show) for _ in range(REPEATS)],
    )
