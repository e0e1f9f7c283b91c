"""A customer's files on the desktop: attached by button, drop and paste; shown, saved, removed, brought back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from crmdesk.core.record import RecordKey
from crmdesk.core.values import Value
from crmdesk.sync.blobs import LARGEST_UNASKED
from crmdesk.ui.attaching import Offer
from crmdesk.ui.pages.customer_files import Files
from crmdesk.ui.pages.customer_page import CustomerPage
from crmdesk.ui.widgets.item_model import ITEM_ROLE
from crmdesk.usecases import attachments
from crmdesk.usecases.attachments import State
from crmdesk.usecases.workspace import Workspace
from tests.support.desks import OpenDesk, customer, sync, visit, write
from tests.support.photos import PDF, document, image, photo, screen

Open = Callable[[Workspace], OpenDesk]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two photos and a document, as a person has them."""
    made = tmp_path / "from"
    made.mkdir()
    (made / "门头.jpg").write_bytes(photo())
    (made / "报价单.pdf").write_bytes(PDF)
    return made


@pytest.fixture
def acme(workspace: Workspace) -> RecordKey:
    return customer(workspace, "宏远机械")


@pytest.fixture
def desk(workspace: Workspace, open_desk: Open) -> OpenDesk:
    return open_desk(workspace)


@pytest.fixture
def no_dialogs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield
    assert QApplication.activeModalWidget() is None


def files_of(desk: OpenDesk, key: RecordKey) -> Files:
    page = desk.go("customer", key.id)
    assert isinstance(page, CustomerPage)
    page.view.show_tab("files")
    QApplication.processEvents()
    return page.view.files


def offers(folder: Path) -> list[Offer]:
    return [Offer(path.name, path) for path in sorted(folder.iterdir())]


def names(files: Files) -> list[str]:
    model = files.tiles.tiles
    return [model.index(row).data(ITEM_ROLE).name for row in range(model.rowCount())]


def drop(target: QWidget, mime: QMimeData) -> None:
    """What the system sends when a person lets go over a widget."""
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(20, 20), copy, mime, left, none)
    QApplication.sendEvent(target, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(target, QDropEvent(QPointF(20, 20), copy, mime, left, none))
    QApplication.processEvents()


def test_files_from_the_dialog_stand_as_tiles_with_their_pictures(
    desk: OpenDesk, acme: RecordKey, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = files_of(desk, acme)
    assert files.empty.isVisible()
    chosen = [str(path) for path in sorted(folder.iterdir())]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (chosen, ""))
    files.empty.acted.emit()
    QApplication.processEvents()
    assert sorted(names(files)) == ["报价单.pdf", "门头.jpg"]
    pictured = {t.name: t.image for row in range(2) if (t := files.tiles.tiles.index(row).data(ITEM_ROLE))}
    assert pictured["报价单.pdf"] is None
    assert isinstance(pictured["门头.jpg"], QImage)
    page = desk.window.page
    assert isinstance(page, CustomerPage)
    assert [
        tab.number for tab in page.view.tabs.findChildren(type(page.view.tabs._tabs[0])) if tab.key == "files"
    ] == [2]


def test_dropped_files_are_attached(desk: OpenDesk, acme: RecordKey, folder: Path) -> None:
    files = files_of(desk, acme)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in folder.iterdir()])
    drop(files, mime)
    assert sorted(names(files)) == ["报价单.pdf", "门头.jpg"]
    assert "2" in desk.notice()


