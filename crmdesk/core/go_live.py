"""Whether a company may go live with its data: what must be met, what is, and why not yet. Decides; signs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from crmdesk.core.quality import LIMITS, MEASURE_LABELS, Measure, Outcome, Share
from crmdesk.core.registry import Label

REHEARSALS: Final = 3
"""So many full rehearsals, each with its reconciliation signed and without a difference."""
ROLLBACKS: Final = 1
"""So many times going back was practised."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """How many people have confirmed the list of their permissions, of how many."""

    people: int
    of: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a company before it goes live; None: not known yet.

    `rehearsals` are full rehearsals signed without a difference, `rollbacks` drills of going back. `is_alone`: somebody
    works without a company, where there are no permissions to confirm.
    """

    missing: Share | None = None
    double: Share | None = None
    sample: Outcome | None = None
    doubted: Share | None = None
    rehearsals: int = 0
    rollbacks: int = 0
    permissions: Confirmed | None = None
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be met: what it is, whether it is, and how it stands."""

    key: str
    label: Label
    is_met: bool
    stands: Label


def checks(known: Evidence) -> tuple[Check, ...]:
    """Everything that must be met, in the order it is told."""
    return (
        _rate(Measure.COMPLETENESS, known.missing, Label("关键字段缺失", "Key fields blank")),
        _accuracy(known),
        _rate(Measure.UNIQUENESS, known.double, Label("重复客户", "Customers twice")),
        _counted(
            "rehearsals", known.rehearsals, REHEARSALS,
            Label("全量演练，对账已签字", "Full rehearsals, reconciliation signed"), Label("次", "signed"),
        ),
        _counted(
            "rollbacks", known.rollbacks, ROLLBACKS, Label("回滚演练", "Rollback drill"), Label("次", "done"),
        ),
        _permissions(known),
    )  # fmt: skip


def is_open(found: Sequence[Check]) -> bool:
    """Whether the gate is open: everything is met."""
    return all(one.is_met for one in found)


def percent(share: Share) -> str:
    """A rate with one decimal; with more where fewer would round it onto a limit that it does not reach."""
    exact, limits = share.percent, {limit.percent for limit in LIMITS.values()}
    places = next((n for n in range(1, 6) if exact in limits or round(exact, n) not in limits), 6)
    return f"{exact:.{places}f} %"


def _rate(measure: Measure, share: Share | None, said: Label) -> Check:
    limit = LIMITS[measure]
    must = Label(f"须不超过 {limit.percent} %", f"at most {limit.percent} % may be")
    if share is None:
        stands = Label(f"还没有统计；{must.zh}", f"not counted yet; {must.en}")
        return Check(measure.value, MEASURE_LABELS[measure], is_met=False, stands=stands)
    rate, counted = percent(share), f"{share.part:,} / {share.whole:,}"
    stands = Label(f"{said.zh} {rate}（{counted}），{must.zh}", f"{said.en}: {rate} ({counted}); {must.en}")
    return Check(
        measure.value, MEASURE_LABELS[measure], is_met=share.whole > 0 and limit.is_met(share), stands=stands
    )


def _accuracy(known: Evidence) -> Check:
    limit, sample = LIMITS[Measure.ACCURACY], known.sample
    must = Label(f"须低于 {limit.percent} %", f"less than {limit.percent} % may be")
    label = MEASURE_LABELS[Measure.ACCURACY]
    if sample is None:
        stands = Label(f"还没有人抽样核对过；{must.zh}", f"nobody has checked a sample yet; {must.en}")
        return Check(Measure.ACCURACY.value, label, is_met=False, stands=stands)
    low, high = sample.interval
    rate = percent(sample.share)
    zh = f"抽样有误 {rate}（{sample.wrong} / {sample.judged}；{low:.1f} 至 {high:.1f} %），{must.zh}"
    en = f"Wrong: {rate} ({sample.wrong} / {sample.judged}; {low:.1f} to {high:.1f} %); {must.en}"
    is_met = limit.is_met(sample.share)
    if not sample.is_enough:
        zh, en = f"{zh}；判定的太少", f"{en}; too few were judged"
        is_met = False
    if known.doubted is not None and not limit.is_met(known.doubted):
        doubted = percent(known.doubted)
        zh, en = (
            f"{zh}；但 {doubted} 的客户有存疑的值",
            f"{en}; but {doubted} of customers have a value in doubt",
        )
        is_met = False
    return Check(Measure.ACCURACY.value, label, is_met=is_met, stands=Label(zh, en))


def _counted(key: str, done: int, needed: int, label: Label, unit: Label) -> Check:
    stands = Label(f"{done} / {needed} {unit.zh}", f"{done} of {needed} {unit.en}")
    return Check(key, label, is_met=done >= needed, stands=stands)


def _permissions(known: Evidence) -> Check:
    label, found = Label("权限清单确认", "Permission lists confirmed"), known.permissions
    if known.is_alone:
        stands = Label("单机使用，无需确认", "you work alone: there are none")
        return Check("permissions", label, is_met=True, stands=stands)
    if found is None:
        stands = Label("要联网由管理员查看", "known to administrators, with a network")
        return Check("permissions", label, is_met=False, stands=stands)
    stands = Label(f"{found.of} 人中 {found.people} 人已确认", f"{found.people} of {found.of} people have")
    return Check("permissions", label, is_met=found.people >= found.of > 0, stands=stands)
