"""The pictures of access and administration can be drawn, and show something."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from crmdesk.ui.gallery import picture
from tests.support.company_gallery import staffed, views


def test_every_view_of_the_administration_is_drawn_with_something_on_it(server, hire, open_desk) -> None:
    staffed(server)
    desk = open_desk(hire("Root"))
    drawn = {}
    for name in views(desk, is_full=True):
        QApplication.processEvents()
        image = picture(desk.window, 1).toImage()
        drawn[name] = {image.pixel(x, y) for x in range(0, 1366, 11) for y in range(0, 768, 11)}
    assert {"console-people", "drill-leaver", "drill-transfer", "audit", "permissions-all"} <= drawn.keys()
    assert all(len(colours) > 4 for colours in drawn.values())
