"""`doctor`: looks at a profile and its machine and says what is well, what is not, and what to do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

import typer

import crmdesk
from crmdesk.cli.command import command, root
from crmdesk.cli.output import Output
from crmdesk.cli.session import Session
from crmdesk.core.clock import MAX_AHEAD_MS, milliseconds
from crmdesk.core.errors import CrmError
from crmdesk.core.lease import DAY_MS, Kept, Standing

State: TypeAlias = Literal["ok", "note", "problem"]
_MARKS: Final[dict[State, str]] = {"ok": "✓", "note": "·", "problem": "✗"}
_COLOURS: Final[dict[State, str]] = {"ok": "green", "note": "yellow", "problem": "bold red"}
_FONTS: Final = ("NotoSansSC-Regular.ttf", "Inter-Regular.ttf")


class Finding(NamedTuple):
    """What one look found. `note` needs no action for the command line to work."""

    check: str
    state: State
    detail: str


@command(root, "doctor")
def doctor(session: Session) -> None:
    """Check this profile and this machine. 检查配置与本机环境。"""
    found = list(examine(session))
    is_well = all(finding.state != "problem" for finding in found)
    if session.out.as_json:
        session.out.json({"ok": is_well, "checks": [finding._asdict() for finding in found]})
    else:
        for finding in found:
            line = f"{_MARKS[finding.state]} {finding.check:<12} {finding.detail}"
            session.out.line(line, style=_COLOURS[finding.state] if finding.state != "ok" else "")
    if not is_well:
        raise typer.Exit(1)


def examine(session: Session) -> Iterator[Finding]:
    """Every check; those of the database only where it opens."""
    session.even_if_locked = True
    yield _profile(session)
    try:
        _was_not_emptied(session)
        yield _key(session)
        _ = session.workspace
    except CrmError as error:
        yield Finding("open", "problem", f"{error.sentence(session.out.language)} [{error.code}]")
    else:
        for look in _LOOKS:
            yield _guarded(look, session)
    yield _fonts(session.out)
    yield _desktop(session.out)


def _was_not_emptied(session: Session) -> None:
    """Raise what became of a profile that was destroyed, by its company's order or because it stayed away."""
    from crmdesk.system import wiping

    if not session.profile.exists() and (problem := wiping.problem_of(session.profile)) is not None:
        raise problem


def _guarded(look: Callable[[Session], Finding], session: Session) -> Finding:
    """A look that a damaged file cut short is a finding too."""
    try:
        return look(session)
    except CrmError as error:
        name = look.__name__.strip("_")
        return Finding(name, "problem", f"{error.sentence(session.out.language)} [{error.code}]")


def _profile(session: Session) -> Finding:
    folder = session.profile.folder
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if there.is_dir() and os.access(there, os.W_OK):
        return Finding("profile", "ok", str(folder))
    return Finding("profile", "problem", session.out.text(f"无法写入 {there}", f"{there} can't be written"))


def _key(session: Session) -> Finding:
    from crmdesk.system import secrets

    if secrets.needs_passphrase(session.profile):
        return Finding(
            "key", "ok", session.out.text("由本机密码派生，不保存", "made from a passphrase, kept nowhere")
        )
    return Finding("key", "ok", session.out.text("保存在系统钥匙串", "kept in the system's keychain"))


def _encryption(session: Session) -> Finding:
    from crmdesk.store.dialect import is_plain

    if is_plain(session.profile.database):
        return Finding(
            "encryption", "problem", session.out.text("数据库未加密", "the database is not encrypted")
        )
    version = session.reader.value("PRAGMA cipher_version")
    return Finding(
        "encryption",
        "ok",
        session.out.text(f"整个数据库已加密({version})", f"the whole database ({version})"),
    )


