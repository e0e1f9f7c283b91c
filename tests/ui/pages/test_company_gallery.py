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
    long.setFixedWidth(60)
    column = QVBoxLayout(window)
    for shown in (long, wrapped, whole):
        column.addWidget(shown)
    window.show()
    QApplication.processEvents()
    told = cut(window)
    assert [text.split("“")[1].split(" ")[0] for text in told] == ["a", "one"]


def test_a_telephone_number_stays_on_one_line_beside_a_long_name(qapp: QApplication) -> None:
    grid = FieldGrid()
    grid.set_fields([("Owner", REP), ("Next follow-up", "138 0013 8000")])
    grid.setFixedWidth(364)
    grid.show()
    QApplication.processEvents()
    name, number = grid._values
    assert name.height() > 2 * number.fontMetrics().height()
    assert number.width() >= number.fontMetrics().horizontalAdvance(number.text())
