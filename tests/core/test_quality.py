"""Rates, intervals, samples and doubles: the arithmetic of quality."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core.custom_fields import custom_field
from crmdesk.core.entities import REGISTRY
from crmdesk.core.mapping import Column, Plan, Sheet, keys_there
from crmdesk.core.quality import (
    IN_TABLES,
    LIMITS,
    KeyField,
    Measure,
    Outcome,
    Report,
    Share,
    Tally,
    draw,
    key_fields,
    names_alike,
    surplus,
    wilson,
)
from crmdesk.core.registry import Label
from crmdesk.core.values import Value


@pytest.mark.parametrize(
    ("measure", "per_mille", "is_met"),
    [
        (Measure.COMPLETENESS, 150, True),
        (Measure.COMPLETENESS, 151, False),
        (Measure.ACCURACY, 99, True),
        (Measure.ACCURACY, 100, False),
        (Measure.UNIQUENESS, 50, True),
        (Measure.UNIQUENESS, 51, False),
    ],
)
def test_each_limit_holds_to_the_record(measure: Measure, per_mille: int, is_met: bool) -> None:
    limit = LIMITS[measure]
    assert limit.is_met(Share(per_mille, 1000)) is is_met
    on = Share(limit.percent * 10**9, 100 * 10**9)  # one in a hundred thousand million decides
    assert limit.is_met(on) is limit.is_met_at
    assert not limit.is_met(Share(on.part + 1, on.whole))
    assert limit.is_met(Share(on.part - 1, on.whole))


@pytest.mark.parametrize(
    ("wrong", "judged", "low", "high"),
    [
        (0, 10, 0.0, 27.75),
        (1, 10, 1.79, 40.42),
        (10, 100, 5.52, 17.44),
        (81, 263, 25.5, 36.6),
        (0, 0, 0, 100),
    ],
)
def test_the_interval_of_a_sample_is_wilsons(wrong: int, judged: int, low: float, high: float) -> None:
    """The third example is Newcombe's, Two-sided confidence intervals for the single proportion, 1998: 0.2553 to 0.3662."""
    found = wilson(wrong, judged)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.05)


@given(judged=st.integers(1, 2000), data=st.data())
def test_an_interval_holds_its_rate_and_never_leaves_the_scale(judged: int, data: st.DataObject) -> None:
    wrong = data.draw(st.integers(0, judged))
    low, high = wilson(wrong, judged)
    assert 0 <= low <= 100 * wrong / judged + 1e-9
    assert 100 * wrong / judged - 1e-9 <= high <= 100


def test_a_sample_is_the_same_for_the_same_seed_and_holds_nobody_twice() -> None:
    everybody = [f"c{n}" for n in range(200)]
    first = draw(everybody, 30, 7)
    assert first == draw(everybody[::-1], 30, 7)
    assert first != draw(everybody, 30, 8)
    assert len(set(first)) == 30
    assert sorted(draw(everybody, 999, 1)) == sorted(everybody)


@pytest.mark.parametrize(
    ("among", "judged", "is_enough"), [(1000, 29, False), (1000, 30, True), (12, 12, True), (12, 11, False)]
)
def test_a_sample_decides_from_thirty_on_or_where_it_is_everybody(
    among: int, judged: int, is_enough: bool
) -> None:
    assert Outcome(among, judged, 0).is_enough is is_enough
    assert not Outcome(0, 0, 0).is_enough


@given(
    st.lists(st.lists(st.sampled_from("abcdef"), max_size=3), max_size=12),
    st.sets(st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda pair: pair[0] < pair[1])),
)
def test_all_but_the_first_of_those_who_are_linked_are_surplus(
    own: list[list[str]], apart: set[tuple[int, int]]
) -> None:
    """Against the slow way: each pair that shares a key and was not set apart, then groups of pairs."""
    group = list(range(len(own)))
    for one, other in itertools.combinations(range(len(own)), 2):
        if set(own[one]) & set(own[other]) and (one, other) not in apart:
            group = [group[one] if found == group[other] else found for found in group]
    expected = sorted(one for one, found in enumerate(group) if found in group[:one])
    assert sorted(surplus(enumerate(own), apart)) == expected


def test_two_stay_one_too_many_though_both_are_apart_from_the_first() -> None:
    assert surplus([(1, ["k"]), (2, ["k"]), (3, ["k"])], {(1, 2), (1, 3)}) == [3]


def test_a_credit_code_that_no_company_can_have_makes_nobody_double() -> None:
    said = ["无", "暂无", "91110000600037341X", "0"]
    named = [(n, names_alike(f"公司{n}", code, None)) for n, code in enumerate(said * 2)]
    assert surplus(named) == []
    true = "91110000600037341L"
    assert surplus([(1, names_alike("甲", true, None)), (2, names_alike("乙", true.lower(), None))]) == [2]


def test_tallies_of_parts_add_up_to_that_of_the_whole() -> None:
    chance = random.Random(3)
    cells = {(f"b{n % 3}", f"s{n % 4}"): Tally(*(chance.randrange(9) for _ in range(6))) for n in range(12)}
    report = Report(cells, ())
    by_source = report.grouped(lambda _bucket, source: source)
    assert set(by_source) == {"s0", "s1", "s2", "s3"}
    assert sum(by_source.values(), Tally()) == report.whole
    rates = [tally.missing.percent for tally in by_source.values()]
    assert rates == sorted(rates, reverse=True)


def test_the_key_fields_are_declared_and_a_companys_own_join_them_where_it_asks_for_them() -> None:
    for key in key_fields(REGISTRY):
        assert all(name in REGISTRY[key.entity].by_name for name in key.fields)
        assert key.why.zh
        assert key.why.en
    said: dict[str, Value] = {"type": "text", "label_zh": "车间", "required": True}
    own = [
        ("customer", custom_field("a" * 32, said)),
        ("customer", custom_field("b" * 32, said | {"industries": "34"})),
        ("customer", custom_field("c" * 32, said | {"required": False})),
        ("contact", custom_field("d" * 32, said | {"retired": True})),
        ("customer", custom_field("e" * 32, said | {"type": "boolean"})),
    ]
    added = key_fields(REGISTRY.with_fields(own))[len(key_fields(REGISTRY)) :]
    assert [(key.entity, key.fields[0][2], key.when is None) for key in added] == [
        ("customer", "a", True), ("customer", "b", False),
    ]  # fmt: skip


def test_a_table_s_blanks_count_by_the_same_declaration() -> None:
    keys = [KeyField("customer", fields, Label("", "")) for fields in Plan([]).keys_of("customer")]
    assert [one.name for one in keys] == [
        one.name for one in key_fields(REGISTRY) if one.entity == "customer" and one.when is None
    ]
    assert all(name in REGISTRY[one.entity].by_name for one in IN_TABLES for name in one.fields)
    headings = (
        "customer.name",
        "customer.other_phone",
        "customer.region",
        "customer.remark",
        "contact.phone",
    )
    sheet = Sheet("客户", "customer", 0, [Column(target, target) for target in headings])
    assert keys_there(Plan([sheet]), 0) == {
        "name": ("name",), "other_phone": ("phone", "other_phone"), "region": ("region_code", "region"),
    }  # fmt: skip
    assert keys_there(Plan([sheet], key_fields={"customer": ["remark", "code"]}), 0) == {
        "remark": ("remark",)
    }
