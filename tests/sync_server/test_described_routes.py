"""The server's own description, taken at its word: requests that nobody thought of, sent as everybody.

`make schemathesis EXAMPLES=100` asks for longer, other things each time.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok

from tests.support.laptop import Laptop
from tests.support.routes import REQUESTS, Company
from tests.support.server import RunningServer

EXAMPLES: Final = int(os.environ.get("CRMDESK_EXAMPLES", "0"))
FEW: Final = 2
"""Examples a route in the whole suite, the same each time."""
NEVER_ENDS: Final = "GET /v1/live"
"""Its description is asked for by tests/sync_server/test_routes.py, and no more than its head."""
ID: Final = re.compile(r"[0-9a-f]{32}")
NO_SESSION: Final = {"anonymous", "garbage", "revoked", "pending"}
SOME: Final = (
    "anonymous",
    "revoked",
    "rep",
    "custom",
    "manager",
    "director",
    "auditor",
    "administrator",
    "another's eyes",
)
"""Those who ask in the whole suite."""
CHECKED: Final = ("not_a_server_error", "status_code_conformance", "content_type_conformance")


def lent(found: Any, ids: Iterator[str | None]) -> Any:
    """The same, with ids that there are in the place of some that were made up."""
    match found:
        case str():
            return (next(ids) or found) if ID.fullmatch(found) else found
        case dict():
            return {name: lent(value, ids) for name, value in found.items()}
        case list():
            return [lent(value, ids) for value in found]
        case _:
            return found


@pytest.mark.timeout(400)  # a thousand requests: on a machine with much else to do they may take minutes
@pytest.mark.parametrize("url", [os.environ.get("CRMDESK_STORE") or "sqlite"], indirect=True)
def test_t05_whatever_is_asked_by_whomever_gets_an_answer_that_the_description_names(
    server: RunningServer,
) -> None:
    company = Company(server)
    known = [
        company.kept,
        company.visit,
        company.bo.user,
        company.bo.book,
        company.user("Ann"),
        company.share(),
    ]
    known += [company.delegation(), company.device(), company.refused()]
    described = schemathesis.openapi.from_dict(Laptop(server, "").http.get("/openapi.json").json())
    load_all_checks()
    checks: Any = [CHECKS.get_one(name) for name in CHECKED]
    wrong: dict[str, str] = {}
    asked = 0
    with requests.Session() as session:
        for found in described.get_all_operations():
            assert isinstance(found, Ok), found
            operation = found.ok()
            if operation.label != NEVER_ENDS:
                _ask(company, session, operation, known, checks, wrong)
                asked += 1
    assert asked == len(REQUESTS) - 1
    assert not wrong, "\n\n".join(f"{label}: {said}" for label, said in wrong.items())


def _ask(
    company: Company,
    session: requests.Session,
    operation: Any,
    known: list[str],
    checks: list[Any],
    wrong: dict[str, str],
) -> None:
    """Send examples of one route as everybody, and write down the first answer for each asker that it should not give."""
    is_open = "security" not in operation.definition.raw

    @settings(
        max_examples=EXAMPLES or FEW,
        derandomize=not EXAMPLES,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), data=st.data())
    def ask(case: Case[Any], data: st.DataObject) -> None:
        ids = (data.draw(st.sampled_from([None, *known])) for _ in iter(int, 1))
        case.path_parameters = {
            name: next(ids) or value for name, value in (case.path_parameters or {}).items()
        }
        case.body = lent(case.body, ids)
        for asker in company.askers if EXAMPLES else SOME:
            http = company.askers[asker]
            own = {
                name: http.headers[name]
                for name in ("Authorization", "Crmdesk-See-As")
                if name in http.headers
            }
            reply = case.call(company.server.address, session, {**dict(case.headers or {}), **own})
            try:
                case.validate_response(reply, checks=checks)
                if asker in NO_SESSION and not is_open:
                    assert reply.status_code >= 400, "answered to nobody"
            except (FailureGroup, AssertionError) as error:
                wrong.setdefault(
                    f"{operation.label} as {asker}", f"{error}\n{reply.status_code} {reply.text[:500]}"
                )

    ask()
