"""Every page of access and administration, with long names and little room: drawn, and nothing on it is cut."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from crmdesk.ui import language
from crmdesk.ui.gallery import picture
from crmdesk.ui.widgets.fields import FieldGrid, label
from tests.support.company_gallery import REP, SIZES, cut, doors, full, views
from tests.support.server import running_server


def test_every_page_is_drawn_with_room_for_its_words(qapp: QApplication, tmp_path: Path) -> None:
    language.switch(qapp, "en")  # its words are the longest
    few, missing, names = [], [], set()
    with running_server(tmp_path) as server:
        company = full(server, tmp_path)
        company.size = SIZES[1.5]
        for part in (views(company), doors(tmp_path, company.size)):
            for name, widget in part:
                for _ in range(3):
                    QApplication.processEvents()
                names.add(name)
                missing += [f"{name}: {told}" for told in cut(widget)]
                image = picture(widget, 1).toImage()
                at = [(x, y) for x in range(0, image.width(), 11) for y in range(0, image.height(), 11)]
                few += [name] if len({image.pixel(*place) for place in at}) <= 4 else []
        company.close()
    assert missing == []
    assert few == []
    assert {"people", "drill-leaver", "roles", "device-waits", "grants", "audit", "permissions-all"} <= names
    assert {"seeing-customers", "share-rep", "customer-manager", "door-locked", "cover-pin", "pin"} <= names


def test_what_is_cut_is_told(qapp: QApplication) -> None:
    window = QWidget()
    long, wrapped, whole = (
        label("a name that is longer than its room"),
        label("one two three four five"),
        label("x"),
    )
    wrapped.setWordWrap(True)
    wrapped.setFixedSize(60, 16)
    broken = label("unpronounceable")
    broken.setWordWrap(True)
    broken.setFixedSize(60, 90)
    long.setFixedWidth(60)
    column = QVBoxLayout(window)
    for shown in (long, wrapped, whole, broken):
        column.addWidget(shown)
    window.show()
    QApplication.processEvents()
    told = cut(window)
    assert [text.split("“")[1].split(" ")[0] for text in told] == ["a", "one", "unpronounceable”"]


def test_a_long_name_has_a_line_of_its_own_and_leaves_a_number_its_room(qapp: QApplication) -> None:
    window, grid = QWidget(), FieldGrid()
    window.resize(386, 300)
    column = QVBoxLayout(window)
    column.setContentsMargins(11, 0, 11, 0)
    column.addWidget(grid)
    column.addStretch(1)
    window.show()
    fields = [("Contact", "Li"), ("Phone", "138 0013 8000"), ("Owner", REP), ("Next follow-up", "—")]
    for owner in (REP, "Ann"):
        grid.set_fields([*fields[:2], ("Owner", owner), fields[3]])
        QApplication.processEvents()
        assert cut(grid) == []
        assert [shown.text() for shown in grid._values] == ["Li", "138 0013 8000", owner, "—"]
        one_line = grid._values[1].fontMetrics().height()
        assert grid._values[1].height() < 2 * one_line
        is_beside = grid._values[2].geometry().top() == grid._values[3].geometry().top()
        assert is_beside is (owner == "Ann")
