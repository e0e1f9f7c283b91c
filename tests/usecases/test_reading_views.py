"""Export, directory, status and sample loading tell what is there, safely and in full."""

import csv
import gc
import json
import re
import sys
import tempfile
import warnings
import zipfile
from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.store import outbox
from crmdesk.store.delivery import Departure
from crmdesk.store.window import CustomerFilter
from crmdesk.usecases import customers, directory, merging, records, refusals, sample_loading, status, tags
from crmdesk.usecases.export import export
from crmdesk.usecases.import_papers import write_template
from crmdesk.usecases.list_export import Form, Listed, export_list
from crmdesk.usecases.sample import generate
from crmdesk.usecases.workspace import Workspace, create_workspace
from tests.support.workspace import Colleague, FakeClock, commit, customer, receive

KEY = RecordKey("customer", "0" * 31 + "1")
FIELD = RecordKey("field", "f" * 32)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# -- export --------------------------------------------------------------------------------------------


def test_a_spreadsheet_gets_chinese_whole_and_runs_no_formula(desk: Workspace, tmp_path: Path) -> None:
    customer(
        desk, '=HYPERLINK("http://x")', city='苏州,\n"园区"', remark="@SUM(1)", phone="+86 139 1234 5678"
    )
    registry = desk.replica.registry
    assert export(desk.reader, registry, tmp_path / "out", "zh_CN")["customer"] == 1
    path = tmp_path / "out" / "customer.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    (row,) = rows_of(path)
    assert row["名称"] == '\'=HYPERLINK("http://x")'
    assert row["备注"] == "'@SUM(1)"
    assert row["城市"] == '苏州,\n"园区"'
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())


def test_a_list_in_a_workbook_holds_formulas_as_text_that_editing_does_not_wake(
    desk: Workspace, tmp_path: Path
) -> None:
    customer(desk, '=HYPERLINK("http://x")')
    listed = Listed(CustomerFilter(), (("name", "名称"),), desk.replica.registry, "zh_CN", date(2026, 11, 28))
    export_list(desk.reader, listed, tmp_path / "list.xlsx", "xlsx")
    with zipfile.ZipFile(tmp_path / "list.xlsx") as packed:
        sheet, styles = (
            packed.read(f"xl/{name}").decode() for name in ("worksheets/sheet1.xml", "styles.xml")
        )
    style = re.search(r'<c r="A2" s="(\d+)"', sheet)
    assert style is not None
    shapes = re.findall(r"<xf [^>]*>", styles.partition("<cellXfs")[2])
    assert 'quotePrefix="1"' in shapes[int(style[1])]
    assert "<f>" not in sheet


@pytest.mark.skipif(sys.platform == "win32", reason="knows no limit of a file's size")
@pytest.mark.parametrize(("form", "most"), [("csv", 1000), ("xlsx", 1000), ("xlsx", 5000)])
def test_a_list_that_finds_no_room_is_said_and_leaves_nothing_behind(
    desk: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: Form, most: int
) -> None:
    import resource

    folder, beside, today = tmp_path / "chosen", tmp_path / "temporary", date(2026, 11, 28)
    folder.mkdir()
    beside.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(beside))
    for number in range(200):
        customer(desk, f"公司{number}")
    path = folder / f"list.{form}"
    path.write_text("what was there", encoding="utf-8")
    listed = Listed(CustomerFilter(), (("name", "名称"),), desk.replica.registry, "zh_CN", today)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        with pytest.raises(CrmError, match="database_unwritable"):
            export_list(desk.reader, listed, path, form)
        if form == "xlsx":
            with pytest.raises(CrmError, match="database_unwritable"):
                write_template(desk.replica.registry, ["customer"], path, "zh_CN", today)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()  # xlsxwriter forgets its files open where one of them fails
    assert [one.name for one in folder.iterdir()] == [f"list.{form}"]
    assert path.read_text(encoding="utf-8") == "what was there"
    assert list(beside.iterdir()) == []


def test_a_column_somebody_named_like_a_formula_is_guarded_too(desk: Workspace, tmp_path: Path) -> None:
    values = {"entity": "customer", "type": "text", "label_zh": "=1+1"}
    receive(desk, {FIELD: Colleague().edit(None, values)})
    export(desk.reader, desk.replica.registry, tmp_path / "out", "zh_CN")
    assert "'=1+1" in (tmp_path / "out" / "customer.csv").read_text(encoding="utf-8-sig").splitlines()[0]


