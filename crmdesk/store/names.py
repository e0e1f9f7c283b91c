"""What projected tables and columns are called: shared by who writes them and who reads them."""

from __future__ import annotations

from typing import Final

from crmdesk.core.registry import Field

DELETED: Final = 1
"""The `life` of a record that is hidden."""
CONTESTED: Final = 2
"""The `life` of a record that was deleted and is on show all the same, until somebody decides."""
SHOWN: Final = f"life <> {DELETED}"
"""The condition for records on show, contested ones included."""


def table(entity: str) -> str:
    """The projection table of an entity."""
    return f"p_{entity}"


def column(field: Field) -> str:
    """The column a field is read from."""
    return f"f_{field.name}"
