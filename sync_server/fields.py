"""Which entities and fields this server knows: the product's own and those the company added."""

from __future__ import annotations

from sqlalchemy import Connection

from crmdesk.core.entities import REGISTRY
from crmdesk.core.registry import Registry
from crmdesk.store.projection import custom_fields
from crmdesk.store.records import every


def known_registry(connection: Connection) -> Registry:
    """The registry as the company's `field` records extend it."""
    declared = [stored for page in every(connection, "field") for stored in page]
    return REGISTRY.with_fields(custom_fields(declared, REGISTRY))
