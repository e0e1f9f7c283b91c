"""`quality`: how good the customers' data is, the gate before going live, orphans, coaching and goals."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli.command import by_itself, command, group
from crmdesk.cli.output import instant
from crmdesk.cli.session import Session
from crmdesk.cli.writing import Overwrite, check_free

if TYPE_CHECKING:
    from crmdesk.core.go_live import Confirmed, Evidence
    from crmdesk.core.quality import Report, Share, Tally
    from crmdesk.usecases.quality import Asking
    from crmdesk.usecases.quality_tables import Table

quality_app = group("How good the customers' data is. 数据质量。")
FileOption = Annotated[Path | None, typer.Option("--file", help="Write it as a CSV. 保存为 CSV 文件。")]


def _check_free(file: Path | None, *, overwrite: bool) -> None:
    if file is not None:
        check_free(file, overwrite=overwrite)


def _asking(session: Session) -> Asking:
    from crmdesk.usecases.narrowing import read_bearings
    from crmdesk.usecases.quality import Asking

    today = session.workspace.today()
    return Asking(read_bearings(session.reader, today), session.workspace.clock.now_ms())


def _measured(session: Session, asking: Asking) -> Report:
    """Measured now, and kept as this week's."""
    from crmdesk.usecases import quality

    report = quality.measure(session.reader, asking)
    assert report is not None, "nobody stops it here"
    if session.workspace.seeing() is None:
        quality.keep(session.replica, report.whole, session.workspace.today())
    return report


def _rate(share: Share) -> dict[str, Any]:
    return {"percent": round(share.percent, 4), "part": share.part, "of": share.whole}


def _facts(tally: Tally) -> dict[str, Any]:
    return {
        "customers": tally.customers,
        "missing": _rate(tally.missing),
        "double": _rate(tally.twice),
        "contradictory": _rate(tally.contradicting),
    }


@by_itself(quality_app)
def show(
    session: Session,
    by: Annotated[
        str, typer.Option("--by", help="source, team or person. 按来源、团队或负责人。")
    ] = "source",
    doubts: Annotated[
        bool, typer.Option("--doubts", help="Judge every value as well; takes a minute. 逐个核对取值。")
    ] = False,
    file: FileOption = None,
    overwrite: Overwrite = False,
) -> None:
    """How good the data of the customers is that you can see: blank, double, contradictory. 数据质量。"""
    from crmdesk.core.errors import CrmError
    from crmdesk.core.registry import Label
    from crmdesk.usecases import quality, quality_tables
    from crmdesk.usecases.directory import read_directory

    found = next((one for one in quality.GROUPS if one == by), None)
    if found is None:
        hint = Label("可以是 source、team、person。", "It is source, team or person.")
        raise CrmError("bad_argument", argument=by, hint=hint)
    _check_free(file, overwrite=overwrite)
    asking, names, out = _asking(session), read_directory(session.reader), session.out
    report = _measured(session, asking)
    doubted = quality.count_doubts(session.reader, asking) if doubts else None
    if doubted is not None and session.workspace.seeing() is None:
        quality.keep_doubts(session.replica, doubted, session.workspace.today())
    tables = [
        quality_tables.groups(report, found, asking.registry, names, out.language),
        quality_tables.fields(report, asking.registry, out.language),
        quality_tables.contradictions(report, asking.registry, out.language),
    ]
    if file is not None:
        quality_tables.save(session.reader, file, tables)
    if out.as_json:
        grouped = report.grouped(quality.group_of(found, names))
        out.json(
            {
                **_facts(report.whole),
                "by": found,
                "groups": [
                    {
                        "group": key,
                        "name": quality_tables.group_name(found, key, asking.registry, names, out.language),
                        **_facts(tally),
                    }
                    for key, tally in grouped.items()
                ],
                "fields": {one.key.name: _rate(one.missing) for one in report.fields},
                "contradictions": dict(report.crossed),
                "doubted": None if doubted is None else _rate(doubted.customers),
                "file": file and str(file),
            }
        )
        return
    out.line(out.label(quality_tables.SEEN), style="dim")
    for table in tables:
        _print(session, table)
    if doubted is not None:
        share = doubted.customers
        zh = f"有存疑取值的客户：{share.part} / {share.whole}（{share.percent:.1f} %）"
        out.line(
            out.text(
                zh, f"Customers with a value in doubt: {share.part} of {share.whole} ({share.percent:.1f} %)"
            )
        )


def _print(session: Session, table: Table, empty: tuple[str, str] = ("没有。", "None.")) -> None:
    session.out.rows(table.headings, table.rows, empty=session.out.text(*empty))
    session.out.line("")


@command(quality_app, "gate")
def gate(
    session: Session,
    approve: Annotated[
        bool, typer.Option("--approve", help="Say that the company goes live, if all is met. 批准上线。")
    ] = False,
) -> None:
    """What must be met before going live, and how it stands. 上线门槛。"""
    from crmdesk.core.go_live import checks, is_open
    from crmdesk.usecases import sign_offs

    known = _evidence(session)
    found, out = checks(known), session.out
    done = sign_offs.approve(session.replica, known) if approve else None
    if out.as_json:
        facts = [{"check": one.key, "met": one.is_met, "stands": out.label(one.stands)} for one in found]
        out.json({"open": is_open(found), "checks": facts, "approved": done and done.value})
        return
    marks = {True: out.text("达标", "met"), False: out.text("未达标", "not met")}
    out.rows(
        out.text("门槛 结果 现状", "Check Result Stands").split(),
        [(out.label(one.label), marks[one.is_met], out.label(one.stands)) for one in found],
        empty="",
    )
    if known.sample is None:
        zh = "抽样核对在桌面端进行：「数据质量 › 抽样」。"
        out.line(out.text(zh, "Samples are checked on the desktop: Data quality › Sample."))
    said = ("可以上线。", "It can go live.") if is_open(found) else ("还不能上线。", "It can't go live yet.")
    out.line(out.text(*(("已批准上线。", "Going live is approved.") if done else said)))


