"""The kinds of errors that have to do with restores and with deletions that nobody explained.

`errors.PROBLEMS` holds them with all others.
"""

from __future__ import annotations

from typing import Final

from crmdesk.core.sentences import Problem, Sentence

RECOVERY: Final[dict[str, Problem]] = {
    "not_recovering": Problem(
        409,
        Sentence(
            "服务器没有处于恢复期，或本设备是在恢复之后才获准入网的。",
            "您录入的内容都在本机，没有丢失。",
            "请再同步一次；若仍出现，请联系管理员。",
        ),
        Sentence(
            "The server is not recovering from a restore, or this device was let in only afterwards.",
            "Everything you typed is kept on this laptop.",
            "Sync again; if it stays so, call your administrator.",
        ),
    ),
}
