"""One company under the eyes of the model: real laptops and a real server in this process, judged at the wire.

Every request passes `Scenario.carry`: what it changed and what it was answered must be as the model says at that
moment. `reference` names the invariants: P1 rows are exactly what one may see, P2 nothing else crosses the wire,
P4 taken in exactly if allowed, P5 invisible is nonexistent, P6 no byte stays, P7 there and back again.
"""

from __future__ import annotations

import gzip
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, Final, NamedTuple

import msgspec
import pytest
import zstandard

from crmdesk.core.errors import CrmError
from crmdesk.core.record import Edit, Record, RecordKey, decode
from crmdesk.core.roles import Role
from crmdesk.core.wire import PullPage, Push, PushAnswer
from crmdesk.store import dialect
from crmdesk.store.records import LEFT, Stored, decode_edit
from crmdesk.store.replica import Write
from crmdesk.sync import device_key
from crmdesk.sync.transport import Request
from sync_server import accounts
from sync_server.settings import Settings
from tests.permissions.model import FIELD, FORBIDDEN, LATE, LATE_MS, POOL, TAKEN, WAITS, Company, judge
from tests.permissions.orders import may_order
from tests.permissions.staff import Silent, template
from tests.simulation.account import Account, Violation
from tests.simulation.company import BEGINNING_MS, DAY_MS, _laptop, server_disk, workbench
from tests.simulation.disk import Disk, Disks, KilledError
from tests.simulation.laptop import Laptop, LaptopClock
from tests.simulation.network import Line
from tests.simulation.server import Answer, in_this_thread
from tests.simulation.service import ServiceDisk
from tests.simulation.world import SMALL
from tests.support.postgres import Postgres

HOMES: Final = {
    "contact": "customer", "visit": "customer", "task": "customer", "attachment": "customer", "review": "visit",
    "late_work": "customer", "share": "customer",
}  # fmt: skip
SERVERS_OWN: Final = frozenset(("user", "team", "book", "role", "late_work", "share", "delegation"))
TROUBLE: Final = frozenset(("offline", "server_busy", "database_busy", "device_pending"))
NUMBERING: Final = ("counter_gap", "dot_reused")
FIXED: Final = "fixed_field"
"""Refusals that say nothing of rights: the laptop numbers its edits anew and sends them again."""
NOTES: Final = (
    "actor",
    "audit",
    "company",
    "refused",
    "token",
    "session",
    "device",
    "enrol_code",
    "pulled_head",
    "tally",
    "attempt",
    "audit_subject",
    "command",
)
"""Tables that say who asked for what: these may grow where nothing changes."""
_HEX: Final = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_WORD: Final = re.compile(rb"(?<![a-z])[a-z]{16}(?![a-z])")


@dataclass
class Device:
    """A laptop, and what it can know: when it last heard everything, which ids it met, which canaries it typed.

    `fuzzy` is the last time that it may have heard a part, `handed` what it was given, or brought and had taken in.
    """

    laptop: Laptop
    wire: Wire
    heard: int
    fuzzy: int = 0
    is_told: bool = False
    met: set[bytes] = field(default_factory=set)
    handed: set[bytes] = field(default_factory=set)

    @property
    def user(self) -> str:
        return self.laptop.user

    @property
    def name(self) -> str:
        return self.laptop.name

    def rows(self, *entities: str) -> list[Stored]:
        """The records in its file that have not left, those of some entities if any are named."""
        found = sorted(self.laptop.rows().items())
        return [r for key, r in found if r.seq != LEFT and (not entities or key.entity in entities)]


@dataclass
class Wire(Line):
    """A line that somebody listens at."""

    listener: Callable[[Request, Callable[[Request], Answer]], Answer] | None = None

    def _deliver(self, request: Request) -> Answer:
        assert self.listener is not None
        return self.listener(request, super()._deliver)


class Canary(NamedTuple):
    """A word that stands in one field of one record, typed on one laptop."""

    record: str
    device: str


class Seen(NamedTuple):
    """What the server holds: rows by record, who owns each bucket, the edits it took in, each actor's last batch."""

    rows: dict[RecordKey, tuple[str, int, bytes]]
    owners: dict[str, str]
    edits: frozenset[tuple[str, int]]
    batches: dict[str, str]