def _integrity(session: Session) -> Finding:
    broken = [str(row[0]) for row in session.reader.all("PRAGMA cipher_integrity_check")]
    broken += [str(row[0]) for row in session.reader.all("PRAGMA integrity_check(5)") if row[0] != "ok"]
    if not broken:
        return Finding("integrity", "ok", session.out.text("每一页都完好", "every page is whole"))
    advice = session.out.text("请保留文件并联系管理员", "keep the file and call your administrator")
    return Finding("integrity", "problem", f"{'; '.join(broken[:5])}: {advice}")


def _schema(session: Session) -> Finding:
    return Finding("schema", "ok", str(session.reader.value("PRAGMA user_version")))


def _projection(session: Session) -> Finding:
    """Every record has its row in the typed tables, and none is left over."""
    from crmdesk.store.names import table
    from crmdesk.usecases.directory import read_registry

    off = []
    for name in read_registry(session.reader).entities:
        records = session.reader.value(
            "SELECT count(*) FROM record WHERE entity = ? AND part = 'main' AND coalesce(seq, 0) <> -1",
            (name,),
        )
        both = session.reader.value(
            f"SELECT count(*) FROM {table(name)} p JOIN record r ON r.n = p.n AND r.id = p.id AND r.root = p.root"
        )
        if not records == both == session.reader.value(f"SELECT count(*) FROM {table(name)}"):
            off.append(name)
    if off:
        advice = session.out.text("请运行 crmdesk rebuild", "run `crmdesk rebuild`")
        return Finding("projection", "problem", f"{', '.join(off)}: {advice}")
    return Finding("projection", "ok", session.out.text("与记录一致", "agrees with the records"))


def _counts(session: Session) -> Finding:
    customers = session.reader.value("SELECT count(*) FROM record WHERE entity = 'customer'")
    records, edits = (session.reader.value(f"SELECT count(*) FROM {name}") for name in ("record", "edit"))
    words = session.out.text(
        f"{records} 条记录（客户 {customers}），{edits} 次修改",
        f"{records} records ({customers} customers), {edits} edits",
    )
    return Finding("counts", "ok", words)


def _unsent(session: Session) -> Finding:
    from crmdesk.usecases.status import status

    found = status(session.reader)
    words = session.out.text(
        f"待发送 {found.unsent}，被拒 {found.refused}", f"{found.unsent} waiting, {found.refused} refused"
    )
    return Finding("unsent", "note" if found.refused else "ok", words)


def _unreadable(session: Session) -> Finding:
    from crmdesk.store.unreadable import Unreadable

    found = session.reader.setting("unreadable", Unreadable)
    if found is None:
        return Finding(
            "received", "ok", session.out.text("收到的都能读取", "everything received could be read")
        )
    count = len(found.keys)
    words = session.out.text(
        f"{count} 条收到的记录无法读取，请升级 crmdesk",
        f"{count} records received can't be read; update crmdesk",
    )
    return Finding("received", "problem", words)


def _checksums(session: Session) -> Finding:
    """How often this laptop held something else than the server, though both stood at the same commit."""
    count = session.reader.setting("mismatches", int) or 0
    if not count:
        return Finding("checksums", "ok", session.out.text("与服务器一致", "agree with the server's"))
    words = session.out.text(
        f"曾有 {count} 次与服务器不一致，已自动比对修复；请把日志发给管理员",
        f"differed {count} times and were repaired; send the log to your administrator",
    )
    return Finding("checksums", "note", words)


def _audit(session: Session) -> Finding:
    """Whether the server stands by what this laptop saw of its audit."""
    from crmdesk.store.settings import Testimony

    known = session.reader.setting("testimony", Testimony) or Testimony()
    root = known.held.root if known.held else None
    if known.contradiction is not None:
        number = root.number if root else 0
        words = session.out.text(
            f"服务器的审计与本机见证的签名根 {number} 矛盾：审计被改动过，或服务器从备份恢复而尚无设备证明；请告诉管理员",
            f"the server's audit contradicts the signed root {number} that was seen here: it was changed, or the server "
            "was restored and no laptop has proven it yet; tell your administrator",
        )
        return Finding("audit", "problem", words)
    if root is None:
        return Finding("audit", "ok", session.out.text("还没有签名根", "no signed root was seen yet"))
    words = session.out.text(f"见证签名根 {root.number}", f"witness of the signed root {root.number}")
    lost = known.restores[-1].held if known.restores else None
    if lost is None or lost.root is None:
        return Finding("audit", "ok", words)
    forgot = session.out.text(
        f"；服务器恢复过备份，不再认识签名根 {lost.root.number}",
        f"; the server was restored and forgot the signed root {lost.root.number}",
    )
    return Finding("audit", "note", words + forgot)


