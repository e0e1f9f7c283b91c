"""The sentences that many problems share, and how one is written down: what happened, what is safe, what to do next."""

from __future__ import annotations

from typing import Final

from crmdesk.core.sentences import Problem, Sentence

KEPT_ZH: Final = "您录入的内容都在本机，没有丢失。"
KEPT_EN: Final = "Everything you typed is kept on this laptop."
WAITS_ZH: Final = "这条修改留在发件箱中，其余照常同步。"
WAITS_EN: Final = "This change waits in the outbox; everything else goes on syncing."
NOTHING_ZH: Final = "没有任何内容被更改。"
NOTHING_EN: Final = "Nothing was changed."


def problem(status: int, zh: tuple[str, str, str], en: tuple[str, str, str]) -> Problem:
    return Problem(status, Sentence(*zh), Sentence(*en))
