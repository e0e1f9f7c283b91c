"""Pictures of every page over a real workspace, without a screen: for eyes to judge, and for the demo."""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain, product
from pathlib import Path
from typing import get_args

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from crmdesk.core.errors import CrmError, Language
from crmdesk.system.paths import Profile
from crmdesk.ui import application, language, theme
from crmdesk.ui.bus import Bus
from crmdesk.ui.catalogue import Doors
from crmdesk.ui.context import Context
from crmdesk.ui.desk import Desk
from crmdesk.ui.entrance import Entrance
from crmdesk.ui.pages.cover_page import CoverWindow, Way
from crmdesk.ui.pages.customer_page import CustomerPage
from crmdesk.ui.pages.customer_pages import NewCustomerWish
from crmdesk.ui.pages.customers import CustomersPage
from crmdesk.ui.runner import Runner
from crmdesk.ui.syncing import Syncing
from crmdesk.usecases import narrowing
from crmdesk.usecases.workspace import Workspace

_BOTH: tuple[Language, ...] = ("zh_CN", "en")


def render_pages(
    workspace: Workspace,
    folder: Path,
    languages: Sequence[Language] = _BOTH,
    themes: Sequence[str] = ("light", "dark"),
    size: tuple[int, int] = (1366, 768),
    scale: float = 1.0,
    only: Collection[str] = (),
) -> list[Path]:
    """Draw every page (or `only` some) in every language and theme; returns the pictures' paths.

    `size` is the window's in logical pixels, `scale` how many real ones each has. Changes nothing in the
    workspace and reads in the caller's thread. Without a QApplication one is made: set QT_QPA_PLATFORM first.
    """
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = application.dressed(["crmdesk"], look=theme.Look(), spoken=languages[0])
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for spoken in languages:
        language.switch(app, spoken)
        for scheme in themes:
            theme.apply(app, theme.Look(theme.Scheme(scheme), theme.look().density))
            for name, widget in chain(_desk_views(workspace, size), _entrance_views(workspace, size)):
                if only and name not in only:
                    continue
                path = folder / f"{name}-{spoken}-{scheme}{'' if scale == 1 else f'-{scale:g}x'}.png"
                for _ in range(3):  # what wraps learns its width first, then its height
                    app.processEvents()
                picture(widget, scale).save(str(path))
                made.append(path)
    return made


def picture(widget: QWidget, scale: float) -> QPixmap:
    """A shown widget and the popups and sheets it opened, `scale` real pixels for each logical one."""
    result = QPixmap(widget.size() * scale)
    result.setDevicePixelRatio(scale)
    result.fill(Qt.GlobalColor.transparent)
    widget.render(result)
    for above in widget.findChildren(QWidget):
        if above.isWindow() and above.isVisible():
            place = above.geometry()
            if isinstance(above, QDialog):  # where a real desktop puts it
                place.moveCenter(widget.geometry().center())
            above.render(result, place.topLeft() - widget.pos())
            _frame(result, place.translated(-widget.pos()))
    return result


def _frame(picture: QPixmap, place: QRect) -> None:
    """The line that a real desktop draws around a window."""
    painter = QPainter(picture)
    painter.setPen(theme.tokens().border_strong)
    painter.drawRect(place.adjusted(-1, -1, 0, 0))


def _desk_views(workspace: Workspace, size: tuple[int, int]) -> Iterator[tuple[str, QWidget]]:
    """The window on each of its pages."""
    runner, bus = Runner.inline(), Bus()
    context = Context(workspace, runner, bus)
    syncing = Syncing(workspace, runner, bus, context)
    desk = Desk(context, syncing, Doors(_nothing, _nothing, _nothing))
    desk.window.resize(QSize(*size))
    desk.window.show()
    desk.signs.refresh()
    customer = workspace.reader.value(
        "SELECT id FROM p_customer c ORDER BY conflicts DESC, "
        "(SELECT count(*) FROM p_order o WHERE o.root = c.id) DESC, visits DESC LIMIT 1"
    )
    for key in desk.window.page_keys():
        if key != "customer" or customer:
            desk.window.go(key, customer if key == "customer" else None)
            yield key, desk.window
    if customer:
        desk.window.go("customer", customer)
        view = desk.window.page
        assert isinstance(view, CustomerPage)
        for tab in ("details", "people", "deals", "files", "history"):
            view.view.show_tab(tab)
            yield tab, desk.window
    for name in _states(desk, customer or ""):
        yield name, desk.window
    for way, has_company in product(get_args(Way), (True, False)):
        cover = CoverWindow(way, has_company=has_company)
        cover.resize(QSize(*size))
        cover.show()
        for name, show in cover.views():
            show()
            yield f"cover-{name}", cover
        cover.close()
        cover.deleteLater()
    desk.window.close()
    desk.window.deleteLater()
    context.deleteLater()


def _states(desk: Desk, customer: str) -> Iterator[str]:
    """Opens what stands over the pages, one thing after another, and says its name; nothing is written."""
    window = desk.window
    window.go("customers", NewCustomerWish())
    page = window.page
    assert isinstance(page, CustomersPage)
    missing = CrmError("required", field=page.new.form.cell("name").editor.field.label)
    page.new.form.cell("name").refuse(str(missing.sentence(language.current()).happened))
    yield "new-customer"
    page.new.closed.emit()
    page.strip.filter.click()
    yield "filter"
    page.strip.popup.close()
    page.show_subject(narrowing.sample_conditions())
    page.open_conditions()
    yield "conditions"
    page.pane.closed.emit()
    page.clear_filter()
    desk.log_visit(customer)
    yield "visit"
    desk.visit.put_away()
    desk.box.open()
    desk.box.field.setText("a")
    yield "command-box"
    desk.box.put_away()
    window.show_keys()
    yield "keys"


def _entrance_views(workspace: Workspace, size: tuple[int, int]) -> Iterator[tuple[str, QWidget]]:
    """First start, passphrase and trouble, on a profile that does not exist."""
    profile = Profile(workspace.profile.folder / "none")
    entrance = Entrance(profile, Runner.inline())
    entrance.resize(QSize(*size))
    entrance.show()
    for name, show in entrance.views(CrmError("database_corrupt", path=profile.database)):
        show()
        yield name, entrance
    entrance.close()
    entrance.deleteLater()


def _nothing(*_: object) -> None:
    """A door that leads nowhere: pictures open none."""
