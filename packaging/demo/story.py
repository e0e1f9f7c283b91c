"""`make demo`: a day in a dead zone, told as it happens, with what was measured in demo-output/summary.json.

Everything is the product itself: the server as a process, a profile and a device for each person, the
desktop's use cases, the sync engine. The people and customers are generated and say so.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from stage import Log, Person, Server, enrol_person, environment, people_equal

from crmdesk.core.criteria import ME
from crmdesk.core.record import RecordKey
from crmdesk.store.window import CustomerFilter, CustomerWindow
from crmdesk.usecases import (
    conflicts,
    customers,
    narrowing,
    records,
    reviews,
    sample,
    sample_loading,
    tags,
    visits,
)
from crmdesk.usecases.directory import read_directory
from crmdesk.usecases.records import tidy
from crmdesk.usecases.visits import VisitNote

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "demo-output"
CUSTOMERS = 300

console = Console(highlight=False, width=min(Console().width, 110))


@dataclass
class Figures:
    """What the demo measures; written to summary.json as it stands at the end."""

    edits: int = 0
    merged_by_rule: int = 0
    conflicts: int = 0
    resolved: int = 0
    lost: int = -1
    replicas_equal: bool = False
    visits_reviewed: int = 0
    seconds: float = 0.0
    pages: list[str] = field(default_factory=list)


def tell(line: str) -> None:
    console.print(f"  {line}")


@contextmanager
def chapter(title: str) -> Iterator[None]:
    console.print(f"\n[bold]{title}[/bold]")
    started = time.monotonic()
    yield
    console.print(f"  [dim]{time.monotonic() - started:.1f} s[/dim]")


@dataclass
class Cast:
    """Who plays: two reps of a team that shares its customers, a rep of another team, their manager."""

    an: Person
    bo: Person
    chen: Person
    manager: Person

    def all(self) -> list[Person]:
        return [self.an, self.bo, self.chen, self.manager]


def found_company(server: Server, log: Log) -> Cast:
    """A region with two teams, three reps and a regional manager, each with an enrolled device."""
    server.command("init", "--company", "示例公司 Sample Co")
    server.command("team", "add", "North")
    server.command("team", "add", "East", "--parent", "North", "--share-books")
    server.command("team", "add", "West", "--parent", "North")
    names = {
        "an": ("销售甲 An", "rep", "East"), "bo": ("销售乙 Bo", "rep", "East"),
        "chen": ("销售丙 Chen", "rep", "West"), "manager": ("经理丁 Ding", "manager", "North"),
    }  # fmt: skip
    codes = {}
    for who, (name, role, team) in names.items():
        user = server.command("user", "add", name, "--role", role, "--team", team)
        codes[who] = server.command("enrol", user["user"])["code"]
    server.start()
    tell(f"server: a process of its own at {server.url}")
    people = {who: enrol_person(names[who][0], codes[who], server, OUTPUT, log) for who in names}
    for who, person in people.items():
        tell(f"enrolled {person.name} with the one-use code {codes[who][:5]}-…")
    return Cast(**people)


def load_sample(person: Person, seed: int, count: int) -> int:
    """Generated customers into a rep's book; every value is logged as typed."""
    workspace = person.workspace
    items = list(sample.generate(seed=seed, customers=count, authors=[person.name], today=workspace.today()))
    mine = [item for item in items if item.entity not in ("tag", "tag_group") or seed == 1]
    ids = sample_loading.load(workspace.replica, mine)
    for item in mine:
        key = RecordKey(item.entity, ids[item.key])
        person.typed(key, tidy(sample_loading.values_of(workspace.replica, item, ids)), is_new=True)
    return len(mine)


def sync_all(cast: Cast, rounds: int = 3) -> dict[str, int]:
    """Everybody syncs until nothing moves; returns counts."""
    total = {"sent": 0, "received": 0, "merged": 0, "rejected": 0}
    for _ in range(rounds):
        moved = 0
        for person in cast.all():
            report = person.sync()
            if report.problem is not None:
                raise SystemExit(f"{person.name}: {report.problem}")
            total["sent"] += report.pushed
            total["received"] += report.received
            total["merged"] += report.merged
            total["rejected"] += report.rejected + report.quarantined
            moved += report.pushed + report.received
        if not moved:
            break
    return total


