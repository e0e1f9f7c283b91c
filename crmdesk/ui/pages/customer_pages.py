"""The two pages of customers, the list and the single one: how others ask for them, and what connects them.

Loads neither before it is shown: the first page in view is often another.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from crmdesk.ui.context import Context
from crmdesk.ui.page import Page, PageSpec, Shell

if TYPE_CHECKING:
    from crmdesk.ui.pages.customers import CustomersPage


@dataclass(frozen=True, slots=True)
class NewCustomerWish:
    """A subject for `go`: open the form of a new customer, with a name if one was typed already."""

    name: str = ""


class CustomerPages(QObject):
    """Builds the list and the page of one customer, which asks the list for neighbours. Keep it with the window."""

    visit = Signal(str)
    sample = Signal()

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._list: CustomersPage | None = None

    def specs(self) -> list[PageSpec]:
        """Their entries in the registry of pages: keys `customers` and, hidden, `customer`."""
        return [
            PageSpec("customers", self.tr("Customers"), "users", self._build_list),
            PageSpec("customer", self.tr("Customer"), "users", self._build_one, "hidden"),
        ]

    def close(self) -> None:
        """Let go of what reads in the background, before the runner is shut down."""
        if self._list is not None:
            self._list.feed.close()

    def _build_list(self, shell: Shell) -> Page:
        from crmdesk.ui.pages.customers import CustomersPage

        self._list = CustomersPage(shell, self._context)
        self._list.visit.connect(self.visit)
        self._list.sample.connect(self.sample)
        return self._list

    def _build_one(self, shell: Shell) -> Page:
        from crmdesk.ui.pages.customer_page import CustomerPage

        page = CustomerPage(shell, self._context, self._neighbour)
        page.visit.connect(self.visit)
        return page

    def _neighbour(self, customer: str, by: int) -> str | None:
        return self._list.neighbour(customer, by) if self._list else None