class Scenario:
    """The state of one run. Use it inside `with scenario.running()`."""

    def __init__(
        self, seed: int | str, *, service: Postgres | None = None, is_talkative: bool = False
    ) -> None:
        self.seed = seed
        self.is_talkative = is_talkative
        self.names, self.chance = Random(f"{seed} names"), Random(f"{seed} chance")
        self.template = template(service)
        self.service = service
        self.now = BEGINNING_MS + DAY_MS
        self.events = list(self.template.events)
        self.users = dict(self.template.users)
        self.devices: list[Device] = []
        self.canaries: dict[bytes, Canary] = {}
        self.taken: set[bytes] = set()
        """Canaries that the server has taken in."""
        self.aside: set[str] = set()
        """The server's names for customers that are shared with the same people: no business of the model's."""
        self.guessed: set[str] = set()
        """Records that somebody wrote to whom they were never shown."""
        self.turns: set[int] = set()
        """When shares and delegations begin and end."""
        self.settled = self.now
        self.homes: dict[str, str] = {}
        """What each record was made below."""
        self.mentions: dict[str, set[str]] = {}
        """Id -> the records in whose fields it stands."""
        self.violations: list[Violation] = []
        self.happened: Counter[str] = Counter()
        self.lines: list[str] = []
        self._company: tuple[int, int, Company] | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        self.folder = workbench()
        try:
            with ExitStack() as stack:
                self.disks = Disks()
                stack.enter_context(self.disks.mounted())
                stack.enter_context(in_this_thread())
                patch = stack.enter_context(pytest.MonkeyPatch.context())
                patch.setattr(device_key, "new_key", lambda: self.names.randbytes(32).hex())
                if self.chance.random() < 0.3:
                    for module, name, size in SMALL:
                        patch.setattr(module, name, size)
                disk = self.disks.add(
                    server_disk(self.folder / "server", Random(f"{self.seed} disk"), self.service)
                )
                disk.folder.mkdir()
                disk.put_back(dict(self.template.images["server"]))
                self.server = Silent(
                    disk, Settings(disk.folder, port=0), self.names, Account(), lambda: self.now
                )
                if isinstance(disk, ServiceDisk):
                    stack.enter_context(disk.mounted())
                stack.callback(self._stop)
                names = list(self.template.laptops)
                for name in sorted(self.chance.sample(names, self.chance.randint(5, 8))):
                    self.add_device(name, self.template.laptops[name], dict(self.template.images[name]))
                self.notice(self.look())
                yield
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _stop(self) -> None:
        for device in self.devices:
            device.laptop.stop()
        self.server.stop()

    def add_device(self, name: str, user: str, image: dict[str, bytes]) -> Device:
        """One more laptop, with these files on its disk."""
        disk = self.disks.add(Disk(name, self.folder / name, Random(f"{self.seed} {name}")))
        disk.folder.mkdir()
        disk.put_back(image)
        clock = LaptopClock(lambda: self.now, self.names.randbytes, booted_ms=self.now - 1000)
        wire = Wire(
            name, self.server, self.chance, self.happened, _pass, lambda: disk.is_dead, self._server_died,
            self.say,
        )  # fmt: skip
        laptop = Laptop(name, user, disk, clock, Account(), wire, f"{name}:here", self.chance)
        device = Device(laptop, wire, self.now)
        wire.listener = partial(self.carry, device)
        device.met = {key.id.encode() for key in laptop.rows()}
        device.handed = set(device.met)
        self.devices.append(device)
        return device

    def hire(self, name: str, role: str, team: str | None) -> None:
        """Somebody new, with a laptop."""
        with self.server.database.write() as connection:
            made = accounts.add_user(connection, name, Role(role), self.server.moment(), team=team)
        self.users[name] = made.user
        self.event("hire", name, role, team)
        self.notice(self.look())
        (self.folder / "shop").mkdir(exist_ok=True)
        image = _laptop(name.lower(), name, self.folder / "shop", self.disks, self.server, self.names)
        self.add_device(name.lower(), name, image)

    # -- telling ---------------------------------------------------------------------------------------

    def say(self, line: str) -> None:
        line = f"{self.now - BEGINNING_MS:>12} {line}"
        self.lines.append(line)
        if self.is_talkative:
            print(line)

    def blame(self, invariant: str, detail: str) -> None:
        self.violations.append(Violation(invariant, detail))
        self.say(f"VIOLATION {invariant}: {detail}")

    def event(self, *said: Any) -> None:
        self.events.append((self.now, *said))
        if said[0] in ("share", "delegate"):
            self.turns |= {turn for turn in said[-3:] if isinstance(turn, int) and not isinstance(turn, bool)}
        self.now += 1  # so that what happens in one message has an order
        if said[0] != "made":
            self.say("  " + " ".join(str(word)[-8:] for word in said))

    def company(self) -> Company:
        """The model as of now."""
        if self._company is None or self._company[:2] != (len(self.events), self.now):
            self._company = (len(self.events), self.now, Company(self.events, self.now))
        return self._company[2]

    def name_of(self, user: str) -> str:
        return next((name for name, known in self.users.items() if known == user), "")

    def token(self, record: str, device: Device) -> str:
        """A word nobody else writes, to stand in a field of a record."""
        word = "".join(self.names.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(16))
        self.canaries[word.encode()] = Canary(record, device.name)
        return word

    # -- what people and laptops do ----------------------------------------------------------------------

    def commit(self, device: Device, what: str, *writes: Write, is_altered: bool = False) -> bool:
        """One transaction on a laptop. `is_altered`: by a program that does not ask itself what its person may write."""
        named = ", ".join(f"{w.key.entity} {w.key.id[-6:]} {sorted(w.values)}" for w in writes)
        is_altered = self.chance.random() < 0.5 or is_altered
        try:
            with pytest.MonkeyPatch.context() as patch:
                if is_altered:
                    patch.setattr(device.laptop.replica, "check_mandate", lambda *_: None)
                device.laptop.replica.commit(writes)
        except KilledError:
            self.revive(device)
        except CrmError as error:
            self.say(f"{device.name}: {what} {named}: {error.code}")
            return False
        for write in writes:
            self.mention(write.key.id, write.values)
        self.say(f"{device.name}: {what} {named}")
        return True

    def mention(self, record: str, values: Any) -> None:
        for found in _HEX.findall(repr(values).encode()):
            self.mentions.setdefault(found.decode(), set()).add(record)

    def order(self, device: Device, command: str, /, **asked: Any) -> None:
        """A command over this laptop's line; it is judged as it passes."""
        try:
            device.laptop.http.command(command, {"id": self.names.randbytes(16).hex(), **asked})
        except KilledError:
            self.revive(device)
        except CrmError as error:
            self.say(f"{device.name}: {command}: {error.code}")

    def sync(self, device: Device) -> bool:
        """One sync; after a whole one the laptop holds what the model allows, and not a byte more."""
        device.wire.messages, device.is_told = 0, False
        try:
            report = device.laptop.engine.sync()
        except KilledError:
            self.say(f"{device.name}: killed in a sync")
            self.happened["laptop killed in a sync"] += 1
            device.fuzzy = self.now
            self.revive(device)
            return False
        device.laptop.disk.countdown = None
        code = report.problem.code if report.problem else None
        self.say(
            f"{device.name}: synced {code or report.is_complete}, pushed {report.pushed} ({report.rejected} rejected,"
            f" {report.quarantined} quarantined), received {report.received}, left {report.left}"
        )
        if code is not None and code not in TROUBLE:
            self.blame("P1", f"{device.name}: a sync ended with {code}")
        if code is not None or not report.is_complete:
            device.fuzzy = self.now
            return False
        if device.is_told:
            device.heard, device.fuzzy = self.now, 0
        else:  # it heard, and had nothing to fetch by which the server would know
            device.fuzzy = self.now
        self.happened["whole sync"] += 1
        self.notice(self.look())  # what fell due while it was read
        self.check_rows(device)
        self.check_bytes(device)
        return True

    def revive(self, device: Device) -> None:
        """The laptop starts again on what its disk holds."""
        device.laptop.restart()
        device.laptop.clock.booted_ms = self.now - 1

    def _server_died(self) -> None:
        self.say("server: killed")
        self.happened["server killed"] += 1
        self.server.restart()

    # -- at the wire ---------------------------------------------------------------------------------------

    def carry(self, device: Device, request: Request, deliver: Callable[[Request], Answer]) -> Answer:
        """Hand a request to the server, and hold what came of it against the model."""
        is_change = request.path == "/v1/push" or request.path.startswith("/v1/commands/")
        device.met.update(
            _HEX.findall(_unfolded(request.content or b"", request.headers.get("Content-Encoding")))
        )
        if not is_change:
            told = deliver(request)
            device.is_told |= request.path == "/v1/pull" and told.status == 200
            self.check_answer(device, request, told, self.company())
            return told
        before, company, asked = self.look(), self.company(), self.now
        dump = self.dump()
        answer: Answer | None = None
        trouble = CrmError("offline")
        try:
            answer = deliver(request)
        except CrmError as error:
            trouble = error
        if request.path == "/v1/push":
            self.judge_push(device, request, answer, before, dump)
        else:
            self.judge_command(device, request, answer, dump)
        if device.user not in company.gone:  # for whom the server does nothing, not even what was due
            self.settled = asked
        after = self.look()
        self.notice(after)
        self.check_places(after)
        if answer is None:
            raise trouble
        self.check_answer(device, request, answer, company)
        return answer

    def judge_push(
        self,
        device: Device,
        request: Request,
        answer: Answer | None,
        before: Seen,
        dump: dict[str, list[str]],
    ) -> None:
        """P4: each record is taken in exactly if the model says so, and otherwise stands as it stood."""
        body = _unfolded(request.content or b"", request.headers.get("Content-Encoding"))
        push, after = msgspec.json.decode(body, type=Push), self.look()
        if before.batches.get(push.actor) == push.batch or after.batches.get(push.actor) != push.batch:
            self.check_unchanged(f"a push of {device.name} that is repeated or undone", dump)
            return
        codes = _codes(answer)
        log: dict[RecordKey, list[tuple[int, Edit]]] = {}
        for one in push.log:
            key = RecordKey(one.entity, one.id, one.part)
            log.setdefault(key, []).append((one.counter, decode_edit(bytes(one.edit))))
        is_anything_taken = False
        for record in push.records:
            key = RecordKey(record.entity, record.id, record.part)
            fresh = [(n, e) for n, e in log.get(key, ()) if (push.actor, n) not in before.edits]
            if not fresh:
                continue
            taken = [(push.actor, n) in after.edits for n, _ in fresh]
            if any(taken) != all(taken):
                self.blame("P4", f"{device.name}: {_brief(key)} was taken in by halves")
            is_anything_taken |= all(taken)
            self._judge_record(
                device, key, decode(bytes(record.state)), [e for _, e in fresh], all(taken), codes.get(key)
            )
            if not all(taken) and _contents(before, key) != _contents(after, key):
                self.blame("P4", f"{device.name}: {_brief(key)} was refused and changed")
        if not is_anything_taken:
            self.check_unchanged(f"a push of {device.name} of which nothing was taken in", dump)

    def _judge_record(
        self,
        device: Device,
        key: RecordKey,
        state: Record,
        edits: Sequence[Edit],
        is_taken: bool,
        code: str | None,
    ) -> None:
        said = {name: value for edit in state.edits for name, value in edit.values.items()}
        said |= {name: value for edit in edits for name, value in edit.values.items()}
        home = said.get(HOMES.get(key.entity, ""))
        fields = sorted({name.split(":")[0] for edit in edits for name in edit.values})
        edit = (key.id, key.entity, home, fields)
        expected = judge(self.events, self.now, device.heard, device.user, *edit)
        between = {m for m in self.company().moments if device.heard < m < device.fuzzy}
        for moment in between | {device.fuzzy} if device.fuzzy > device.heard else ():
            expected |= judge(self.events, self.now, moment, device.user, *edit)
        if WAITS in expected and home in (then := Company(self.events, device.heard)).entity:
            expected |= {FORBIDDEN, FIELD} & {
                then.refuses(device.user, *edit)
            }  # no more than when it was made
        if LATE in expected and home and home.encode() not in device.handed:
            expected.add(
                WAITS
            )  # nobody's work is late on what they were never handed: it waits like any guess
        is_apart = key.id not in self.company().entity and home and FIELD in expected
        if is_apart or FORBIDDEN in expected or WAITS in expected:
            expected |= self._by_place(device, edit, WAITS if WAITS in expected else FORBIDDEN)
        told = f"{device.name} ({device.user}): {_brief(key)} {fields}"
        self.say(
            f"  {told} {'taken in' if is_taken else 'refused'} {code or ''}, model: {' or '.join(sorted(expected))}"
        )
        for kind in expected:
            self.happened[f"an edit {kind}"] += 1
        if is_taken and expected.isdisjoint((TAKEN, WAITS, LATE)):
            self.blame("P4", f"{told} was taken in, the model says {sorted(expected)}")
        is_twice = code == FIXED and key.id in self.guessed  # it said anew what is said once
        if (
            not is_taken
            and code not in NUMBERING
            and not is_twice
            and expected.isdisjoint((FORBIDDEN, FIELD))
        ):
            self.blame("P4", f"{told} was refused with {code}, the model says {sorted(expected)}")
        was = Company(self.events, device.heard).refuses(
            device.user, *edit
        )  # work done before is told so, too
        if not is_taken and code not in (None, *NUMBERING, was) and expected == {FIELD} and code != FIELD:
            self.blame("P4", f"{told} was refused with {code} instead of {FIELD}")
        if not is_taken:
            return
        device.handed.add(key.id.encode())
        self.taken |= {word for edit in edits for word in _WORD.findall(repr(dict(edit.values)).encode())}
        if key.id not in self.company().entity:
            is_late = LATE in expected and not (WAITS in expected and self._waits(key))
            self.say(
                f"  {_brief(key)} below {str(home)[-6:]}{' late' if is_late else ''}{' waits' if self._waits(key) else ''}"
            )
            self.homes |= {key.id: home} if home else {}
            self.event("made", key.id, key.entity, home, device.user, is_late)
            if key.entity == "request":
                self._wish(device, said)

    def _by_place(self, device: Device, edit: tuple[Any, ...], code: str) -> set[str]:
        """Late work is told by where a record is now, be it there since its author lost the place. Left open for three weeks.

        So is what is done to a record that was late itself when it came: it hangs where it was made below.
        """
        company, entity = self.company(), edit[1]
        late = [said[4] for said in self.events if said[1:3] == ("made", edit[0]) and said[6]]
        since = 0 if code == WAITS else device.heard
        passed = sorted({device.heard, *(m for m in company.moments if since < m < self.now)})
        for moment, lost in zip(passed, [*passed[1:], self.now], strict=True):
            if self.now - lost > LATE_MS:
                continue  # whoever could then could no longer for more than three weeks, or could later as well
            then, there, now = (Company(self.events, at) for at in (moment, moment, self.now))
            now.entity, now.home, now.place, now.owner = then.entity, then.home, then.place, then.owner
            for home in (home for home in late if home in there.entity):
                there.entity[edit[0]], there.home[edit[0]] = entity, home
            then.team = company.team | then.team
            then.entity, then.home, then.place, then.owner = (
                company.entity, company.home, company.place, company.owner,
            )  # fmt: skip
            known = [then, now, *([there] if late and edit[0] in there.entity else [])]
            if device.user in then.role and any(one.refuses(device.user, *edit) is None for one in known):
                return {LATE, FORBIDDEN, WAITS}
        return set()

    def _waits(self, key: RecordKey) -> bool:
        with self.server.disk.calm(), self.server.database.read() as connection:
            return bool(dialect.run(connection, "SELECT 1 FROM waiting WHERE id = ?", (key.id,)).fetchall())

    def _wish(self, device: Device, said: dict[str, Any]) -> None:
        """What the server decides as soon as it has the request."""
        customer, to = str(said["customer"]), self.name_of(str(said.get("to_user")))
        kinds: dict[str, tuple[Any, ...]] = {
            "claim": ("claim", customer), "release": ("move", customer, None), "hand_over": ("move", customer, to),
        }  # fmt: skip
        order = kinds[said["kind"]]
        if customer in self.company().entity and may_order(self.company(), device.user, *order):
            self.obey(device, order)

    def judge_command(
        self, device: Device, request: Request, answer: Answer | None, dump: dict[str, list[str]]
    ) -> None:
        """P4 for what is ordered: done exactly if the model says so."""
        asked = msgspec.json.decode(
            _unfolded(request.content or b"", request.headers.get("Content-Encoding"))
        )
        order = self._ordered(request.path.rpartition("/")[2], asked)
        done = self._is_done(asked["id"]) if answer is None or answer.status == 200 else False
        customer = asked.get("customers", [None])[0]
        if customer is not None and customer not in self.company().entity:
            expected: bool | None = False
        else:
            expected = may_order(self.company(), device.user, *order)
        self.happened[f"{order[0]} {'done' if done else 'refused'}"] += 1
        self.say(f"{device.name}: orders {order} -> {answer and answer.status} {done}")
        is_heard = answer is not None and answer.status not in (401, 429, 503)
        if answer is not None and is_heard and expected is not None and done != expected:
            body = _unfolded(answer.body, answer.headers.get("content-encoding"))[:200]
            self.blame(
                "P4", f"{device.name} ({device.user}): {order} {done}, the model says {expected}: {body!r}"
            )
        if done:
            self.obey(device, order)
        else:
            self.check_unchanged(f"{order} by {device.name}", dump)

    def _ordered(self, name: str, asked: dict[str, Any]) -> tuple[Any, ...]:
        customer = asked.get("customers", [""])[0]
        user, to = self.name_of(asked.get("user", "")), self.name_of(asked.get("to_user", ""))
        teams = {team: called for called, team in self.template.teams.items()}
        orders: dict[str, Callable[[], tuple[Any, ...]]] = {
            "change-owner": lambda: ("move", customer, to),
            "release": lambda: ("move", customer, None),
            "claim": lambda: ("claim", customer),
            "change-book-owner": lambda: ("books", user, to, asked["leaving"]),
            "change-team": lambda: ("transfer", user, teams.get(asked["team"])),
            "change-role": lambda: ("promote", user, asked["role"]),
            "disable-user": lambda: ("disable", user),
            "share": lambda: ("share", customer, user, asked["until"], asked["can_write"]),
            "end-share": lambda: ("end share", asked["share"]),
            "delegate": lambda: ("delegate", user, to, asked["starts"], asked["ends"]),
            "end-delegation": lambda: ("end delegation", asked["delegation"]),
            "define-role": lambda: (
                "role",
                asked["role"],
                asked["copy_of"],
                asked["withheld"],
                asked.get("hidden"),
            ),
        }
        return orders[name]()

    def obey(self, device: Device, order: tuple[Any, ...]) -> None:
        """The model hears of what was done."""
        match order:
            case "claim", customer:
                self.event("move", customer, device.user)
            case "share", customer, to, *_:  # with the same colleague it takes the place of the one before
                for name in [n for n, known in self.company().shares.items() if known[:2] == (customer, to)]:
                    self.event("end", name)
                self.event("share", self._made("share"), *order[1:])
            case "delegate", away, deputy, starts, ends:
                self.event("delegate", self._made("delegation"), away, deputy, starts, ends)
            case (("end share" | "end delegation"), name):
                self.event("end", name)
            case "role", name, base, withheld, hidden:
                base, _, before = self.company().roles[name or base]
                fields = [tuple(one.split(".")) for one in withheld]
                hidden = before if hidden is None else hidden
                self.event("role", name or self._made("role"), base, fields, hidden)
            case "move", customer, None if self.company().place[customer] == POOL:
                pass
            case _:
                self.event(*order)

    def _made(self, entity: str) -> str:
        """The id of what the server has just made."""
        return max(k.id for k in self.look().rows if k.entity == entity and k.id not in self.company().entity)

    def check_answer(self, device: Device, request: Request, answer: Answer, before: Company) -> None:
        """P2: nothing crosses that the model would not allow, before this request or after it."""
        body = _unfolded(answer.body, answer.headers.get("content-encoding"))
        where = f"{device.name} ({device.user}) {request.method} {request.path}"
        for word in self.canaries.keys() & set(_WORD.findall(body)):
            canary = self.canaries[word]
            if canary.device != device.name and not (
                word in self.taken and self._sees(device, canary.record, before)
            ):
                self.blame("P2", f"{where}: {word.decode()} of {self._told(canary.record)}")
        found = (
            set() if request.path == "/v1/hello" else set(_HEX.findall(body))
        )  # it names the fields to anybody
        left = (
            {b.encode() for b in self.look().owners} if request.path == "/v1/heads" else set()
        )  # once in sight
        if (
            request.path == "/v1/pull" and answer.status == 200
        ):  # pages say what left, not whether anybody had it
            items = msgspec.json.decode(body, type=PullPage).items
            left = {item.id.encode() for item in items if item.kind == "LEAVE"}
            self.happened["an id of what this laptop never had"] += sum(
                name not in device.met and not self._may_name(device, name.decode(), before) for name in left
            )
        if request.path.startswith("/v1/commands/"):  # who makes something is told its name
            said = msgspec.json.decode(body or b"{}")
            made = [said.get("made"), *(result[-1] for result in said.get("results", ()))]
            left |= {name.encode() for name in made if isinstance(name, str)}
        for name in found - device.met - left:
            record = name.decode()
            if record in self.company().entity and not self._may_name(device, record, before):
                self.blame("P2", f"{where}: the id of {self._told(record)}")
        device.met |= found
        device.handed |= found - left

    def _may_name(self, device: Device, record: str, before: Company) -> bool:
        """Whether an id may reach this laptop: of what is in sight, or is named there."""
        return any(self._sees(device, other, before) for other in (record, *self.mentions.get(record, ())))

    def _sees(self, device: Device, record: str, before: Company) -> bool:
        return any(
            record in company.entity and bool(company.rights(device.user, record))
            for company in (self.company(), before)
        )

    def _told(self, record: str) -> str:
        return f"{self.company().entity.get(record, 'what was never taken in')} {record[-6:]}"

    # -- at rest ---------------------------------------------------------------------------------------

    def check_rows(self, device: Device) -> None:
        """P1: the laptop holds exactly what its person may see, and what it could not hand in."""
        company = self.company()
        wanted = {r for r in company.entity if company.rights(device.user, r)}
        unsent = {serial.key.id for serial, _, _ in device.laptop.unsent()}
        rows = {row.key.id: row for row in device.rows()}
        for record in sorted(wanted - rows.keys()):
            self.blame("P1", f"{device.name} ({device.user}) lacks {self._told(record)}")
        for record in sorted(rows.keys() - wanted - self.aside):
            if record not in unsent or (rows[record].seq is not None and record in company.entity):
                self.blame("P1", f"{device.name} ({device.user}) holds {self._told(record)}")

    def check_bytes(self, device: Device) -> None:
        """P6: of what its person may not see, no byte is in any file, but what was typed here and refused."""
        company = self.company()
        unsent = {serial.key.id for serial, _, _ in device.laptop.unsent()}
        content = b"".join(device.laptop.disk.files().values())
        for word, canary in self.canaries.items():
            if (
                canary.record in company.entity
                and company.rights(device.user, canary.record)
                and word in self.taken
            ):
                continue
            if canary.record in unsent:
                continue
            if word[4:] in content and not (canary.device == device.name and word not in self.taken):
                self.blame(
                    "P6",
                    f"{device.name} ({device.user}) bears {word.decode()} of {self._told(canary.record)}",
                )

    def check_places(self, seen: Seen) -> None:
        """What moved is what the model moved."""
        company = self.company()
        for key, (bucket, _, _) in seen.rows.items():
            if key.entity == "customer" and key.id in company.place:
                place = company.place[key.id]
                wanted = POOL if place == POOL else company.owner[place]
                if seen.owners[bucket] != wanted:
                    self.blame(
                        "P4", f"{self._told(key.id)} is with {seen.owners[bucket]}, the model says {wanted}"
                    )

    def check_unchanged(self, what: str, dump: dict[str, list[str]]) -> None:
        """P4: a refusal leaves everything as it was, unless something was due."""
        if any(self.settled < turn <= self.now for turn in self.turns):
            return
        after = self.dump()
        for name in sorted(after):
            if after[name] != dump[name]:
                changed = [row for row in after[name] if row not in dump[name]][:2]
                self.blame("P4", f"{what} changed {name}: {changed}"[:400])

    def finish(self) -> None:
        """All trouble ends; everybody hears everything."""
        self.now += 1000
        for device in self.devices:
            device.wire.trouble = 0.0
        for _ in range(2):
            for device in self.devices:
                self.now += 1000
                if not self.sync(device) and not self.sync(device):
                    self.blame("P1", f"{device.name} does not come to an end")

    # -- looking at the server -----------------------------------------------------------------------------

    def look(self) -> Seen:
        with self.server.disk.calm(), self.server.database.read() as connection:
            rows = dialect.run(
                connection, "SELECT entity, id, part, bucket, move_no, state FROM record"
            ).fetchall()
            kinds = dialect.run(connection, "SELECT id, kind, owner FROM bucket").fetchall()
            edits = dialect.run(connection, "SELECT actor, counter FROM edit").fetchall()
            batches = dialect.run(connection, "SELECT id, batch FROM actor").fetchall()
        names = {user: name for name, user in self.users.items()}
        owners = {b: POOL if kind.startswith("pool") else names.get(owner, kind) for b, kind, owner in kinds}
        found = {RecordKey(e, i, p): (b, m, bytes(s)) for e, i, p, b, m, s in rows}
        return Seen(found, owners, frozenset((a, c) for a, c in edits), dict(map(tuple, batches)))

    def notice(self, seen: Seen) -> None:
        """The server's own records are facts to the model; anything else that nobody wrote is a fault."""
        known = self.company().entity
        for key in sorted(seen.rows.keys()):
            if key.id in known or key.id in self.aside:
                continue
            if key.entity not in SERVERS_OWN:
                self.blame("P4", f"{_brief(key)} came from nowhere")
                continue
            values = {n: v for e in decode(seen.rows[key][2]).edits for n, v in e.values.items()}
            self.mention(key.id, values)
            if values.get("kind") == "set":
                self.aside.add(key.id)
                continue
            home = values.get(HOMES.get(key.entity, ""))
            if key.entity == "late_work" and home is None:  # about a task of nobody's
                home = msgspec.json.decode(values["changes"])[0]["id"]
            who = self.name_of(str(values.get("user"))) if key.entity == "delegation" else ""
            self.event("made", key.id, key.entity, home, who, home is not None)

    def dump(self) -> dict[str, list[str]]:
        """Every row of every table of the server that a refusal must leave alone."""
        with self.server.disk.calm(), self.server.database.read() as connection:
            return {
                name: sorted(map(repr, dialect.run(connection, f"SELECT * FROM {name}").fetchall()))
                for part in accounts.METADATA
                for name in part.tables
                if not name.startswith(NOTES)
            }

    def _is_done(self, command: str) -> bool:
        with self.server.disk.calm(), self.server.database.read() as connection:
            row = dialect.run(
                connection, "SELECT answer, is_done FROM command WHERE id = ?", (command,)
            ).fetchone()
        if row is None or not row[1]:
            return False
        results = msgspec.json.decode(bytes(row[0])).get("results", [])
        return all(result[1] == "done" for result in results)


def _contents(seen: Seen, key: RecordKey) -> object:
    """What a record says, wherever it is."""
    row = seen.rows.get(key)
    return row and (decode(row[2]).clock, decode(row[2]).edits)


def _codes(answer: Answer | None) -> dict[RecordKey, str | None]:
    if answer is None or answer.status != 200:
        return {}
    body = _unfolded(answer.body, answer.headers.get("content-encoding"))
    outcomes = msgspec.json.decode(body, type=PushAnswer).outcomes
    return {RecordKey(o.entity, o.id, o.part): o.code for o in outcomes}


def _unfolded(body: bytes, encoding: str | None) -> bytes:
    if encoding == "zstd":
        return zstandard.ZstdDecompressor().decompressobj().decompress(body)
    return gzip.decompress(body) if encoding == "gzip" else body


def _brief(key: RecordKey) -> str:
    return f"{key.entity} {key.id[-6:]}"


def _pass() -> None:
    """Nothing to do."""
