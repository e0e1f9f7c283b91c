"""`deal`: what is dealt with a customer: opportunities, contracts, orders, payments, invoices, tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli import naming
from crmdesk.cli.command import command, group
from crmdesk.cli.customers import Customer, Fields
from crmdesk.cli.session import Session
from crmdesk.core.errors import CrmError
from crmdesk.core.registry import Label, Type
from crmdesk.core.values import money
from crmdesk.usecases import dealings

if TYPE_CHECKING:
    from crmdesk.core.registry import Registry
    from crmdesk.usecases.dealings import Dealing

deal_app = group("Opportunities, contracts, orders, payments, invoices, tickets. 业务往来。")

Kind = Annotated[str, typer.Argument(help="opportunity, contract, order, payment, invoice or ticket. 种类。")]
Id = Annotated[str, typer.Argument(help="Its id. 编号。")]


@command(deal_app, "add")
def add(session: Session, kind: Kind, customer: Customer, field: Fields = None) -> None:
    """Note an opportunity, contract, order, payment, invoice or ticket. 新建业务记录。"""
    from crmdesk.usecases import records
    from crmdesk.usecases.directory import read_registry

    entity = read_registry(session.reader)[_kind(kind)]
    found = session.customer_to_write(customer)
    values = naming.values(entity, field or (), session.workspace.today())
    done = records.add(session.replica, entity.name, {**values, "customer": found})
    label = entity.label
    session.out.say(
        {"id": done.value, "kind": entity.name, "customer": found, "txn": done.txn},
        f"已新建{label.zh}。",
        f"{label.en} noted.",
    )


@command(deal_app, "set")
def change(session: Session, kind: Kind, record: Id, field: Fields = None) -> None:
    """Change fields of one of them. 修改业务记录。"""
    from crmdesk.core.record import RecordKey
    from crmdesk.usecases import records
    from crmdesk.usecases.directory import read_registry

    registry = read_registry(session.reader)
    entity = registry[_kind(kind)]
    key = RecordKey(entity.name, record)
    shown = records.open_form(session.reader, registry, key)
    session.check_may_write(str(shown.values.get("customer") or ""))
    values = naming.values(entity, field or (), session.workspace.today())
    done = records.change(session.replica, key, values, shown)
    session.out.say({"id": record, "changed": sorted(done.value), "txn": done.txn}, "已更新。", "Noted.")


@command(deal_app, "list")
def listed(session: Session, customer: Customer) -> None:
    """Everything dealt with a customer, the latest first, and what it comes to. 业务往来。"""
    from crmdesk.usecases.directory import read_registry

    registry = read_registry(session.reader)
    found = dealings.listed(session.reader, registry, naming.customer(session.reader, customer))
    if session.out.as_json:
        totals = [
            {"kind": t.entity, "number": t.number, "amounts": dict(t.amounts)} for t in dealings.totals(found)
        ]
        session.out.json({"dealings": [_plain(one) for one in found], "totals": totals})
        return
    session.out.rows(
        session.out.text("日期 种类 名称 金额 状态 编号", "Day Kind Name Amount State Id").split(),
        [_row(session, registry, one) for one in found],
        empty=session.out.text("还没有业务往来。", "Nothing is noted yet."),
    )


def words(session: Session, registry: Registry, one: Dealing) -> tuple[str, str]:
    """What a dealing comes to and how it stands."""
    from crmdesk.core.format import format_value

    entity, spoken = registry[one.entity], session.out.language
    amount = (
        format_value(dealings.first_of(entity, Type.MONEY), money(*one.amount), spoken) if one.amount else ""
    )
    return amount, format_value(
        dealings.first_of(entity, Type.CHOICE), one.state, spoken
    ) if one.state else ""


def _row(session: Session, registry: Registry, one: Dealing) -> tuple[str, ...]:
    kind = session.out.label(registry[one.entity].label)
    return (one.on or "", kind, one.title, *words(session, registry, one), one.id)


def _plain(one: Dealing) -> dict[str, Any]:
    return {
        "id": one.id, "kind": one.entity, "name": one.title, "on": one.on, "state": one.state, "unsent": one.is_unsent,
        "amount": money(*one.amount) if one.amount else None,
    }  # fmt: skip


def _kind(text: str) -> str:
    """A kind by its name or its label. Raises `bad_argument`."""
    from crmdesk.core.entities import REGISTRY

    for name in dealings.KINDS:
        label = REGISTRY[name].label
        if text.strip().lower() in (name, label.zh, label.en.lower()):
            return name
    known = ", ".join(dealings.KINDS)
    raise CrmError("bad_argument", argument=text, hint=Label(f"可用：{known}", f"One of: {known}"))
