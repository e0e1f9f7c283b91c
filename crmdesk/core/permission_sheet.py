"""The state of everybody's confirmations as a file: for a spreadsheet, or to be printed and signed."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Sequence
from typing import Final

from crmdesk.core.dates import moment_of
from crmdesk.core.errors import Language
from crmdesk.core.format import EMPTY, guarded
from crmdesk.core.permissions import STATES, Standing, Standings, role_name

_HEADS: Final = {
    "zh_CN": ("姓名", "角色", "团队", "状态", "确认时间", "设备", "摘要"),
    "en": ("Name", "Role", "Team", "State", "Confirmed at", "Laptop", "Digest"),
}
_STYLE: Final = (
    "body{font:14px/1.5 sans-serif;margin:2em;color:#111}table{border-collapse:collapse;width:100%}"
    "th,td{border-bottom:1px solid #ccc;padding:6px 8px;text-align:left;vertical-align:top}"
    "td:last-child{font-family:monospace;font-size:11px;word-break:break-all}"
    "tr{page-break-inside:avoid}.changed,.never{color:#a00}"
)


def as_csv(found: Standings, language: Language) -> str:
    """Comma-separated, a line a person; begins with a byte order mark, as spreadsheets want it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_HEADS[language])
    writer.writerows([guarded(cell) for cell in _cells(one, language)] for one in found.people)
    return "\ufeff" + text.getvalue()


def as_html(found: Standings, company: str, at_ms: int, language: Language) -> str:
    """A page to be printed. It loads nothing from anywhere."""
    title = "权限确认单" if language == "zh_CN" else "Confirmation of permissions"
    counted = progress(found, language)
    head = "".join(f"<th>{html.escape(name)}</th>" for name in _HEADS[language])
    rows = "".join(_row(one, language) for one in found.people)
    return (
        f'<!doctype html><html lang="{language.replace("_", "-")}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1><p>{html.escape(company)} · {_moment(at_ms)} · "
        f"{counted}</p><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></body></html>\n"
    )


def progress(found: Standings, language: Language) -> str:
    """How many have confirmed, in words."""
    done, total = found.confirmed, len(found.people)
    return f"{total} 人中 {done} 人已确认" if language == "zh_CN" else f"{done} of {total} confirmed"


def reminder(people: Sequence[Standing], language: Language) -> str:
    """What to write to those who have not confirmed."""
    names = ("、" if language == "zh_CN" else ", ").join(one.name for one in people)
    if language == "zh_CN":
        return f"{names}：请在 crmdesk 打开「设置 → 我的权限」，核对您的权限并点「确认」。如有不符，请告诉管理员。"
    return (
        f"{names}: please open Settings → My permissions in crmdesk, check the list and confirm it. "
        "If something is wrong, tell your administrator."
    )


def _row(one: Standing, language: Language) -> str:
    cells = "".join(f"<td>{html.escape(cell)}</td>" for cell in _cells(one, language))
    return f'<tr class="{one.state}">{cells}</tr>'


def _cells(one: Standing, language: Language) -> tuple[str, ...]:
    return (
        one.name,
        role_name(one.role, one.custom_role_name, language),
        one.team_name or EMPTY,
        STATES[one.state].text(language),
        EMPTY if one.at is None else _moment(one.at),
        one.device or EMPTY,
        one.digest,
    )


def _moment(ms: int) -> str:
    return f"{moment_of(ms):%Y-%m-%d %H:%M}"
