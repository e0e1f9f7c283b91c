"""What is refused before anything was saved: nothing waits then, so these say so instead of the catalogue's words."""

from __future__ import annotations

from typing import Final

from crmdesk.core.problems.wording import NOTHING_EN, NOTHING_ZH, problem
from crmdesk.core.sentences import Problem

CHOOSING: Final[dict[str, Problem]] = {
    "invalid_value": problem(
        422,
        ("「{field}」的内容不合要求。", NOTHING_ZH, "可以填写：{choices}。"),
        ("“{field}” is not valid.", NOTHING_EN, "It takes: {choices}."),
    ),
}
"""The same where what is raised tells the `choices`."""
AT_ONCE: Final[dict[str, Problem]] = {
    "unknown_field": problem(
        422,
        ("没有「{field}」。", NOTHING_ZH, "请使用：{choices}。"),
        ("There is no “{field}”.", NOTHING_EN, "Choose from: {choices}."),
    ),
    "unknown_entity": problem(
        422,
        ("没有「{entity}」这类记录。", NOTHING_ZH, "请使用：{choices}。"),
        ("There are no records of the kind “{entity}”.", NOTHING_EN, "Choose from: {choices}."),
    ),
    "forbidden": problem(
        403,
        ("您没有权限这样做。", NOTHING_ZH, "如有需要，请联系您的经理。"),
        ("You are not allowed to do this.", NOTHING_EN, "Ask your manager if you need it."),
    ),
    "forbidden_field": problem(
        403,
        ("您的角色不能填写「{field}」。", NOTHING_ZH, "请去掉这一项后再保存，或请管理员查看角色设置。"),
        (
            "Your role may not fill in “{field}”.",
            NOTHING_EN,
            "Leave it out and save again, or ask an administrator about your role.",
        ),
    ),
    "invalid_value": problem(
        422,
        ("「{field}」的内容不合要求。", NOTHING_ZH, "请更正后再保存。"),
        ("“{field}” is not valid.", NOTHING_EN, "Correct it and save again."),
    ),
}
