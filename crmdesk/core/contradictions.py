"""What must not be said at once: each rule in words, with its reason. How each is asked of a database is `store/quality.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from crmdesk.core.codes import CodeTable
from crmdesk.core.registry import Entity, Field, Label, Registry, Type


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Something that records of an entity say against themselves or each other, and why it can't be so."""

    key: str
    entity: str
    label: Label
    why: Label


def _rule(key: str, entity: str, zh: str, en: str, why_zh: str, why_en: str) -> Contradiction:
    return Contradiction(key, entity, Label(zh, en), Label(why_zh, why_en))


CITY: Final = "customer.city_elsewhere"
REGION_GONE: Final = "customer.region_unknown"
INDUSTRY_GONE: Final = "customer.industry_unknown"
WON_WITHOUT_DEAL: Final = "customer.won_without_deal"
WON_WITHOUT_CODE: Final = "customer.won_without_code"
RULES: Final = (
    _rule(
        CITY, "customer", "城市不在所选地区", "City lies outside the region",
        "地区与城市只能有一个是对的", "only one of the two can be right",
    ),
    _rule(
        REGION_GONE, "customer", "地区代码不在码表中或已撤销", "Region code unknown or abolished",
        "按地区统计时会漏掉", "counts by region leave it out",
    ),
    _rule(
        INDUSTRY_GONE, "customer", "行业代码不在码表中或已撤销", "Industry code unknown or abolished",
        "按行业统计时会漏掉", "counts by industry leave it out",
    ),
    _rule(
        WON_WITHOUT_DEAL, "customer", "已成交，却没有订单、合同或赢单商机", "Won, without order, contract or won deal",
        "成交必有成交的凭据", "something was bought if it was won",
    ),
    _rule(
        WON_WITHOUT_CODE, "customer", "已成交，却没有统一社会信用代码", "Won, without a credit code",
        "签约和开票都要用", "a contract and an invoice need it",
    ),
    _rule(
        "contact.own_chief", "contact", "上级是本人", "Reports to himself or herself",
        "汇报关系不能成环", "nobody is their own chief",
    ),
    _rule(
        "visit.in_future", "visit", "拜访时间在将来", "Visit in the future",
        "拜访记录写的是已经发生的事", "a visit is noted once it was made",
    ),
    _rule(
        "contract.ends_before_start", "contract", "合同到期早于开始", "Contract ends before it starts",
        "两个日期有一个录错", "one of the dates is wrong",
    ),
    _rule(
        "contract.over_in_force", "contract", "合同已过期，状态仍是履行中", "Contract in force after its end",
        "续签或改为已到期", "renew it, or say that it has expired",
    ),
    _rule(
        "order.invoiced_beyond", "order", "开票合计超过订单金额", "Invoiced for more than the order",
        "多开票要承担税务责任", "tax is owed on what is invoiced",
    ),
    _rule(
        "order.paid_beyond", "order", "回款合计超过订单金额", "Paid more than the order",
        "多收的款可能属于另一张订单", "the rest may belong to another order",
    ),
    _rule(
        "ticket.solved_before_opened", "ticket", "解决日期早于受理日期", "Ticket solved before it was opened",
        "两个日期有一个录错", "one of the dates is wrong",
    ),
    _rule(
        "ticket.satisfaction_off_scale", "ticket", "满意度不在 1 至 5 之间", "Satisfaction off the scale of 1 to 5",
        "会使平均满意度失真", "it bends the average",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A reference between two records below customers: both must be the same customer's."""

    entity: Entity
    field: Field
    target: Entity

    @property
    def key(self) -> str:
        return f"{self.entity.name}.{self.field.name}_elsewhere"

    @property
    def rule(self) -> Contradiction:
        named = self.field.label
        return _rule(
            self.key, self.entity.name,
            f"{self.entity.label.zh}的{named.zh}属于另一个客户", f"{self.entity.label.en}: {named.en.lower()} of another customer",
            "往来记在了别家客户名下", "what was done is told of the wrong customer",
        )  # fmt: skip


def references(registry: Registry) -> tuple[Elsewhere, ...]:
    """Every reference from one thing below a customer to another."""
    below = {name: one for name, one in registry.entities.items() if one.home == "customer"}
    return tuple(
        Elsewhere(entity, one, below[str(one.target)])
        for entity in below.values()
        for one in entity.fields
        if one.type is Type.REFERENCE and one.name != entity.home and one.target in below
    )


def rules(registry: Registry) -> tuple[Contradiction, ...]:
    """Every rule there is, in the order they are told."""
    return (*RULES, *(one.rule for one in references(registry)))


def is_elsewhere(table: CodeTable, region: str, city: str) -> bool:
    """Whether a city, as it was written, is not of a region: its name is in none of those the code stands for."""
    found = table.find(region)
    plain = city.strip().removesuffix("市").removesuffix("地区")
    if found is None or len(plain) < 2:
        return False
    if any(plain in part.name for part in (*table.parents(region), found)):
        return False
    if found.level == 1:  # a whole province: its cities are of it
        return not any(plain in table.find(code).name for code in table.below(region) if table.find(code))  # type: ignore[union-attr]  # asked just now
    return any(line.name.startswith(plain) for line in table.lines if line.level <= 2)
