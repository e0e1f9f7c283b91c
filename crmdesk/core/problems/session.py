"""What can go wrong between a laptop and its server: the network, the session, the programs' versions."""

from __future__ import annotations

from typing import Final

from crmdesk.core.problems.wording import KEPT_EN, KEPT_ZH, NOTHING_EN, NOTHING_ZH, problem
from crmdesk.core.sentences import Problem

SESSION: Final[dict[str, Problem]] = {
    "offline": problem(
        503,
        ("连不上服务器。", KEPT_ZH, "可以继续工作，网络恢复后会自动同步。"),
        (
            "The server can't be reached.",
            KEPT_EN,
            "Go on working; sync resumes by itself when the network returns.",
        ),
    ),
    "order_needs_network": problem(
        503,
        (
            "没有办成：这件事要由服务器立即处理，而现在连不上服务器。",
            "没有任何内容被更改，也没有排队等待发送。",
            "有网络后请再试一次。",
        ),
        (
            "This was not done: the server has to do it at once, and it can't be reached.",
            "Nothing was changed and nothing is queued.",
            "Try again once there is a network.",
        ),
    ),
    "order_unanswered": problem(
        503,
        (
            "服务器没有回答，不知道这件事是否已经办成。",
            "没有排队等待发送。",
            "同步后请查看；如果没有办成，请再试一次。",
        ),
        (
            "The server did not answer; whether this was done is not known.",
            "Nothing is queued.",
            "Look after the next sync and try again if it was not done.",
        ),
    ),
    "no_server": problem(
        503,
        ("{address} 没有服务器应答。", NOTHING_ZH, "请核对地址和网络后再试。"),
        (
            "No server answers at {address}.",
            NOTHING_EN,
            "Check the address and the network, then try again.",
        ),
    ),
    "insecure_address": problem(
        400,
        ("服务器地址必须以 https:// 开头。", NOTHING_ZH, "请核对管理员给的地址。"),
        (
            "A server's address must begin with https://.",
            NOTHING_EN,
            "Check the address your administrator gave you.",
        ),
    ),
    "wrong_server": problem(
        409,
        ("这台服务器不是本机所连接的那家公司。", KEPT_ZH, "请检查服务器地址，或询问管理员。"),
        (
            "This server is not the company this laptop belongs to.",
            KEPT_EN,
            "Check the server's address or ask your administrator.",
        ),
    ),
    "server_key_changed": problem(
        409,
        (
            "这台服务器不能用本机记下的密钥证明自己的身份。",
            KEPT_ZH,
            "没有发送任何内容。请告诉管理员：公司目录中的 signing.key 必须随公司一起保留。",
        ),
        (
            "This server does not prove itself with the key that this laptop knows.",
            KEPT_EN,
            "Nothing was sent. Tell your administrator: the file signing.key must stay with the company's folder.",
        ),
    ),
    "wrong_person": problem(
        403,
        ("服务器把这台电脑认作另一个人。", KEPT_ZH, "没有发送任何内容。请联系管理员，重新连接这台电脑。"),
        (
            "The server takes this laptop for another person.",
            KEPT_EN,
            "Nothing was sent. Ask your administrator to connect this laptop anew.",
        ),
    ),
    "not_crmdesk": problem(
        502,
        (
            "{address} 的回答不是 crmdesk 服务器的。",
            KEPT_ZH,
            "请检查服务器地址；酒店或公司的登录页面也可能拦截连接。",
        ),
        (
            "The answer from {address} is not a crmdesk server's.",
            KEPT_EN,
            "Check the address; a sign-in page of the network may be in the way.",
        ),
    ),
    "server_error": problem(
        500,
        ("服务器出了错。", KEPT_ZH, "稍后会自动重试；如果持续出现，请把编号 {reference} 告诉管理员。"),
        (
            "The server failed.",
            KEPT_EN,
            "It is tried again by itself; if it lasts, tell your administrator the reference {reference}.",
        ),
    ),
    "server_busy": problem(
        503,
        ("服务器正忙。", KEPT_ZH, "稍后会自动重试。"),
        ("The server is busy.", KEPT_EN, "It is tried again by itself."),
    ),
    "too_many_tries": problem(
        429,
        ("尝试次数过多。", NOTHING_ZH, "请 {retry_after} 秒后再试。"),
        ("Too many tries.", NOTHING_EN, "Try again in {retry_after} seconds."),
    ),
    "session_expired": problem(
        401,
        ("登录已过期。", KEPT_ZH, "crmdesk 会自动重新登录。"),
        ("The session has expired.", KEPT_EN, "crmdesk signs in again by itself."),
    ),
    "device_revoked": problem(
        403,
        ("管理员已停用这台设备。", "未同步的内容仍保留在本机。", "请联系管理员。"),
        (
            "Your administrator has revoked this device.",
            "Unsent work is still kept on this laptop.",
            "Call your administrator.",
        ),
    ),
    "account_closed": problem(
        403,
        (
            "您在 {company} 的账号已停用。",
            "没有发送的内容会先交给公司，公司的记录已从这台电脑移除。",
            "如有疑问，请联系{people}。",
        ),
        (
            "Your account at {company} is closed.",
            "What was unsent goes to the company first; its records have left this laptop.",
            "If that is a mistake, ask {people}.",
        ),
    ),
    "code_invalid": problem(
        403,
        ("入网码不正确、已使用或已过期。", NOTHING_ZH, "请核对后重新输入，或向管理员索取新的入网码。"),
        (
            "The code is wrong, used or expired.",
            NOTHING_EN,
            "Check it and enter it again, or ask your administrator for a new one.",
        ),
    ),
    "device_pending": problem(
        403,
        ("这台设备正在等待管理员批准。", KEPT_ZH, "请把核对词 {words} 告诉管理员。"),
        ("This device is waiting for approval.", KEPT_EN, "Tell your administrator these words: {words}."),
    ),
    "upgrade_needed": problem(
        426,
        ("这个版本的 crmdesk 太旧，无法与服务器同步。", KEPT_ZH, "请安装新版本。"),
        ("This crmdesk is too old to sync with the server.", KEPT_EN, "Install the new version."),
    ),
    "server_outdated": problem(
        503,
        (
            "公司的服务器版本太旧，无法与这个版本的 crmdesk 同步。",
            KEPT_ZH,
            "请管理员升级服务器；升级后会自动继续同步。",
        ),
        (
            "The company's server is too old for this crmdesk.",
            KEPT_EN,
            "Ask the administrator to update the server; sync then goes on by itself.",
        ),
    ),
    "actor_forked": problem(
        409,
        ("发现这份本机数据的另一个副本。", KEPT_ZH, "crmdesk 会自动换用新的身份并继续同步。"),
        (
            "Another copy of this local data has been seen.",
            KEPT_EN,
            "crmdesk takes a new identity and goes on by itself.",
        ),
    ),
    "regressed": problem(
        409,
        ("服务器似乎是从备份恢复的。", KEPT_ZH, "crmdesk 会重新核对全部数据。"),
        (
            "The server seems to have been restored from a backup.",
            KEPT_EN,
            "crmdesk compares everything again by itself.",
        ),
    ),
}
