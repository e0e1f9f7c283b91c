"""Why a company does not go live yet."""

from __future__ import annotations

from typing import Final

from crmdesk.core.problems.wording import NOTHING_EN, NOTHING_ZH, problem
from crmdesk.core.sentences import Problem

GOING_LIVE: Final[dict[str, Problem]] = {
    "gate_closed": problem(
        409,
        ("还不能上线，未满足：{what}。", NOTHING_ZH, "crmdesk quality gate 会说明每一项差在哪里。"),
        (
            "It can't go live yet. What is not met: {what}.",
            NOTHING_EN,
            "`crmdesk quality gate` says of each what is missing.",
        ),
    ),
}
