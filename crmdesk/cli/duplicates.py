"""`duplicates`: customers that may be one company, made one, kept apart, taken apart again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli import naming
from crmdesk.cli.command import command, group
from crmdesk.cli.customers import Customer
from crmdesk.cli.session import Session
from crmdesk.core.errors import CrmError

if TYPE_CHECKING:
    from crmdesk.usecases.directory import Directory
    from crmdesk.usecases.duplicates import Pair, Side

duplicates_app = group("Customers that may be one company. 重复客户。")

Other = Annotated[str, typer.Argument(metavar="OTHER", help="The other customer. 另一个客户。")]


@command(duplicates_app, "list")
def listing(
    session: Session,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many. 最多列出。")] = 500,
    run: Annotated[
        str | None,
        typer.Option("--run", help="Only pairs with a customer of this import. 只看某次导入的客户。"),
    ] = None,
) -> None:
    """Pairs of customers that may be one company, the surest first. 可能重复的客户，最确定的在前。"""
    from crmdesk.store import imports
    from crmdesk.usecases import duplicates, import_alike
    from crmdesk.usecases.directory import read_directory

    if run is None:
        found = duplicates.pairs(session.reader)[:limit]
    else:
        found = import_alike.pairs_of(session.reader, imports.find(session.reader, run))[:limit]
    directory = read_directory(session.reader)
    if session.out.as_json:
        session.out.json({"pairs": [_facts(pair, directory) for pair in found]})
        return
    rows = []
    for pair in found:
        why = duplicates.said(pair.reasons, session.out.language)
        sides = [f"{side.name} [{side.id}]" for side in (pair.one, pair.other)]
        rows.append((duplicates.percent(pair.certainty), *sides, session.out.text("、", ", ").join(why)))
    session.out.rows(
        session.out.text("把握 客户 另一个 依据", "Certainty Customer Other Why").split(),
        rows,
        empty=session.out.text("没有发现重复客户。", "No customer seems to be here twice."),
    )


def _facts(pair: Pair, directory: Directory) -> dict[str, Any]:
    from crmdesk.usecases import duplicates

    return {
        "certainty": round(pair.certainty, 4),
        "proposed": pair.band.value,
        "reasons": [f"{feature}:{level}" for feature, level in pair.reasons],
        "why": duplicates.said(pair.reasons, "en"),
        "customers": [_side(side, directory) for side in (pair.one, pair.other)],
    }


def _side(side: Side, directory: Directory) -> dict[str, Any]:
    return {"id": side.id, "name": side.name, "owner": directory.owner_name(side.bucket)}


@command(duplicates_app, "merge")
def merge(session: Session, customer: Customer, other: Other) -> None:
    """Read OTHER as part of CUSTOMER, which takes the values it lacks. 把另一个客户并入这个客户，缺的内容由它补上。

    One of another owner is handed over first, by whoever may. 负责人不同时先移交再合并，须有移交权限。
    """
    from crmdesk.usecases import merging

    winner, loser = session.customer_to_write(customer), session.customer_to_write(other)
    try:
        done = merging.merge(session.replica, winner, loser)
    except CrmError as error:
        if error.code != "merge_apart":
            raise
        _merge_across(session, winner, loser)
        return
    session.out.say(
        {"customer": winner, "merged": loser, "txn": done.txn},
        f"已合并。撤销：crmdesk duplicates unmerge {loser}",
        f"Merged. To take it apart again: crmdesk duplicates unmerge {loser}",
    )


@command(duplicates_app, "certain")
def certain(
    session: Session,
    merge: Annotated[
        bool, typer.Option("--merge", help="Merge them, as one thing to take back. 一并合并，可整体撤销。")
    ] = False,
) -> None:
    """The pairs that leave nothing to choose: what merging them comes to. 无需选择即可合并的客户：将会怎样。"""
    from crmdesk.usecases import duplicates
    from crmdesk.usecases.directory import read_directory, read_registry
    from crmdesk.usecases.merging_many import MergingMany, foretell

    reader = session.reader
    registry, names = read_registry(reader), read_directory(reader)
    now = session.workspace.clock.now_ms()
    found = foretell(reader, registry, names, now, duplicates.pairs(reader))
    rows = [(one.winner.id, one.loser.id) for one in found.ready]
    if merge:
        merging = MergingMany(session.replica, rows)
        while not merging.done:
            merging.step()
        event = merging.event
        session.out.say(
            {"event": event.id, "merged": event.changed, "left": dict(found.left)},
            f"已合并 {event.changed} 对，留待处理 {found.left.total()} 对。撤销：crmdesk duplicates take-back {event.id[-6:]}",
            f"Merged {event.changed}, left {found.left.total()}. To take it back: crmdesk duplicates take-back {event.id[-6:]}",
        )
        return
    if session.out.as_json:
        pairs = [
            {"customer": one.winner.id, "merged": one.loser.id, "takes": list(one.takes)}
            for one in found.ready
        ]
        session.out.json({"pairs": pairs, "left": dict(found.left)})
        return
    fields = registry["customer"].by_name
    session.out.rows(
        session.out.text("客户 并入的客户 补上", "Customer Merged Takes").split(),
        [
            (
                one.winner.name,
                one.loser.name,
                session.out.text("、", ", ").join(session.out.label(fields[f].label) for f in one.takes),
            )
            for one in found.ready
        ],
        empty=session.out.text("没有无需选择即可合并的客户。", "No pair can be merged without a look."),
    )


@command(duplicates_app, "take-back")
def take_back(
    session: Session,
    event: Annotated[
        str, typer.Argument(help="What `certain --merge` said, or its end. 合并时给出的编号或其结尾。")
    ],
) -> None:
    """Take back what was merged together; what anybody changed since stays. 整体撤销一次批量合并，此后改过的保留。"""
    from crmdesk.store import bulk
    from crmdesk.usecases.import_undo import Undoing

    undoing = Undoing(session.replica, session.reader, bulk.find(session.reader, event).id, bulk)
    while not undoing.done:
        undoing.step()
    session.out.say(
        {"event": undoing.run.id, "kept": undoing.run.stayed},
        f"已撤销，此后改过而保留 {undoing.run.stayed} 条。",
        f"Taken back; {undoing.run.stayed} that were changed since stay.",
    )


def _merge_across(session: Session, winner: str, loser: str) -> None:
    from crmdesk.sync import merging_across as online
    from crmdesk.usecases import merging_across
    from crmdesk.usecases.directory import read_directory

    names = read_directory(session.reader)
    now = session.workspace.clock.now_ms()
    wish = merging_across.wish(session.reader, names, winner, loser, now)
    done = online.carry_out(session.replica, wish)
    who = names.person_name(wish.to_user)
    said = {
        "merged": (
            f"已移交给{who}并合并。拆开：crmdesk duplicates unmerge {loser}；移回须另行移交。",
            f"Handed over to {who} and merged. `crmdesk duplicates unmerge {loser}` takes it apart; handing back is another command.",
        ),
        "handed_over": (
            f"已移交给{who}，下次同步后合并。",
            f"Handed over to {who}; merged after the next sync.",
        ),
        "asked": (
            f"现在连不上服务器：已申请移交给{who}，移交后自动合并。",
            f"The server can't be reached: handing it to {who} is asked for, and it is merged after that.",
        ),
    }[done.value]
    session.out.say({"customer": winner, "merged": loser, "txn": done.txn, "outcome": done.value}, *said)


@command(duplicates_app, "keep-apart")
def keep_apart(session: Session, customer: Customer, other: Other) -> None:
    """Remember that two customers are two: they are listed no more. 记下这是两家不同的客户，不再列出。"""
    from crmdesk.usecases import merging

    one, two = session.customer_to_write(customer), naming.customer(session.reader, other)
    done = merging.keep_apart(session.replica, one, two)
    session.out.say(
        {"customers": sorted((one, two)), "txn": done.txn}, "已记为两家不同的客户。", "Noted: these are two."
    )


@command(duplicates_app, "merged")
def merged(session: Session) -> None:
    """The customers that were merged into others. 已并入其他客户的客户。"""
    from crmdesk.usecases import merging

    found = merging.all_merged(session.reader)
    if session.out.as_json:
        session.out.json({"merged": [one._asdict() for one in found]})
        return
    session.out.rows(
        session.out.text("客户 并入 编号", "Customer Into Id").split(),
        [(one.name, one.into_name, one.id) for one in found],
        empty=session.out.text("没有已合并的客户。", "No customer was merged."),
    )


@command(duplicates_app, "unmerge")
def unmerge(
    session: Session,
    customer: Annotated[
        str, typer.Argument(metavar="ID", help="The merged customer's id. 已合并客户的编号。")
    ],
) -> None:
    """Let a merged customer stand for itself again, with all below it. 把已合并的客户连同其下的记录恢复为单独的客户。"""
    from crmdesk.usecases import merging

    session.check_may_write(merging.customer_of(session.reader, customer))
    done = merging.unmerge(session.replica, customer)
    session.out.say({"customer": customer, "txn": done.txn}, "已拆开。", "Taken apart.")