def test_a_link_from_a_browser_is_no_file(desk: OpenDesk, acme: RecordKey) -> None:
    files = files_of(desk, acme)
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.com/a.jpg")])
    event = QDragEnterEvent(
        QPoint(5, 5),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.ignore()
    QApplication.sendEvent(files, event)
    assert not event.isAccepted()


def test_a_picture_is_pasted_with_the_keyboard(desk: OpenDesk, acme: RecordKey) -> None:
    files = files_of(desk, acme)
    QGuiApplication.clipboard().setImage(image(300, 200))
    files.tiles.setFocus()
    QTest.keyClick(files.tiles, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    QApplication.processEvents()
    assert names(files) == ["粘贴的图片.png"]


def test_one_refused_file_attaches_none_and_says_why(desk: OpenDesk, acme: RecordKey, folder: Path) -> None:
    (folder / "setup.jpg").write_bytes(b"MZ\x90\x00")
    files = files_of(desk, acme)
    files.attach(offers(folder))
    QApplication.processEvents()
    assert names(files) == []
    assert "setup.jpg" in desk.notice()


def test_a_picture_opens_inside_and_escape_goes_back(desk: OpenDesk, acme: RecordKey, folder: Path) -> None:
    files = files_of(desk, acme)
    files.attach(offers(folder)[1:])
    files.tiles.setCurrentIndex(files.tiles.tiles.index(0))
    files.tiles.setFocus()
    QTest.keyClick(files.tiles, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert files.preview.isVisible()
    QTest.keyClick(files.preview, Qt.Key.Key_Escape)
    assert not files.preview.isVisible()
    assert files.tiles.isVisible()


def test_a_document_is_shown_page_by_page_and_given_to_another_program_on_request(
    desk: OpenDesk, acme: RecordKey, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: given.append(url.toLocalFile()))
    (folder / "报价单.pdf").write_bytes(document(3))
    files = files_of(desk, acme)
    files.attach(offers(folder)[:1])
    files.tiles.opened.emit(files.tiles.tiles.index(0).data(ITEM_ROLE).id)
    preview = files.preview
    assert files._stack.currentWidget() is preview
    assert (preview._page, preview._pages, preview._image.height()) == (0, 3, 1600)
    QTest.keyClick(preview, Qt.Key.Key_PageDown)
    QTest.keyClick(preview, Qt.Key.Key_Right)
    QTest.keyClick(preview, Qt.Key.Key_PageDown)
    assert (preview._page, preview.after.isEnabled()) == (2, False)
    assert given == []
    preview.elsewhere.click()
    assert [Path(name).name for name in given] == ["报价单.pdf"]
    QTest.keyClick(preview, Qt.Key.Key_Escape)
    assert files._stack.currentWidget() is not preview


def test_a_document_that_cant_be_drawn_is_handed_to_the_system_on_request_only(
    desk: OpenDesk, acme: RecordKey, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Path] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: given.append(Path(url.toLocalFile())))
    files = files_of(desk, acme)
    files.attach(offers(folder)[:1])
    assert given == []
    files.tiles.opened.emit(files.tiles.tiles.index(0).data(ITEM_ROLE).id)
    QApplication.processEvents()
    (file,) = given
    assert (file.name, file.read_bytes()) == ("报价单.pdf", PDF)
    assert desk.workspace.profile.opened in file.parents
    attachments.empty_opened(desk.workspace.profile.opened)
    assert not file.exists()


def test_a_file_that_is_not_what_its_record_says_is_not_opened(
    desk: OpenDesk, acme: RecordKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T-43: a record from elsewhere may claim anything."""
    given: list[object] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", given.append)
    replica = desk.workspace.replica
    sha256 = replica.blobs.put(b"MZ\x90\x00program", replica.clock.now_ms())
    claimed: dict[str, Value] = {
        "customer": acme.id,
        "name": "合同.pdf",
        "media_type": "application/pdf",
        "size": 11,
        "sha256": sha256,
    }
    key = write(desk.workspace, RecordKey("attachment", replica.new_id()), claimed)
    files = files_of(desk, acme)
    files.open(key.id)
    QApplication.processEvents()
    assert given == []
    assert desk.notice()


def test_saving_goes_where_the_person_says(
    desk: OpenDesk, acme: RecordKey, folder: Path, tmp_path: Path
) -> None:
    files = files_of(desk, acme)
    files.attach(offers(folder)[:1])
    files.save_to(files.tiles.tiles.index(0).data(ITEM_ROLE).id, tmp_path / "副本.pdf")
    QApplication.processEvents()
    assert (tmp_path / "副本.pdf").read_bytes() == PDF


def test_delete_removes_a_file_and_undo_brings_it_back(desk: OpenDesk, acme: RecordKey, folder: Path) -> None:
    files = files_of(desk, acme)
    files.attach(offers(folder))
    files.tiles.setCurrentIndex(files.tiles.tiles.index(0))
    files.tiles.setFocus()
    QTest.keyClick(files.tiles, Qt.Key.Key_Delete)
    QApplication.processEvents()
    assert len(names(files)) == 1
    desk.context.undo_last()
    QApplication.processEvents()
    assert len(names(files)) == 2


def test_a_visits_files_go_with_it_and_wait_in_its_draft(
    desk: OpenDesk, acme: RecordKey, folder: Path
) -> None:
    desk.desk.log_visit(acme.id)
    sheet = desk.desk.visit
    sheet.summary.setPlainText("看了现场")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(folder / "门头.jpg"))])
    sheet.summary.insertFromMimeData(mime)
    drop(sheet, _files(folder / "报价单.pdf"))
    QApplication.processEvents()
    assert [chip.text() for chip in sheet.files._chips] == ["门头.jpg", "报价单.pdf"]
    assert sheet.summary.toPlainText() == "看了现场"
    sheet.leave()
    desk.desk.log_visit(acme.id)
    assert [chip.text() for chip in sheet.files._chips] == ["门头.jpg", "报价单.pdf"]
    sheet.files._chips[1].removed.emit(sheet.files._chips[1].tag_id)
    sheet.save()
    QApplication.processEvents()
    files = files_of(desk, acme)
    assert names(files) == ["门头.jpg"]
    (found,) = attachments.of_customer(desk.workspace, desk.workspace.reader, acme.id)
    assert found.visit == desk.workspace.reader.value("SELECT id FROM p_visit")
    assert found.thumbnail is not None


def _files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def test_the_story_says_how_many_files_a_visit_has(desk: OpenDesk, acme: RecordKey, folder: Path) -> None:
    key = visit(desk.workspace, acme, "看了现场")
    replica = desk.workspace.replica
    picked = [attachments.pick(replica, path.name, path.read_bytes()) for path in folder.iterdir()]
    attachments.attach(replica, acme.id, picked, visit=key.id)
    page = desk.go("customer", acme.id)
    assert isinstance(page, CustomerPage)
    told = page.view.story.entries.index(0).data()
    assert "2 个附件" in told
    (drawn,) = [entry for entry in page.view.story.entries.items if entry.pictures]
    assert set(drawn.pictures) <= set(page.view.story.entries.images), "the photo is shown in the story"
    assert page.view.story.sizeHintForRow(page.view.story.entries.items.index(drawn)) > 56 + 60


def test_a_file_of_no_visit_stands_in_the_story_and_enter_shows_it(
    desk: OpenDesk, acme: RecordKey, folder: Path
) -> None:
    replica = desk.workspace.replica
    picked = [attachments.pick(replica, path.name, path.read_bytes()) for path in folder.glob("*.jpg")]
    attachments.attach(replica, acme.id, picked)
    page = desk.go("customer", acme.id)
    assert isinstance(page, CustomerPage)
    at = next(n for n, entry in enumerate(page.view.story.entries.items) if entry.pictures)
    page.view.story.setCurrentIndex(page.view.story.entries.index(at))
    page.view.story.activated.emit(page.view.story.entries.index(at))
    assert page.view.tabs.key == "files"
    assert page.view.files._stack.currentWidget() is page.view.files.preview


def test_a_file_on_the_server_says_so_and_comes_when_it_is_opened(
    hire: Callable[[str], Workspace], open_desk: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R38: states are shown; nothing large comes unasked."""
    ann, bo = hire("Ann"), hire("Bo")
    key = customer(ann, "宏远机械")
    large = b"%PDF-" + bytes(LARGEST_UNASKED)
    replica = ann.replica
    picked = [attachments.pick(replica, "图纸.pdf", large), attachments.pick(replica, "小.png", screen())]
    attachments.attach(replica, key.id, picked)
    seen = {a.name: a.state for a in attachments.of_customer(ann, ann.reader, key.id)}
    assert set(seen.values()) == {State.UPLOADING}
    sync(ann)
    sync(bo)
    desk = open_desk(bo)
    given: list[Path] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: given.append(Path(url.toLocalFile())))
    files = files_of(desk, key)
    states = {one.name: one.state for one in files._found.values()}
    assert states == {"图纸.pdf": State.ON_SERVER, "小.png": State.HERE}
    (wanted,) = [one.id for one in files._found.values() if one.name == "图纸.pdf"]
    files.open(wanted)
    QApplication.processEvents()
    assert [file.read_bytes() == large for file in given] == [True]
    assert {one.state for one in files._found.values()} == {State.HERE}


def test_a_file_that_its_author_has_not_sent_says_so(
    hire: Callable[[str], Workspace], open_desk: Open
) -> None:
    ann, bo = hire("Ann"), hire("Bo")
    key = customer(ann, "宏远机械")
    picked = attachments.pick(ann.replica, "报价单.pdf", PDF)
    attachments.attach(ann.replica, key.id, [picked])
    kept = ann.replica.blobs.path
    ann.replica.blobs.close()
    kept.rename(kept.with_suffix(".away"))  # the laptop's attachments are gone; its records are not
    ann._replica = None
    sync(ann)
    sync(bo)
    desk = open_desk(bo)
    files = files_of(desk, key)
    (one,) = files._found.values()
    assert one.state is State.AWAITED
    files.open(one.id)
    QApplication.processEvents()
    assert desk.notice()
