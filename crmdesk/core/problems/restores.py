"""What restores, deletions that nobody explained and a server's machine can bring about."""

from __future__ import annotations

from typing import Final

from crmdesk.core.sentences import Problem, Sentence

RECOVERY: Final[dict[str, Problem]] = {
    "mass_deletion": Problem(
        409,
        Sentence(
            "服务器要从本机移除 {count} 条记录（共 {total} 条），却没有说明原因。",
            "没有移除任何记录；本机已另存一份加密备份：{path}。",
            "请在「同步」页选择全部保留或同意移除；命令行：crmdesk sync --keep-deleted 或 --accept-deletions。",
        ),
        Sentence(
            "The server wants to remove {count} of the {total} records on this laptop and gives no reason.",
            "Nothing was removed, and an encrypted copy was kept: {path}.",
            "Keep it all or let it go on the Sync page, or: crmdesk sync --keep-deleted, --accept-deletions.",
        ),
    ),
    "grave": Problem(
        409,
        Sentence(
            "这条记录早已删除，超过保留期后已从服务器彻底清除。",
            "您的这次修改保留在本机和服务器的待处理列表中。",
            "如仍需要，请新建一条记录，或请管理员处理。",
        ),
        Sentence(
            "This record was deleted long ago and is gone from the server for good.",
            "Your change is kept here and, for the administrator to see, on the server.",
            "If it is still needed, make a new record, or ask your administrator.",
        ),
    ),
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

_NOTHING_ZH: Final = "没有任何内容被更改。"
_NOTHING_EN: Final = "Nothing was changed."
_KEPT_ZH: Final = "您录入的内容都在本机，没有丢失。"
_KEPT_EN: Final = "Everything you typed is kept on this laptop."


def _problem(status: int, zh: tuple[str, str, str], en: tuple[str, str, str]) -> Problem:
    return Problem(status, Sentence(*zh), Sentence(*en))


AWAY: Final[dict[str, Problem]] = {
    "lease_expired": _problem(
        403,
        (
            "这台电脑已有 {days} 天没有联系公司，因此锁定。",
            _KEPT_ZH,
            "请连接网络并同步一次（命令行：crmdesk sync），锁定随即解除，未发送的内容也会发出。",
        ),
        (
            "This laptop has not reached the company for {days} days, so it is locked.",
            _KEPT_EN,
            "Connect to the network and sync once (crmdesk sync): that unlocks it and sends what is unsent.",
        ),
    ),
    "clock_set_back": _problem(
        403,
        (
            "这台电脑的时钟被拨回过去，因此锁定。",
            _KEPT_ZH,
            "请校正时钟，连接网络并同步一次（命令行：crmdesk sync），锁定随即解除。",
        ),
        (
            "The clock of this laptop was set back, so it is locked.",
            _KEPT_EN,
            "Put the clock right, connect to the network and sync once (crmdesk sync): that unlocks it.",
        ),
    ),
    "device_wiped": _problem(
        403,
        (
            "公司已命令清除这台电脑上的数据。",
            "{unsent}",
            "如需继续使用，请联系管理员领取新的入网码。",
        ),
        (
            "Your company ordered this laptop to be wiped.",
            "{unsent}",
            "To go on working, ask your administrator for a new code.",
        ),
    ),
    "device_purged": _problem(
        403,
        (
            "这台电脑太久没有联系公司，本机数据已销毁。",
            "{unsent}",
            "如需继续使用，请联系管理员领取新的入网码。",
        ),
        (
            "This laptop stayed away from its company for too long, and what it held was destroyed.",
            "{unsent}",
            "To go on working, ask your administrator for a new code.",
        ),
    ),
    "pin_wrong": _problem(
        403,
        ("PIN 不正确，还可以尝试 {left} 次。", _KEPT_ZH, "请重新输入。"),
        ("The PIN is wrong; {left} tries are left.", _KEPT_EN, "Enter it again."),
    ),
    "pin_wait": _problem(
        429,
        ("PIN 输错多次。", _KEPT_ZH, "请等待 {seconds} 秒后再试。"),
        ("The PIN was wrong several times.", _KEPT_EN, "Wait {seconds} seconds, then try again."),
    ),
    "pin_spent": _problem(
        403,
        (
            "PIN 输错次数太多，不再接受。",
            _KEPT_ZH,
            "请在锁定窗口（Ctrl+L）选择「忘记 PIN？」，输入登录密码；需要网络。",
        ),
        (
            "The PIN was wrong too often and is no longer looked at.",
            _KEPT_EN,
            "On the locked window (Ctrl+L) choose “Forgotten the PIN?” and give your password; it needs a network.",
        ),
    ),
    "vouch_offline": _problem(
        503,
        (
            "现在联系不上公司，无法核对您的登录密码。",
            "您录入的内容都在本机，没写完的也在；窗口保持锁定。",
            "连上网络后再试；在此之前只有 PIN 或本机密码可以解锁。",
        ),
        (
            "Your company can't be reached, and nobody else knows your password.",
            "Everything you typed is kept on this laptop, half-typed texts too; the window stays locked.",
            "Connect to a network and try again. Until then only the PIN or passphrase opens it.",
        ),
    ),
    "sealed_doubtful": _problem(
        403,
        (
            "这些内容由一台电脑封存后交上来，但无法确认是本人所录入。",
            "内容已单独保存，公司的数据没有改变。",
            "请管理员向本人核实，再决定收下或丢弃。",
        ),
        (
            "A laptop handed this in sealed, and nothing shows that its own person typed it.",
            "It is kept apart, and nothing of the company's was changed.",
            "An administrator asks that person, and then takes it in or discards it.",
        ),
    ),
    "sealed_unreadable": _problem(
        422,
        (
            "这份封存文件不是给这家公司的，或已损坏。",
            _NOTHING_ZH,
            "请向录入人索取原文件；公司目录中的 sealing.key 必须保留。",
        ),
        (
            "This sealed file is not for this company, or was damaged.",
            _NOTHING_EN,
            "Get the original from its author; sealing.key must stay in the company's folder.",
        ),
    ),
}

SERVER: Final[dict[str, Problem]] = {
    "database_unreachable": _problem(
        503,
        (
            "数据库 {path} 没有应答。",
            _NOTHING_ZH,
            "请检查 PostgreSQL 是否在运行，地址和账号是否正确（CRMDESK_DATABASE 或公司目录中的 database.url）。",
        ),
        (
            "The database {path} does not answer.",
            _NOTHING_EN,
            "Check that PostgreSQL runs, and its address (CRMDESK_DATABASE, or database.url in the company's folder).",
        ),
    ),
    "company_exists": _problem(
        409,
        ("{path} 中已经有一家公司。", _NOTHING_ZH, "请另选目录，或直接运行 crmdesk-server serve。"),
        (
            "There is a company in {path} already.",
            _NOTHING_EN,
            "Choose another folder, or just run `crmdesk-server serve`.",
        ),
    ),
    "backup_elsewhere": _problem(
        409,
        (
            "公司的数据在 PostgreSQL 数据库 {path} 中，不是一个文件。",
            _NOTHING_ZH,
            "请用 pg_dump --format=custom 备份，用 pg_restore 恢复，之后再复制公司目录中的 blobs、sealed 和 *.key；服务运行时也可以备份。",
        ),
        (
            "The company's data is in the PostgreSQL database {path}, not in a file.",
            _NOTHING_EN,
            "Copy it with `pg_dump --format=custom` while it serves, then its folders `blobs` and `sealed` and its `*.key`; restore with `pg_restore`.",
        ),
    ),
    "file_exists": _problem(
        409,
        ("{path} 已经存在，没有覆盖。", _NOTHING_ZH, "请换一个文件名，或加 --overwrite。"),
        (
            "{path} is there already and was not overwritten.",
            _NOTHING_EN,
            "Choose another name, or say --overwrite.",
        ),
    ),
    "needs_postgresql": _problem(
        409,
        (
            "数据在单个文件中的公司，只能由一个进程提供服务。",
            _NOTHING_ZH,
            "请去掉 --processes，或用 crmdesk-server init --database 把公司建在 PostgreSQL 上。",
        ),
        (
            "A company that is kept in a file is served by one process.",
            _NOTHING_EN,
            "Leave --processes out, or make the company in PostgreSQL: `crmdesk-server init --database`.",
        ),
    ),
    "no_company": _problem(
        404,
        ("{path} 中还没有公司。", _NOTHING_ZH, "请先运行 crmdesk-server init。"),
        ("There is no company in {path} yet.", _NOTHING_EN, "Run `crmdesk-server init` first."),
    ),
    "key_missing": _problem(
        409,
        (
            "找不到 {path}：本公司的设备只认这个密钥，服务器不会用新密钥代替它。",
            _NOTHING_ZH,
            "请从备份 FILE 旁的 FILE.keys 文件夹放回。若确已丢失：crmdesk-server serve --new-key，之后每台设备都须重新入网。",
        ),
        (
            "{path} is missing: this company's laptops know it by that key, and no new one is made in its place.",
            _NOTHING_EN,
            "Copy it back from FILE.keys beside the backup FILE. If lost for good: `crmdesk-server serve --new-key`, and every laptop is enrolled anew.",
        ),
    ),
    "port_in_use": _problem(
        500,
        ("端口 {port} 已被占用。", _NOTHING_ZH, "请用 --port 选择另一个端口。"),
        ("Port {port} is taken.", _NOTHING_EN, "Choose another with --port."),
    ),
}