def dead_zone(cast: Cast) -> None:
    """Two reps work on the same customers without a network."""
    an, bo = cast.an, cast.bo
    reader, today = an.workspace.reader, an.workspace.today()
    own = replace(narrowing.of_owner(ME), sort="name")
    window = CustomerWindow(reader, own, None, narrowing.read_bearings(reader, today))
    picked = [RecordKey("customer", row.id) for row in window.page(0, 40)]
    name = {key: row.name for key, row in zip(picked, window.page(0, 40), strict=True)}
    first, second, third, fourth, fifth = picked[:5]

    an.edit(first, {"grade": "A", "address": "示例路 18 号"})
    bo.edit(first, {"employees": 120})
    tell(f"different fields of {name[first]}: An the grade and address, Bo the head count")

    for number, person in enumerate((an, bo), 1):
        person.edit(
            second, {"phone": f"1600000000{number}", "next_follow_up_on": str(today + timedelta(days=number))}
        )
    tell(f"the same phone of {name[second]}, typed differently; and its next date")

    directory = read_directory(an.workspace.reader)
    tag = next(t for t in directory.tags.values() if t.name != sample.SAMPLE_TAG)
    label = f"tag:{tag.id}"
    for person, present in ((an, True), (an, False), (bo, True)):
        person.typed(third, {label: present})
        (tags.put if present else tags.take_off)(person.workspace.replica, third.id, tag.id)
    tell(f"the tag “{tag.name}” of {name[third]}: An puts it on and takes it off, Bo puts it on")

    for person, many in ((an, 3), (bo, 2)):
        for number in range(many):
            log_visit(person, picked[6 + number], f"第 {number + 1} 次拜访，谈了交期。", today)
    tell("visits: An logs 3, Bo logs 2, each with a promise and a date")

    for person in (an, bo):
        values = {"name": "示例双生贸易有限公司", "city": "宁波", "phone": "16000000009"}
        made = customers.add(person.workspace.replica, values)
        person.typed(RecordKey("customer", made.value), values, is_new=True)
    tell("the same new company, created by both")

    an.typed(fourth, {"deleted": True})
    records.delete(an.workspace.replica, fourth)
    bo.edit(fourth, {"remark": "客户来电：下月恢复采购。"})
    tell(f"An deletes {name[fourth]}, while Bo writes down that it will buy again")

    cast.chen.edit(
        RecordKey("customer", CustomerWindow(cast.chen.workspace.reader, CustomerFilter()).page(0, 1)[0].id),
        {"remark": "西区：客户要求寄样。"},
    )
    an.edit(fifth, {"email": "office@renamed.example"})
    waiting = sum(person.workspace.reader.value("SELECT count(*) FROM outbox") for person in cast.all())
    tell(f"[bold]{waiting}[/bold] edits wait on four laptops; every save took effect at once")


def log_visit(person: Person, customer: RecordKey, summary: str, today: date) -> None:
    next_on = today + timedelta(days=7)
    note = VisitNote(
        customer.id, summary, kind="onsite", result="considering", next_step="发送报价", next_on=next_on
    )
    person.typed(customer, {"next_follow_up_on": next_on.isoformat()})
    made = visits.log(person.workspace.replica, note)
    said = {"summary": summary, "kind": "onsite", "result": "considering", "next_step": "发送报价"}
    person.typed(RecordKey("visit", made.value), {**said, "next_on": next_on.isoformat()}, is_new=True)


def settle(cast: Cast, figures: Figures) -> None:
    """The inbox: each conflict is decided by somebody whose customer it is."""
    an, bo = cast.an, cast.bo
    found = conflicts.listed(bo.workspace.reader, bo.workspace.replica.registry)
    figures.conflicts = len(found)
    figures.merged_by_rule += settled_by_rule(bo)
    for number, item in enumerate(found):
        person = (bo, an)[number % 2]
        person.sync()
        own = next(
            i for i in conflicts.listed(person.workspace.reader, person.workspace.replica.registry)
            if (i.key, i.field) == (item.key, item.field)
        )  # fmt: skip
        label = (
            "删除 deletion"
            if own.kind == "contested"
            else own.declared.label.zh
            if own.declared
            else own.field
        )
        said = " / ".join("保留" if c.value is None else str(c.value) for c in own.choices)
        if own.kind == "contested":
            person.typed(own.key, {"deleted": False})
        else:
            person.typed(own.key, {own.field: own.choices[0].value})
        conflicts.resolve(person.workspace.replica, own, 0)
        person.sync()
        figures.resolved += 1
        tell(f"{person.name} decides {label} of {own.customer_name}: {said}")
    same = customers.same_names(bo.workspace.reader)
    twins = [ids for name, ids in same if name == "示例双生贸易有限公司"]
    tell(f"possible duplicates listed: {len(twins)} pair; both records are kept")


def settled_by_rule(person: Person) -> int:
    """Fields in which several people's values met and a declared rule chose; nobody had to be asked."""
    from crmdesk.core.record import decode
    from crmdesk.core.resolve import view_field

    count = 0
    registry = person.workspace.replica.registry
    for entity, state in person.workspace.reader.all("SELECT entity, state FROM record"):
        record = decode(state)
        if len(record.edits) > 1:
            views = (
                view_field(record, entity, name, registry) for name in record.fields() if name != "deleted"
            )
            count += sum(view.settled_by is not None for view in views)
    return count


