"""Which entities and fields this server knows: the product's own and those the company added."""

from __future__ import annotations

from sqlalchemy import Connection

from crmdesk.core.entities import REGISTRY
from crmdesk.core.registry import Registry
from crmdesk.store.projection import custom_fields
from sync_server.storage import buckets, people


def known_registry(connection: Connection) -> Registry:
    """The registry as the company's `field` records extend it."""
    config = people.load_company(connection).config
    return REGISTRY.with_fields(custom_fields(buckets.declared_fields(connection, config), REGISTRY))
