"""One company twice: told while it is typed, found among all that are here, by real stores."""

from __future__ import annotations

from typing import Any

import pytest

from crmdesk.core.matching import Band
from crmdesk.core.record import RecordKey
from crmdesk.usecases import customers, duplicates, records
from crmdesk.usecases.workspace import Workspace, readings
from tests.support.doubles import doubles
from tests.support.workspace import Colleague, commit, customer, receive

PHONE = "16012345678"


def hinted(desk: Workspace, **typed: str) -> list[str]:
    return [one.id for one in duplicates.hint(desk.reader, typed)]


def test_a_customer_is_named_while_another_writing_of_it_is_typed(desk: Workspace) -> None:
    there = customer(desk, "深圳市启邦精密机械有限公司", city="深圳", phone=PHONE)
    customer(desk, "深圳市启邦物流有限公司", city="深圳")
    (found, *_) = duplicates.hint(desk.reader, {"name": "启邦精密机械", "phone": f"+86 {PHONE}"})
    assert (found.id, found.name) == (there, "深圳市启邦精密机械有限公司")
    assert duplicates.said(found.reasons, "en")[:2] == ["same name", "same phone"]
    assert duplicates.said(found.reasons, "zh_CN")[:2] == ["名称相同", "电话相同"]
    assert hinted(desk, name="宏远建材") == []
    assert hinted(desk, name="") == []


def test_what_is_named_follows_each_change_of_a_customer_and_of_its_people(desk: Workspace) -> None:
    there = customer(desk, "启邦精密机械")
    assert hinted(desk, name="啟邦精密機械") == [there]
    commit(desk.replica, customers.key(there), name="宏远建材")
    assert hinted(desk, name="启邦精密机械") == []
    person = customers.add_contact(desk.replica, there, {"name": "王强"}, (PHONE,)).value
    assert hinted(desk, name="宏远", phone=PHONE) == [there]
    records.delete(desk.replica, RecordKey("contact", person))
    assert hinted(desk, name="宏远建筑", phone=PHONE) == []
    records.delete(desk.replica, customers.key(there))
    assert hinted(desk, name="宏远建材") == []
    records.restore(desk.replica, customers.key(there))
    assert hinted(desk, name="宏远建材") == [there]


@pytest.mark.parametrize("many", [0, 150])
def test_what_a_colleague_made_is_named_too_once_its_words_have_followed(desk: Workspace, many: int) -> None:
    them = Colleague()
    others = {
        RecordKey("customer", f"{n:032x}"): them.edit(None, {"name": f"别家{n}号"})
        for n in range(2, many + 2)
    }
    key = RecordKey("customer", f"{1:032x}")
    receive(desk, {key: them.edit(None, {"name": "启邦精密机械", "code": "C1"}), **others})
    assert hinted(desk, name="启邦精密机械有限公司") == ([] if many else [key.id])
    commit(
        desk.replica, RecordKey("customer", f"{1:032x}"), code="C2"
    )  # found by it, but not recognised by it
    assert hinted(desk, name="启邦精密机械有限公司") == [key.id]
    desk.replica.index_all()
    assert hinted(desk, name="启邦精密机械有限公司") == [key.id]


def test_all_pairs_are_found_the_surest_first_and_by_twos(desk: Workspace) -> None:
    made = doubles(readings(), seed=3, count=120, share=0.2)
    ids = [customers.add(desk.replica, row).value for row in made.rows]
    found = duplicates.pairs(desk.reader)
    pairs = {frozenset((pair.one.id, pair.other.id)) for pair in found}
    meant = {frozenset((ids[a], ids[b])) for a, b in made.pairs}
    assert len(pairs & meant) >= 0.8 * len(meant)
    assert len(pairs & meant) >= 0.8 * len(pairs)
    assert [pair.certainty for pair in found] == sorted((pair.certainty for pair in found), reverse=True)
    assert all(pair.one.created_at <= pair.other.created_at and pair.band is not Band.APART for pair in found)


def test_a_customer_that_goes_while_all_are_compared_is_in_no_pair(
    desk: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = [customer(desk, "启邦精密机械有限公司", phone=PHONE) for _ in range(3)]
    compared = duplicates.parties

    def delayed(*asked: Any) -> Any:
        records.delete(desk.replica, customers.key(there[2]))
        return compared(*asked)

    monkeypatch.setattr(duplicates, "parties", delayed)
    (pair,) = duplicates.pairs(desk.reader)
    assert {pair.one.id, pair.other.id} == set(there[:2])
