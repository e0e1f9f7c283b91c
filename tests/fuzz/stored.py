"""What is read back from this machine's own disk, and files that a person brings: any of them may be damaged or forged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtWidgets import QMainWindow

from crmdesk.app import place
from crmdesk.core import media
from crmdesk.core.lease import Kept
from crmdesk.core.sealed import Cover
from crmdesk.store import drafts as kept
from crmdesk.store import generation
from crmdesk.store.blobs import drafted
from crmdesk.store.drafts import Discarded
from crmdesk.store.settings import Device, Identity, Server
from crmdesk.sync import sealing
from crmdesk.sync.invitation import Invitation, read_invitation
from crmdesk.system import preferences, secrets, wiping
from crmdesk.system.paths import Profile
from crmdesk.ui import pictures
from crmdesk.usecases import drafts
from crmdesk.usecases.attachments import Picked
from crmdesk.usecases.copies import back_up, put_back
from sync_server.cli_laptops import _sealed_in
from sync_server.signing import kept_key
from tests.fuzz.driver import Ready, Target
from tests.fuzz.shapes import samples_of
from tests.support.photos import PDF, image, photo, screen
from tests.support.workspace import customer, make

KEY: Final = bytes(range(32))


def _file(name: str, file: str, read: Callable[[Path], object], samples: Sequence[bytes]) -> Target:
    """A reader of one file."""

    @contextmanager
    def opened(folder: Path) -> Iterator[Ready]:
        path = folder / file

        def parse(content: bytes) -> None:
            path.write_bytes(content)
            read(path)

        yield Ready(parse, samples)

    return Target(name, opened, 150)


def _profile(read: Callable[[Profile], object]) -> Callable[[Path], object]:
    return lambda path: read(Profile(path.parent))


def _geometry(path: Path) -> None:
    """Preferences with a window's place in them."""
    window = QMainWindow()
    place(window, preferences.load(path).geometry)
    window.deleteLater()


@contextmanager
def _database(folder: Path) -> Iterator[Ready]:
    """Rows that are read from the profile's own database: drafts and settings, the table first."""
    workspace = make(folder / "profile", key=KEY)

    def parse(content: bytes) -> None:
        name, _, value = content.partition(b"\t")
        text, where = value.decode("utf-8", "replace"), name.decode("latin-1")
        with workspace.replica.database.write() as connection:
            if where == "draft":
                connection.exec_driver_sql("INSERT OR REPLACE INTO draft VALUES ('visit:x', ?)", (text,))
                connection.exec_driver_sql(
                    "INSERT OR REPLACE INTO draft VALUES ('discarded:customer:x:1', ?)", (text,)
                )
                drafted(connection)
                kept.forget_records(connection, {"x"})
                kept.forget_old(connection, 10**13)
                kept.discarded(connection, "discarded:customer:x:1")
            else:
                connection.exec_driver_sql("INSERT OR REPLACE INTO setting VALUES ('tried', ?)", (text,))
        if found := drafts.find(workspace.reader, "visit:x"):
            drafts.attachments(found)
        if shape := _SETTINGS.get(where):
            workspace.reader.setting("tried", shape)

    yield Ready(parse, _rows())
    workspace.close()


_SETTINGS: Final[dict[str, type]] = {"identity": Identity, "device": Device, "server": Server, "lease": Kept}


def _rows() -> list[bytes]:
    attached = msgspec.json.decode(samples_of(Picked)[0])
    found = [b"draft\t" + json.dumps({"summary": "谈", "values": {}, "attachments": [attached]}).encode()]
    found += [b"draft\t" + one for one in samples_of(Discarded, 2)]
    return found + [name.encode() + b"\t" + samples_of(shape)[0] for name, shape in _SETTINGS.items()]


@contextmanager
def _copies(folder: Path) -> Iterator[Ready]:
    """A backup that is to be put back; what is here stays, whatever the file is."""
    profile = Profile(folder / "profile")
    workspace = make(profile.folder, key=KEY)
    customer(workspace)
    back_up(workspace, folder / "copy.db")
    workspace.close()
    sample = (folder / "copy.db").read_bytes()
    file = folder / "bad.db"

    def parse(content: bytes) -> None:
        file.write_bytes(content)
        done = put_back(profile, KEY, file)
        done.aside.unlink()

    yield Ready(parse, [sample, sample[:4096]])


def _media(content: bytes) -> None:
    """A file that is to be attached: its name first."""
    name, _, rest = content.partition(b"\t")
    said = name.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode()
    media.safe_name(said, rest)
    media.recognise(said, rest)


def _picture(content: bytes) -> None:
    """A picture, drawn small and large; damaged ones are not shown."""
    pictures.thumbnail(content)
    pictures.decode(content, pictures.PREVIEW)


@contextmanager
def _pictures(_folder: Path) -> Iterator[Ready]:
    small = pictures.encode(image(60, 40), "WEBP")
    yield Ready(
        _picture,
        [
            photo(64, 48, orientation=6),
            screen(40, 30),
            small,
            b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;",
        ],
    )


@contextmanager
def _attachments(_folder: Path) -> Iterator[Ready]:
    names = ("合同.pdf", "a.JPG", "x.png", "y.docx", "..\\z.txt", "CON.gif")
    contents = (
        PDF[:200],
        photo(20, 20),
        screen(9, 9),
        b"PK\x03\x04" + bytes(50),
        "表".encode(),
        b"GIF89a" + bytes(20),
    )
    yield Ready(_media, [name.encode() + b"\t" + one for name, one in zip(names, contents, strict=True)])


_COVER: Final = msgspec.json.encode(Cover("s" * 32, "https://crm.example.com", 5))
_HEX: Final = b"00" * 32
TARGETS: Final = (
    _file("invitation", "invitation.json", read_invitation, samples_of(Invitation)),
    _file("sealed-file", "work.crmdesk", sealing.read, [_COVER + b"\nsealed"]),
    _file("sealed-file-at-the-server", "work.crmdesk", _sealed_in, [_COVER + b"\nsealed"]),
    _file("preferences", "preferences.json", _geometry, [b'{"theme":"dark","phrases":["x"],"geometry":"AAAA","language":"en"}']),
    _file("key-note", "key.json", _profile(secrets.needs_passphrase), [b'{"kind":"passphrase","salt":"00ff"}', b'{"kind":"keychain","name":"x"}']),
    _file("wiped-note", "wiped.json", _profile(wiping.done), samples_of(wiping.Wiped)),
    _file("generation", "crmdesk.generation", generation._read, [b"12\n"]),
    _file("company-key", "signing.key", lambda path: kept_key(path, lambda: bytes(32)), [_HEX + b"\n"]),
    Target("rows", _database, 200),
    Target("backup", _copies, 60),
    Target("attachment", _attachments, 300),
    Target("picture", _pictures, 150),
)  # fmt: skip
