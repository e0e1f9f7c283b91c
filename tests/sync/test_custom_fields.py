"""A field added on one laptop is on the others after a sync: filled in offline on both, merged, retired, refused to a rep."""

from __future__ import annotations

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.registry import Type
from crmdesk.core.roles import Role
from crmdesk.core.values import Value
from crmdesk.store.reading import Reader
from crmdesk.usecases import custom_fields
from crmdesk.usecases.directory import read_registry
from sync_server import accounts
from tests.skew.old_laptop import hired
from tests.support.rep import Rep
from tests.support.server import RunningServer
from tests.sync.conftest import Hire, settle

SAID: dict[str, Value] = {
    "type": "choice", "label_zh": "设备等级", "label_en": "Machine grade", "required": True,
    "option:gold": "金牌\tGold\tamber\t1", "option:iron": "铁牌\tIron\tgrey\t2",
}  # fmt: skip


def reader(laptop: Rep) -> Reader:
    return Reader(laptop.replica.database.path, laptop.replica.database.key)


def declare(laptop: Rep, **values: Value) -> str:
    return custom_fields.add(laptop.replica, reader(laptop), "customer", {**SAID, **values}).value


def test_a_field_reaches_every_laptop_and_what_both_wrote_offline_is_merged(hire: Hire) -> None:
    mei, ann, bo = hire("Mei"), hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    settle(ann, bo, mei)
    name = f"x_{declare(mei)}"
    settle(mei, ann, bo)
    for laptop in (ann, bo):
        declared = read_registry(reader(laptop))["customer"].by_name[name]
        assert (declared.type, declared.asked) == (Type.CHOICE, True)
        assert [option.key for option in declared.options] == ["gold", "iron"]
    ann.write(customer, **{name: "gold"})
    bo.write(customer, **{name: "iron"}, city="上海")
    settle(ann, bo, mei)
    assert ann.states()[customer] == bo.states()[customer]
    shown = bo.shows(customer) or {}
    assert shown[name] in ("gold", "iron")
    assert shown["city"] == "上海"
    for laptop in (ann, bo):
        column = reader(laptop).value(f'SELECT "f_{name}" FROM p_customer WHERE id = ?', (customer.id,))
        assert column == shown[name]
        asked = reader(laptop).all("SELECT field FROM attention WHERE id = ?", (customer.id,))
        assert asked == [(name,)]  # two values that nobody overwrote: somebody decides
    custom_fields.retire(mei.replica, name.removeprefix("x_"))
    bo.write(customer, **{name: "gold"})  # before it heard
    settle(mei, bo, ann)
    assert read_registry(reader(ann))["customer"].by_name[name].retired
    assert (ann.shows(customer) or {})[name] == "gold"
    assert bo.unsent() == []


def test_a_rep_adds_none_and_their_laptop_says_so_before_the_server_would(hire: Hire) -> None:
    ann = hire("Ann")
    ann.sync()
    with pytest.raises(CrmError, match="forbidden"):
        declare(ann)
    assert ann.unsent() == []
    past_it = RecordKey("field", ann.replica.new_id())
    ann.write(past_it, entity="customer", type="text", label_zh="车间")
    assert ann.sync().rejected == 1
    assert [entry.code for entry in ann.unsent()] == ["forbidden"]


def test_a_role_withholds_a_field_of_the_company_as_any_other(server: RunningServer, hire: Hire) -> None:
    mei, ann = hire("Mei"), hire("Ann")
    name = f"x_{declare(mei)}"
    customer = ann.customer("宏远机械")
    settle(mei, ann)
    with server.database.write() as connection:
        now = server.clock()
        withheld = frozenset((f"customer.{name}",))
        made = accounts.define_role(connection, None, "内勤", Role.REP, withheld, now)
        accounts.change_role(connection, "Ann", made.id, now)
    ann.sync()
    assert read_registry(reader(ann))["customer"].by_name[name].withheld
    with pytest.raises(CrmError, match="forbidden_field"):
        ann.write(customer, **{name: "gold"})
    shown = custom_fields.open_form(reader(mei), mei.replica.registry, name.removeprefix("x_"))
    custom_fields.change(mei.replica, reader(mei), name.removeprefix("x_"), {"unseen_by": made.id}, shown)
    settle(mei, ann)
    assert read_registry(reader(ann))["customer"].by_name[name].off_form
    assert not read_registry(reader(mei))["customer"].by_name[name].off_form


def test_an_older_program_keeps_what_it_does_not_know_of_a_field(server: RunningServer, hire: Hire) -> None:
    """The version that is frozen knows a field's kind and labels alone."""
    mei, old = hire("Mei"), hired(server, "Ann")
    field = declare(mei, help_zh="看铭牌")
    customer = mei.customer("宏远机械", **{f"x_{field}": "gold"})
    mei.sync()
    old.pull_all()
    key = RecordKey("field", field)
    assert old.shows(key)["label_zh"] == "设备等级"
    assert old.states()[key] == mei.states()[key]
    mine = old.customer("老程序的客户")
    old.write(mine, {f"x_{field}": "iron"})
    old.push()
    mei.sync()
    assert (mei.shows(mine) or {})[f"x_{field}"] == "iron"
    assert (mei.shows(customer) or {})[f"x_{field}"] == "gold"
