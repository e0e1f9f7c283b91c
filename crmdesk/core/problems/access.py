"""What can go wrong with signing in and with proving who a server is."""

from __future__ import annotations

from typing import Final

from crmdesk.core.problems.wording import NOTHING_EN, NOTHING_ZH
from crmdesk.core.sentences import Problem, Sentence

_KEPT_ZH: Final = "您录入的内容都在本机，没有丢失。"
_KEPT_EN: Final = "Everything you typed is kept on this laptop."

ACCESS: Final[dict[str, Problem]] = {
    "wrong_password": Problem(
        403,
        Sentence("姓名或密码不正确。", NOTHING_ZH, "请再输入一次；忘记密码时，请向管理员索取重设码。"),
        Sentence(
            "The name or the password is wrong.",
            NOTHING_EN,
            "Enter them again; if you forgot the password, ask your administrator for a code.",
        ),
    ),
    "password_weak": Problem(
        422,
        Sentence(
            "这个密码太容易被猜到。",
            NOTHING_ZH,
            "请至少用 8 个字符，不要用常见的密码，也不要用公司或您自己的名字。",
        ),
        Sentence(
            "This password is guessed too easily.",
            NOTHING_EN,
            "Take at least 8 characters, not a common password, and not your name or the company's.",
        ),
    ),
    "password_needed": Problem(
        403,
        Sentence("这个操作需要再次输入您的密码。", NOTHING_ZH, "请输入密码，然后重试。"),
        Sentence("This needs your password once more.", NOTHING_EN, "Enter it, then try again."),
    ),
    "sign_in_needed": Problem(
        401,
        Sentence(
            "需要重新登录。",
            _KEPT_ZH,
            "请在「同步」页输入密码，或运行 crmdesk signin；没有密码时，请向管理员索取重设码。",
        ),
        Sentence(
            "You have to sign in again.",
            _KEPT_EN,
            "Give your password on the Sync page, or run `crmdesk signin`; without one, ask your administrator for a code.",
        ),
    ),
}