def review_all(cast: Cast, figures: Figures) -> None:
    """The manager reads what came in and answers."""
    manager = cast.manager
    fresh = [
        visit for visit in reviews.queue(manager.workspace.reader, manager.workspace.identity().user, limit=2000)
        if "次拜访" in visit.summary
    ]  # fmt: skip
    for number, visit in enumerate(fresh):
        outcome = "flagged" if number == 0 else "reviewed"
        remark = "请补充竞品报价。" if number == 0 else ""
        made = reviews.review(manager.workspace.replica, visit.id, outcome, remark)  # type: ignore[arg-type]
        values: dict[str, Any] = {
            "visit": visit.id,
            "outcome": outcome,
            **({"remark": remark} if remark else {}),
        }
        manager.typed(RecordKey("review", made.value), values, is_new=True)
        figures.visits_reviewed += 1
    tell(f"{manager.name} reviews {len(fresh)} visits, one with a remark")


def judge(cast: Cast, log: Log, figures: Figures) -> None:
    """What is on everybody's screen goes into the log; a separate program counts what was lost."""
    looked = sum(person.look() for person in cast.all())
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("referee.py")), str(log.path), cast.manager.name],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    verdict = json.loads(done.stdout)
    figures.lost = verdict["lost"]
    figures.replicas_equal = people_equal(cast.all())
    figures.edits = log.typed
    for loss in verdict["losses"][:5]:
        console.print(f"  [red]lost[/red] {loss}")
    tell(f"the referee read {log.typed} saves and {looked} pages: [bold]{figures.lost} lost[/bold]")


def draw(person: Person, *only: str) -> None:
    """Pages of the desktop as this person sees them now, drawn offscreen in a process of its own."""
    program = [sys.executable, str(Path(__file__).with_name("pages.py"))]
    done = subprocess.run(
        [*program, str(person.workspace.profile.folder), str(OUTPUT / "pages"), *only],
        env={**environment(person), "QT_QPA_PLATFORM": "offscreen"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"The pages could not be drawn: {done.stderr[-2000:]}")


def play(server: Server, log: Log, *, drawing: bool = False) -> tuple[Cast, Figures]:
    """The whole story. Without a display its pages are drawn where they have most to show."""
    started = time.monotonic()
    figures = Figures()
    with chapter("1  A company on a new server"):
        cast = found_company(server, log)
    with chapter("2  Sample data, synced"):
        loaded = load_sample(cast.an, 1, CUSTOMERS) + load_sample(cast.chen, 2, CUSTOMERS // 3)
        moved = sync_all(cast)
        tell(f"{loaded} generated records; {moved['sent']} edits sent, {moved['received']} records received")
    with chapter("3  The server dies: a dead zone"):
        server.kill()
        report = cast.an.sync()
        tell(f"sync says: {report.problem.sentence('en') if report.problem else 'reached?'}")
        dead_zone(cast)
    with chapter("4  The network returns"):
        server.start()
        moved = sync_all(cast)
        tell(
            f"{moved['sent']} edits sent, {moved['merged']} records merged, {moved['received']} records received"
        )
        figures.merged_by_rule += moved["merged"]
    if drawing:
        with chapter("   Every page of the desktop, drawn"):
            draw(cast.an)
            draw(cast.manager, "review")
            figures.pages = sorted(str(path.relative_to(OUTPUT)) for path in (OUTPUT / "pages").glob("*.png"))
            tell(f"{len(figures.pages)} pictures in demo-output/pages")
    with chapter("5  The inbox"):
        settle(cast, figures)
    with chapter("6  The manager reviews"):
        review_all(cast, figures)
        sync_all(cast)
    with chapter("7  What was lost?"):
        judge(cast, log, figures)
    figures.seconds = round(time.monotonic() - started, 1)
    return cast, figures


def show(figures: Figures) -> None:
    table = Table(title="demo-output/summary.json", show_header=False, title_justify="left")
    for name, value in vars(figures).items():
        table.add_row(
            name, f"{len(value)} PNG files in demo-output/pages" if isinstance(value, list) else str(value)
        )
    console.print()
    console.print(table)


def has_display() -> bool:
    """Whether a window can open; HEADLESS=1 says no."""
    if os.environ.get("HEADLESS"):
        return False
    return sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def main() -> None:
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir()
    folder = OUTPUT / "company"
    folder.mkdir()
    server = Server(folder)
    log = Log(OUTPUT / "log.jsonl")
    try:
        cast, figures = play(server, log, drawing=not has_display())
        (OUTPUT / "summary.json").write_text(json.dumps(vars(figures), indent=1, ensure_ascii=False) + "\n")
        show(figures)
        if has_display():
            console.print("\nThe desktop opens as An; close it to end the demo.")
            command = [sys.executable, "-m", "crmdesk", "--profile", str(cast.an.workspace.profile.folder)]
            subprocess.run(command, env=environment(cast.an), check=False)
    except KeyboardInterrupt:
        console.print("\nStopped.")
        sys.exit(130)
    finally:
        server.stop()
    sys.exit(0 if figures.lost == 0 and figures.replicas_equal else 1)


if __name__ == "__main__":
    main()
