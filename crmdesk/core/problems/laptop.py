"""What can go wrong with this laptop's database."""

from __future__ import annotations

from typing import Final

from crmdesk.core.problems.wording import KEPT_EN, KEPT_ZH, NOTHING_EN, NOTHING_ZH, problem
from crmdesk.core.sentences import Problem

LAPTOP: Final[dict[str, Problem]] = {
    "database_corrupt": problem(
        500,
        (
            "本机数据库已损坏：{path}。",
            "已同步的内容都在服务器上；尚未发送的只在该文件中。",
            "请保留该文件。如有备份，可用 crmdesk restore 恢复；否则运行 crmdesk doctor，并联系管理员。",
        ),
        (
            "The local database is damaged: {path}.",
            "Whatever was synced is on the server; what was not sent yet is in this file alone.",
            "Keep the file. If there is a backup, `crmdesk restore` puts it back; else run `crmdesk doctor` and call your administrator.",
        ),
    ),
    "database_foreign": problem(
        500,
        ("{path} 不是 crmdesk 的数据库。", NOTHING_ZH, "请检查所选的配置目录。"),
        ("{path} is not a crmdesk database.", NOTHING_EN, "Check the profile folder that was chosen."),
    ),
    "wrong_passphrase": problem(
        401,
        ("本机密码不正确，或该文件不是 crmdesk 的数据库。", NOTHING_ZH, "请再输入一次本机密码。"),
        (
            "The passphrase is wrong, or the file is not a crmdesk database.",
            NOTHING_EN,
            "Enter the passphrase again.",
        ),
    ),
    "schema_newer": problem(
        500,
        ("本机数据库由更新版本的 crmdesk 写成。", NOTHING_ZH, "请安装新版本后再打开。"),
        (
            "The local database was written by a newer crmdesk.",
            NOTHING_EN,
            "Install the newer version, then open it again.",
        ),
    ),
    "disk_full": problem(
        507,
        (
            "磁盘已满，这次没有保存。",
            "之前保存的内容完好；您正在填写的内容仍在屏幕上。",
            "请释放一些磁盘空间，然后再保存一次。",
        ),
        (
            "The disk is full, so this was not saved.",
            "Whatever was saved before is intact; what you are typing is still on the screen.",
            "Free some disk space, then save again.",
        ),
    ),
    "database_busy": problem(
        503,
        ("另一个 crmdesk 正在写入这个配置。", NOTHING_ZH, "请稍候再试。"),
        ("Another crmdesk is writing to this profile.", NOTHING_EN, "Wait a moment and try again."),
    ),
    "profile_gone": problem(
        410,
        (
            "{path} 中的数据已由另一个 crmdesk 清除或替换。",
            "这次没有保存；您正在填写的内容仍在屏幕上。",
            "请先把它抄录到别处，再重新打开 crmdesk。",
        ),
        (
            "Another crmdesk has destroyed or replaced the data in {path}.",
            "This was not saved; what you are typing is still on the screen.",
            "Copy it to another place, then start crmdesk again.",
        ),
    ),
    "database_unwritable": problem(
        500,
        ("无法写入 {path}。", NOTHING_ZH, "请检查该目录的权限。"),
        ("{path} can't be written.", NOTHING_EN, "Check the permissions of that folder."),
    ),
    "passphrase_short": problem(
        422,
        ("这个本机密码太短。", NOTHING_ZH, "请至少用 {shortest} 个字符：谁拿到这台电脑都可以慢慢猜。"),
        (
            "This passphrase is too short.",
            NOTHING_EN,
            "Take at least {shortest} characters: whoever has this laptop may go on guessing.",
        ),
    ),
    "no_keychain": problem(
        500,
        (
            "找不到系统钥匙串，本机的数据需要用本机密码加密。",
            NOTHING_ZH,
            "请在启动时输入本机密码；脚本可用环境变量 CRMDESK_PASSPHRASE。",
        ),
        (
            "No system keychain was found, so a passphrase must protect the local data.",
            NOTHING_EN,
            "Enter a passphrase at start; scripts may set CRMDESK_PASSPHRASE.",
        ),
    ),
    "no_profile": problem(
        404,
        (
            "{path} 中还没有 crmdesk 数据。",
            NOTHING_ZH,
            "请先运行 crmdesk enrol，或打开桌面端选择「独立使用」。",
        ),
        (
            "There is no crmdesk data in {path} yet.",
            NOTHING_EN,
            "Run `crmdesk enrol` first, or open the desktop and choose to work alone.",
        ),
    ),
    "profile_exists": problem(
        409,
        ("{path} 中已经有 crmdesk 数据。", NOTHING_ZH, "直接使用即可，或另选一个配置目录。"),
        (
            "There is crmdesk data in {path} already.",
            NOTHING_EN,
            "Just use it, or choose another profile folder.",
        ),
    ),
    "already_enrolled": problem(
        409,
        ("这个配置已经连接到一家公司。", NOTHING_ZH, "要连接另一家公司，请换一个配置目录。"),
        (
            "This profile is already connected to a company.",
            NOTHING_EN,
            "Use another profile folder to connect to another company.",
        ),
    ),
    "sample_profile": problem(
        409,
        ("这个配置里是虚构的示例数据，不能连接公司。", NOTHING_ZH, "请用您自己的配置目录连接。"),
        (
            "This profile holds invented sample data; it can't join a company.",
            NOTHING_EN,
            "Connect from a profile folder of your own.",
        ),
    ),
    "not_enrolled": problem(
        409,
        ("本机还没有连接公司。", KEPT_ZH, "请向管理员索取入网码，然后在「同步中心」连接。"),
        (
            "This laptop is not connected to a company yet.",
            KEPT_EN,
            "Ask your administrator for a code, then connect in the sync centre.",
        ),
    ),
}
