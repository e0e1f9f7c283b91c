"""What a laptop seals to its company before it destroys what it holds: the shapes that both sides share."""

from __future__ import annotations


def info(server_id: str) -> bytes:
    """What binds a sealed message to its purpose and its company (HPKE's `info`)."""
    return f"crmdesk-sealed\n{server_id}".encode()