def _evidence(session: Session) -> Evidence:
    from crmdesk.usecases import quality, sign_offs

    report = _measured(session, _asking(session))
    kept = quality.doubts(session.reader, session.workspace.today())
    return sign_offs.evidence(
        session.reader, report, doubted=kept.share if kept else None, permissions=_permissions(session)
    )


def _permissions(session: Session) -> Confirmed | None:
    """What the server tells administrators; None where it can't be asked, or tells this person nothing."""
    from crmdesk.core.errors import CrmError
    from crmdesk.core.go_live import Confirmed
    from crmdesk.sync.enrolment import connect
    from crmdesk.usecases.directory import read_directory

    if session.workspace.server() is None or read_directory(session.reader).me.role != "administrator":
        return None
    try:
        with closing(connect(session.replica)) as http:
            states = http.permission_states()
    except CrmError:
        return None  # the check says what is missing
    return Confirmed(states.confirmed, len(states.people))


@command(quality_app, "sign")
def sign(
    session: Session,
    kind: Annotated[str, typer.Argument(help="rollback; a rehearsal is signed by `import sign`. 回滚演练。")],
    subject: Annotated[str, typer.Argument(help="What was done. 做了什么。")],
) -> None:
    """Sign off a drill of going back, for everybody to see. 签核一次回滚演练。"""
    from crmdesk.core.errors import CrmError
    from crmdesk.core.registry import Label
    from crmdesk.usecases import sign_offs

    if kind != "rollback":
        hint = Label(
            "这里只签核 rollback；全量演练请用 crmdesk import sign 导入编号。",
            "Only rollback is signed here; a rehearsal is by: crmdesk import sign RUN.",
        )
        raise CrmError("bad_argument", argument=kind, hint=hint)
    done = sign_offs.sign_rollback(session.replica, subject)
    session.out.say({"sign_off": done.value, "txn": done.txn}, "已签核。", "Signed off.")


@command(quality_app, "orphans")
def orphans(session: Session, file: FileOption = None, overwrite: Overwrite = False) -> None:
    """Dealings whose customer is not here, and people nobody can reach. 未挂客户的记录、无联系方式的联系人。"""
    from crmdesk.usecases import quality_tables
    from crmdesk.usecases.orphans import find

    _check_free(file, overwrite=overwrite)
    asking, out = _asking(session), session.out
    found = find(session.reader, asking.bearings)
    table = quality_tables.orphans(found, asking.registry, out.language)
    if file is not None:
        quality_tables.save(session.reader, file, [table])
    if out.as_json:
        out.json(
            {
                "records": [
                    {
                        "entity": one.entity,
                        "id": one.id,
                        "title": one.title,
                        "customer": one.customer or None,
                        "reason": one.reason,
                        "created_at": instant(one.created_at),
                    }
                    for one in found.records
                ],
                "unreachable": [
                    {"contact": one.id, "name": one.name, "customer": one.customer} for one in found.people
                ],
                "file": file and str(file),
            }
        )
        return
    _print(session, table, ("没有孤立的记录。", "Nothing hangs on nobody."))


@command(quality_app, "coaching")
def coaching(
    session: Session,
    days: Annotated[int, typer.Option("--days", min=1, max=90, help="How many days back. 最近几天。")] = 7,
    file: FileOption = None,
    overwrite: Overwrite = False,
) -> None:
    """Entries of the last days that should have been better, person by person. 最近录入的问题，逐人列出。"""
    from crmdesk.usecases import quality_tables
    from crmdesk.usecases.coaching import look
    from crmdesk.usecases.directory import read_directory

    _check_free(file, overwrite=overwrite)
    asking, names, out = _asking(session), read_directory(session.reader), session.out
    found = look(session.reader, asking, days)
    tables = [
        quality_tables.league(found, names, out.language),
        quality_tables.coaching(found, asking.registry, names, out.language),
    ]
    if file is not None:
        quality_tables.save(session.reader, file, tables)
    if out.as_json:
        out.json(
            {
                "days": days,
                "people": [
                    {
                        "user": person.user,
                        "name": names.person_name(person.user),
                        "entered": person.entered,
                        "unruly": [
                            {
                                "entity": entry.entity,
                                "id": entry.id,
                                "customer": entry.customer,
                                "created_at": instant(entry.created_at),
                                "flaws": [
                                    {"kind": f.kind, "field": f.field or None, "said": out.label(f.said)}
                                    for f in entry.flaws
                                ],
                            }
                            for entry in person.unruly
                        ],
                    }
                    for person in found.people
                ],
                "cut": found.is_cut,
                "file": file and str(file),
            }
        )
        return
    for table in tables:
        _print(session, table, ("没有需要改进的录入。", "Nothing to mend."))
