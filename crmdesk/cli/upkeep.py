"""`init`, `open`, `export`, `rebuild`, `backup`, `restore`, `sample`, `errors`: the profile itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from crmdesk.cli.command import command, root
from crmdesk.cli.session import Session
from crmdesk.cli.writing import Overwrite, check_free


@command(root, "init")
def init(session: Session, name: Annotated[str, typer.Option(help="Your name. 您的姓名。")] = "") -> None:
    """Make a profile to work alone; it can join a company later. 新建配置，独立使用。"""
    from crmdesk.system import secrets

    identity = session.create(name).identity()
    kept = "passphrase" if secrets.needs_passphrase(session.profile) else "keychain"
    folder = session.profile.folder
    session.out.say(
        {"profile": str(folder), "user": identity.user_name, "user_id": identity.user, "key": kept},
        f"已在 {folder} 新建配置。",
        f"Made a profile in {folder}.",
    )


@command(root, "open")
def open_desktop(session: Session) -> None:
    """Open the desktop. 打开桌面端。"""
    from crmdesk.system import desktop

    desktop.check()
    from crmdesk import app  # brings Qt, which no other command waits for

    raise typer.Exit(app.run(session.profile, ()))


@command(root, "export")
def export(
    session: Session,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to. 目标目录。")],
    form: Annotated[
        Literal["csv", "json"], typer.Option("--format", help="csv or json lines. 格式。")
    ] = "csv",
    overwrite: Overwrite = False,
) -> None:
    """Write everything you may see to files. 导出全部数据。"""
    from crmdesk.usecases.directory import read_registry
    from crmdesk.usecases.export import export as write_out
    from crmdesk.usecases.export import file_of

    registry = read_registry(session.reader)
    for entity in registry.entities:
        check_free(folder / file_of(entity, form), overwrite=overwrite)
    rows = write_out(session.reader, registry, folder, session.out.language, form=form)
    session.out.say(
        {"folder": str(folder), "format": form, "rows": rows},
        f"已导出到 {folder}:{sum(rows.values())} 行。",
        f"Exported to {folder}: {sum(rows.values())} rows.",
    )


@command(root, "rebuild")
def rebuild(session: Session) -> None:
    """Recompute every list and the search index from the records. 重建列表与搜索索引。"""
    count = session.replica.rebuild()
    session.out.say({"records": count}, f"已重建：{count} 条记录。", f"Rebuilt from {count} records.")


@command(root, "backup")
def backup(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to. 目标文件。")],
    overwrite: Overwrite = False,
) -> None:
    """Copy everything here, encrypted, to one file. 备份到一个加密文件。"""
    from crmdesk.usecases.copies import back_up

    check_free(file, overwrite=overwrite)
    count = back_up(session.workspace, file)
    session.out.say(
        {"file": str(file), "records": count},
        f"已备份 {count} 条记录到 {file}。请连同配置目录中的 key.json 一起保管。",
        f"Backed up {count} records to {file}. Keep key.json of the profile's folder with it.",
    )


@command(root, "restore")
def restore(
    session: Session, file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy. 备份文件。")]
) -> None:
    """Put a copy in the place of what is here. 用备份替换当前数据。"""
    from crmdesk.usecases.copies import put_back

    made = put_back(session.profile, session.key(), file)
    session.out.say(
        {"file": str(file), "records": made.records, "kept_at": str(made.aside)},
        f"已恢复 {made.records} 条记录。原来的数据保存在 {made.aside}；下次同步会先与服务器比对。",
        f"Restored {made.records} records. What was here is kept at {made.aside}; the next sync compares first.",
    )


@command(root, "sample")
def sample(
    session: Session,
    customers: Annotated[int, typer.Option(min=1, max=200_000, help="How many customers. 客户数量。")] = 300,
    seed: Annotated[int, typer.Option(help="The same seed invents the same ones. 随机种子。")] = 1,
    here: Annotated[
        bool, typer.Option("--here", help="Into this very profile, not one of its own. 写入当前配置。")
    ] = False,
) -> None:
    """Invent sample customers in a profile of their own. 生成示例数据。"""
    target = session if here else session.at(session.profile.sample)
    try:
        _invent(target, customers, seed)
    finally:
        if target is not session:
            target.close()
    folder = target.profile.folder
    session.out.say(
        {"profile": str(folder), "customers": customers},
        f"已生成 {customers} 个示例客户：crmdesk --profile {folder} customer list",
        f"Invented {customers} customers: crmdesk --profile {folder} customer list",
    )


def _invent(session: Session, customers: int, seed: int) -> None:
    from crmdesk.usecases.sample import generate
    from crmdesk.usecases.sample_loading import load

    workspace = session.workspace if session.profile.exists() else session.create("示例 Sample")
    invented = generate(
        seed=seed, customers=customers, authors=[workspace.identity().user], today=workspace.today()
    )
    load(workspace.replica, invented)


@command(root, "errors")
def errors(session: Session) -> None:
    """Every error code with its three sentences. 错误代码目录。"""
    from crmdesk.core.errors import PROBLEMS, describe

    described = {code: describe(code, session.out.language) for code in PROBLEMS}
    if session.out.as_json:
        rows = [
            {"code": code, "status": PROBLEMS[code].status, **s._asdict()} for code, s in described.items()
        ]
        session.out.json({"errors": rows})
        return
    headings = session.out.text("代码 含义", "Code Meaning").split()
    session.out.rows(headings, [(code, str(s)) for code, s in described.items()], empty="")
