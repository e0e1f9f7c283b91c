"""What was measured as tables, for a terminal and for spreadsheets: the same words and columns in both."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crmdesk.core.contradictions import rules
from crmdesk.core.criteria import POOL
from crmdesk.core.dates import moment_of
from crmdesk.core.errors import CrmError, Language
from crmdesk.core.format import EMPTY, guarded
from crmdesk.core.go_live import percent
from crmdesk.core.quality import Report, Tally
from crmdesk.core.registry import Label, Registry
from crmdesk.store.reading import Reader
from crmdesk.usecases.coaching import Found
from crmdesk.usecases.directory import Directory
from crmdesk.usecases.orphans import REASONS, Orphans
from crmdesk.usecases.quality import By, group_of
from crmdesk.usecases.seeing import check_may_save

SEEN: Final = Label("以下只统计您能看到的客户", "Counted of the customers that you can see")
"""What every face says of these figures: a laptop holds what its person may see, and nothing else."""
GROUP_LABELS: Final[dict[By, Label]] = {
    "source": Label("来源", "Source"),
    "team": Label("团队", "Team"),
    "person": Label("负责人", "Owner"),
}
_POOL: Final = Label("公海", "Pool")
_NONE: Final = Label("未填", "None")
_COLUMNS: Final = (
    Label("客户数", "Customers"), Label("缺失率", "Blank"), Label("有缺项的客户", "With a gap"), Label("重复率", "Double"),
    Label("自相矛盾", "Contradictory"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and cells, ready to be shown."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def group_name(by: By, key: str, registry: Registry, names: Directory, language: Language) -> str:
    """What a group is called."""
    if key == POOL and by != "source":
        return _POOL.text(language)
    if by == "source":
        option = registry["customer"].by_name["source"].option(key)
        return option.label.text(language) if option else key or _NONE.text(language)
    if by == "team":
        return names.teams.get(key, "") or _NONE.text(language)
    return names.person_name(key)


def groups(report: Report, by: By, registry: Registry, names: Directory, language: Language) -> Table:
    """The rates of every source, team or person, the most gaps first; the whole at the end."""
    found = report.grouped(group_of(by, names))
    rows = [(group_name(by, key, registry, names, language), *_cells(tally)) for key, tally in found.items()]
    total = Label("合计", "All").text(language)
    headings = (GROUP_LABELS[by].text(language), *(one.text(language) for one in _COLUMNS))
    return Table(headings, (*rows, (total, *_cells(report.whole))))


def _cells(tally: Tally) -> tuple[str, ...]:
    return (
        f"{tally.customers:,}", percent(tally.missing), f"{tally.bare:,}", percent(tally.twice),
        percent(tally.contradicting),
    )  # fmt: skip


def fields(report: Report, registry: Registry, language: Language) -> Table:
    """The key fields, each with how many lack it and why it counts."""
    named = (Label("记录", "Record"), Label("字段", "Field"), Label("缺失", "Blank"), Label("缺失率", "Rate"), Label("为什么重要", "Why it counts"))  # fmt: skip
    rows = [
        (
            registry[one.key.entity].label.text(language), one.key.label(registry).text(language),
            f"{one.missing.part:,} / {one.missing.whole:,}", percent(one.missing), one.key.why.text(language),
        )
        for one in report.fields
    ]  # fmt: skip
    return Table(tuple(one.text(language) for one in named), tuple(rows))


def contradictions(report: Report, registry: Registry, language: Language) -> Table:
    """The rules that something breaks, with how many do and why it can't be so."""
    named = (Label("矛盾", "Contradiction"), Label("条数", "Records"), Label("原因", "Why"))
    rows = [
        (rule.label.text(language), f"{report.crossed[rule.key]:,}", rule.why.text(language))
        for rule in rules(registry)
        if report.crossed.get(rule.key)
    ]
    return Table(tuple(one.text(language) for one in named), tuple(rows))


def orphans(found: Orphans, registry: Registry, language: Language) -> Table:
    """What hangs on nobody, and the people nobody can reach."""
    named = (Label("记录", "Record"), Label("名称", "Name"), Label("问题", "What is wrong"), Label("客户", "Customer"), Label("编号", "Id"))  # fmt: skip
    rows = [
        (
            registry[one.entity].label.text(language), one.title or EMPTY, REASONS[one.reason].text(language),
            one.customer or EMPTY, one.id,
        )
        for one in found.records
    ]  # fmt: skip
    reach = Label("没有任何联系方式", "no way to reach them").text(language)
    person = registry["contact"].label.text(language)
    rows += [(person, one.name or EMPTY, reach, one.customer_name, one.id) for one in found.people]
    return Table(tuple(one.text(language) for one in named), tuple(rows))


def coaching(found: Found, registry: Registry, names: Directory, language: Language) -> Table:
    """Every flaw of the last days' entries, person by person."""
    named = (Label("录入人", "Entered by"), Label("时间", "When"), Label("记录", "Record"), Label("客户", "Customer"), Label("问题", "What is wrong"), Label("编号", "Id"))  # fmt: skip
    rows = [
        (
            names.person_name(person.user), f"{moment_of(entry.created_at):%Y-%m-%d %H:%M}",
            registry[entry.entity].label.text(language), entry.customer_name, flaw.said.text(language), entry.id,
        )
        for person in found.people
        for entry in person.unruly
        for flaw in entry.flaws
    ]  # fmt: skip
    return Table(tuple(one.text(language) for one in named), tuple(rows))


def league(found: Found, names: Directory, language: Language) -> Table:
    """Everybody who entered something, with how much of it is in order."""
    named = (Label("录入人", "Entered by"), Label("录入", "Entries"), Label("待改进", "To mend"), Label("规范率", "In order"))  # fmt: skip
    rows = [
        (names.person_name(one.user), f"{one.entered:,}", f"{len(one.unruly):,}", f"{one.percent:.1f} %")
        for one in found.people
    ]
    return Table(tuple(one.text(language) for one in named), tuple(rows))


def save(reader: Reader, file: Path, tables: Sequence[Table]) -> None:
    """Write tables as one CSV, a blank line between them. Raises `database_unwritable`, `seeing_copy`."""
    check_may_save(reader)
    try:
        # utf-8-sig: Excel takes a CSV without it for the local code page and garbles Chinese.
        with file.open("w", encoding="utf-8-sig", newline="") as target:
            writer = csv.writer(target)
            for number, one in enumerate(tables):
                writer.writerows([()] if number else [])
                writer.writerows([guarded(cell) for cell in row] for row in (one.headings, *one.rows))
    except OSError as error:
        raise CrmError("database_unwritable", path=file) from error
