"""Settings: language, looks, quick phrases, where the data is and what protects it. Everything applies at once."""

from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from crmdesk.core.errors import CrmError
from crmdesk.system import secrets
from crmdesk.ui import appearance
from crmdesk.ui.context import Context
from crmdesk.ui.page import Page, Shell
from crmdesk.ui.pages.away_card import AwayCard
from crmdesk.ui.pages.lock_card import LockCard
from crmdesk.ui.pages.password_card import PasswordCard
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import Card, FieldGrid, label
from crmdesk.ui.widgets.pills import PillGroup

_SAVE_MS = 400
_LICENCES = (
    ("Inter, Noto Sans SC", "SIL Open Font License 1.1"),
    ("Lucide", "ISC"),
    ("Qt, PySide6", "LGPL 3"),
    ("SQLCipher, SQLite", "BSD 3-Clause, public domain"),
)


def product_version() -> str:
    """The installed version; a checkout without metadata says so."""
    try:
        return version("crmdesk")
    except PackageNotFoundError:
        return "0"


class Settings(Page):
    """Cards of settings. `speak` is called after another language was chosen: the window is built anew."""

    def __init__(
        self, shell: Shell, context: Context, speak: Callable[[], object], open_sample: Callable[[], object]
    ) -> None:
        super().__init__(shell)
        self.title = self.tr("Settings")
        self._context, self._speak, self._open_sample = context, speak, open_sample
        self._pause = QTimer(self, singleShot=True, interval=_SAVE_MS)
        self._pause.timeout.connect(self._save_phrases)
        self._build()

    # -- building -----------------------------------------------------------------------------------

    def _build(self) -> None:
        self.setObjectName("canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inside = QWidget()
        inside.setObjectName("page")
        self.away, self.password = AwayCard(self._context), PasswordCard(self._context)
        self.lock = LockCard(self._context)
        row = QHBoxLayout(inside)
        row.setContentsMargins(18, 14, 18, 14)
        row.setSpacing(12)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column, cards in (
            (
                left,
                (
                    self._looks_card(),
                    self._phrases_card(),
                    self._permissions_card(),
                    self._dictionary_card(),
                ),
            ),
            (
                right,
                (
                    self.away,
                    self.password,
                    self.lock,
                    self._data_card(),
                    self._quality_card(),
                    self._about_card(),
                ),
            ),
        ):
            column.setSpacing(12)
            for card in cards:
                column.addWidget(card)
            column.addStretch(1)
            row.addLayout(column, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area)

    def _looks_card(self) -> Card:
        card = Card(self.tr("Language and looks"))
        chosen = self._context.preferences
        self.language = PillGroup(
            self.tr("Language"), [("", self.tr("As the system")), ("zh_CN", "中文"), ("en", "English")]
        )
        self.theme = PillGroup(
            self.tr("Theme"),
            [("system", self.tr("As the system")), ("light", self.tr("Light")), ("dark", self.tr("Dark"))],
        )
        self.density = PillGroup(
            self.tr("Rows"),
            [
                ("comfortable", self.tr("Comfortable")), ("standard", self.tr("Standard")),
                ("dense", self.tr("Dense")),
            ],
        )  # fmt: skip
        self.language.select(chosen.language or "")
        self.theme.select(chosen.theme)
        self.density.select(chosen.density)
        self.language.chosen.connect(self._choose_language)
        self.theme.chosen.connect(self._choose_theme)
        self.density.chosen.connect(self._choose_density)
        for name, pills in (
            (self.tr("Language"), self.language), (self.tr("Theme"), self.theme), (self.tr("Rows"), self.density),
        ):  # fmt: skip
            card.body.addWidget(label(name, "faint"))
            line = QHBoxLayout()
            line.addWidget(pills)
            line.addStretch(1)
            card.body.addLayout(line)
        return card

    def _phrases_card(self) -> Card:
        card = Card(self.tr("Quick phrases"))
        why = label(self.tr("One a line. In a visit note, /1 to /9 put them in."), "second")
        why.setWordWrap(True)
        self.phrases = QPlainTextEdit("\n".join(self._context.preferences.phrases))
        self.phrases.setAccessibleName(self.tr("Quick phrases"))
        self.phrases.setTabChangesFocus(True)
        self.phrases.setFixedHeight(150)
        self.phrases.textChanged.connect(self._pause.start)
        card.body.addWidget(why)
        card.body.addWidget(self.phrases)
        return card

    def _permissions_card(self) -> Card:
        self._permits = Card(self.tr("My permissions"))
        why = label(self.tr("What you may see and do here, in words; check it and confirm it."), "second")
        why.setWordWrap(True)
        self._permits.body.addWidget(why)
        line = QHBoxLayout()
        line.addWidget(buttons.secondary(self.tr("Look at them"), "user-check", self._open_permissions))
        line.addStretch(1)
        self._permits.body.addLayout(line)
        return self._permits

    def _open_permissions(self) -> None:
        self.shell.go("permissions")

    def _open_import(self) -> None:
        self.shell.go("import")

    def _dictionary_card(self) -> Card:
        card = Card(self.tr("Data dictionary"))
        why = label(
            self.tr("What every field is called, what may stand there, and what other tables call it."),
            "second",
        )
        why.setWordWrap(True)
        card.body.addWidget(why)
        line = QHBoxLayout()
        line.addWidget(
            buttons.secondary(self.tr("Look it up"), "database", partial(self.shell.go, "dictionary"))
        )
        line.addStretch(1)
        card.body.addLayout(line)
        return card

    def _quality_card(self) -> Card:
        card = Card(self.tr("Data quality"))
        why = label(self.tr("What is blank, wrong or double, and what going live needs."), "second")
        why.setWordWrap(True)
        card.body.addWidget(why)
        line = QHBoxLayout()
        line.addWidget(
            buttons.secondary(self.tr("Look at it"), "chart-column", partial(self.shell.go, "quality"))
        )
        line.addStretch(1)
        card.body.addLayout(line)
        return card

    def _data_card(self) -> Card:
        card = Card(self.tr("Data on this laptop"))
        self._facts = FieldGrid(1)
        card.body.addWidget(self._facts)
        row = QHBoxLayout()
        row.addWidget(buttons.secondary(self.tr("Open the folder"), "folder", self._open_folder))
        row.addWidget(buttons.secondary(self.tr("Done in bulk"), "undo-2", partial(self.shell.go, "deeds")))
        row.addWidget(buttons.secondary(self.tr("Import a table"), "upload", self._open_import))
        self._sample = buttons.secondary(self.tr("Look at sample data"), "package", self._open_sample)
        row.addWidget(self._sample)
        row.addStretch(1)
        card.body.addLayout(row)
        return card

    def _about_card(self) -> Card:
        card = Card(self.tr("About crmdesk"))
        facts = FieldGrid(1)
        facts.set_fields([(self.tr("Version"), product_version()), *_LICENCES])
        card.body.addWidget(facts)
        return card

    # -- what the window asks -----------------------------------------------------------------------

    def touched(self, change: object) -> None:
        if self.isVisible() and change.concerns("delegation", "user"):  # type: ignore[attr-defined]
            self.away.reload()

    def entered(self) -> None:
        self.away.reload()
        self.password.reload()
        self._permits.setVisible(self._context.workspace.server() is not None)
        profile = self._context.workspace.profile
        self._facts.set_fields(
            [
                (self.tr("Person"), self._context.directory.me.name),
                (self.tr("Folder"), str(profile.folder)),
                (self.tr("Encryption"), self._protection()),
            ]
        )
        self._sample.setVisible(not profile.is_sample)
        self.language.setFocus()

    def may_leave(self) -> bool:
        if self._pause.isActive():
            self._pause.stop()
            self._save_phrases()
        return True

    def _protection(self) -> str:
        if self._context.workspace.key is None:
            return self.tr("none")
        try:
            if secrets.needs_passphrase(self._context.workspace.profile):
                return self.tr("SQLCipher; a passphrase opens it")
        except CrmError:  # the key was handed over at start and the profile says nothing of it
            return self.tr("SQLCipher")
        return self.tr("SQLCipher; the key is in the system's keychain")

    # -- acting -------------------------------------------------------------------------------------

    def _choose_language(self, key: str) -> None:
        self._context.prefer(language=key or None)
        self._speak()

    def _choose_theme(self, key: str) -> None:
        self._context.prefer(theme=key)
        appearance.apply_look(self._context.preferences)

    def _choose_density(self, key: str) -> None:
        self._context.prefer(density=key)
        appearance.apply_look(self._context.preferences)

    def _save_phrases(self) -> None:
        lines = tuple(line.strip() for line in self.phrases.toPlainText().splitlines() if line.strip())
        self._context.prefer(phrases=lines)

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._context.workspace.profile.folder)))
