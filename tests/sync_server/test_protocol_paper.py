"""docs/protocol.md is compared with the server it describes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import httpx2
import pytest

from crmdesk.core.errors import PROBLEMS
from crmdesk.core.wire import Kind, Verdict
from sync_server import auditing
from sync_server.orders import Order
from tests.support.server import running_server

ROOT = Path(__file__).parents[2]
PAPER = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
JUDGES = (
    *(ROOT / "sync_server" / f"{name}.py" for name in ("batches", "verdict", "placing", "pushing")),
    *(ROOT / "crmdesk" / "core" / f"{name}.py" for name in ("record", "values")),
)


@pytest.fixture(scope="module")
def openapi(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with running_server(tmp_path_factory.mktemp("paper")) as server:
        found: dict[str, Any] = httpx2.get(f"{server.address}/openapi.json", timeout=60).json()
        return found


def operations(openapi: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    }


def named_problems(operation: dict[str, Any]) -> set[str]:
    said = " ".join(str(reply["description"]) for reply in operation["responses"].values())
    return set(re.findall(r"`(\w+)`", said))


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading."""
    section = PAPER.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def test_the_paper_names_every_route_and_no_other(openapi: dict[str, Any]) -> None:
    assert set(re.findall(r"^### (\w+ /\S+)$", PAPER, re.MULTILINE)) == operations(openapi).keys()


def test_the_paper_says_who_may_call_each_route(openapi: dict[str, Any]) -> None:
    said = [(caller, set(re.findall(r"[A-Z]+ /[^`]+", routes))) for caller, _, routes in rows("Who may call")]
    declared: dict[str, set[str]] = {}
    for route, operation in operations(openapi).items():
        declared.setdefault(operation["x-caller"], set()).add(route)
    assert dict(said) == declared
    assert len(said) == len(declared)


def test_the_paper_names_every_code_that_can_be_answered_and_no_other(openapi: dict[str, Any]) -> None:
    raised = {
        code
        for path in JUDGES
        for code in re.findall(r'CrmError\(\s*"(\w+)"', path.read_text(encoding="utf-8"))
    }
    answered = {code for operation in operations(openapi).values() for code in named_problems(operation)}
    assert {code for code, *_ in rows("Problems")} == raised | answered | {"method_not_allowed"}


def test_the_paper_gives_each_code_its_status() -> None:
    for code, status, _ in rows("Problems"):
        assert PROBLEMS[code].status == int(status), code


def test_the_paper_names_every_kind_of_row_in_the_audit() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "sync_server").glob("*.py"))]
    written = {
        kind
        for text in texts
        for kind in re.findall(r'\b(?:act|_note)\(\s*connection,\s*"(\w+)"', text)
        + re.findall(r'_doubt\(connection, device, "(\w+)"', text)
    }
    named = {kind for first, *_ in rows("The audit") for kind in re.findall(r"\w+", first)}
    assert written - named == set()
    assert written - set(auditing.KINDS) == set()
    assert set(auditing.KINDS) - named - {str(one.__struct_config__.tag) for one in get_args(Order)} == set()
    assert {"hand_in", "token_reused", "revoke"} <= written


def test_the_paper_names_every_verdict_and_kind() -> None:
    assert {verdict for verdict, _ in rows("Pushing")} == set(get_args(Verdict))
    assert set(re.findall(r"`(ENTER|UPDATE|LEAVE|[A-Z]{5,6})`", PAPER)) == set(get_args(Kind))


def test_the_paper_names_the_fields_of_each_answer(openapi: dict[str, Any]) -> None:
    for route, operation in operations(openapi).items():
        section = PAPER.split(f"### {route}\n", 1)[1].split("\n### ", 1)[0]
        for field in _fields(openapi, operation):
            everywhere = section if field in section else PAPER.split("## Pushing", 1)[1]
            assert re.search(rf"\b{field}\b", everywhere), (route, field)


def _fields(openapi: dict[str, Any], operation: dict[str, Any]) -> set[str]:
    schema = operation["responses"]["200"]["content"].get("application/json", {}).get("schema", {})
    if "$ref" in schema:
        schema = openapi["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return set(schema.get("properties", {}))


def test_every_route_describes_its_problems_and_its_sign_in(openapi: dict[str, Any]) -> None:
    for route, operation in operations(openapi).items():
        open_to_all = operation["x-caller"] in ("anybody", "stranger")
        assert ("security" in operation) is not open_to_all, route
        if route != "GET /healthz":
            assert "server_error" in named_problems(operation), route
        if not open_to_all:
            assert {"session_expired", "device_revoked", "device_pending"} <= named_problems(operation)
        for status, reply in operation["responses"].items():
            if int(status) >= 400:
                assert list(reply["content"]) == ["application/problem+json"], (route, status)


def test_the_push_is_described_down_to_its_fields(openapi: dict[str, Any]) -> None:
    body = operations(openapi)["POST /v1/push"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["properties"]) == {"batch", "actor", "chain", "log", "records", "proofs"}
