"""Destroying what a profile holds, step by step, so that a death at any step leaves it whole or unreadable.

`wipe.json` is written when everything unsent is safe in sealed files: from then on the destruction is taken up
again by whoever starts the program next. The key goes first, because what it opened is noise without it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.registry import Label
from crmdesk.core.sealed import WIPE_BEGUN, HandedIn, Reason
from crmdesk.core.values import NOT_JSON
from crmdesk.system import secrets
from crmdesk.system.paths import Profile

_DONE: Final = "wiped.json"
_FOLDERS: Final = ("backups", "opened")


class Wiped(msgspec.Struct, frozen=True):
    """A destruction: why, when (UTC ms), of which device of which company.

    `signature` is the device's own word that it happened, made while it had its key; `is_told`: the company has it.
    `sealed` is how many files held what was unsent, `handed_in` what the company made of those that it was given, by name.
    """

    reason: Reason
    at_ms: int
    device: str
    url: str
    company: str
    signature: str
    is_told: bool = False
    sealed: int = 0
    handed_in: dict[str, HandedIn] = {}


SEALED: Final = Label(
    "没有发送的内容已封存给公司：联网后会自动交上去，也可运行 crmdesk hand-in 或把文件交给管理员。",
    "What was unsent is sealed to the company and handed in once it is reached, by `crmdesk hand-in`, or by hand.",
)
"""What becomes of unsent work, said while it is being destroyed or has to be handed in."""


def begin(profile: Profile, note: Wiped) -> None:
    """From here on nothing is kept but what was sealed. Raises `database_unwritable`."""
    _put(profile.folder / WIPE_BEGUN, note)


def is_begun(profile: Profile) -> bool:
    """Whether a destruction was begun and not carried out."""
    return (profile.folder / WIPE_BEGUN).exists()


def carry_out(profile: Profile) -> None:
    """Destroy what was begun to be destroyed, from any step on; nothing where nothing was.

    A file that another process holds open stays for the next start, unreadable. Raises `database_busy` then.
    """
    if not is_begun(profile):
        return
    secrets.forget_key(profile)
    try:
        for path in _holdings(profile):
            path.unlink(missing_ok=True)
        for name in _FOLDERS:
            if (profile.folder / name).exists():
                shutil.rmtree(profile.folder / name)
        _sync(profile.folder)
        (profile.folder / WIPE_BEGUN).replace(profile.folder / _DONE)
        _sync(profile.folder)
    except OSError as error:
        raise CrmError("database_busy", path=profile.folder) from error


def done(profile: Profile) -> Wiped | None:
    """What happened to this profile; None if nothing did."""
    try:
        return msgspec.json.decode((profile.folder / _DONE).read_bytes(), type=Wiped)
    except (OSError, *NOT_JSON):
        return None


def problem_of(profile: Profile) -> CrmError | None:
    """What to tell whoever looks for the profile that is gone."""
    note = done(profile)
    return None if note is None else problem_by(note, still_sealed(profile))


def problem_by(note: Wiped, waiting: int) -> CrmError:
    """A destruction in the catalogue's words, with what became of unsent work; `waiting` files still wait."""
    return CrmError("device_wiped" if note.reason == "order" else "device_purged", unsent=fate(note, waiting))


def fate(note: Wiped, waiting: int) -> Label:
    """What became of what was unsent, and whether the company knows that the rest is gone."""
    zh, en = _of_unsent(note, waiting)
    if note.is_told:
        zh, en = f"{zh}公司已收到清除完成的通知。", f"{en} Your company knows that the rest is gone."
    return Label(zh, en)


def _of_unsent(note: Wiped, waiting: int) -> tuple[str, str]:
    if waiting:
        return SEALED.zh, SEALED.en
    if not note.handed_in:
        if note.sealed:
            return "封存的内容已不在这台电脑上。", "What was sealed is no longer on this laptop."
        return "没有尚未发送的内容等待上交。", "No unsent work waits to be handed in."
    answers = note.handed_in.values()
    counts = [
        (sum(getattr(one, name) for one in answers), zh, en)
        for name, zh, en in (
            ("accepted", "采纳 {} 处修改", "{} changes taken in"),
            ("quarantined", "{} 处留待管理员查看", "{} kept for your administrator"),
            ("rejected", "{} 处未采纳", "{} not taken in"),
            ("drafts", "草稿 {} 份", "{} drafts"),
            ("contents", "附件 {} 个", "{} files"),
        )
    ]
    said_zh = "，".join(zh.format(count) for count, zh, _ in counts if count)
    said_en = ", ".join(en.format(count) for count, _, en in counts if count)
    return (
        f"没有发送的内容已交给公司：{said_zh}。" if said_zh else "没有发送的内容已交给公司。",
        f"What was unsent was handed in: {said_en}." if said_en else "What was unsent was handed in.",
    )


def note_told(profile: Profile, note: Wiped) -> None:
    """The company knows of it."""
    _put(profile.folder / _DONE, msgspec.structs.replace(note, is_told=True))


def note_handed_in(profile: Profile, name: str, answer: HandedIn) -> None:
    """The company has a sealed file; if nothing was destroyed here there is nothing to note it on."""
    note = done(profile)
    if note is not None:
        handed_in = {**note.handed_in, name: answer}
        _put(profile.folder / _DONE, msgspec.structs.replace(note, handed_in=handed_in))


def still_sealed(profile: Profile) -> int:
    """How many sealed files wait to be handed in."""
    return len(list(sealed_folder(profile).glob("*.crmdesk")))


def sealed_folder(profile: Profile) -> Path:
    """Where sealed work waits to be handed in."""
    return profile.folder / "sealed"


def _holdings(profile: Profile) -> Iterator[Path]:
    """The database with its log, attachments, what was put aside, and what an unfinished step left of them."""
    stem = profile.database.stem
    yield from (path for path in profile.folder.glob(f"{stem}*") if path.is_file())
    yield from profile.folder.glob("replaced-*.db*")


def _put(path: Path, note: Wiped) -> None:
    draft = path.with_suffix(".tmp")
    try:
        with draft.open("wb") as file:
            file.write(msgspec.json.encode(note))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise CrmError("database_unwritable", path=path) from error


def _sync(folder: Path) -> None:
    """Make the folder's names durable, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
