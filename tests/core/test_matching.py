"""Whether two customers are one: names taken apart, pairs a person would know the answer to, a generated list."""

from __future__ import annotations

import runpy
from itertools import combinations
from pathlib import Path

import pytest

from crmdesk.core import firm_words
from crmdesk.core.firm_names import take_apart
from crmdesk.core.matching import (
    FEATURES,
    REASONS,
    Band,
    band,
    compare,
    keys,
    party,
    phone_digits,
    province,
    tells,
    worth_comparing,
)
from crmdesk.core.matching_weights import WEIGHTS
from crmdesk.usecases.workspace import readings
from tests.support.doubles import Values, doubles

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
ONE, OTHER = "91440300708461136T", "91110000600037341L"
"""Two credit codes whose check digits are true."""


@pytest.mark.parametrize(
    ("name", "place", "core", "trade"),
    [
        ("深圳市启邦精密机械有限公司", "深圳", "启邦", "精密机械"),
        ("广东省深圳市南山区启邦科技股份有限公司", "深圳", "启邦", "科技"),
        ("启邦（深圳）机械有限公司", "深圳", "启邦", "机械"),
        ("東莞市啟邦機械有限公司", "东莞", "启邦", "机械"),
        ("　ＡＢＣ科技（北京）有限公司", "北京", "abc", "科技"),
        ("昆山恒远模具厂", "昆山", "恒远", "模具"),
        ("上海贸易有限公司", "上海", "贸易", ""),
        ("华为技术有限公司深圳分公司", "", "华为技术深圳分公司", ""),
        ("Pioneer Robotics Co., Ltd.", "", "pioneer", "robotics"),
        ("有限公司", "", "有限公司", ""),
        ("", "", "", ""),
    ],
)
def test_a_name_is_taken_apart(name: str, place: str, core: str, trade: str) -> None:
    found = take_apart(readings(), name)
    assert (found.place, found.core, found.trade) == (place, core, trade)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("+86 160-1234-5678", ["16012345678"]),
        ("0086 16012345678", ["16012345678"]),
        ("（0755）8888 8888 转 101", ["075588888888"]),
        ("16012345678 / 16112345678", ["16012345678", "16112345678"]),
        ("110", []),
        ("", []),
    ],
)
def test_a_phone_is_its_digits_however_it_is_written(text: str, numbers: list[str]) -> None:
    assert phone_digits(text) == numbers


PHONE = "16012345678"
PAIRS: list[tuple[Values, Values, Band]] = [
    ({"name": "深圳市启邦精密机械有限公司"}, {"name": "启邦精密机械"}, Band.MERGE),
    ({"name": "深圳市启邦精密机械有限公司", "phone": PHONE}, {"name": "深圳启邦精密机戒有限公司", "phone": "+86 160 1234 5678"}, Band.REVIEW),
    ({"name": "启邦机械", "credit_code": ONE}, {"name": "起帮", "credit_code": ONE}, Band.MERGE),
    ({"name": "启邦机械", "phone": PHONE, "credit_code": ONE}, {"name": "启邦机械", "phone": PHONE, "credit_code": OTHER}, Band.APART),
    ({"name": "启邦机械有限公司", "city": "深圳"}, {"name": "启邦机械有限公司", "city": "沈阳"}, Band.APART),
    ({"name": "启邦机械", "address": "深圳市人民路8号"}, {"name": "启邦物流", "address": "深圳市人民路8号"}, Band.APART),
    ({"name": "启邦机械", "address": "人民路8号", "phone": PHONE}, {"name": "启邦医疗器械", "address": "人民路8号", "phone": PHONE}, Band.APART),
    ({"name": "宏远建材", "phone": PHONE}, {"name": "博凯物流", "phone": PHONE}, Band.APART),
    ({"name": "宏远建材"}, {"name": "博凯物流"}, Band.APART),
    ({}, {}, Band.APART),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "expected"), PAIRS)
def test_a_pair_falls_into_the_band_a_person_would_put_it(one: Values, other: Values, expected: Band) -> None:
    a, b = party(readings(), one), party(readings(), other)
    assert band(compare(a, b).certainty) is expected
    assert compare(a, b) == compare(b, a)
    if expected is not Band.APART:
        assert set(keys(a)) & set(keys(b)), "who is one company must be compared"
        assert all(reason in REASONS for reason in compare(a, b).reasons)
        assert compare(a, b).reasons


def test_the_province_alone_is_that_of_the_whole() -> None:
    for row in doubles(readings(), seed=12, count=500).rows:
        assert province(row) == party(readings(), row).region[:2]


def test_a_phone_of_a_person_there_counts_as_the_customers() -> None:
    a, b = (
        party(readings(), {"name": "启邦机械"}, [PHONE]),
        party(readings(), {"name": "启邦", "phone": PHONE}),
    )
    assert f"p{PHONE}" in set(keys(a)) & set(keys(b))
    assert ("phone", "same") in compare(a, b).reasons


def test_the_weights_know_every_feature_and_every_reason_is_one_of_a_feature() -> None:
    assert WEIGHTS.keys() == FEATURES.keys()
    assert {feature for feature, _ in REASONS} <= FEATURES.keys()


def test_of_a_generated_list_nearly_all_pairs_are_found_and_siblings_stay_apart() -> None:
    made = doubles(readings(), seed=11, count=4000)
    parties = [party(readings(), row) for row in made.rows]
    blocks: dict[str, list[int]] = {}
    for at, one in enumerate(parties):
        for key in keys(one):
            blocks.setdefault(key, []).append(at)
    pairs = {
        pair for key, block in blocks.items() if tells(key[0], len(block)) for pair in combinations(block, 2)
    }
    shared = [(key[0], block) for key, block in blocks.items()]
    compared = worth_comparing(shared, lambda some: {n: province(made.rows[n]) for n in some})
    certain = {pair: compare(parties[pair[0]], parties[pair[1]]).certainty for pair in pairs}
    found = {pair for pair, certainty in certain.items() if band(certainty) is not Band.APART}
    sure = {pair for pair, certainty in certain.items() if band(certainty) is Band.MERGE}
    assert found <= compared, "where they are is no reason to pass over a pair that is listed"
    assert len(compared) < len(pairs) / 2
    assert len(found & made.pairs) / len(found) > 0.96
    assert len(found & made.pairs) / len(made.pairs) > 0.96
    assert len(sure & made.pairs) / len(sure) > 0.995


def test_the_list_of_places_is_that_of_the_table_of_regions() -> None:
    built = runpy.run_path(str(PACKAGING / "build_firm_places.py"))
    assert firm_words.PLACES.strip() == built["places"]()
