"""Every error a person may meet: one catalogue of codes with what happened, what is safe, what to do next.

The code is the stable name on the wire, in the command line's JSON and in logs; sentences may improve. An
error that is not here is a bug: it is logged with context and never loses the outbox.
"""

from __future__ import annotations

from typing import Final

from crmdesk.core.problems import AWAY, RECOVERY, SERVER
from crmdesk.core.problems_access import ACCESS
from crmdesk.core.sentences import Language, Problem, Sentence, sentences

__all__ = ["PROBLEMS", "CrmError", "Language", "Problem", "Sentence", "describe", "sentences"]


class CrmError(Exception):
    """An expected error: `code` is in the catalogue, `about` fills the sentence's placeholders."""

    def __init__(self, code: str, **about: object) -> None:
        super().__init__(code, about)
        self.code = code
        self.about = about

    @property
    def status(self) -> int:
        return PROBLEMS[self.code].status

    def sentence(self, language: Language) -> Sentence:
        """The error in a person's words."""
        return describe(self.code, language, self.about)

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence('en')}"


class _Blank(dict[str, object]):
    """Placeholders nobody filled read as an ellipsis rather than break the message."""

    def __missing__(self, key: str) -> str:
        return "…"


def describe(code: str, language: Language, about: dict[str, object] | None = None) -> Sentence:
    """The catalogue's sentence for `code`; a code from a newer server gets a general one that names it."""
    problem = PROBLEMS.get(code)
    if problem is None:
        problem, about = PROBLEMS["unknown_code"], {"code": code}
    words = problem.zh_CN if language == "zh_CN" else problem.en
    blanks = _Blank({name: _in(language, value) for name, value in (about or {}).items()})
    return Sentence(*(part.format_map(blanks) for part in words))


def _in(language: Language, value: object) -> object:
    """A label in the reader's language; anything else as it is."""
    text = getattr(value, "text", None)
    return text(language) if callable(text) else value


_KEPT_ZH: Final = "您录入的内容都在本机，没有丢失。"
_KEPT_EN: Final = "Everything you typed is kept on this laptop."
_WAITS_ZH: Final = "这条修改留在发件箱中，其余照常同步。"
_WAITS_EN: Final = "This change waits in the outbox; everything else goes on syncing."
_NOTHING_ZH: Final = "没有任何内容被更改。"
_NOTHING_EN: Final = "Nothing was changed."


def _problem(status: int, zh: tuple[str, str, str], en: tuple[str, str, str]) -> Problem:
    return Problem(status, Sentence(*zh), Sentence(*en))


