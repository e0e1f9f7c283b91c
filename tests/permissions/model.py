"""Who may see and who may write what, from raw events alone: plain lines that share nothing with the product.

An event is (ms, kind, ...). `home` of a record is the one it hangs under. Rights are "", "r" and "w".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Table = dict[str, Any]
LATE_MS = 21 * 86_400_000
POOL, CONFIG = "the pool", "the configuration"
SETTINGS = ("tag", "tag_group", "field", "view", "user", "team", "book", "role")
HEADS = ("manager", "director", "administrator")
LEADERS = ("manager", "director", "auditor")
TAKEN, WAITS, LATE, FORBIDDEN, FIELD = "taken in", "waits", "late", "forbidden", "forbidden_field"


class Company:
    """The company as these events have left it at a moment."""

    def __init__(self, events: Iterable[tuple[Any, ...]], now: int) -> None:
        self.roles: Table = {role: (role, set(), set()) for role in ("rep", "administrator", *LEADERS)}
        self.role, self.team, self.teams, self.own, self.owner = [Table() for _ in range(5)]
        self.entity, self.home, self.place, self.waiting = [Table() for _ in range(4)]
        self.shares, self.stands_in = Table(), Table()
        self.gone, self.moments = set[str](), set[int]()
        """When anything may have changed."""
        self.to_come = sorted(events, key=lambda event: event[0])[::-1]
        self.pass_to(now)

    def pass_to(self, now: int) -> None:
        """Become the company of a later moment."""
        while self.to_come and self.to_come[-1][0] <= now:
            self.now, *said = self.to_come.pop()
            self.moments.add(self.now)
            self.happen(*said)
        self.now = now

    def happen(self, kind: str, *said: Any) -> None:
        match kind, *said:
            case "team", name, parent, shares_books:
                self.teams[name] = (parent, shares_books)
            case "role", name, base, withheld, hidden:
                self.roles[name] = (base, set(withheld), set(hidden))
            case "hire", who, role, team:
                self.role[who], self.team[who] = role, team
                self.new_book(who)
            case (("promote" | "transfer"), who, what):
                (self.role if kind == "promote" else self.team)[who] = what
            case "disable", who:
                self.gone.add(who)
                self.stands_in = {n: s for n, s in self.stands_in.items() if who not in s[:2]}
            case "made", record, entity, home, who, is_late:
                self.entity[record] = entity
                if home in self.entity and (is_late or who == "" or self.rights(who, home, below=True)):
                    self.home[record] = home
                elif entity in SETTINGS:
                    self.place[record] = CONFIG
                else:
                    self.place[record] = self.own[who]
                    self.waiting |= {record: (home, who)} if home else {}
            case "move", customer, to:
                self.place[customer] = POOL if to is None else self.own[to]
                self.shares = {n: s for n, s in self.shares.items() if s[0] != customer}
            case "books", giver, taker, is_leaving:
                self.owner |= {book: taker for book, owner in self.owner.items() if owner == giver}
                self.shares = {n: s for n, s in self.shares.items() if self.owner[self.place[s[0]]] != s[1]}
                if giver not in self.gone:
                    self.happen("disable", giver) if is_leaving else self.new_book(giver)
            case "share", name, customer, to, until, can_write:
                self.shares[name] = (customer, to, until, can_write)
                self.moments |= {until} - {None}
            case "delegate", name, away, deputy, starts, ends:
                self.stands_in[name] = (away, deputy, starts, ends)
                self.moments |= {starts, ends}
            case _:  # "end"
                self.shares.pop(said[0], None)
                self.stands_in.pop(said[0], None)
        for record, (home, who) in list(self.waiting.items()):
            if home in self.entity and self.may_write(who, who, home, self.entity[record], below=True):
                self.home[record] = home
                del self.place[record], self.waiting[record]

    def new_book(self, who: str) -> None:
        self.own[who] = f"{who}'s book {len(self.owner)}"
        self.owner[self.own[who]] = who

    def base(self, who: str) -> str:
        return str(self.roles[self.role[who]][0])

    def hidden(self, who: str) -> set[str]:
        """The parts that somebody's role hides; a part is named like the entity that is kept in it."""
        return set(self.roles[self.role[who]][2])

    def root(self, record: str) -> str:
        return self.root(self.home[record]) if record in self.home else record

    def above(self, team: str | None) -> list[str]:
        return [] if team is None else [team, *self.above(self.teams[team][0])]

    def book(self, who: str, owner: str) -> str:
        base, team, mine = self.base(who), self.team[owner], self.team[who]
        if who == owner:
            return "r" if base == "auditor" else "w"
        if base in LEADERS and (mine in self.above(team) or (base, mine) == ("auditor", None)):
            return "w" if base == "manager" else "r"
        return "w" if team is not None and team == mine and self.teams[team][1] else ""

    def rights_of(self, who: str, record: str, *, below: bool = False) -> str:
        """By role, team, ownership and shares, not by standing in for somebody. `below`: to what hangs there."""
        base, root, place = self.base(who), self.root(record), self.place[self.root(record)]
        if who in self.gone or self.entity[record] in self.hidden(who):
            return ""
        if place == CONFIG:
            return "w" if base in HEADS and self.entity[record] in SETTINGS[:4] else "r"
        if place == POOL:
            is_in_sight = (record == root and not below) or (base in LEADERS and not self.hidden(who))
            right = "" if not is_in_sight else "w" if base == "manager" else "r"
        else:
            right = self.book(who, self.owner[place])
        for customer, to, until, can_write in self.shares.values():
            if (customer, to) == (root, who) and (until is None or self.now < until):
                right = max(right, "w" if can_write else "r")
        return min(right, "r") if base == "auditor" else right

    def faces(self, who: str, record: str | None) -> list[str]:
        """The person, and whoever they stand in for where this record is concerned; None: in their own book."""
        if who in self.gone or (record is not None and self.place[self.root(record)] == CONFIG):
            return [who]
        return [who, *(away for away, deputy, a, b in self.stands_in.values() if deputy == who and a <= self.now < b)]  # fmt: skip

    def rights(self, who: str, record: str, *, below: bool = False) -> str:
        return max(self.rights_of(face, record, below=below) for face in self.faces(who, record))

    def makes(self, who: str, entity: str) -> bool:
        return entity not in self.hidden(who) and (entity != "review" or self.base(who) == "manager")

    def withholds(self, who: str, entity: str, said: Iterable[str]) -> bool:
        return any((entity, name) in self.roles[self.role[who]][1] for name in (*said, "*"))

    def may_write(self, who: str, face: str, target: str, entity: str, *, below: bool) -> bool:
        can_write = self.rights_of(face, target, below=below) == "w"
        return can_write and self.makes(face, entity) and self.base(who) != "auditor"

    def refuses(self, who: str, record: str, entity: str, home: Any, said: Iterable[str]) -> str | None:
        """Why an edit is not simply taken in; None: it is. A record that is not known is made."""
        is_new = record not in self.entity
        at = home if is_new else record
        target = at if at in self.entity and self.rights(who, at, below=is_new) else None
        base = self.base(who)
        if target is not None:
            faces = [f for f in self.faces(who, at) if self.may_write(who, f, at, entity, below=is_new)]
        elif not is_new or base == "auditor" or who in self.gone:
            faces = []
        elif entity in SETTINGS:
            faces = [who] if entity in SETTINGS[:2] or (entity in SETTINGS[2:4] and base in HEADS) else []
        else:
            faces = [f for f in self.faces(who, None) if self.makes(f, entity) and self.book(f, who) == "w"]
        if faces and all(self.withholds(face, entity, said) for face in faces):
            return FIELD
        return FORBIDDEN if not faces else WAITS if home and not target else None


