"""Checking a sample: customers drawn at random, looked at one by one, judged right or wrong; what comes of it is signed off.

A sample under way is kept on this laptop as a draft, so that nothing judged is lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from crmdesk.core.coaching import Flaw, flaws
from crmdesk.core.criteria import Bearings
from crmdesk.core.quality import Outcome as Sampled
from crmdesk.core.quality import Verdict, draw, key_fields
from crmdesk.core.record import RecordKey
from crmdesk.core.values import Value
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.usecases import customers, drafts, sign_offs
from crmdesk.usecases.customers import Contact
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.records import find_view

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

_DRAFT: Final = "sampling"
_AT_ONCE: Final = 400


class Sampling(msgspec.Struct, frozen=True):
    """A sample under way: its seed, the customers in the order to look at, out of how many, and what was said of whom.

    `verdicts` maps customers to a verdict; `wrong` those that are wrong to the field that is, blank for the whole.
    """

    seed: int
    customers: tuple[str, ...]
    among: int
    verdicts: dict[str, Verdict] = {}
    wrong: dict[str, str] = {}

    @property
    def next(self) -> str | None:
        """The first customer of whom nothing was said yet; None at the end."""
        return next((one for one in self.customers if one not in self.verdicts), None)

    @property
    def outcome(self) -> Sampled:
        """What has come of it so far."""
        said = Counter(self.verdicts.values())
        return Sampled(self.among, said[Verdict.RIGHT] + said[Verdict.WRONG], said[Verdict.WRONG])

    @property
    def faults(self) -> list[tuple[str, int]]:
        """The fields that were wrong and how often, the most frequent first."""
        return Counter(self.wrong.values()).most_common()

    def judged(self, customer: str, verdict: Verdict, field: str = "") -> Sampling:
        """The same after somebody said this of a customer; what was said before is replaced."""
        wrong = {one: name for one, name in self.wrong.items() if one != customer}
        if verdict is Verdict.WRONG:
            wrong[customer] = field
        return msgspec.structs.replace(self, verdicts={**self.verdicts, customer: verdict}, wrong=wrong)

    def taken_back(self) -> Sampling:
        """The same without the last verdict."""
        if not self.verdicts:
            return self
        *before, (last, _) = self.verdicts.items()
        wrong = {one: name for one, name in self.wrong.items() if one != last}
        return msgspec.structs.replace(self, verdicts=dict(before), wrong=wrong)


@dataclass(frozen=True, slots=True)
class Looked:
    """A customer of a sample as it is judged: what its key fields say, its people, and what looks wrong already."""

    id: str
    name: str
    values: Mapping[str, Value]
    people: tuple[Contact, ...]
    flaws: tuple[Flaw, ...]


def begin(reader: Reader, size: int, seed: int) -> Sampling:
    """Draw a sample of the customers that are here."""
    every = [row[0] for row in reader.all(f"SELECT id FROM p_customer WHERE {SHOWN}")]
    return Sampling(seed, tuple(draw(every, size, seed)), len(every))


def look(reader: Reader, bearings: Bearings, customer: str) -> Looked | None:
    """A customer to be judged; None for one that left this laptop meanwhile."""
    view = find_view(reader, bearings.registry, RecordKey("customer", customer))
    if view is None:
        return None
    wrong = flaws("customer", view.values, key_fields(bearings.registry), bearings)
    name = view.values.get("name")
    people = customers.contacts(reader, customer)
    return Looked(customer, name if isinstance(name, str) else "", view.values, people, tuple(wrong))


def names(reader: Reader, sampling: Sampling) -> dict[str, str]:
    """What the customers of a sample are called; those that left this laptop are not among them."""
    found: dict[str, str] = {}
    for at in range(0, len(sampling.customers), _AT_ONCE):
        chunk = sampling.customers[at : at + _AT_ONCE]
        marks = ", ".join("?" * len(chunk))
        query = f"SELECT id, coalesce(f_name, '') FROM p_customer WHERE {SHOWN} AND id IN ({marks})"
        found.update(reader.all(query, chunk))
    return found


def keep(replica: Replica, sampling: Sampling) -> Outcome[None]:
    """Remember a sample under way."""
    kept: dict[str, Any] = msgspec.to_builtins(sampling)
    return drafts.keep(replica, _DRAFT, kept)


def resume(reader: Reader) -> Sampling | None:
    """The sample under way, if there is one."""
    kept = drafts.find(reader, _DRAFT)
    try:
        return None if kept is None else msgspec.convert(kept, Sampling)
    except msgspec.ValidationError:
        return None


def give_up(replica: Replica) -> Outcome[None]:
    """Forget the sample under way."""
    return drafts.drop(replica, _DRAFT)


def finish(replica: Replica, sampling: Sampling) -> Outcome[str]:
    """Sign off what came of a sample, for everybody to see; returns the sign-off's id. Raises `forbidden`."""
    came = sampling.outcome
    remark = "; ".join(f"{field or '-'}: {count}" for field, count in sampling.faults)
    done = sign_offs.sign(
        replica, "sampling", f"{came.judged} / {came.among}", among=came.among, judged=came.judged, wrong=came.wrong,
        seed=sampling.seed, remark=remark or None,
    )  # fmt: skip
    give_up(replica)
    return done
