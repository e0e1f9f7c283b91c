"""Pictures of the shell for eyes to judge: `python -m tests.support.gallery FOLDER [scheme language density page]`."""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("FONTCONFIG_FILE", str(Path(__file__).with_name("fonts.conf")))

from PySide6.QtWidgets import QApplication

from crmdesk.core.errors import Language
from crmdesk.ui import application, theme
from crmdesk.ui.bus import Bus
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.notices import Notice
from crmdesk.ui.runner import Runner
from tests.support.sample_pages import pages


def window(page: str = "customers") -> MainWindow:
    """The shell with generated rows, 1366x768."""
    shell = MainWindow(pages(), Runner.inline(), Bus())
    shell.resize(1366, 768)
    shell.set_badge("tasks", 38)
    shell.set_badge("inbox", 7, urgent=True)
    shell.rail.person.set_person("林晓", "华东一部")
    shell.rail.sync.show_state(unsent=0, age="2 分钟前", online=True)
    shell.go(page)
    shell.show()
    return shell


def draw(app: QApplication, file: Path, page: str = "customers", *, notice: bool = False) -> None:
    """Save one picture."""
    shell = window(page)
    if notice:
        shell.post(Notice("已保存拜访", action_label="撤销", action=shell.show_keys, undo=True))
    app.processEvents()
    shell.grab().save(str(file))
    shell.close()
    shell.deleteLater()


def main(folder: Path, scheme: str, language: Language, density: str, page: str) -> None:
    app = application.dressed(
        ["gallery"], look=theme.Look(theme.Scheme(scheme), theme.Density.named(density)), spoken=language
    )
    folder.mkdir(parents=True, exist_ok=True)
    scale = os.environ.get("QT_SCALE_FACTOR", "1")
    draw(app, folder / f"{page}-{scheme}-{language}-{density}-{scale}.png", page, notice=page != "customers")


if __name__ == "__main__":
    defaults = ["", "light", "zh_CN", "comfortable", "customers"]
    chosen = [given or default for given, default in zip([*sys.argv[1:], *[""] * 5], defaults, strict=False)]
    main(Path(chosen[0]), chosen[1], chosen[2], chosen[3], chosen[4])  # type: ignore[arg-type]
