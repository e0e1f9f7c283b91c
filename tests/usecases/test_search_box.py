"""The search box shows the best of all hits first, however many newer ones there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmdesk.core.record import RecordKey
from crmdesk.core.values import Value
from crmdesk.store.replica import Write
from crmdesk.usecases import customers
from crmdesk.usecases.workspace import Workspace, readings
from tests.support.workspace import make

OLD: dict[str, dict[str, Value]] = {
    "wanted": {"name": "华为", "name_en": "Pioneer", "code": "K77", "phone": "13800130000"},
    "short": {"name": "华虹"},
    "longer": {"name": "深圳华"},
    "word": {"name": "太原百达机电有限责任公司北方分公司", "city": "Robot"},
}
MANY = 300


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory):
    """A few old customers, and hundreds of newer ones that everything finds as well."""
    workspace = make(Path(tmp_path_factory.mktemp("search")) / "desk")
    fresh: list[dict[str, Value]] = [
        {
            "name": f"深圳华为贸易{n}号有限公司", "name_en": f"Pioneer Trading {n}", "code": f"K77{n:03}",
            "phone": f"1380013{n + 1:04}", "city": "华为城",
        }
        for n in range(MANY)
    ]  # fmt: skip
    fresh += [{"name": f"华为技术{n}号有限公司", "name_en": f"Robotics {n}"} for n in range(MANY)]
    for values in (list(OLD.values()), *(fresh[at : at + 50] for at in range(0, len(fresh), 50))):
        written = [Write(RecordKey("customer", workspace.replica.new_id()), one) for one in values]
        workspace.replica.commit(written)
    yield workspace
    workspace.close()


def found(desk: Workspace, text: str) -> list[str]:
    return [hit.name for hit in customers.search(desk.reader, readings(), text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("华为", "华为"),
        ("huawei", "华为"),
        ("hw", "华为"),
        ("K77", "华为"),
        ("k77", "华为"),
        ("13800130000", "华为"),
        ("+86 138 0013 0000", "华为"),
        ("0000", "华为"),
        ("深圳华", "深圳华"),
        ("szh", "深圳华"),
        ("shenzhenhua", "深圳华"),
    ],
)
def test_who_is_called_or_numbered_just_that_comes_first(desk, text: str, name: str) -> None:
    assert found(desk, text)[0] == name


def test_short_names_that_begin_with_it_come_before_newer_long_ones(desk) -> None:
    assert set(found(desk, "华")[:2]) == {"华为", "华虹"}


def test_a_whole_word_comes_before_a_part_of_one_in_other_fields(desk) -> None:
    assert found(desk, "robot")[0] == OLD["word"]["name"]
