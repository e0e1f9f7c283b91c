"""What can go wrong with signing in and with proving who a server is."""

from __future__ import annotations

from typing import Final

from crmdesk.core.problems.wording import KEPT_EN, KEPT_ZH, NOTHING_EN, NOTHING_ZH
from crmdesk.core.sentences import Problem, Sentence

ACCESS: Final[dict[str, Problem]] = {
    "wrong_password": Problem(
        403,
        Sentence(
            "姓名或登录密码不正确。", NOTHING_ZH, "请再输入一次；忘记登录密码时，请向管理员索取重设码。"
        ),
        Sentence(
            "The name or the password is wrong.",
            NOTHING_EN,
            "Enter them again; if you forgot the password, ask your administrator for a code.",
        ),
    ),
    "password_weak": Problem(
        422,
        Sentence(
            "这个登录密码太容易被猜到。",
            NOTHING_ZH,
            "请至少用 8 个字符，不要太常见，也不要用公司或您自己的名字。",
        ),
        Sentence(
            "This password is guessed too easily.",
            NOTHING_EN,
            "Take at least 8 characters, not a common password, and not your name or the company's.",
        ),
    ),
    "password_needed": Problem(
        403,
        Sentence("这个操作需要再次输入您的登录密码。", NOTHING_ZH, "请输入登录密码，然后重试。"),
        Sentence("This needs your password once more.", NOTHING_EN, "Enter it, then try again."),
    ),
    "permissions_changed": Problem(
        409,
        Sentence("您的权限刚刚有变化，没有确认。", NOTHING_ZH, "请重新查看，再确认。"),
        Sentence(
            "What you may has changed meanwhile; nothing was confirmed.",
            NOTHING_EN,
            "Read it again, then confirm it.",
        ),
    ),
    "seeing_as": Problem(
        403,
        Sentence("您正在以他人视角查看，只能阅读。", NOTHING_ZH, "请关闭这个窗口，在自己的窗口中操作。"),
        Sentence(
            "You are looking with another person's eyes; that only reads.",
            NOTHING_EN,
            "Close this window and do it in your own.",
        ),
    ),
    "seeing_past": Problem(
        403,
        Sentence(
            "您正在查看过去某一天的资料，只能阅读。", NOTHING_ZH, "请关闭这个窗口，在现在的资料上操作。"
        ),
        Sentence(
            "You are looking at an earlier day; that only reads.",
            NOTHING_EN,
            "Close this window and do it with the present record.",
        ),
    ),
    "seeing_copy": Problem(
        403,
        Sentence(
            "以他人视角看到的内容不能另存，也不能交给其他程序打开。",
            NOTHING_ZH,
            "需要文件时，请在自己的窗口中按自己的权限导出。",
        ),
        Sentence(
            "What another person sees is shown, not saved, nor opened in another program.",
            NOTHING_EN,
            "For a file use your own window: it holds what you may see yourself.",
        ),
    ),
    "sign_in_needed": Problem(
        401,
        Sentence(
            "需要重新登录。",
            KEPT_ZH,
            "请在「同步」页输入登录密码，或运行 crmdesk signin；没有登录密码时，请向管理员索取重设码。",
        ),
        Sentence(
            "You have to sign in again.",
            KEPT_EN,
            "Give your password on the Sync page, or run `crmdesk signin`; without one, ask your administrator for a code.",
        ),
    ),
    "server_untrusted": Problem(
        502,
        Sentence(
            "{address} 的服务器无法证明自己的身份（TLS 证书）。",
            KEPT_ZH,
            "没有发送任何内容。请核对地址和网络；如果仍然出现，请联系管理员。",
        ),
        Sentence(
            "The server at {address} can't prove who it is (its TLS certificate).",
            KEPT_EN,
            "Nothing was sent. Check the address and the network; if it lasts, call your administrator.",
        ),
    ),
}
