"""Who may order what of the server, by the same model. None: the rules leave it open."""

from __future__ import annotations

from typing import Any

from tests.permissions.model import POOL, Company


def may_order(company: Company, who: str, kind: str, *said: Any) -> bool | None:
    """Whether the server is to do as it is told. What else a deputy may order is left open."""
    answer = _may_order(company, who, kind, *said)
    is_deputy = any(d == who and a <= company.now < b for _, d, a, b in company.stands_in.values())
    return None if answer is False and is_deputy and kind not in ("claim", "promote", "role") else answer


def _may_order(company: Company, who: str, kind: str, *said: Any) -> bool | None:
    if who in company.gone:
        return False
    base = company.base(who)
    is_admin, is_manager = base == "administrator", base == "manager"
    match kind, *said:
        case "move", customer, None:
            place = company.place[customer]
            if place == POOL:
                return None
            owner = company.owner[place]
            return (
                is_admin or (is_manager and company.book(who, owner) == "w") or _answers(company, who, owner)
            )
        case "move", customer, to:
            if to in company.gone:
                return False
            place = company.place[customer]
            is_over_both = company.book(who, to) == "w" and (
                place == POOL or company.book(who, company.owner[place]) == "w"
            )
            return is_admin or (is_manager and is_over_both)
        case "claim", customer:
            return bool(base in ("rep", "manager") and company.place[customer] == POOL)
        case "books", giver, taker, is_leaving:
            if is_admin:
                return giver != who and (None if {giver, taker} & company.gone else True)
            is_over_both = company.book(who, giver) == company.book(who, taker) == "w"
            if {giver, taker} & company.gone:
                return None if is_manager and is_over_both and not is_leaving else False
            return bool(is_manager and is_over_both and not is_leaving)
        case (("transfer" | "promote" | "disable"), user, *_):
            return bool(is_admin and user != who)
        case "share", customer, to, until, _:
            if to in company.gone or (until is not None and until <= company.now):
                return False
            place = company.place[customer]
            if company.owner.get(place) == to:
                return False
            if place == POOL or to == who:
                return None if _may_share(company, who, customer) else False
            return _may_share(company, who, customer)
        case "end share", name:
            customer, guest, *_ = company.shares.get(name, ("", ""))
            return (who == guest or _may_share(company, who, customer)) if customer else None
        case "delegate", away, deputy, starts, ends:
            is_sound = (
                away != deputy and not {away, deputy} & company.gone and starts < ends and company.now < ends
            )
            is_theirs = who == away or is_admin or (is_manager and company.book(who, away) == "w")
            return is_sound and is_theirs and company.base(deputy) != "auditor"
        case "end delegation", name:
            away, deputy, *_ = company.stands_in.get(name, ("", ""))
            return (
                who in (away, deputy) or is_admin or (is_manager and company.book(who, away) == "w")
                if away
                else None
            )
        case "role", *_:
            return is_admin
        case _:
            return None


def _may_share(company: Company, who: str, customer: str) -> bool:
    """Who answers for it by what they are; what was shared with somebody, or lent to them, is not theirs to give on."""
    base, place = company.base(who), company.place[customer]
    if base == "administrator" or place == POOL:
        return base in ("administrator", "manager")
    owner = company.owner[place]
    return (base == "manager" and company.book(who, owner) == "w") or _answers(company, who, owner)


def _answers(company: Company, who: str, owner: str) -> bool:
    return who == owner and company.base(who) != "auditor"
