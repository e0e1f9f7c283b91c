"""What can go wrong while two customers are made one, or taken apart again."""

from __future__ import annotations

from typing import Final

from crmdesk.core.problems.wording import NOTHING_EN, NOTHING_ZH, problem
from crmdesk.core.sentences import Problem

DUPLICATES: Final[dict[str, Problem]] = {
    "merge_with_itself": problem(
        422,
        ("两次指定的是同一个客户。", NOTHING_ZH, "请选择两个不同的客户。"),
        ("This is one customer, named twice.", NOTHING_EN, "Choose two different customers."),
    ),
    "merge_apart": problem(
        409,
        (
            "这两个客户在不同的客户簿里。",
            NOTHING_ZH,
            "请双方共同的经理来合并：会先移交给保留一方的负责人。也可以先把这一对标记为不同客户。",
        ),
        (
            "These two customers are in different books.",
            NOTHING_EN,
            "Ask a manager of both owners to merge them: the one that goes is handed over first. Or note that they are two.",
        ),
    ),
    "not_merged": problem(
        409,
        ("这个客户没有被合并。", NOTHING_ZH, "用 crmdesk duplicates merged 查看哪些客户已合并。"),
        ("This customer was not merged.", NOTHING_EN, "`crmdesk duplicates merged` lists those that were."),
    ),
}
