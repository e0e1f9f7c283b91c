"""What a record and its fields are called where a command tells what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from crmdesk.core.registry import DELETED

if TYPE_CHECKING:
    from crmdesk.cli.session import Session
    from crmdesk.core.registry import Registry


def record(session: Session, registry: Registry, entity: str, record_id: str, fields: Iterable[str]) -> str:
    """A record by its kind and name, with the names of fields of it: 客户 上海鑫云 · 等级、来源.

    Of one that was deleted or brought back it says so. One that has no name here is called by its id.
    """
    from crmdesk.usecases.status import title_of

    text, declared = session.out.text, registry.entities.get(entity)
    kind = session.out.label(declared.label) if declared else entity
    called = f"{kind} {title_of(session.reader, registry, entity, record_id) or record_id}"
    names = [session.out.label(found.label) for name in fields if (found := registry.find(entity, name))]
    if DELETED.name in fields and declared:
        life = session.reader.value(f"SELECT life FROM p_{entity} WHERE id = ?", (record_id,))
        names = [text("已删除", "deleted") if life == 1 else text("已恢复", "brought back")]
    return f"{called} · {text('、', ', ').join(names)}" if names else called