def _version(session: Session) -> Finding:
    """Whether the company's server still works with this program."""
    from crmdesk.usecases.status import is_read_only

    words = str(CrmError("upgrade_needed").sentence(session.out.language))
    if is_read_only(session.reader):
        return Finding("version", "problem", words)
    return Finding("version", "ok", crmdesk.__version__)


def _account(session: Session) -> Finding:
    """Whether this person still is of the company."""
    from crmdesk.usecases.status import closed

    error = closed(session.reader)
    if error is not None:
        return Finding("account", "problem", str(error.sentence(session.out.language)))
    return Finding("account", "ok", session.workspace.identity().user_name or "—")


def _clock(session: Session) -> Finding:
    """The machine's clock against the last edit's time and what the server said last."""
    workspace = session.workspace
    now, identity = workspace.clock.now_ms(), workspace.identity()
    heard = identity.ceiling.server_ms if identity.ceiling else 0
    behind = max(milliseconds(identity.stamp), heard) - now
    if behind > MAX_AHEAD_MS:
        minutes = behind // 60_000
        words = session.out.text(
            f"本机时钟慢了 {minutes} 分钟", f"this machine's clock is {minutes} minutes behind"
        )
        return Finding("clock", "problem", words)
    return Finding("clock", "ok", workspace.today().isoformat())


def _lease(session: Session) -> Finding:
    """How long this laptop may go on without its company."""
    from crmdesk.store import leases

    kept = session.reader.setting("lease", Kept)
    if kept is None:
        return Finding(
            "lease", "ok", session.out.text("没有期限：尚未连接公司", "none: no company was heard yet")
        )
    judged = session.workspace.standing()
    if (problem := leases.problem_of(judged)) is not None:
        return Finding("lease", "problem", f"{problem.sentence(session.out.language)} [{problem.code}]")
    left = (judged.left_ms or 0) // DAY_MS
    lock, purge = kept.lease.lock_after_ms // DAY_MS, kept.lease.purge_after_ms // DAY_MS
    words = session.out.text(
        f"不联系公司还可使用 {left} 天（{lock} 天锁定，{purge} 天销毁）",
        f"{left} more days without the company (locks after {lock}, destroyed after {purge})",
    )
    return Finding("lease", "ok" if judged.standing is Standing.OPEN else "note", words)


def _fonts(out: Output) -> Finding:
    from crmdesk.system.resources import resource

    missing = [name for name in _FONTS if not resource("fonts", name).is_file()]
    if missing:
        return Finding("fonts", "problem", out.text("缺少字体：", "missing: ") + ", ".join(missing))
    return Finding("fonts", "ok", out.text("自带中英文字体", "our own, Chinese and Latin"))


def _desktop(out: Output) -> Finding:
    from crmdesk.system import desktop

    if missing := desktop.missing_libraries():
        command = desktop.install_command(missing)
        words = out.text(
            f"桌面端缺少系统库，请运行：{command}", f"the desktop lacks libraries; run: {command}"
        )
        return Finding("desktop", "note", words)
    if not desktop.has_display():
        return Finding(
            "desktop", "note", out.text("没有显示器，只能用命令行", "no display here: command line only")
        )
    return Finding("desktop", "ok", out.text("可以打开窗口", "a window can open"))


_LOOKS: Final = (
    _encryption,
    _integrity,
    _schema,
    _projection,
    _counts,
    _unsent,
    _unreadable,
    _checksums,
    _audit,
    _version,
    _account,
    _clock,
    _lease,
)
