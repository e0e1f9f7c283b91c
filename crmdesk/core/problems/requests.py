"""Why a request or a record is refused."""

from __future__ import annotations

from typing import Final

from crmdesk.core.problems.wording import (
    KEPT_EN,
    KEPT_ZH,
    NOTHING_EN,
    NOTHING_ZH,
    WAITS_EN,
    WAITS_ZH,
    problem,
)
from crmdesk.core.sentences import Problem

REQUESTS: Final[dict[str, Problem]] = {
    "criteria_invalid": problem(
        422,
        ("条件中有看不懂的地方：{place}。", NOTHING_ZH, "{why}。"),
        ("A condition can't be understood: {place}.", NOTHING_EN, "Mend it: {why}."),
    ),
    "too_many_views": problem(
        422,
        ("最多可以保留 {most} 个自己的视图。", NOTHING_ZH, "请先移除不再使用的视图。"),
        (
            "You can keep {most} views of your own at most.",
            NOTHING_EN,
            "Take one away that you no longer use.",
        ),
    ),
    "criteria_newer": problem(
        422,
        ("这组条件由更新版本的 crmdesk 写成。", NOTHING_ZH, "请更新 crmdesk 后再用。"),
        (
            "These conditions were written by a newer crmdesk.",
            NOTHING_EN,
            "Update crmdesk, then use them again.",
        ),
    ),
    "team_ring": problem(
        422,
        ("一个团队不能成为它自己的一部分。", NOTHING_ZH, "请选择另一个上级团队。"),
        (
            "A team can't be part of itself.",
            NOTHING_EN,
            "Choose another team for it to be part of.",
        ),
    ),
    "malformed_body": problem(
        422,
        ("服务器看不懂这个请求。", NOTHING_ZH, "请更新 crmdesk；如果仍然出现，请联系管理员。"),
        (
            "The server could not read the request.",
            NOTHING_EN,
            "Update crmdesk; if it lasts, call your administrator.",
        ),
    ),
    "method_not_allowed": problem(
        405,
        ("这个地址不接受这样的请求。", NOTHING_ZH, "请更新 crmdesk；如果仍然出现，请联系管理员。"),
        (
            "This address does not take that kind of request.",
            NOTHING_EN,
            "Update crmdesk; if it lasts, call your administrator.",
        ),
    ),
    "body_too_large": problem(
        413,
        ("这次发送的内容太大。", KEPT_ZH, "crmdesk 会分成小批再发送。"),
        ("This message is too large.", KEPT_EN, "crmdesk sends it again in smaller parts."),
    ),
    "malformed_record": problem(
        422,
        ("这条记录的格式不正确。", WAITS_ZH, "请在同步中心查看。"),
        ("This record is not well-formed.", WAITS_EN, "See the sync centre."),
    ),
    "not_canonical": problem(
        422,
        ("这条记录的写法不规范（例如有重复的键）。", WAITS_ZH, "请在同步中心查看。"),
        (
            "This record is not in canonical form (a duplicate key, for instance).",
            WAITS_EN,
            "See the sync centre.",
        ),
    ),
    "record_too_large": problem(
        422,
        ("这条记录超过 256 KB。", WAITS_ZH, "请缩短内容，长文可作为附件。"),
        ("This record is over 256 KB.", WAITS_EN, "Shorten it; long texts can be attached as files."),
    ),
    "field_too_long": problem(
        422,
        ("「{field}」超过 64 KB。", KEPT_ZH, "请缩短后再保存，长文可作为附件。"),
        (
            "“{field}” is over 64 KB.",
            KEPT_EN,
            "Shorten it and save again; long texts can be attached as files.",
        ),
    ),
    "too_many_versions": problem(
        422,
        ("「{field}」有太多同时的版本。", WAITS_ZH, "请先在收件箱里处理冲突。"),
        ("“{field}” has too many versions at once.", WAITS_EN, "Settle its conflict in the inbox first."),
    ),
    "invalid_value": problem(
        422,
        ("「{field}」的内容不合要求。", KEPT_ZH, "请更正后再保存。"),
        ("“{field}” is not valid.", KEPT_EN, "Correct it and save again."),
    ),
    "required": problem(
        422,
        ("请填写「{field}」。", KEPT_ZH, "填写后再保存。"),
        ("“{field}” is needed.", KEPT_EN, "Fill it in and save again."),
    ),
    "unknown_field": problem(
        422,
        ("服务器还不认识字段「{field}」。", WAITS_ZH, "服务器升级后会自动发送。"),
        (
            "The server doesn't know the field “{field}” yet.",
            WAITS_EN,
            "It is sent by itself once the server is upgraded.",
        ),
    ),
    "unknown_entity": problem(
        422,
        ("服务器还不认识「{entity}」这类记录。", WAITS_ZH, "服务器升级后会自动发送。"),
        (
            "The server doesn't know records of the kind “{entity}” yet.",
            WAITS_EN,
            "It is sent by itself once the server is upgraded.",
        ),
    ),
    "fixed_field": problem(
        422,
        ("「{field}」保存后不能再改。", NOTHING_ZH, "需要更正时，请另写一条。"),
        ("“{field}” can't be changed once saved.", NOTHING_EN, "To correct it, add a new entry."),
    ),
    "server_field": problem(
        403,
        ("「{field}」只能由服务器决定。", WAITS_ZH, "请提交申请。"),
        ("“{field}” is decided by the server.", WAITS_EN, "Make a request instead."),
    ),
    "forbidden": problem(
        403,
        ("您没有权限这样做。", WAITS_ZH, "如有需要，请联系您的经理。"),
        ("You are not allowed to do this.", WAITS_EN, "Ask your manager if you need it."),
    ),
    "forbidden_field": problem(
        403,
        ("您的角色不能填写「{field}」。", WAITS_ZH, "请管理员在角色设置中查看；或改好后重新发送。"),
        (
            "Your role may not fill in “{field}”.",
            WAITS_EN,
            "Ask an administrator about your role, or change the entry and send it again.",
        ),
    ),
    "bad_period": problem(
        422,
        ("结束时间必须在开始时间和现在之后。", NOTHING_ZH, "请重新选择时间。"),
        ("The end must lie after the beginning, and in the future.", NOTHING_EN, "Choose the times again."),
    ),
    "shared_with_owner": problem(
        409,
        ("这个客户本来就由「{name}」负责，不需要共享。", NOTHING_ZH, "请选择其他同事。"),
        (
            "This customer is {name}'s own: there is nothing to share.",
            NOTHING_EN,
            "Choose another colleague.",
        ),
    ),
    "not_found": problem(
        404,
        ("找不到这条记录，或您无权查看。", NOTHING_ZH, "请检查后再试。"),
        ("There is no such record, or you may not see it.", NOTHING_EN, "Check and try again."),
    ),
    "record_left": problem(
        410,
        ("这条记录已离开本机，没有写入。", "您填写的内容未受影响。", "请联系现在的负责人。"),
        (
            "This record has left this laptop; nothing was written.",
            "What you typed is untouched.",
            "Talk to whoever has it now.",
        ),
    ),
    "dot_reused": problem(
        409,
        ("这次修改的编号已用于别的内容。", WAITS_ZH, "crmdesk 会换用新的编号再发送。"),
        (
            "This change's number was already used for another one.",
            WAITS_EN,
            "crmdesk sends it again under a new one.",
        ),
    ),
    "counter_gap": problem(
        409,
        ("缺少较早的修改。", WAITS_ZH, "crmdesk 会从缺口处重新发送。"),
        ("An earlier change is missing.", WAITS_EN, "crmdesk sends again from the gap."),
    ),
    "name_taken": problem(
        409,
        ("「{name}」已经存在。", NOTHING_ZH, "请换一个名字。"),
        ("“{name}” exists already.", NOTHING_EN, "Choose another name."),
    ),
    "taken": problem(
        409,
        ("{name}已经负责这个客户。", NOTHING_ZH, "如有需要，请与{name}商量。"),
        ("{name} has this customer already.", NOTHING_EN, "Talk to {name} if you need it."),
    ),
    "ambiguous": problem(
        409,
        ("「{query}」对应多条记录。", NOTHING_ZH, "请写得更完整，或使用编号。"),
        ("“{query}” matches several records.", NOTHING_EN, "Be more exact or use the id."),
    ),
    "nothing_to_undo": problem(
        409, ("没有可撤销的操作。", NOTHING_ZH, ""), ("There is nothing to undo.", NOTHING_EN, "")
    ),
    "bad_argument": problem(
        422,
        ("「{argument}」无法识别。", NOTHING_ZH, "{hint}"),
        ("“{argument}” can't be understood.", NOTHING_EN, "{hint}"),
    ),
    "no_display": problem(
        500,
        ("没有可用的显示器。", NOTHING_ZH, "请在桌面环境中运行，或使用命令行：crmdesk --help。"),
        (
            "No display was found.",
            NOTHING_EN,
            "Run it in a desktop session, or use the command line: crmdesk --help.",
        ),
    ),
    "missing_library": problem(
        500,
        ("缺少系统库 {library}。", NOTHING_ZH, "请运行：{command}"),
        ("The system library {library} is missing.", NOTHING_EN, "Run: {command}"),
    ),
    "unknown_code": problem(
        500,
        ("服务器报告：{code}。", KEPT_ZH, "请更新 crmdesk，或联系管理员。"),
        ("The server reports: {code}.", KEPT_EN, "Update crmdesk or call your administrator."),
    ),
}
