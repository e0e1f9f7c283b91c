"""What a write gives back: its result, what it touched, and the name to undo it by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from crmdesk.store.replica import Touched

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """`txn` names the transaction to undo; None means nothing differed, so nothing was written."""

    value: T
    touched: Touched
    txn: str | None
