"""Anki's own sync, measured: run by a Python that has the package `anki`, which is never ours.

`python anki_peer.py FOLDER` reads one text a line from standard input, makes a note of each, and prints
`{"push": notes/s, "pull": notes/s}`: a normal sync of that many new notes (two rows each) from one collection to
Anki's sync server, a process of its own on this machine, and of another collection from there.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from anki.collection import AddNoteRequest, Collection  # type: ignore[import-not-found]

USER, PASSWORD = "bench", "bench"


def main(folder: Path, texts: list[str]) -> dict[str, float]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "SYNC_USER1": f"{USER}:{PASSWORD}",
        "SYNC_BASE": str(folder / "server"),
        "SYNC_HOST": "127.0.0.1",
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "anki.syncserver"],
        env={**os.environ, **settings, "SYNC_PORT": str(port), "RUST_LOG": "error"},
        stdout=subprocess.DEVNULL,
    )
    try:
        return _measure(folder, f"http://127.0.0.1:{port}/", texts)
    finally:
        server.terminate()
        server.wait(20)


def _measure(folder: Path, address: str, texts: list[str]) -> dict[str, float]:
    one, other = Collection(str(folder / "one.anki2")), Collection(str(folder / "other.anki2"))
    auth = _signed_in(one, address)
    _whole(one, auth, upload=True)
    _whole(other, auth, upload=False)
    kind = one.models.by_name("Basic")
    requests = []
    for number, text in enumerate(texts):
        note = one.new_note(kind)
        note["Front"], note["Back"] = str(number), text
        requests.append(AddNoteRequest(note, 1))
    one.add_notes(requests)
    rates = {"push": len(texts) / _synced(one, auth), "pull": len(texts) / _synced(other, auth)}
    assert other.note_count() == len(texts)
    one.close()
    other.close()
    return rates


def _signed_in(collection: Any, address: str) -> Any:
    for _ in range(100):
        try:
            return collection.sync_login(USER, PASSWORD, address)
        except Exception:  # noqa: BLE001 - it has one class for everything
            time.sleep(0.1)
    raise SystemExit("Anki's server did not start.")


def _whole(collection: Any, auth: Any, *, upload: bool) -> None:
    """The first sync of a collection, which copies the file whole."""
    collection.sync_collection(auth, False)
    collection.close_for_full_sync()
    collection.full_upload_or_download(auth=auth, server_usn=None, upload=upload)
    collection.reopen(after_full_sync=True)


def _synced(collection: Any, auth: Any) -> float:
    started = time.perf_counter()
    found = collection.sync_collection(auth, False)
    seconds = time.perf_counter() - started
    assert found.required in (found.NO_CHANGES, found.NORMAL_SYNC), found
    return seconds


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.stdin.read().splitlines())))
