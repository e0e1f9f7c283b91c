"""`import`: a foreign file rehearsed or taken in, and what became of imports; `import undo` takes one back."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from crmdesk.cli.command import command, root
from crmdesk.cli.import_told import said_alike, say_alike, say_facts, told
from crmdesk.cli.output import instant, moment
from crmdesk.cli.session import Session
from crmdesk.cli.writing import Overwrite, chosen
from crmdesk.core.errors import CrmError
from crmdesk.core.registry import Label

if TYPE_CHECKING:
    from crmdesk.store.imports import Run
    from crmdesk.usecases.import_owners import Wished

_KEPT: Final = 10
"""So many records that an undo left as they are, are named to a person."""
_WORDS: Final = (
    "undo",
    "runs",
    "resume",
    "errors",
    "report",
    "sign",
    "hand-over",
    "mappings",
    "forget",
    "template",
)

What = Annotated[
    str,
    typer.Argument(
        metavar="FILE|undo|runs|resume|errors|report|sign|hand-over|mappings|forget|template",
        help="A file to import, or what to do with imports that there were. 要导入的文件，或对以往导入的操作。",
    ),
]
Of = Annotated[
    str | None,
    typer.Argument(
        metavar="[RUN]", help="The import meant; for template the kind of record. 导入编号，或记录类型。"
    ),
]
Mapping = Annotated[
    Path | None,
    typer.Option("--mapping", metavar="M", help="A JSON file: which column is what. 列映射文件。"),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only say what would become of each row. 只演练，不写入。")
]
ModeOption = Annotated[
    Literal["create", "fill", "overwrite"] | None,
    typer.Option(
        "--mode",
        help="Rows whose record is here: leave it, fill its blanks, overwrite it. 已有记录的处理方式。",
    ),
]
Sign = Annotated[
    bool,
    typer.Option(
        "--sign",
        help="With --dry-run: sign that the whole file was rehearsed. 与 --dry-run 一起：演练后签字。",
    ),
]
AlikeOption = Annotated[
    Literal["take", "keep-out"] | None,
    typer.Option(
        "--alike",
        help="New customers that look like others: take them in, or keep them out. 疑似已有客户的行：导入或不导入。",
    ),
]
UnreadableOption = Annotated[
    Literal["keep-out", "write-down"] | None,
    typer.Option(
        "--unreadable",
        help="Rows with a cell that can't be read: kept out, or taken with the cell in the remark. 有无法识别的单元格的行。",
    ),
]
First = Annotated[
    int | None, typer.Option("--first", min=1, help="So many rows and no more, as a sample. 只导入前若干行。")
]
To = Annotated[
    Path | None, typer.Option("--to", metavar="FILE.xlsx", help="Where to write a workbook. 写出的文件。")
]


@command(root, "import")
def import_(
    session: Session,
    what: What,
    of: Of = None,
    mapping: Mapping = None,
    dry_run: DryRun = False,
    sign: Sign = False,
    mode: ModeOption = None,
    alike: AlikeOption = None,
    unreadable: UnreadableOption = None,
    first: First = None,
    to: To = None,
    overwrite: Overwrite = False,
) -> None:
    """Import a table of customers, contacts, orders …, or undo an import. 导入表格，或撤销导入。"""
    if what not in _WORDS:
        if sign and (first is not None or not dry_run):
            hint = Label(
                "它与 --dry-run 一起用，且不带 --first。", "It goes with --dry-run, and without --first."
            )
            raise CrmError("bad_argument", argument="--sign", hint=hint)
        said = {
            "mode": mode,
            "alike": alike and alike.replace("-", "_"),
            "unreadable": unreadable and unreadable.replace("-", "_"),
        }
        wanted = {k: v for k, v in said.items() if v}
        _file(session, Path(what), mapping, wanted, first, dry_run=dry_run, sign=sign)
    elif what == "runs":
        _runs(session)
    elif what == "mappings":
        _mappings(session)
    elif what == "template":
        _template(session, of, to, overwrite=overwrite)
    elif of is None:
        hint = Label("请写上导入编号：crmdesk import runs", "Name the import: crmdesk import runs")
        raise CrmError("bad_argument", argument=what, hint=hint)
    else:
        done: dict[str, Callable[[], None]] = {
            "undo": lambda: _undo(session, of),
            "resume": lambda: _resume(session, of),
            "errors": lambda: _errors(session, of, to, overwrite=overwrite),
            "report": lambda: _report(session, of, to, overwrite=overwrite),
            "sign": lambda: _sign(session, of),
            "hand-over": lambda: _hand_over(session, of, dry_run=dry_run),
            "forget": lambda: _forget(session, of),
        }
        done[what]()


def _file(
    session: Session,
    path: Path,
    mapping: Path | None,
    wanted: dict[str, str],
    first: int | None,
    *,
    dry_run: bool,
    sign: bool,
) -> None:
    from crmdesk.cli.rehearsing import rehearse
    from crmdesk.core.mapping_files import amended
    from crmdesk.usecases import importing
    from crmdesk.usecases.directory import read_registry

    registry = read_registry(session.reader)
    found, plan = importing.look(session.reader, path, session.workspace)
    if mapping is not None:
        plan = amended(plan, _mapping(mapping), registry)
    plan = amended(plan, wanted, registry)
    limit = -1 if first is None else first
    if dry_run:
        rehearse(session, path, found, plan, limit, sign=sign)
    else:
        under_way = importing.begin(session.workspace, session.reader, path, plan, limit=limit)
        _carry_out(session, under_way)


def _mapping(path: Path) -> dict[str, Any]:
    hint = Label("映射文件应是一个 JSON 对象。", "A mapping file holds one JSON object.")
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CrmError("file_unreadable", path=path) from error
    except (ValueError, RecursionError) as error:
        raise CrmError("bad_argument", argument=str(path), hint=hint) from error
    if not isinstance(found, dict):
        raise CrmError("bad_argument", argument=str(path), hint=hint)
    return found


def _carry_out(session: Session, under_way: Any) -> None:
    """A run to its end; interrupted, it is left to be gone on with."""
    from crmdesk.store import imports
    from crmdesk.usecases import importing

    run_id = under_way.run.id
    try:
        while not under_way.done:
            under_way.step()
            _show_progress(session, under_way.share)
    except KeyboardInterrupt:
        under_way.stop()
        session.out.line(
            session.out.text(f"已停下。继续：crmdesk import resume {run_id}", f"Stopped. To go on: crmdesk import resume {run_id}"),
            file=sys.stderr,
        )  # fmt: skip
        raise
    finally:
        under_way.close()
    run: Run = _looked_after(session, under_way.run)
    facts = importing.facts(run.counts, run.seconds)
    kept_out = imports.alike(session.reader, run.id)
    if session.out.as_json:
        session.out.json(
            {**facts, "run": run.id, "state": run.state, "mapping": told(run.plan), **said_alike(run.plan, kept_out)}
        )  # fmt: skip
        return
    say_facts(session, facts)
    say_alike(session, run.plan, run.counts.alike, kept_out)
    if run.counts.alike and not kept_out:
        session.out.line(
            session.out.text(
                f"逐对查看：crmdesk duplicates list --run {run.id[-6:]}", f"Look at them: crmdesk duplicates list --run {run.id[-6:]}"
            )
        )  # fmt: skip
    session.out.line(
        session.out.text(
            f"导入编号 {run.id}。撤销：crmdesk import undo {run.id[-6:]}",
            f"Import {run.id}. To take it back: crmdesk import undo {run.id[-6:]}",
        )
    )
    if run.counts.reject or kept_out:
        session.out.line(
            session.out.text(
                f"未导入的行写成表格：crmdesk import errors {run.id[-6:]} --to FILE.xlsx",
                f"The rows kept out, as a workbook: crmdesk import errors {run.id[-6:]} --to FILE.xlsx",
            )
        )


def _looked_after(session: Session, run: Run) -> Run:
    """A run that took look-alikes in, with how many of its rows are some."""
    from crmdesk.usecases import import_alike

    if run.plan.alike != "take":
        return run
    return import_alike.note(
        session.replica, run, import_alike.rows_of(session.reader, run, import_alike.pairs_of(session.reader, run))
    )  # fmt: skip


def _show_progress(session: Session, share: float) -> None:
    if not session.out.as_json and sys.stderr.isatty():
        sys.stderr.write(f"\r{100 * share:3.0f} %" + ("\n" if share >= 1 else ""))
        sys.stderr.flush()


def _resume(session: Session, name: str) -> None:
    from crmdesk.usecases import importing

    _carry_out(session, importing.go_on(session.workspace, session.reader, name))


def _undo(session: Session, name: str) -> None:
    from crmdesk.usecases.import_undo import Undoing

    undoing = Undoing(session.replica, session.reader, name)
    while not undoing.done:
        undoing.step()
        _show_progress(session, undoing.share)
    kept = [{"entity": entity, "id": i, "fields": fields} for entity, i, fields in undoing.run.kept]
    run, away, changed = undoing.run, undoing.run.away, undoing.run.stayed - undoing.run.away
    zh = f"已撤销「{run.name}」的导入；之后修改过的 {changed} 条记录保持不变。"
    en = f"Took the import of “{run.name}” back; {changed} records that were changed since stay."
    if away:
        zh += f"另有 {away} 条已移交他人，不在这台电脑上，没有撤销；请由现在的负责人处理。"
        en += f" {away} more are with somebody else by now and were not taken back: ask whoever has them."
    told = {"run": run.id, "state": run.state, "stayed": run.stayed, "away": away, "kept": kept}
    session.out.say(told, zh, en)
    if run.kept and not session.out.as_json:
        _say_kept(session, run)


def _say_kept(session: Session, run: Run) -> None:
    """The first of the records that an undo left as they are, by name."""
    from crmdesk.cli import calling
    from crmdesk.usecases.directory import read_registry

    registry = read_registry(session.reader)
    for entity, record_id, fields in run.kept[:_KEPT]:
        session.out.line(f"  {calling.record(session, registry, entity, record_id, fields)}")
    if run.stayed > _KEPT:
        session.out.line(
            session.out.text("  其余见 --json 的 kept。", "  The others are in `kept` of --json.")
        )


def _runs(session: Session) -> None:
    from crmdesk.store.imports import runs
    from crmdesk.usecases.importing import facts

    found = runs(session.reader)
    if session.out.as_json:
        listed = [
            {"run": r.id, "file": r.name, "started_at": instant(r.started_ms), "state": r.state, **facts(r.counts, r.seconds)}
            for r in found
        ]  # fmt: skip
        session.out.json({"runs": listed})
        return
    states = {
        "running": ("未完成", "unfinished"), "stopped": ("已停下", "stopped"), "done": ("完成", "done"),
        "undoing": ("撤销未完成", "half undone"), "undone": ("已撤销", "undone"),
    }  # fmt: skip
    session.out.rows(
        session.out.text("编号 文件 开始 状态 行 新建 更新 重复 未导入", "Run File Begun State Rows New Changed Duplicate Kept-out").split(),
        [
            (r.id, r.name, moment(r.started_ms), session.out.text(*states[r.state]), str(r.counts.rows), str(r.counts.create),
             str(r.counts.update), str(r.counts.duplicate), str(r.counts.reject))
            for r in found
        ],
        empty=session.out.text("还没有导入过。", "Nothing was imported yet."),
    )  # fmt: skip


def _errors(session: Session, name: str, to: Path | None, *, overwrite: bool) -> None:
    from crmdesk.store.imports import find
    from crmdesk.usecases.import_papers import write_kept_out

    run = find(session.reader, name)
    usual = f"{Path(run.name).stem}-{session.out.text('未导入', 'kept-out')}.xlsx"
    path = chosen(to, usual, overwrite=overwrite)
    count = write_kept_out(session.reader, run, path, session.out.language)
    session.out.say(
        {"file": str(path), "rows": count},
        f"已把 {count} 行写到 {path}；改好后可以直接导入。",
        f"Wrote {count} rows to {path}; mend them there and import it.",
    )


def _report(session: Session, name: str, to: Path | None, *, overwrite: bool) -> None:
    from crmdesk.store.imports import find
    from crmdesk.usecases.directory import read_registry
    from crmdesk.usecases.import_papers import write_report

    run = find(session.reader, name)
    usual = f"{Path(run.name).stem}-{session.out.text('对账', 'reconciliation')}.xlsx"
    path = chosen(to, usual, overwrite=overwrite)
    checked = write_report(session.reader, read_registry(session.reader), run, path, session.out.language)
    session.out.say(
        {
            "file": str(path), "records": checked.records, "fields": checked.fields, "differing": len(checked.differing),
            "equal": checked.is_equal, "sums": {k: [a / 100, b / 100] for k, (a, b) in checked.sums.items()},
        },
        f"已核对 {checked.records} 条记录，不一致 {len(checked.differing)} 处：{path}",
        f"Compared {checked.records} records, {len(checked.differing)} fields differ: {path}",
    )  # fmt: skip


def _sign(session: Session, name: str) -> None:
    from crmdesk.store.imports import find
    from crmdesk.usecases import import_signing
    from crmdesk.usecases.directory import read_registry

    run = find(session.reader, name)
    wrong = import_signing.differences(session.reader, read_registry(session.reader), run)
    done = import_signing.sign(session.replica, session.reader, run, wrong).value
    session.out.say(
        {"sign_off": done.id, "kind": done.kind, "subject": done.subject, "rows": done.rows, "differences": done.differences},
        f"已签字：{done.subject}，差异 {done.differences} 处。",
        f"Signed: {done.subject}, {done.differences} differences.",
    )  # fmt: skip


def _hand_over(session: Session, name: str, *, dry_run: bool) -> None:
    """Customers to those that the file names; interrupted, it goes on with the same command."""
    from contextlib import closing

    from crmdesk.store.imports import find
    from crmdesk.sync.commands import change_owner
    from crmdesk.sync.enrolment import connect
    from crmdesk.usecases.import_owners import HandingOver

    run = find(session.reader, name)
    if not dry_run:
        with closing(connect(session.replica)) as http:
            handing = HandingOver(
                session.replica, session.reader, run,
                lambda order, customers, to: change_owner(session.replica, http, customers, to, order=order),
            )  # fmt: skip
            while not handing.done:
                handing.step()
                _show_progress(session, handing.share)
            session.fetch(http)
    _say_owners(session, run)


def _say_owners(session: Session, run: Run) -> None:
    from crmdesk.usecases.import_owners import wished

    found = wished(session.reader, run)
    if session.out.as_json:
        session.out.json({"run": run.id, "owners": [_owner_facts(one) for one in found]})
        return
    session.out.rows(
        session.out.text("文件中的姓名 同事 待移交 已移交 被拒绝", "In-the-file Colleague Waiting Done Refused").split(),
        [
            (one.name, one.person.name if one.person else session.out.text("查无此人", "nobody"), str(one.waiting), str(one.done),
             str(len(one.refused)))
            for one in found
        ],
        empty=session.out.text("文件没有负责人列。", "No column names owners."),
    )  # fmt: skip


def _owner_facts(one: Wished) -> dict[str, Any]:
    return {
        "name": one.name, "user": one.person and one.person.id, "waiting": one.waiting, "done": one.done,
        "refused": [{"customer": customer, "code": code} for customer, code in one.refused],
    }  # fmt: skip


def _mappings(session: Session) -> None:
    from crmdesk.usecases.import_mappings import all_kept

    found = all_kept(session.reader)
    if session.out.as_json:
        session.out.json({"mappings": [{"id": one.id, "mapping": told(one.plan)} for one in found]})
        return
    session.out.rows(
        session.out.text("编号 表 列", "Id Tables Columns").split(),
        [
            (one.id, ", ".join(s.name for s in one.plan.sheets), str(sum(bool(c.target) for s in one.plan.sheets for c in s.columns)))
            for one in found
        ],
        empty=session.out.text("没有记住的列映射。", "No mapping is kept."),
    )  # fmt: skip


def _forget(session: Session, name: str) -> None:
    from crmdesk.usecases import import_mappings

    gone = import_mappings.forget(session.replica, name)
    session.out.say(
        {"id": gone.id, "mapping": told(gone.plan)}, "下次重新推断。", "It is guessed anew next time."
    )


def _template(session: Session, entity: str | None, to: Path | None, *, overwrite: bool) -> None:
    from crmdesk.core.mapping import ENTITIES
    from crmdesk.usecases.directory import read_registry
    from crmdesk.usecases.import_papers import write_template

    entities = ENTITIES if entity is None else (entity,)
    path = chosen(to, session.out.text("导入模板.xlsx", "import-template.xlsx"), overwrite=overwrite)
    today = session.workspace.today()
    write_template(read_registry(session.reader), entities, path, session.out.language, today)
    session.out.say({"file": str(path), "entities": list(entities)}, f"已写出模板：{path}", f"Wrote a template: {path}")  # fmt: skip
