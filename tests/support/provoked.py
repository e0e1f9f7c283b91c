"""Getting into trouble on purpose: what the tests of errors share."""

from __future__ import annotations

import io
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import wraps
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from crmdesk.cli.session import Given, Session, session
from crmdesk.usecases import reviews
from sync_server.cli import main
from tests.support.desk import Desk
from tests.support.server import RunningServer


def provokes(code: str) -> Callable[[Callable[..., str]], Callable[..., None]]:
    """The test gets itself into trouble and returns the code it was told; it must be `code`."""

    def register(test: Callable[..., str]) -> Callable[..., None]:
        @wraps(test)
        def checked(*args: Any, **kwargs: Any) -> None:
            assert test(*args, **kwargs) == code

        return checked

    return register


def code_for(server: RunningServer, name: str = "Ann", **wish: Any) -> str:
    return server.code(server.people[name].user, **wish)


@contextmanager
def opened(desk: Desk) -> Iterator[Session]:
    with session(Given(profile=desk.profile)) as found:
        yield found


def review_unasked(desk: Desk, visit: str, remark: str = "") -> None:
    """What a tampered program would do: a review that the command line refuses to a rep, written all the same."""
    with opened(desk) as found:
        reviews.review(found.replica, visit, "reviewed", remark)


@contextmanager
def answering(status: int, body: bytes, kind: str) -> Iterator[str]:
    """Something that answers every request alike: a sign-in page, a proxy, a server from another time."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as stranger:
        thread = threading.Thread(target=stranger.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{stranger.server_port}"
        finally:
            stranger.shutdown()
            thread.join(10)


def said(desk: Desk, *words: str) -> str:
    """The code of a command's expected error."""
    return str(desk.fails(*words)["code"])


def served(*words: str) -> str:
    """The code of a server command's expected error."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.MonkeyPatch.context() as typed:
        typed.setattr(sys, "argv", ["crmdesk-server", *words, "--json"])
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code == 1, out.getvalue()
    return str(json.loads(err.getvalue())["code"])