def test_json_lines_carry_every_value_unchanged(desk: Workspace, tmp_path: Path) -> None:
    mine = customer(desk, "=宏远", amount={"money": [1250, "CNY"]})
    export(desk.reader, desk.replica.registry, tmp_path / "out", "en", form="json")
    (line,) = (tmp_path / "out" / "customer.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {"id": mine, "name": "=宏远", "amount": {"money": [1250, "CNY"]}}


def test_deleted_and_departed_records_are_not_exported(desk: Workspace, tmp_path: Path) -> None:
    records.delete(desk.replica, RecordKey("customer", customer(desk, "删了的")))
    receive(desk, {KEY: Colleague().edit(None, {"name": "走了的"})})
    commit(desk.replica, KEY, remark="还没发出去")
    receive(desk, {}, [Departure(KEY, "their-book", 1)])
    assert export(desk.reader, desk.replica.registry, tmp_path / "out", "zh_CN")["customer"] == 0


def test_a_folder_that_can_not_be_written_is_said_so(desk: Workspace, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CrmError, match="database_unwritable"):
        export(desk.reader, desk.replica.registry, tmp_path / "file", "zh_CN")


# -- directory -----------------------------------------------------------------------------------------


def test_the_directory_names_people_owners_and_tags(desk: Workspace) -> None:
    them = Colleague()
    user = RecordKey("user", "0" * 31 + "7")
    receive(desk, {user: them.edit(None, {"name": "王强", "role": "rep", "book": "their-book"})})
    tag = tags.create(desk.replica, directory.read_directory(desk.reader), "重点客户").value
    known = directory.read_directory(desk.reader)
    assert known.me.name == "林晓"
    assert known.person_name(user.id) == "王强"
    assert known.owner_name("their-book") == "王强"
    assert known.owner_name("nobody") == ""
    assert known.name_of("tag", tag) == "重点客户"


def test_a_tag_of_the_same_name_in_other_letters_is_taken(desk: Workspace) -> None:
    tags.create(desk.replica, directory.read_directory(desk.reader), "VIP")
    with pytest.raises(CrmError, match="name_taken"):
        tags.create(desk.replica, directory.read_directory(desk.reader), "ｖｉｐ")


def test_both_ways_to_learn_the_declarations_agree(desk: Workspace) -> None:
    them = Colleague()
    for digit in "21":
        values = {"entity": "customer", "type": "integer", "label_zh": f"车间{digit}"}
        receive(desk, {RecordKey("field", digit * 32): them.edit(None, values)})
    assert directory.read_registry(desk.reader).entities == desk.replica.registry.entities


# -- status ---------------------------------------------------------------------------------------------


def test_the_status_counts_what_is_unsent_and_what_was_refused(desk: Workspace) -> None:
    mine = customer(desk, "宏远")
    commit(desk.replica, RecordKey("customer", mine), city="苏州")
    with desk.replica.database.write() as connection:
        outbox.refuse(connection, [2], "rejected", "forbidden", "city")
    now = status.status(desk.reader)
    assert (now.unsent, now.refused, now.conflicts, now.company) == (1, 1, 0, None)
    (refusal,) = refusals.listed(desk.reader, desk.replica.registry)
    assert (refusal.title, refusal.code, refusal.about, refusal.counters) == (
        "宏远",
        "forbidden",
        "city",
        (2,),
    )


# -- customers -------------------------------------------------------------------------------------------


def test_two_customers_of_one_name_are_pointed_out(desk: Workspace) -> None:
    pair = sorted([customer(desk, "宏远"), customer(desk, "宏远")])
    customer(desk, "长安")
    assert customers.same_names(desk.reader) == [("宏远", pair)]
    merging.keep_apart(desk.replica, *pair)
    assert customers.same_names(desk.reader) == []


def test_the_card_has_the_facts_of_the_customers_other_records(desk: Workspace) -> None:
    mine = customer(desk, "宏远")
    customers.add_contact(desk.replica, mine, {"name": "单雄信", "position": "采购"}, ("139 1234 5678", " "))
    tags.put(desk.replica, mine, "t1")
    card = customers.open_card(desk.reader, desk.replica.registry, mine)
    assert card.tags == ("t1",)
    assert [(person.name, person.phones) for person in card.contacts] == [("单雄信", ("139 1234 5678",))]
    assert card.is_unsent
    tags.take_off(desk.replica, mine, "t1")
    assert customers.open_card(desk.reader, desk.replica.registry, mine).tags == ()


# -- sample data ------------------------------------------------------------------------------------------


def test_a_cancelled_load_keeps_whole_what_it_had_written(tmp_path: Path) -> None:
    from crmdesk.system.paths import Profile

    desk = create_workspace(Profile(tmp_path / "sample"), None, clock=FakeClock())
    heard: list[int] = []
    source = generate(seed=1, customers=400, authors=("我",), today=desk.today())
    ids = sample_loading.load(
        desk.replica, islice(source, 1400), progress=heard.append, cancelled=lambda: bool(heard)
    )
    assert heard == [500]
    assert len(ids) == 500
    assert desk.reader.value("SELECT count(*) FROM record") == 500
    dangling = "SELECT count(*) FROM p_visit WHERE f_customer NOT IN (SELECT id FROM p_customer)"
    assert desk.reader.value(dangling) == 0
    desk.close()