PROBLEMS: Final[dict[str, Problem]] = {
    # -- this laptop's database -------------------------------------------------------------------
    "database_corrupt": _problem(
        500,
        (
            "本机数据库已损坏：{path}。",
            "已同步的内容都在服务器上。",
            "请保留该文件，运行 crmdesk doctor，并联系管理员。",
        ),
        (
            "The local database is damaged: {path}.",
            "Whatever was synced is on the server.",
            "Keep the file, run `crmdesk doctor` and call your administrator.",
        ),
    ),
    "database_foreign": _problem(
        500,
        ("{path} 不是 crmdesk 的数据库。", _NOTHING_ZH, "请检查所选的配置目录。"),
        ("{path} is not a crmdesk database.", _NOTHING_EN, "Check the profile folder that was chosen."),
    ),
    "wrong_passphrase": _problem(
        401,
        ("密码不正确，或该文件不是 crmdesk 的数据库。", _NOTHING_ZH, "请再输入一次密码。"),
        (
            "The passphrase is wrong, or the file is not a crmdesk database.",
            _NOTHING_EN,
            "Enter the passphrase again.",
        ),
    ),
    "schema_newer": _problem(
        500,
        ("本机数据库由更新版本的 crmdesk 写成。", _NOTHING_ZH, "请安装新版本后再打开。"),
        (
            "The local database was written by a newer crmdesk.",
            _NOTHING_EN,
            "Install the newer version, then open it again.",
        ),
    ),
    "disk_full": _problem(
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
    "database_busy": _problem(
        503,
        ("另一个 crmdesk 正在写入这个配置。", _NOTHING_ZH, "请稍候再试。"),
        ("Another crmdesk is writing to this profile.", _NOTHING_EN, "Wait a moment and try again."),
    ),
    "database_unwritable": _problem(
        500,
        ("无法写入 {path}。", _NOTHING_ZH, "请检查该目录的权限。"),
        ("{path} can't be written.", _NOTHING_EN, "Check the permissions of that folder."),
    ),
    "no_keychain": _problem(
        500,
        (
            "找不到系统钥匙串，本机数据需要一个密码来加密。",
            _NOTHING_ZH,
            "请在启动时输入密码；脚本可用环境变量 CRMDESK_PASSPHRASE。",
        ),
        (
            "No system keychain was found, so a passphrase must protect the local data.",
            _NOTHING_EN,
            "Enter a passphrase at start; scripts may set CRMDESK_PASSPHRASE.",
        ),
    ),
    "no_profile": _problem(
        404,
        (
            "{path} 中还没有 crmdesk 数据。",
            _NOTHING_ZH,
            "请先运行 crmdesk enrol，或打开桌面端选择「独立使用」。",
        ),
        (
            "There is no crmdesk data in {path} yet.",
            _NOTHING_EN,
            "Run `crmdesk enrol` first, or open the desktop and choose to work alone.",
        ),
    ),
    "profile_exists": _problem(
        409,
        ("{path} 中已经有 crmdesk 数据。", _NOTHING_ZH, "直接使用即可，或另选一个配置目录。"),
        (
            "There is crmdesk data in {path} already.",
            _NOTHING_EN,
            "Just use it, or choose another profile folder.",
        ),
    ),
    "already_enrolled": _problem(
        409,
        ("这个配置已经连接到一家公司。", _NOTHING_ZH, "要连接另一家公司，请换一个配置目录。"),
        (
            "This profile is already connected to a company.",
            _NOTHING_EN,
            "Use another profile folder to connect to another company.",
        ),
    ),
    "sample_profile": _problem(
        409,
        ("这个配置里是虚构的示例数据，不能连接公司。", _NOTHING_ZH, "请用您自己的配置目录连接。"),
        (
            "This profile holds invented sample data; it can't join a company.",
            _NOTHING_EN,
            "Connect from a profile folder of your own.",
        ),
    ),
    "not_enrolled": _problem(
        409,
        ("本机还没有连接公司。", _KEPT_ZH, "请向管理员索取入网码，然后在「同步中心」连接。"),
        (
            "This laptop is not connected to a company yet.",
            _KEPT_EN,
            "Ask your administrator for a code, then connect in the sync centre.",
        ),
    ),
    # -- the network and the session --------------------------------------------------------------
    "offline": _problem(
        503,
        ("连不上服务器。", _KEPT_ZH, "可以继续工作，网络恢复后会自动同步。"),
        (
            "The server can't be reached.",
            _KEPT_EN,
            "Go on working; sync resumes by itself when the network returns.",
        ),
    ),
    "no_server": _problem(
        503,
        ("{address} 没有服务器应答。", _NOTHING_ZH, "请核对地址和网络后再试。"),
        (
            "No server answers at {address}.",
            _NOTHING_EN,
            "Check the address and the network, then try again.",
        ),
    ),
    "insecure_address": _problem(
        400,
        ("服务器地址必须以 https:// 开头。", _NOTHING_ZH, "请核对管理员给的地址。"),
        (
            "A server's address must begin with https://.",
            _NOTHING_EN,
            "Check the address your administrator gave you.",
        ),
    ),
    "wrong_server": _problem(
        409,
        ("这台服务器不是本机所连接的那家公司。", _KEPT_ZH, "请检查服务器地址，或询问管理员。"),
        (
            "This server is not the company this laptop belongs to.",
            _KEPT_EN,
            "Check the server's address or ask your administrator.",
        ),
    ),
    "server_key_changed": _problem(
        409,
        (
            "这台服务器不能用本机记下的密钥证明自己的身份。",
            _KEPT_ZH,
            "没有发送任何内容。请告诉管理员：公司目录中的 signing.key 必须随公司一起保留。",
        ),
        (
            "This server does not prove itself with the key that this laptop knows.",
            _KEPT_EN,
            "Nothing was sent. Tell your administrator: the file signing.key must stay with the company's folder.",
        ),
    ),
    "wrong_person": _problem(
        403,
        ("服务器把这台电脑认作另一个人。", _KEPT_ZH, "没有发送任何内容。请联系管理员，重新连接这台电脑。"),
        (
            "The server takes this laptop for another person.",
            _KEPT_EN,
            "Nothing was sent. Ask your administrator to connect this laptop anew.",
        ),
    ),
    "not_crmdesk": _problem(
        502,
        (
            "{address} 的回答不是 crmdesk 服务器的。",
            _KEPT_ZH,
            "请检查服务器地址；酒店或公司的登录页面也可能拦截连接。",
        ),
        (
            "The answer from {address} is not a crmdesk server's.",
            _KEPT_EN,
            "Check the address; a sign-in page of the network may be in the way.",
        ),
    ),
    "server_error": _problem(
        500,
        ("服务器出了错。", _KEPT_ZH, "稍后会自动重试；如果持续出现，请把编号 {reference} 告诉管理员。"),
        (
            "The server failed.",
            _KEPT_EN,
            "It is tried again by itself; if it lasts, tell your administrator the reference {reference}.",
        ),
    ),
    "server_busy": _problem(
        503,
        ("服务器正忙。", _KEPT_ZH, "稍后会自动重试。"),
        ("The server is busy.", _KEPT_EN, "It is tried again by itself."),
    ),
    "too_many_tries": _problem(
        429,
        ("尝试次数过多。", _NOTHING_ZH, "请 {retry_after} 秒后再试。"),
        ("Too many tries.", _NOTHING_EN, "Try again in {retry_after} seconds."),
    ),
    "session_expired": _problem(
        401,
        ("登录已过期。", _KEPT_ZH, "crmdesk 会自动重新登录。"),
        ("The session has expired.", _KEPT_EN, "crmdesk signs in again by itself."),
    ),
    "device_revoked": _problem(
        403,
        ("管理员已停用这台设备。", "未同步的内容仍保留在本机。", "请联系管理员。"),
        (
            "Your administrator has revoked this device.",
            "Unsent work is still kept on this laptop.",
            "Call your administrator.",
        ),
    ),
    "code_invalid": _problem(
        403,
        ("入网码不正确、已使用或已过期。", _NOTHING_ZH, "请核对后重新输入，或向管理员索取新的入网码。"),
        (
            "The code is wrong, used or expired.",
            _NOTHING_EN,
            "Check it and enter it again, or ask your administrator for a new one.",
        ),
    ),
    "device_pending": _problem(
        403,
        ("这台设备正在等待管理员批准。", _KEPT_ZH, "请把核对词 {words} 告诉管理员。"),
        ("This device is waiting for approval.", _KEPT_EN, "Tell your administrator these words: {words}."),
    ),
    "upgrade_needed": _problem(
        426,
        ("这个版本的 crmdesk 太旧，无法与服务器同步。", _KEPT_ZH, "请安装新版本。"),
        ("This crmdesk is too old to sync with the server.", _KEPT_EN, "Install the new version."),
    ),
    "server_outdated": _problem(
        503,
        (
            "公司的服务器版本太旧，无法与这个版本的 crmdesk 同步。",
            _KEPT_ZH,
            "请管理员升级服务器；升级后会自动继续同步。",
        ),
        (
            "The company's server is too old for this crmdesk.",
            _KEPT_EN,
            "Ask the administrator to update the server; sync then goes on by itself.",
        ),
    ),
    "actor_forked": _problem(
        409,
        ("发现这份本机数据的另一个副本。", _KEPT_ZH, "crmdesk 会自动换用新的身份并继续同步。"),
        (
            "Another copy of this local data has been seen.",
            _KEPT_EN,
            "crmdesk takes a new identity and goes on by itself.",
        ),
    ),
    "regressed": _problem(
        409,
        ("服务器似乎是从备份恢复的。", _KEPT_ZH, "crmdesk 会重新核对全部数据。"),
        (
            "The server seems to have been restored from a backup.",
            _KEPT_EN,
            "crmdesk compares everything again by itself.",
        ),
    ),
    # -- attachments ------------------------------------------------------------------------------
    "attachment_kind": _problem(
        422,
        (
            "「{name}」不能作为附件：这类文件不允许，或者内容与文件名不符。",
            _NOTHING_ZH,
            "可以附加的类型：{kinds}。",
        ),
        (
            "“{name}” can't be attached: it is not of an allowed kind, or not what its name says.",
            _NOTHING_EN,
            "What can be attached: {kinds}.",
        ),
    ),
    "attachment_too_large": _problem(
        413,
        ("「{name}」超过 {limit} MB。", _NOTHING_ZH, "请压缩或拆分后再附加。"),
        ("“{name}” is over {limit} MB.", _NOTHING_EN, "Make it smaller or split it, then attach it."),
    ),
    "attachment_pixels": _problem(
        413,
        ("图片「{name}」超过 {limit} 百万像素。", _NOTHING_ZH, "请缩小图片后再附加。"),
        (
            "The picture “{name}” has more than {limit} million pixels.",
            _NOTHING_EN,
            "Scale it down, then attach it.",
        ),
    ),
    "too_many_attachments": _problem(
        422,
        ("一条记录最多 {limit} 个附件。", _NOTHING_ZH, "请先移除一些附件。"),
        ("A record takes {limit} attachments at most.", _NOTHING_EN, "Remove some of them first."),
    ),
    "file_unreadable": _problem(
        500,
        ("无法读取文件 {path}。", _NOTHING_ZH, "请检查文件是否存在、是否有权读取。"),
        ("The file {path} can't be read.", _NOTHING_EN, "Check that it exists and that you may read it."),
    ),
    "blob_absent": _problem(
        404,
        (
            "这个附件的内容还没有到服务器。",
            "附件的记录已在本机。",
            "添加者的设备下次同步后即可打开。",
        ),
        (
            "The content of this attachment has not reached the server yet.",
            "Its record is here.",
            "It opens once its author's laptop has synced.",
        ),
    ),
    "blob_offset": _problem(
        409,
        ("服务器已收到这个附件的另一段。", _KEPT_ZH, "crmdesk 会从那里继续上传。"),
        ("The server has another part of this attachment.", _KEPT_EN, "crmdesk goes on from there."),
    ),
    "blob_broken": _problem(
        422,
        ("附件在传输中损坏。", "没有保存损坏的内容。", "crmdesk 会重新传输。"),
        ("An attachment was damaged on its way.", "Nothing damaged was kept.", "crmdesk sends it again."),
    ),
    "storage_full": _problem(
        507,
        ("服务器存放附件的空间已满。", _KEPT_ZH, "请联系管理员；其余内容照常同步。"),
        (
            "The server has no more room for attachments.",
            _KEPT_EN,
            "Call your administrator; everything else goes on syncing.",
        ),
    ),
    # -- requests and records ---------------------------------------------------------------------
    "malformed_body": _problem(
        422,
        ("服务器看不懂这个请求。", _NOTHING_ZH, "请更新 crmdesk；如果仍然出现，请联系管理员。"),
        (
            "The server could not read the request.",
            _NOTHING_EN,
            "Update crmdesk; if it lasts, call your administrator.",
        ),
    ),
    "method_not_allowed": _problem(
        405,
        ("这个地址不接受这样的请求。", _NOTHING_ZH, "请更新 crmdesk；如果仍然出现，请联系管理员。"),
        (
            "This address does not take that kind of request.",
            _NOTHING_EN,
            "Update crmdesk; if it lasts, call your administrator.",
        ),
    ),
    "body_too_large": _problem(
        413,
        ("这次发送的内容太大。", _KEPT_ZH, "crmdesk 会分成小批再发送。"),
        ("This message is too large.", _KEPT_EN, "crmdesk sends it again in smaller parts."),
    ),
    "malformed_record": _problem(
        422,
        ("这条记录的格式不正确。", _WAITS_ZH, "请在同步中心查看。"),
        ("This record is not well-formed.", _WAITS_EN, "See the sync centre."),
    ),
    "not_canonical": _problem(
        422,
        ("这条记录的写法不规范（例如有重复的键）。", _WAITS_ZH, "请在同步中心查看。"),
        (
            "This record is not in canonical form (a duplicate key, for instance).",
            _WAITS_EN,
            "See the sync centre.",
        ),
    ),
    "record_too_large": _problem(
        422,
        ("这条记录超过 256 KB。", _WAITS_ZH, "请缩短内容，长文可作为附件。"),
        ("This record is over 256 KB.", _WAITS_EN, "Shorten it; long texts can be attached as files."),
    ),
    "field_too_long": _problem(
        422,
        ("「{field}」超过 64 KB。", _KEPT_ZH, "请缩短后再保存，长文可作为附件。"),
        (
            "“{field}” is over 64 KB.",
            _KEPT_EN,
            "Shorten it and save again; long texts can be attached as files.",
        ),
    ),
    "too_many_versions": _problem(
        422,
        ("「{field}」有太多同时的版本。", _WAITS_ZH, "请先在收件箱里处理冲突。"),
        ("“{field}” has too many versions at once.", _WAITS_EN, "Settle its conflict in the inbox first."),
    ),
    "invalid_value": _problem(
        422,
        ("「{field}」的内容不合要求。", _KEPT_ZH, "请更正后再保存。"),
        ("“{field}” is not valid.", _KEPT_EN, "Correct it and save again."),
    ),
    "required": _problem(
        422,
        ("请填写「{field}」。", _KEPT_ZH, "填写后再保存。"),
        ("“{field}” is needed.", _KEPT_EN, "Fill it in and save again."),
    ),
    "unknown_field": _problem(
        422,
        ("服务器还不认识字段「{field}」。", _WAITS_ZH, "服务器升级后会自动发送。"),
        (
            "The server doesn't know the field “{field}” yet.",
            _WAITS_EN,
            "It is sent by itself once the server is upgraded.",
        ),
    ),
    "unknown_entity": _problem(
        422,
        ("服务器还不认识「{entity}」这类记录。", _WAITS_ZH, "服务器升级后会自动发送。"),
        (
            "The server doesn't know records of the kind “{entity}” yet.",
            _WAITS_EN,
            "It is sent by itself once the server is upgraded.",
        ),
    ),
    "fixed_field": _problem(
        422,
        ("「{field}」保存后不能再改。", _NOTHING_ZH, "需要更正时，请另写一条。"),
        ("“{field}” can't be changed once saved.", _NOTHING_EN, "To correct it, add a new entry."),
    ),
    "server_field": _problem(
        403,
        ("「{field}」只能由服务器决定。", _WAITS_ZH, "请提交申请。"),
        ("“{field}” is decided by the server.", _WAITS_EN, "Make a request instead."),
    ),
    "forbidden": _problem(
        403,
        ("您没有权限这样做。", _WAITS_ZH, "如有需要，请联系您的经理。"),
        ("You are not allowed to do this.", _WAITS_EN, "Ask your manager if you need it."),
    ),
    "not_found": _problem(
        404,
        ("找不到这条记录，或您无权查看。", _NOTHING_ZH, "请检查后再试。"),
        ("There is no such record, or you may not see it.", _NOTHING_EN, "Check and try again."),
    ),
    "record_left": _problem(
        410,
        ("这条记录已离开本机，没有写入。", "您填写的内容未受影响。", "请联系现在的负责人。"),
        (
            "This record has left this laptop; nothing was written.",
            "What you typed is untouched.",
            "Talk to whoever has it now.",
        ),
    ),
    "dot_reused": _problem(
        409,
        ("这次修改的编号已用于别的内容。", _WAITS_ZH, "crmdesk 会换用新的编号再发送。"),
        (
            "This change's number was already used for another one.",
            _WAITS_EN,
            "crmdesk sends it again under a new one.",
        ),
    ),
    "counter_gap": _problem(
        409,
        ("缺少较早的修改。", _WAITS_ZH, "crmdesk 会从缺口处重新发送。"),
        ("An earlier change is missing.", _WAITS_EN, "crmdesk sends again from the gap."),
    ),
    "name_taken": _problem(
        409,
        ("「{name}」已经存在。", _NOTHING_ZH, "请换一个名字。"),
        ("“{name}” exists already.", _NOTHING_EN, "Choose another name."),
    ),
    "taken": _problem(
        409,
        ("{name}已经负责这个客户。", _NOTHING_ZH, "如有需要，请与{name}商量。"),
        ("{name} has this customer already.", _NOTHING_EN, "Talk to {name} if you need it."),
    ),
    "ambiguous": _problem(
        409,
        ("「{query}」对应多条记录。", _NOTHING_ZH, "请写得更完整，或使用编号。"),
        ("“{query}” matches several records.", _NOTHING_EN, "Be more exact or use the id."),
    ),
    "nothing_to_undo": _problem(
        409, ("没有可撤销的操作。", _NOTHING_ZH, ""), ("There is nothing to undo.", _NOTHING_EN, "")
    ),
    "bad_argument": _problem(
        422,
        ("「{argument}」无法识别。", _NOTHING_ZH, "{hint}"),
        ("“{argument}” can't be understood.", _NOTHING_EN, "{hint}"),
    ),
    "no_display": _problem(
        500,
        ("没有可用的显示器。", _NOTHING_ZH, "请在桌面环境中运行，或使用命令行：crmdesk --help。"),
        (
            "No display was found.",
            _NOTHING_EN,
            "Run it in a desktop session, or use the command line: crmdesk --help.",
        ),
    ),
    "missing_library": _problem(
        500,
        ("缺少系统库 {library}。", _NOTHING_ZH, "请运行：{command}"),
        ("The system library {library} is missing.", _NOTHING_EN, "Run: {command}"),
    ),
    "unknown_code": _problem(
        500,
        ("服务器报告：{code}。", _KEPT_ZH, "请更新 crmdesk，或联系管理员。"),
        ("The server reports: {code}.", _KEPT_EN, "Update crmdesk or call your administrator."),
    ),
    **ACCESS,
    **AWAY,
    **RECOVERY,
    **SERVER,
}
