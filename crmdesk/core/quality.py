"""How good what is known of customers is: the fields that count, how rates are told, and the rates that are good enough.

Four questions are asked. Completeness: how many of the key fields are blank. Accuracy: of how many customers something is
wrong, by a sample that people look at, and at least those whose values are in doubt. Uniqueness: how many customers are
there twice. Consistency: how many contradict themselves or others (`core.contradictions`).
"""

from __future__ import annotations

import enum
import random
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Final, NamedTuple, TypeVar

from crmdesk.core.credit_codes import is_true
from crmdesk.core.criteria import ALONE, Condition, Group, Kind, Op, ops_of
from crmdesk.core.doubts import may_be_doubted
from crmdesk.core.registry import Entity, Field, Label, Registry
from crmdesk.core.text import normalise

K = TypeVar("K", bound=Hashable)

CERTAINTY: Final = 0.95
"""How often the true rate lies within the interval that is told of a sample."""
_Z: Final = 1.959964
"""The normal quantile of that certainty."""
LEAST_SAMPLE: Final = 30
"""A sample of fewer customers decides nothing, unless these are all there are."""
USUAL_SAMPLE: Final = 100


class Measure(enum.StrEnum):
    """What is asked of the customers' data."""

    COMPLETENESS = "completeness"
    ACCURACY = "accuracy"
    UNIQUENESS = "uniqueness"
    CONSISTENCY = "consistency"


class Share(NamedTuple):
    """So many of so many; of none nothing is amiss."""

    part: int
    whole: int

    @property
    def percent(self) -> float:
        """0 to 100; 0 of nothing."""
        return 100 * self.part / self.whole if self.whole else 0.0

    def __add__(self, other: tuple[object, ...]) -> Share:
        assert isinstance(other, Share), "shares are added to shares"
        return Share(self.part + other.part, self.whole + other.whole)


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that a rate may be, in per cent; `is_met_at`: also where it is exactly that."""

    percent: int
    is_met_at: bool

    def is_met(self, share: Share) -> bool:
        """Whether a rate is good enough, counted in whole records and therefore exact."""
        rate, most = 100 * share.part, self.percent * share.whole
        return rate < most or (self.is_met_at and rate == most) or not share.whole


LIMITS: Final[Mapping[Measure, Limit]] = {
    Measure.COMPLETENESS: Limit(15, is_met_at=True),
    Measure.ACCURACY: Limit(10, is_met_at=False),
    Measure.UNIQUENESS: Limit(5, is_met_at=True),
}
"""The most that may be blank, wrong and double before a company goes live."""
MEASURE_LABELS: Final[Mapping[Measure, Label]] = {
    Measure.COMPLETENESS: Label("完整性", "Completeness"),
    Measure.ACCURACY: Label("准确性", "Accuracy"),
    Measure.UNIQUENESS: Label("唯一性", "Uniqueness"),
    Measure.CONSISTENCY: Label("一致性", "Consistency"),
}


# The fields that count


@dataclass(frozen=True, slots=True)
class KeyField:
    """A field whose blanks count, or several of which one is enough; and why it counts. `when` says of which records."""

    entity: str
    fields: tuple[str, ...]
    why: Label
    when: Condition | None = None

    @property
    def name(self) -> str:
        return f"{self.entity}.{self.fields[0]}"

    @property
    def gap(self) -> Group:
        """The records that lack it."""
        asked = () if self.when is None else (self.when,)
        return Group(Kind.ALL, (*asked, *(Condition(name, Op.EMPTY) for name in self.fields)))

    def label(self, registry: Registry) -> Label:
        return registry[self.entity].by_name[self.fields[0]].label


_WON: Final = Condition("stage", Op.IS, ("won",))
KEY_FIELDS: Final = (
    KeyField("customer", ("name",), Label("没有名称就找不到这家客户", "nobody finds a customer without a name")),
    KeyField("customer", ("region_code", "region"), Label("决定归哪个区域、谁去拜访", "decides whose territory it is")),
    KeyField("customer", ("industry_code", "industry"), Label("分群和话术按行业区分", "segments and offers go by industry")),
    KeyField("customer", ("grade",), Label("拜访频次和服务标准按等级", "how often to visit goes by grade")),
    KeyField("customer", ("stage",), Label("漏斗和预测按阶段统计", "the funnel counts stages")),
    KeyField("customer", ("source",), Label("渠道投入产出按来源计算", "what a channel brought goes by source")),
    KeyField("customer", ("phone", "other_phone"), Label("打不通电话就无法跟进", "nobody can follow up without a number")),
    KeyField("customer", ("credit_code",), Label("成交客户开票、签约要用", "a won customer is invoiced by it"), _WON),
    KeyField("contact", ("phone", "email", "wechat"), Label("至少要有一种联系方式", "one way to reach a person is needed")),
    KeyField("contact", ("job_level",), Label("判断谁能拍板", "tells who may decide")),
)  # fmt: skip
"""The product's own: the core classes of a customer (region, industry, grade, stage, source, job level), and how to reach it."""
_WHOSE: Final = Label("不知道是哪家客户的就找不到它", "nobody finds it without its customer")
_WHEN: Final = Label("没有日期就排不进先后", "it has no place among the others without a date")
_WHICH: Final = Label("凭它和别的区分开", "it is told from others by this")
_HOW_MUCH: Final = Label("金额要和旧系统对账", "amounts are held against the old system's")
_SAID: Final = Label("没有内容就等于没记", "without it nothing was noted")
_BELOW: Final[Mapping[str, Mapping[str, Label]]] = {
    "visit": {"customer": _WHOSE, "at": _WHEN, "summary": _SAID},
    "task": {"customer": _WHOSE, "title": _SAID, "due_on": _WHEN},
    "opportunity": {"customer": _WHOSE, "name": _WHICH, "amount": _HOW_MUCH},
    "contract": {
        "customer": _WHOSE,
        "name": _WHICH,
        "number": _WHICH,
        "amount": _HOW_MUCH,
        "signed_on": _WHEN,
    },
    "order": {"customer": _WHOSE, "number": _WHICH, "ordered_on": _WHEN, "amount": _HOW_MUCH},
    "payment": {"customer": _WHOSE, "received_on": _WHEN, "amount": _HOW_MUCH},
    "invoice": {"customer": _WHOSE, "number": _WHICH, "issued_on": _WHEN, "amount": _HOW_MUCH},
    "ticket": {"customer": _WHOSE, "title": _SAID, "opened_on": _WHEN},
}
IN_TABLES: Final = (
    *(one for one in KEY_FIELDS if one.when is None),
    *(KeyField(entity, (name,), why) for entity, fields in _BELOW.items() for name, why in fields.items()),
)
"""The fields whose blanks count in a foreign table that has columns for them: the same of customers and contacts, bar those
that count of some only, which a row may not tell; and of dealings what an old system is held against.
"""
_ASKED: Final = Label("公司要求填写", "your company asks for it")


