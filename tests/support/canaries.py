"""T-48 over the whole suite: what tests type as people would must stand in no log, nor on the terminal of any test."""

from __future__ import annotations

import logging
from typing import Final

from crmdesk.core.discreet import Discreet

WORDS: Final = (
    "宏远", "苏州宏", "谈价格", "谈妥", "谈到", "黄雀", "录入在本机", "13977718842", "139 1234 5678", "13912345678", "correct horse",
    "canary-",
)  # fmt: skip
"""Names, notes, numbers and passphrases that the suite's tests type all the time."""


def words_in(text: str) -> list[str]:
    """The canaries that sing in a text."""
    return [word for word in WORDS if word in text]


class Listener(logging.Handler):
    """Hears every log record of the process, formatted as the product writes it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(Discreet("%(name)s: %(message)s"))
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if words := words_in(self.format(record)):
            self.heard.append(f"{record.name} ({record.filename}:{record.lineno}) said {', '.join(words)}")

    def taken(self) -> list[str]:
        """What was heard since somebody last asked."""
        heard, self.heard = self.heard, []
        return heard


LISTENER: Final = Listener()


def listen() -> None:
    """From now on. Said again before each test: the server's own command takes the handlers of the process over."""
    for name in ("crmdesk", "sync_server"):
        logging.getLogger(name).setLevel(logging.INFO)
    if LISTENER not in logging.getLogger().handlers:
        logging.getLogger().addHandler(LISTENER)
