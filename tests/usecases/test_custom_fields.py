"""Fields of the company: added, filled, found, changed, retired and ordered on one laptop, without a restart."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.form import Shown
from crmdesk.core.record import RecordKey
from crmdesk.core.registry import Type
from crmdesk.core.values import Value, money
from crmdesk.store import replica as stores
from crmdesk.usecases import custom_fields, customers, history, records
from crmdesk.usecases.directory import read_registry
from crmdesk.usecases.workspace import Workspace, readings
from tests.support.workspace import customer, make


def add(
    desk: Workspace, entity: str = "customer", kind: str = "text", name: str = "车间", **values: Value
) -> str:
    """A new field's name in records."""
    said: dict[str, Value] = {"type": kind, "label_zh": name, **values}
    return "x_" + custom_fields.add(desk.replica, desk.reader, entity, said).value


def change(desk: Workspace, name: str, **values: Value) -> None:
    field = name.removeprefix("x_")
    shown = custom_fields.open_form(desk.reader, desk.replica.registry, field)
    custom_fields.change(desk.replica, desk.reader, field, values, shown)


def found(desk: Workspace, text: str) -> list[str]:
    return [hit.id for hit in customers.search(desk.reader, readings(), text)]


@pytest.mark.parametrize(
    "kind", ["text", "long_text", "choice", "date", "integer", "money", "boolean", "phone", "email"]
)
def test_every_kind_has_a_typed_column_at_once_and_after_a_rebuild(desk: Workspace, kind: str) -> None:
    options = {"option:gold": "金牌\tGold\tamber\t1"} if kind == "choice" else {}
    name = add(desk, kind=kind, **options)
    said: Any = {"integer": 3, "money": money(500), "boolean": True, "choice": "gold"}.get(kind, "2026-11-28")
    mine = customer(desk, **{name: said})
    stored = {"money": 500, "boolean": 1}.get(kind, said)
    query = f'SELECT "f_{name}" FROM p_customer WHERE id = ?'
    assert desk.reader.value(query, (mine,)) == stored
    registry = read_registry(desk.reader)
    assert registry["customer"].by_name[name].type is Type(kind)
    assert registry.entities == desk.replica.registry.entities
    desk.replica.rebuild()
    assert desk.reader.value(query, (mine,)) == stored


def test_search_follows_as_a_field_is_made_searchable_and_no_longer(
    desk: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = add(desk)
    mine, other = customer(desk, **{name: "三号车间"}), customer(desk, "乙公司", **{name: "四号"})
    assert found(desk, "三号车间") == []
    change(desk, name, searchable=True)
    assert found(desk, "三号车间") == [mine]
    assert found(desk, "乙公司") == [other]
    change(desk, name, searchable=False)
    assert found(desk, "三号车间") == []
    monkeypatch.setattr(stores, "WORDS_A_STEP", 1)  # more than one is too many to do at once
    change(desk, name, searchable=True)
    assert (found(desk, "三号车间"), found(desk, "乙公司")) == ([mine], [other])
    assert desk.reader.value("SELECT count(*) FROM unindexed") == 0


def test_a_field_says_how_many_fill_it_in_and_moves_among_its_own_kind(desk: Workspace) -> None:
    first, second, third = (add(desk, name=name) for name in ("甲", "乙", "丙"))
    add(desk, "visit", name="丁")
    customer(desk, **{second: "x"})
    customer(desk, "另一家")
    assert [(one.field.name, one.filled, one.total) for one in custom_fields.listed(desk.reader)][:3] == [
        (first, 0, 2), (second, 1, 2), (third, 0, 2),
    ]  # fmt: skip
    custom_fields.move(desk.replica, desk.reader, third.removeprefix("x_"), -2)
    assert [f.name for f in read_registry(desk.reader)["customer"].fields[-3:]] == [third, first, second]
    add(desk, name="戊")
    assert [one.field.label.zh for one in custom_fields.listed(desk.reader)] == ["丙", "甲", "乙", "戊", "丁"]


def test_a_retired_field_keeps_its_data_and_its_name_is_free_again(desk: Workspace) -> None:
    name = add(desk)
    mine = customer(desk, **{name: "三号"})
    custom_fields.retire(desk.replica, name.removeprefix("x_"))
    assert read_registry(desk.reader)["customer"].by_name[name].retired
    assert desk.reader.value(f'SELECT "f_{name}" FROM p_customer WHERE id = ?', (mine,)) == "三号"
    add(desk)
    with pytest.raises(CrmError, match="ambiguous"):
        custom_fields.find(desk.reader, "车间")
    assert custom_fields.find(desk.reader, name).field.retired


def test_an_added_field_that_is_taken_back_is_retired_for_whoever_filled_it_in_meanwhile(
    desk: Workspace,
) -> None:
    said: dict[str, Value] = {"type": "text", "label_zh": "车间"}
    done = custom_fields.add(desk.replica, desk.reader, "customer", said)
    mine = customer(desk, **{f"x_{done.value}": "三号"})
    history.undo(desk.replica, str(done.txn))
    assert custom_fields.listed(desk.reader) == []
    for registry in (desk.replica.registry, read_registry(desk.reader)):
        assert registry["customer"].by_name[f"x_{done.value}"].retired
    shown = records.open_form(desk.reader, desk.replica.registry, RecordKey("customer", mine))
    assert shown.values[f"x_{done.value}"] == "三号"


@pytest.mark.parametrize(
    ("entity", "values", "code"),
    [
        ("customer", {"label_zh": "城市"}, "name_taken"),
        ("customer", {"label_zh": "另", "label_en": "CITY"}, "name_taken"),
        ("user", {}, "unknown_entity"),
        ("customer", {"type": "hologram"}, "invalid_value"),
        ("customer", {"industries": "C 99999"}, "invalid_value"),
    ],
)
def test_what_cannot_be_a_field_is_refused_and_changes_nothing(
    desk: Workspace, entity: str, values: dict[str, Any], code: str
) -> None:
    with pytest.raises(CrmError, match=code):
        add(desk, entity, **values)
    assert custom_fields.listed(desk.reader) == []


def test_the_kind_of_a_field_never_changes(desk: Workspace) -> None:
    name = add(desk)
    with pytest.raises(CrmError, match="fixed_field"):
        change(desk, name, type="date")


def test_two_who_change_a_field_apart_keep_both_what_they_said(desk: Workspace, tmp_path) -> None:
    """Choices are elements of their own: what each added is there for both."""
    name = add(desk, kind="choice", **{"option:a": "甲\tA\tblue\t1"})
    field = name.removeprefix("x_")
    shown = custom_fields.open_form(desk.reader, desk.replica.registry, field)
    say = partial(custom_fields.change, desk.replica, desk.reader, field)
    say({"option:b": "乙\tB\tred\t2"}, shown)
    say({"option:c": "丙\tC\tgreen\t3", "label_zh": "等级二"}, Shown(shown.values, shown.dots))
    declared = read_registry(desk.reader)["customer"].by_name[name]
    assert [option.key for option in declared.options] == ["a", "b", "c"]
    assert declared.label.zh == "等级二"


def test_forms_of_a_role_leave_out_what_is_not_for_it(tmp_path) -> None:
    desk = make(tmp_path / "lone")
    name = add(desk, unseen_by="manager rep")
    assert read_registry(desk.reader)["customer"].by_name[name].off_form
    change(desk, name, unseen_by="manager")
    assert not read_registry(desk.reader)["customer"].by_name[name].off_form
    desk.close()