def key_fields(registry: Registry) -> tuple[KeyField, ...]:
    """The fields that count in a company: the product's own, and those the company added and asks for."""
    own = [one for one in KEY_FIELDS if _is_declared(registry, one)]
    return (*own, *(one for name in ("customer", "contact") for one in _asked(registry[name])))


def _is_declared(registry: Registry, one: KeyField) -> bool:
    return all(name in registry[one.entity].by_name for name in one.fields)


def _asked(entity: Entity) -> Iterable[KeyField]:
    for declared in entity.fields:
        if not declared.asked or declared.retired or not ALONE.issubset(ops_of(declared)):
            continue
        if not declared.only_for:
            yield KeyField(entity.name, (declared.name,), _ASKED)
        elif entity.name == "customer":
            of_industry = Condition("industry_code", Op.BELOW, declared.only_for)
            yield KeyField(entity.name, (declared.name,), _ASKED, of_industry)


def doubtful_fields(entity: Entity) -> tuple[Field, ...]:
    """The fields whose values `core.doubts` has something to say of."""
    return tuple(one for one in entity.fields if may_be_doubted(one) and not one.retired)


# Counting


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted of some customers. Tallies of different customers add up.

    `gaps` of `cells` key fields are blank; `bare` customers have a gap of their own; `double` are there once more;
    `crossed` are in some contradiction.
    """

    customers: int = 0
    cells: int = 0
    gaps: int = 0
    bare: int = 0
    double: int = 0
    crossed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.customers + other.customers, self.cells + other.cells, self.gaps + other.gaps,
            self.bare + other.bare, self.double + other.double, self.crossed + other.crossed,
        )  # fmt: skip

    @property
    def missing(self) -> Share:
        return Share(self.gaps, self.cells)

    @property
    def twice(self) -> Share:
        return Share(self.double, self.customers)

    @property
    def contradicting(self) -> Share:
        return Share(self.crossed, self.customers)

    def share(self, measure: Measure) -> Share | None:
        """The rate of what is amiss; None for what only people can tell."""
        return {
            Measure.COMPLETENESS: self.missing,
            Measure.UNIQUENESS: self.twice,
            Measure.CONSISTENCY: self.contradicting,
        }.get(measure)


@dataclass(frozen=True, slots=True)
class FieldRate:
    """How many records lack a key field."""

    key: KeyField
    missing: Share


@dataclass(frozen=True, slots=True)
class Report:
    """What was counted of all customers that a laptop holds.

    `cells` are tallies by (bucket, source); `crossed` counts the records in each contradiction, by its key.
    """

    cells: Mapping[tuple[str, str], Tally]
    fields: tuple[FieldRate, ...]
    crossed: Mapping[str, int] = field(default_factory=dict)

    @property
    def whole(self) -> Tally:
        return sum(self.cells.values(), Tally())

    def grouped(self, of: Callable[[str, str], K]) -> dict[K, Tally]:
        """Tallies by whatever `of(bucket, source)` says, the most gaps first."""
        found: dict[K, Tally] = {}
        for (bucket, source), tally in self.cells.items():
            group = of(bucket, source)
            found[group] = found.get(group, Tally()) + tally
        return dict(sorted(found.items(), key=lambda one: (-one[1].missing.percent, -one[1].customers)))


def names_alike(name: str | None, credit_code: str | None, code: str | None) -> list[str]:
    """The keys of a customer: two who share one are one customer. The whole name, the credit code, the company's own code.

    A credit code that no company can have, such as 无, says nothing of who it is.
    """
    true_code = credit_code if credit_code and is_true(credit_code) else None
    said = (("n", name), ("u", true_code), ("c", code))
    return [kind + "".join(normalise(text).split()) for kind, text in said if text]


def surplus(keys: Iterable[tuple[int, Sequence[str]]], apart: Collection[tuple[int, int]] = ()) -> list[int]:
    """The customers that are there once more: of those who share a key, by twos or in a chain, all but the lowest number.

    `keys` gives each customer's number with its keys; `apart` are pairs, the lower number first, that somebody knows to be two:
    a key does not link them, though a third may.
    """
    leader: dict[int, int] = {}

    def lead(one: int) -> int:
        while (above := leader.setdefault(one, one)) != one:
            leader[one] = leader.setdefault(above, above)
            one = above
        return one

    def link(one: int, other: int) -> None:
        one, other = lead(one), lead(other)
        leader[max(one, other)] = min(one, other)

    parted = {one for pair in apart for one in pair}
    first: dict[str, int] = {}  # whom nobody set apart from anybody: they link all who share the key
    others: dict[str, list[int]] = {}
    for customer, own in keys:
        for key in own:
            if customer not in parted:
                known = first.setdefault(key, customer)
                if known != customer:
                    link(known, customer)
                elif parted:
                    for one in others.pop(key, ()):
                        link(one, customer)
            elif key in first:
                link(first[key], customer)
            else:
                for one in others.setdefault(key, []):
                    if (min(one, customer), max(one, customer)) not in apart:
                        link(one, customer)
                others[key].append(customer)
    return [one for one in leader if lead(one) != one]


# Sampling


class Interval(NamedTuple):
    """Where a rate lies, in per cent, as surely as `CERTAINTY` says."""

    low: float
    high: float


def wilson(wrong: int, judged: int) -> Interval:
    """What a sample tells of all: the score interval for a share of `judged` of which `wrong` were wrong.

    E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, 1927. It holds for small samples and
    for rates near nothing, where the usual one does not. That a sample may be a large part of all is left out, so the
    interval is rather too wide. Nothing judged says nothing: 0 to 100.
    """
    if judged == 0:
        return Interval(0.0, 100.0)
    rate, z2 = wrong / judged, _Z * _Z
    middle = (rate + z2 / (2 * judged)) / (1 + z2 / judged)
    reach = _Z * sqrt(rate * (1 - rate) / judged + z2 / (4 * judged * judged)) / (1 + z2 / judged)
    low = 0.0 if wrong == 0 else middle - reach
    high = 1.0 if wrong == judged else middle + reach
    return Interval(100 * low, 100 * high)


def promised(size: int, rate: float = 0.1) -> Interval:
    """The interval that a sample of a size will give where about `rate` (0 to 1) is wrong: told before it is drawn."""
    return wilson(round(size * rate), size)


def draw(customers: Sequence[str], size: int, seed: int) -> list[str]:
    """`size` of these customers at random, in the order to look at them; the same for the same customers and seed."""
    chance = random.Random(seed)  # noqa: S311 -- reproducible on purpose, and no secret
    return chance.sample(sorted(customers), min(size, len(customers)))


class Verdict(enum.StrEnum):
    """What somebody said of a customer of a sample."""

    RIGHT = "right"
    WRONG = "wrong"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a sample, out of `among` customers. What was skipped does not count."""

    among: int
    judged: int
    wrong: int

    @property
    def share(self) -> Share:
        return Share(self.wrong, self.judged)

    @property
    def interval(self) -> Interval:
        return wilson(self.wrong, self.judged)

    @property
    def is_enough(self) -> bool:
        """Whether so many were judged that the sample decides something."""
        return self.judged > 0 and self.judged >= min(LEAST_SAMPLE, self.among)
