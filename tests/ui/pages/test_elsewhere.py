"""A customer that a colleague has, told while it is typed: one line, and nothing without a network."""

from __future__ import annotations

import pytest

from crmdesk.ui.pages import elsewhere_line
from crmdesk.ui.pages.customer_pages import NewCustomerWish
from tests.support.desks import customer, sync
from tests.ui.pages.test_sharing import lose_the_server

NAME = "深圳市启邦精密机械有限公司"


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elsewhere_line, "PAUSE_MS", 10)


def test_a_line_says_whom_to_ask_and_keeps_nobody_from_saving(server, hire, open_desk, qtbot) -> None:
    ann, cai = hire("Ann"), hire("Cai")
    customer(ann, NAME, phone="13800138000")
    sync(ann)
    sync(cai)
    desk = open_desk(cai)
    page = desk.go("customers", NewCustomerWish(NAME))
    qtbot.waitUntil(lambda: not page.new.elsewhere.isHidden())
    assert "Ann" in page.new.elsewhere.text
    assert NAME not in page.new.elsewhere.text
    assert not page.new.similar.names, "nothing of Ann's is on Cai's laptop"
    page.new.form.save()
    qtbot.waitUntil(
        lambda: cai.reader.value("SELECT count(*) FROM p_customer WHERE f_name = ?", (NAME,)) == 1
    )
    page.new.open()
    assert page.new.elsewhere.isHidden()


def test_without_a_network_it_is_silent(server, hire, open_desk, qtbot) -> None:
    cai = hire("Cai")
    sync(cai)
    lose_the_server(cai)
    desk = open_desk(cai)
    page = desk.go("customers", NewCustomerWish(NAME))
    qtbot.waitUntil(lambda: bool(page.new.elsewhere._asked))
    qtbot.wait(100)
    assert page.new.elsewhere.isHidden()
    assert not desk.notice()
