"""Planted permission bugs: each rewrites a piece of the product's source, and a scenario kills it.

`python -m tests.permissions.bugs` hunts each and prints the killing seed and the invariant that fell; `--note`
writes the seeds down, where the next hunt begins. The model was finished before any of these places was read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from functools import partial
from typing import Final

from tests.permissions.campaign import STEPS, run
from tests.permissions.noted import killed, note_killed
from tests.permissions.staff import template
from tests.simulation.bugs import Bug, Kill, Patch
from tests.simulation.processes import in_processes

MAX_SEEDS: Final = 120


def _bug(name: str, breaks: str, *patches: tuple[str, str, str]) -> Bug:
    return Bug(name, breaks, (), tuple(Patch(*patch) for patch in patches))


def hunt(bug: Bug, seeds: Iterable[int], *, steps: int = STEPS) -> Kill | None:
    """Run scenarios with the bug planted until an invariant falls; None if it survives them all.

    The company that all begin with is made before: one made under a bug would let every other look killed.
    """
    template(None)
    with bug.planted():
        for seed in seeds:
            found = run(seed, steps=steps)
            if found.violations:
                return Kill(seed, *found.violations[0])
    return None


_P, _L, _R, _M, _S = (
    "sync_server.policy",
    "sync_server.placing",
    "sync_server.storage.rights",
    "sync_server.moving",
    "sync_server.sharing",
)
_D, _A, _C = "sync_server.delegating", "sync_server.accounts", "sync_server.commands"
_STORE = "crmdesk.store.replica"

BUGS: Final = (
    # who reads a book
    _bug("regions_forgotten", "whoever leads a region reads its teams",
        (_P, "lines = set(org.above(found.team))", "lines = {found.team}")),
    _bug("every_team_shares", "a team shares its books only if it says so",
        (_P, "found.team is not None and org.teams[found.team].shares_books", "found.team is not None")),
    _bug("no_team_shares", "colleagues of a sharing team read each other",
        (_P, "elif shares and member.team == found.team:", "elif shares and member.team is None:")),
    _bug("administrators_read_along", "administrators read no customers by being so",
        (_P, "elif member.role in (Role.MANAGER, *ONLY_READ) and member.team in lines:", "elif member.role is not Role.REP and member.team in lines:")),
    _bug("administrators_read_all", "administrators read no customers by being so",
        (_P, "elif member.role is Role.AUDITOR and member.team is None:", "elif member.role in (Role.AUDITOR, Role.ADMINISTRATOR) and member.team is None:")),
    _bug("directors_write", "directors only read",
        (_P, "            readers[member.user] = member.role is Role.MANAGER\n", "            readers[member.user] = True\n")),
    _bug("colleagues_only_read", "colleagues of a sharing team write",
        (_P, "readers[member.user] = member.role not in ONLY_READ", "readers[member.user] = False")),
    _bug("lone_auditors_blind", "an auditor without a team reads the company",
        (_P, "elif member.role is Role.AUDITOR and member.team is None:", "elif member.role is Role.AUDITOR and member.team == '':")),
    _bug("auditors_of_a_team_read_all", "an auditor of a team reads that team",
        (_P, "elif member.role is Role.AUDITOR and member.team is None:", "elif member.role is Role.AUDITOR:")),
    _bug("auditors_write", "auditors write nothing",
        (_P, "Right(can_write and mandate.role is not Role.AUDITOR, frozenset", "Right(can_write, frozenset")),
    _bug("auditors_make_tags", "auditors write nothing, tags neither",
        (_P, "return any(one.role is not Role.AUDITOR for one in right.mandates)", "return True")),
    # the pool and the settings
    _bug("pool_details_for_all", "only leaders read what hangs below the pool",
        (_P, "leaders = (m for m in org.present() if m.role in (Role.MANAGER, *ONLY_READ))", "leaders = org.present()")),
    _bug("pool_details_without_auditors", "auditors read what hangs below the pool",
        (_P, "leaders = (m for m in org.present() if m.role in (Role.MANAGER, *ONLY_READ))", "leaders = (m for m in org.present() if m.role in (Role.MANAGER, Role.DIRECTOR))")),
    _bug("pool_written_by_all", "only managers write in the pool",
        (_P, "        case Kind.POOL:\n            return {m.user: m.role is Role.MANAGER for m in org.present()}", "        case Kind.POOL:\n            return {m.user: True for m in org.present()}")),
    _bug("settings_written_by_all", "only those who lead write settings",
        (_P, "return {m.user: m.role in CONFIGURERS for m in org.present()}", "return {m.user: True for m in org.present()}")),
    _bug("settings_without_directors", "directors write settings",
        (_P, "return {m.user: m.role in CONFIGURERS for m in org.present()}", "return {m.user: m.role in CONFIGURERS and m.role is not Role.DIRECTOR for m in org.present()}")),
    _bug("tags_edited_by_all", "only a new tag is anybody's",
        (_L, "        self._allow(item, right, item.fresh(stored.record))\n", "        self._allow(item, right, item.fresh(stored.record), is_new=True)\n")),
    _bug("details_stay_flat", "what hangs below a customer goes apart in the pool",
        (_M, "    if bucket in (company.pool, company.pool_details):\n        return company.pool_details\n", "")),
    # reviews and fields
    _bug("anybody_reviews", "only managers review",
        (_P, 'return right.can_write and (entity != "review" or any(one.role is Role.MANAGER for one in right.mandates))', "return right.can_write")),
    _bug("whole_entities_open", "a role may withhold all of an entity",
        ("crmdesk.core.roles", 'is_all = f"{entity}.{EVERY_FIELD}" in self.withheld', "is_all = False")),
    _bug("withheld_for_new_only", "withheld fields can't be edited",
        (_L, "        self._allow(item, right, item.fresh(stored.record))\n", "        self._allow(item, right, ())\n")),
    _bug("withheld_for_old_only", "withheld fields can't be set in a new record",
        (_L, "        right, left = self._right_at(item.key, bucket)\n        self._allow(item, right, item.log)\n", "        right, left = self._right_at(item.key, bucket)\n        self._allow(item, right, ())\n")),
    _bug("withheld_children_open", "withheld fields can't be set in a new record below another",
        (_L, "            self._allow(item, right, item.log)\n            return Place(root, Placement(0, bucket))", "            self._allow(item, right, ())\n            return Place(root, Placement(0, bucket))")),
    _bug("role_cached", "a role that changes counts at once",
        (_R, "if before.get(key) != after[key])", "if before.get(key, (None, ''))[0] != after[key][0])")),
    _bug("role_unheard", "a role that withholds more counts at once",
        (_A, '    _publish(connection, RecordKey("role", made.id), values, now)\n    rewrite_readers(connection, now)\n', '    _publish(connection, RecordKey("role", made.id), values, now)\n')),
    # parts that a role hides
    _bug("hidden_part_read", "who acts under a role that hides a part gets none of it",
        (_P, "hidden = PARTS if domain.kind is Kind.POOL_DETAILS else (domain.part,)", "hidden = PARTS if domain.kind is Kind.POOL_DETAILS else ()")),
    _bug("hidden_part_read_in_the_pool", "a part that is hidden is hidden below the pool too",
        (_P, "hidden = PARTS if domain.kind is Kind.POOL_DETAILS else (domain.part,)", "hidden = (domain.part,)")),
    _bug("hidden_part_written", "who may not read a part does not write it",
        (_P, "    right = None if right is None else _without((part,), right)\n", ""),
        (_L, "self._right_at(item.key, own)[0] if right is None else right", "self.rights.get(self.who.book) if right is None else right")),
    _bug("hidden_part_lent", "a deputy reads what who is away reads, and not more",
        (_P, "        lent, deputy = own.get(absence.user), org.members[absence.deputy]\n", "        lent, deputy = own.get(absence.user) or Right(False, frozenset((org.members[absence.user].mandate,))), org.members[absence.deputy]\n")),
    _bug("hidden_part_shared", "a share shows a guest no part that their role hides",
        (_P, "hidden = PARTS if domain.kind is Kind.POOL_DETAILS else (domain.part,)", "hidden = PARTS if domain.kind is Kind.POOL_DETAILS else () if domain.kind is Kind.SET else (domain.part,)")),
    _bug("parts_kept_together", "a part is in a bucket of its own",
        (_M, "    return part_bucket(bucket, part)\n", "    return bucket\n")),
    _bug("waiting_part_kept_together", "what waits for its customer is in its part too",
        (_L, "        own = part_bucket(self.who.book, part)\n", "        own = self.who.book\n")),
    _bug("parts_shown_again", "a role that is changed without a word about parts goes on hiding them",
        (_A, "        hidden = known[copied].hidden if copied else frozenset()\n", "        hidden = frozenset()\n")),
    # shares
    _bug("guests_write", "a share to read only reads",
        (_P, "readers.get(guest.user, False) or guest.can_write", "True")),
    _bug("guests_only_read", "a share to write writes",
        (_P, "readers.get(guest.user, False) or guest.can_write", "readers.get(guest.user, False)")),
    _bug("guests_lose_their_own", "a share takes nothing from who reads by role",
        (_P, "readers.get(guest.user, False) or guest.can_write", "guest.can_write")),
    _bug("share_forgets_the_others", "shares of one customer add up",
        (_S, "[new, *(one for one in before if one.user != new.user)]", "[new]")),
    _bug("shares_never_end", "a share ends at its time",
        (_S, "    return due is not None and due <= now.ms", "    return False")),
    _bug("ended_share_stays", "a share that is ended is over",
        (_S, "    return _settle(connection, customer, target, now, held)\n\n\ndef end_all", "    return 0\n\n\ndef end_all")),
    _bug("share_of_a_reader", "only who answers for a customer shares it",
        ("sync_server.sight", "if buckets.owner_of(self._connection, place) is None or not self.answers_for(place):", "if buckets.owner_of(self._connection, place) is None:")),
    _bug("lent_is_given_away", "nobody gives away what was shared with or lent to them",
        ("sync_server.sight", "return policy.by_themselves(domain, self._org).get(self._who.user)", "return rights.rights(self._connection, self._who.user).get(place)")),
    _bug("anybody_ends_a_share", "only those who share, and the guest, end a share",
        (_D, "    if who.user == share.user:\n        return\n", "    return\n")),
    # standing in
    _bug("deputies_of_deputies", "nobody represents at second hand",
        (_P, "lent, deputy = own.get(absence.user), org.members[absence.deputy]", "lent, deputy = found.get(absence.user), org.members[absence.deputy]")),
    _bug("deputies_blind", "a deputy reads what who is away reads",
        (_P, "        if lent is not None and not deputy.is_disabled:", "        if lent is not None and absence.deputy in own:")),
    _bug("deputies_only_read", "a deputy writes as who is away",
        (_P, "lent = lent if deputy.role is not Role.AUDITOR else Right(False, lent.mandates)", "lent = Right(False, lent.mandates)")),
    _bug("deputies_configure", "who stands in for a manager does not write settings",
        (_P, "return own if domain.kind is Kind.CONFIG else _with_deputies(own, org)", "return _with_deputies(own, org)")),
    _bug("deputies_keep_it", "a delegation that is ended is over",
        (_S, '    _publish(connection, old, {"ended": True}, now)\n    note_rights(connection, now, is_over=is_over)\n', '    _publish(connection, old, {"ended": True}, now)\n')),
    _bug("anybody_delegates", "one stands in for somebody only by their will, or their leaders'",
        (_D, '    if who.user != order.user and not Sight(connection, who).leads(order.user):\n        raise CrmError("forbidden")\n', "")),
    _bug("a_manager_of_nobody_delegates", "a manager decides for those they lead",
        ("sync_server.sight", "return self.may_move(book, book)", "return self._who.role is Role.MANAGER")),
    # orders
    _bug("one_book_is_enough", "who hands over answers for both books",
        (_P, "(role is Role.MANAGER and _writes(old) and _writes(new))", "(role is Role.MANAGER and _writes(old))")),
    _bug("reps_hand_over", "only managers and administrators hand over",
        (_P, "(role is Role.MANAGER and _writes(old) and _writes(new))", "(_writes(old) and _writes(new))")),
    _bug("colleagues_release", "a customer is released by who answers for it",
        (_P, "    return _writes(right) and (is_owner or role is Role.MANAGER)", "    return _writes(right)")),
    _bug("anybody_claims", "reps and managers claim",
        (_P, "    return is_pool_read and role in (Role.REP, Role.MANAGER)", "    return is_pool_read")),
    _bug("managers_rearrange", "only administrators change roles and teams",
        (_P, 'whose book is whose."""\n    return role is Role.ADMINISTRATOR', 'whose book is whose."""\n    return role in (Role.ADMINISTRATOR, Role.MANAGER)')),
    _bug("anybody_defines_roles", "only administrators define roles",
        (_D, '            if not policy.may_lead(who.role):\n                raise CrmError("forbidden")\n', ""),
        ("sync_server.handlers.callers", '    if not policy.may_lead(who.role):\n        await to_thread.run_sync(_note_forbidden, request, who)\n        raise CrmError("forbidden")\n', "")),
    _bug("forbidden_tells", "what is out of sight does not exist",
        ("sync_server.sight", '        if not self.reads(place):\n            raise CrmError("not_found")', '        if not self.reads(place):\n            raise CrmError("forbidden")'),
        ("sync_server.sight", "        if not self.reads(stored.record.placement.bucket) and not buckets.has_left(\n", "        if stored is None and not buckets.has_left(\n")),
    # what is pushed
    _bug("claim_decides", "the stored row decides, not the claim",
        (_L, "self._right_at(stored.key, placement.bucket, is_pardoned=is_known, is_own=is_own)", "self._right_at(stored.key, item.record.placement.bucket if item.record else placement.bucket, is_pardoned=is_known)")),
    _bug("open_on_nothing", "no right is no right",
        (_L, "        if right is None or not policy.may_write(\n", "        if right is None:\n            return\n        if not policy.may_write(\n")),
    _bug("readers_write", "who reads does not write",
        (_P, 'return right.can_write and (entity != "review"', 'return (entity != "review"'),
        (_L, "        return right is not None and right.can_write\n", "        return right is not None\n")),
    _bug("late_for_ever", "late work is taken in for three weeks",
        (_L, "        is_recent = self.now_ms - lost_at <= self._late_ms\n", "        is_recent = True\n"),
        (_L, "<= lost_at and self.now_ms - lost_at <= self._late_ms", "<= lost_at")),
    _bug("heard_counts_for_nothing", "who heard of a loss writes no more",
        (_L, "return (self.who.pulled_at or self.joined_ms) <= lost_at and self.now_ms", "return self.now_ms")),
    _bug("late_work_refused", "late work is taken in",
        (_L, "return (self.who.pulled_at or self.joined_ms) <= lost_at and self.now_ms", "return lost_at < 0 and self.now_ms"),
        (_L, "        if not is_recent or self.pulled.get(departure.bucket, 0) >= departure.seq:\n", "        if departure.seq >= 0:\n")),
    _bug("book_as_claimed", "what is new goes into its author's own book",
        (_L, "        return Place(item.key.id, Placement(0, bucket), left)\n", "        return Place(item.key.id, item.record.placement if item.record else Placement(0, bucket), left)\n")),
    _bug("joined_by_guessing", "nobody puts anything into a bucket by guessing an id",
        (_M, "    return owner is not None and _writes(connection, owner, target, now)", "    return owner is not None")),
    _bug("strangers_move_along", "what waits under an id it does not see stays with its author",
        (_M, "found = [s for s in records.under_roots(connection, roots) if s.record.placement.bucket in kept]", "found = list(records.under_roots(connection, roots))")),
    _bug("children_stay", "all below a customer goes with it",
        (_M, "    return sorted(found, key=lambda s: (s.key != customer.key, s.n))", "    return [s for s in found if s.key == customer.key]")),
    _bug("leave_unsaid", "the old bucket says that a record left",
        (_M, 'ends: tuple[tuple[str, Kind], ...] = ((old.bucket, "LEAVE"), (bucket, "ENTER"))', 'ends: tuple[tuple[str, Kind], ...] = ((bucket, "ENTER"),)')),
    # who reads, written down
    _bug("teams_unheard", "who reads a book follows the team",
        (_A, "    _publish_account(connection, made, now)\n    _write_readers(connection, then, now)\n", "    _publish_account(connection, made, now)\n")),
    _bug("rights_never_lost", "what is no longer somebody's goes",
        (_R, "    gone = sorted(before.keys() - after.keys())", "    gone: list[tuple[str, str]] = []")),
    _bug("history_open", "the past of what one may not see is not told",
        ("sync_server.pulling", "buckets.places(connection, entity, record_id).items() if bucket in readable", "buckets.places(connection, entity, record_id).items() if bucket or readable")),
    # what stays on a laptop
    _bug("history_kept", "with a record its past leaves a laptop",
        (_STORE, "        records.remove_history(connection, [s.key for s in gone])\n", "")),
    _bug("index_kept", "with a record its words leave a laptop",
        (_STORE, "        projection.forget(connection, leaving)\n        kept = ", "        kept = ")),
    _bug("not_scrubbed", "no byte of what left stays in the file",
        (_STORE, '        settings.write(connection, {"scrub": True})\n        return Touched(frozenset(s.key for s in leaving))', "        return Touched(frozenset(s.key for s in leaving))")),
)  # fmt: skip


def main() -> int:
    asked = argparse.ArgumentParser(description="Plant permission bugs and hunt them.")
    asked.add_argument("names", nargs="*")
    asked.add_argument("--note", action="store_true", help="write the killing seeds down for the next hunt")
    asked.add_argument("--seeds", type=int, default=MAX_SEEDS)
    asked.add_argument("--jobs", type=int)
    said = asked.parse_args()
    names = [bug.name for bug in BUGS if not said.names or bug.name in said.names]
    found: dict[str, int | None] = {}
    for name, kill in in_processes(partial(_hunted, said.seeds), names, said.jobs):
        found[name] = kill.seed if kill else None
        fate = f"seed {kill.seed:>4}  {kill.invariant:<8} {kill.detail[:110]}" if kill else "SURVIVED"
        print(f"{name:<30} {fate}", flush=True)
        if said.note:
            note_killed({name: found[name]})
    survivors = sum(seed is None for seed in found.values())
    print(f"{len(names)} bugs, {survivors} survived")
    return int(bool(survivors))


def _hunted(seeds: int, name: str) -> tuple[str, Kill | None]:
    bug = next(bug for bug in BUGS if bug.name == name)
    first = killed().get(name)
    return name, hunt(bug, [*([] if first is None else [first]), *range(seeds)])


if __name__ == "__main__":
    sys.exit(main())
