"""Invented dealings of invented customers: the way from an opportunity to its payments, now and then a ticket.

They have a source of chance of their own, so that what is invented beside them does not change with them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from crmdesk.core.values import Value, money

_GOODS: Final = ("样品套装", "标准设备", "备件包", "年度保养", "控制柜", "耗材")
_TROUBLES: Final = ("到货少一箱", "开机报警", "发票抬头有误", "操作培训咨询", "响应太慢")
_METHODS: Final = ("transfer", "transfer", "draft", "online")
_LEVELS: Final = ("executive", "director", "manager", "specialist")
_ROLES: Final = ("decides", "approves", "influences", "uses", "buys", "supports", "opposes")


@dataclass(frozen=True, slots=True)
class Dealt:
    """One record below a customer; references name others by their key."""

    entity: str
    key: str
    values: dict[str, Value]


class Dealings:
    """Invents them for one customer after another."""

    def __init__(self, seed: int, today: date) -> None:
        self._chance = random.Random(f"dealings {seed}")  # noqa: S311 -- invented data, not secrets
        self._today = today

    def place(self, chief: str | None) -> dict[str, Value]:
        """Where somebody stands in their company; `chief` is the key of whom they report to."""
        values: dict[str, Value] = {
            "job_level": self._chance.choice(_LEVELS if chief is None else _LEVELS[1:]),
            "decision_role": self._chance.choice(_ROLES),
        }
        return values if chief is None else {**values, "reports_to": chief}

    def of(self, number: int, customer: str, contact: str, stage: str) -> Iterator[Dealt]:
        """The dealings of a customer, by how far it is."""
        if stage in ("intent", "quote", "won"):
            yield from self._deal(number, customer, contact, stage)
        if self._chance.random() < 0.08:
            yield self._ticket(number, customer, contact)

    def _deal(self, number: int, customer: str, contact: str, stage: str) -> Iterator[Dealt]:
        goods = self._chance.choice(_GOODS)
        amount = (self._chance.randrange(400) + 5) * 1_000_000
        opportunity = f"opportunity-{number}"
        is_won = stage == "won"
        yield Dealt("opportunity", opportunity, {
            "customer": customer, "contact": contact, "name": f"{goods}采购", "amount": money(amount),
            "stage": "won" if is_won else {"intent": "needs", "quote": "proposal"}[stage],
            "closes_on": self._day(-200, -30) if is_won else self._day(-10, 90),
        })  # fmt: skip
        if not is_won:
            return
        contract = f"contract-{number}"
        signed = self._chance.randrange(30, 330)
        yield Dealt("contract", contract, {
            "customer": customer, "opportunity": opportunity, "name": f"{goods}框架合同", "number": f"HT-{number:06}",
            "state": "active", "amount": money(amount), "signed_on": self._ago(signed), "starts_on": self._ago(signed),
            "ends_on": self._ago(signed - 365),
        })  # fmt: skip
        for part in range(self._chance.choice((1, 1, 2))):
            yield from self._order(
                f"{number}-{part}", customer, contract, opportunity, goods, amount // 2, signed
            )

    def _order(
        self,
        number: str,
        customer: str,
        contract: str,
        opportunity: str,
        goods: str,
        amount: int,
        signed: int,
    ) -> Iterator[Dealt]:
        order, ordered = f"order-{number}", self._chance.randrange(5, signed)
        is_paid = self._chance.random() < 0.7
        yield Dealt("order", order, {
            "customer": customer, "contract": contract, "opportunity": opportunity, "number": f"DD-{number}",
            "ordered_on": self._ago(ordered), "amount": money(amount), "goods": goods,
            "state": "completed" if is_paid else self._chance.choice(("open", "delivered")),
        })  # fmt: skip
        yield Dealt("invoice", f"invoice-{number}", {
            "customer": customer, "order": order, "number": f"FP{number.replace('-', '0'):0>8}", "kind": "special",
            "issued_on": self._ago(ordered - 2), "amount": money(amount),
        })  # fmt: skip
        if is_paid:
            yield Dealt("payment", f"payment-{number}", {
                "customer": customer, "order": order, "received_on": self._ago(ordered - 4), "amount": money(amount),
                "method": self._chance.choice(_METHODS),
            })  # fmt: skip

    def _ticket(self, number: int, customer: str, contact: str) -> Dealt:
        is_solved = self._chance.random() < 0.6
        opened = self._chance.randrange(1, 120)
        values: dict[str, Value] = {
            "customer": customer, "contact": contact, "title": self._chance.choice(_TROUBLES),
            "kind": self._chance.choice(("fault", "complaint", "question", "delivery", "invoice")),
            "state": "solved" if is_solved else self._chance.choice(("open", "working")), "opened_on": self._ago(opened),
        }  # fmt: skip
        if is_solved:
            values |= {"solved_on": self._ago(opened // 2), "satisfaction": self._chance.randrange(2, 6)}
        return Dealt("ticket", f"ticket-{number}", values)

    def _ago(self, days: int) -> str:
        return (self._today - timedelta(days=days)).isoformat()

    def _day(self, first: int, last: int) -> str:
        return (self._today + timedelta(days=self._chance.randrange(first, last + 1))).isoformat()
