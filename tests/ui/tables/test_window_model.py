import pytest

from crmdesk.ui.tables.customer_delegate import CustomerRow, customer_columns, customer_sentence
from crmdesk.ui.tables.row_table import RowTable
from crmdesk.ui.tables.window_model import KEPT_PAGES, PAGE_ROWS, ROW_ROLE, ListSource, WindowModel
from tests.support.sample_pages import GeneratedSource, customer, today


@pytest.fixture
def source():
    return GeneratedSource(100_000)


@pytest.fixture
def model(qapp, source):
    return WindowModel(customer_columns(today), source, customer_sentence(today))


def test_the_model_keeps_qts_own_rules(qapp, qtmodeltester):
    qtmodeltester.check(WindowModel(customer_columns(today), GeneratedSource(250), customer_sentence(today)))


def test_flags_never_read_a_row(model, source):
    for row in range(0, 100_000, 97):
        model.flags(model.index(row, 0))
    assert source.asked == []


def test_a_jump_reads_one_page(model, source):
    model.index(54_321, 0).data(ROW_ROLE)
    assert source.asked == [(54_321 - 54_321 % PAGE_ROWS, PAGE_ROWS)]


def test_only_a_few_pages_are_kept(model):
    for row in range(0, (KEPT_PAGES + 9) * PAGE_ROWS, PAGE_ROWS):
        model.index(row, 0).data()
    assert model.pages_held == KEPT_PAGES


def test_the_current_record_stays_current_in_another_result(qapp, qtbot):
    table = RowTable("客户", WindowModel(customer_columns(today), GeneratedSource(1000)))
    qtbot.addWidget(table)
    table.select_id("c70")
    table.show_source(ListSource([customer(number) for number in (9, 70, 3)]))
    assert (table.current_id, table.currentIndex().row()) == ("c70", 1)


def test_the_first_row_becomes_current_when_the_old_one_is_gone(qapp, qtbot):
    table = RowTable("客户", WindowModel(customer_columns(today), GeneratedSource(1000)))
    qtbot.addWidget(table)
    table.select_id("c70")
    table.show_source(ListSource([customer(9)]))
    assert table.current_id == "c9"


def test_an_empty_result_has_no_current_record(qapp, qtbot):
    table = RowTable("客户", WindowModel(customer_columns(today), GeneratedSource(10)))
    qtbot.addWidget(table)
    table.select_row(0)
    with qtbot.waitSignal(table.current) as told:
        table.show_source(ListSource[CustomerRow]([]))
    assert told.args == [""]


def test_a_source_that_shrinks_behind_our_back_shows_blanks(qapp):
    class Short(GeneratedSource):
        def page(self, start, size):
            return super().page(start, size)[:5]

    model = WindowModel(customer_columns(today), Short(50))
    assert model.index(20, 0).data() is None


def test_a_row_speaks_as_one_sentence(model):
    from PySide6.QtCore import Qt

    spoken = model.index(13, 0).data(int(Qt.ItemDataRole.AccessibleTextRole))
    assert spoken.startswith(customer(13).name)
    assert "冲突" in spoken


def test_all_of_a_long_list_is_selected_without_reading_it(qapp, qtbot, model, source):
    table = RowTable("客户", model)
    qtbot.addWidget(table)
    table.selectAll()
    assert table.chosen_count == 0
    table.setSelectionMode(RowTable.SelectionMode.ExtendedSelection)
    source.asked.clear()
    table.selectAll()
    assert table.chosen_count == 100_000
    assert len(source.asked) <= 1


def test_a_whole_list_that_is_selected_is_painted_without_asking_every_row(qapp, qtbot):
    class Asked(WindowModel[CustomerRow]):
        count = 0

        def flags(self, index):
            Asked.count += 1
            return super().flags(index)

    table = RowTable("客户", Asked(customer_columns(today), GeneratedSource(100_000)))
    qtbot.addWidget(table)
    table.setSelectionMode(RowTable.SelectionMode.ExtendedSelection)
    table.resize(900, 700)
    table.show()
    Asked.count = 0
    table.selectAll()
    table.grab()
    assert Asked.count < 5_000


def test_what_is_selected_stays_so_in_another_result(qapp, qtbot):
    table = RowTable("客户", WindowModel(customer_columns(today), GeneratedSource(1000)))
    qtbot.addWidget(table)
    table.setSelectionMode(RowTable.SelectionMode.ExtendedSelection)
    table.show_source(ListSource([customer(number) for number in (9, 70, 3, 5)]))
    table.selectAll()
    table.show_source(ListSource([customer(number) for number in (3, 8, 9)]))
    assert table.chosen_ids() == ["c3", "c9"]
    table.choose_current()
    assert table.chosen_ids() == ["c9"]
