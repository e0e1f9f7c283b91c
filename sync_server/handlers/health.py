"""Routes for those who watch the server, and the handshake."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlalchemy import text

from crmdesk.core.wire import OLDEST, OURS
from sync_server.fields import known_registry
from sync_server.handlers.bodies import StrictRoute
from sync_server.handlers.callers import Anybody
from sync_server.handlers.context import ANY_PROBLEMS, Challenge, context, problems
from sync_server.storage import people

router = APIRouter(tags=["health"], route_class=StrictRoute)


class Health(BaseModel):
    """A sign of life."""

    status: str


class Hello(BaseModel):
    """Whose server this is, what it speaks and which fields it knows."""

    server_id: str
    company: str
    protocol: int
    minimum_protocol: int
    merge: int
    minimum_merge: int
    schema_: int = Field(alias="schema")  # pydantic keeps the plain name to itself
    minimum_schema: int
    server_ms: int
    entities: dict[str, list[str]]
    proof: str = Field(
        description="The company's signature over the challenge, hexadecimal; empty without one"
    )


@router.get("/healthz", responses=problems("malformed_body"))
def healthz(_who: Anybody) -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/readyz", responses=problems("malformed_body", "server_busy", "server_error"))
def readyz(request: Request, _who: Anybody) -> Health:
    """The database answers."""
    with context(request).database.read() as connection:
        connection.execute(text("SELECT 1 FROM company"))
    return Health(status="ok")


@router.get("/v1/hello", responses=problems(*ANY_PROBLEMS))
def hello(request: Request, _who: Anybody, challenge: Challenge = None) -> Hello:
    """The handshake; needs no sign-in, and answers any version: who asks must know whose server says it is too old."""
    here = context(request)
    with here.database.read() as connection:
        company = people.load_company(connection)
        registry = known_registry(connection)
    return Hello(
        server_id=company.server_id,
        company=company.name,
        protocol=OURS.protocol,
        minimum_protocol=OLDEST.protocol,
        merge=OURS.merge,
        minimum_merge=OLDEST.merge,
        schema=OURS.schema,
        minimum_schema=OLDEST.schema,
        server_ms=here.now().ms,
        entities={name: sorted(entity.by_name) for name, entity in registry.entities.items()},
        proof=here.authority.signer.sign("hello", bytes.fromhex(challenge)).hex() if challenge else "",
    )
