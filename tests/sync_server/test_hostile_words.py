"""T-46 at the server, on both databases: what an address says is looked for, and is never a statement."""

from __future__ import annotations

from urllib.parse import quote

from tests.support.laptop import enrolled
from tests.support.server import RunningServer

WORDS = (
    "'", '"', "'; DROP TABLE record; --", "1 OR 1=1", "' UNION SELECT refresh FROM device --", "%", "\\", "?", "%s", "$1", ":a", "(", "a" * 100,
    "宏远' --", "\u202e",
)  # fmt: skip


def test_t46_no_word_in_an_address_breaks_out_of_its_place(server: RunningServer) -> None:
    server.add_user("Root", "administrator")
    root = enrolled(server, "Root")
    before = server.digest()
    for word in WORDS:
        for path, query in places(word):
            reply = root.http.get(path, params=query)
            assert reply.status_code < 500, (path, word)
            assert "syntax" not in reply.text.lower()
    assert server.digest() == before


def places(word: str) -> list[tuple[str, dict[str, str | int]]]:
    """Everywhere that an address takes words."""
    quoted = quote(word, safe="")
    names = ("user", "device", "kind", "bucket", "customer", "before")
    found: list[tuple[str, dict[str, str | int]]] = [("/v1/audit", {name: word}) for name in names]
    found += [
        ("/v1/audit/verify", {"after": f"{word}.1.00"}), ("/v1/reconcile/groups", {"bucket": word}),
        ("/v1/reconcile/digests", {"bucket": word, "groups": word}),
        ("/v1/pull", {"bucket": word, "epoch": 1, "after": 0, "salt": word}),
        (f"/v1/records/customer/{quoted}/history", {}), (f"/v1/people/{quoted}/standing", {}),
    ]  # fmt: skip
    return found