def judge(events: Sequence[tuple[Any, ...]], now: int, heard: int, who: str, *edit: Any) -> set[str]:
    """What may come of an edit that arrives now from somebody who last heard at `heard`."""
    company = Company(events, now)
    code, is_new, home = company.refuses(who, *edit), edit[0] not in company.entity, edit[2]
    is_seen = not (is_new and home) or (home in company.entity and company.rights(who, home, below=True))
    if code is None or (code == FIELD and is_seen):
        return {code or TAKEN}
    fine = (None, WAITS) if code == FORBIDDEN else (None,)
    then, said = Company(events, 0), {}
    for moment in sorted(m for m in company.moments | {heard} if m < now):
        then.pass_to(moment)
        if who in then.role and (is_new or edit[0] in then.entity):
            said[moment] = then.refuses(who, *edit)
    could = [moment for moment, what in said.items() if what in fine]
    fresh = [m for m in could if m >= heard]
    lost = min(m for m in company.moments | {now} if m > could[-1]) if could else now
    if (could and (who in company.gone or company.base(who) == "auditor")) or (fresh and fresh[0] != heard):
        return {LATE, code, FORBIDDEN, WAITS}
    if fresh and now - lost <= LATE_MS:
        at, then = (home or "" if is_new else edit[0]), Company(events, could[-1])
        is_here = at in company.entity and company.place[company.root(at)] == then.place.get(then.root(at))
        # The rules are silent of who may only read now, and of who never saw the home.
        is_open = (is_here and company.rights(who, at)) or None not in said.values()
        field = {FIELD} if company.withholds(who, edit[1], edit[3]) else set()  # a role counts at once
        return field | ({LATE, FORBIDDEN} if is_open or edit[1] in SETTINGS else {LATE})
    return {code, FORBIDDEN} if could else {code}
