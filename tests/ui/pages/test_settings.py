from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from crmdesk.system import preferences
from crmdesk.ui import theme


def chosen(workspace) -> preferences.Preferences:
    return preferences.load(workspace.profile.preferences)


def test_a_theme_applies_at_once_and_is_kept(workspace, open_desk) -> None:
    page = open_desk(workspace).go("settings")
    page.theme._pills[2].click()
    assert theme.look().scheme is theme.Scheme.DARK
    assert chosen(workspace).theme == "dark"


def test_arrow_keys_choose_a_density(workspace, open_desk) -> None:
    desk = open_desk(workspace)
    page = desk.go("settings")
    page.density._pills[0].setFocus()
    desk.press(Qt.Key.Key_Right)
    assert theme.look().density is theme.Density.STANDARD
    assert chosen(workspace).density == "standard"


def test_a_language_asks_for_a_new_window(workspace, open_desk) -> None:
    desk = open_desk(workspace)
    desk.go("settings").language._pills[2].click()
    assert desk.spoken == ["again"]
    assert chosen(workspace).language == "en"


def test_phrases_are_kept_when_the_page_is_left(workspace, open_desk) -> None:
    desk = open_desk(workspace)
    page = desk.go("settings")
    page.phrases.setPlainText("已约下周\n\n  要求报价  ")
    desk.go("today")
    assert chosen(workspace).phrases == ("已约下周", "要求报价")


def test_it_says_where_the_data_is_and_what_protects_it(workspace, open_desk) -> None:
    page = open_desk(workspace).go("settings")
    words = [shown.text() for shown in page._facts.findChildren(QLabel)]
    assert str(workspace.profile.folder) in words
    assert any("SQLCipher" in word for word in words)
