"""Ways into a workspace: opening one, making one, filling one with sample data, joining a company.

Plain blocking functions for a worker: keychain, passphrase derivation and SQLAlchemy are loaded here, never
before the first paint. No Qt.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from crmdesk.core.errors import CrmError, Language
from crmdesk.store.settings import Device
from crmdesk.system import wiping
from crmdesk.system.paths import Profile
from crmdesk.ui.gauge import Gauge
from crmdesk.usecases.workspace import Workspace, create_workspace, open_workspace, rename_person

if TYPE_CHECKING:
    from crmdesk.sync.http import Account, Expected
    from crmdesk.sync.invitation import Invitation

SAMPLE_CUSTOMERS: Final = 600
_SAMPLE_PASSPHRASE: Final = "sample"  # noqa: S105 -- invented data needs no secret, only the one way to open a profile
_UNTOLD: Final = ("offline", "server_error", "server_busy")
"""Answers after which the code may have been used up: the key that asked is kept, so that asking again heals it."""


def open_existing(profile: Profile, ask: Callable[[], str | None]) -> Workspace:
    """Open a profile with the key from the keychain or the passphrase `ask` gives.

    Raises `no_keychain`, `wrong_passphrase`, `no_profile`, `database_corrupt`, `database_foreign`, `schema_newer`, and
    for a laptop that stayed away from its company `lease_expired` or `clock_set_back`.
    """
    return _open(profile, ask, even_if_locked=False)


def come_back(profile: Profile, ask: Callable[[], str | None]) -> Workspace:
    """Open a profile that its lease has locked, by a sync: what is unsent goes out and the lease is renewed.

    Raises what ended the sync, or why it is still locked; `device_wiped` or `device_purged` once nothing is left.
    """
    from contextlib import closing

    from crmdesk.store import leases
    from crmdesk.sync import wiping as ending
    from crmdesk.sync.engine import Engine
    from crmdesk.sync.enrolment import connect

    workspace = _open(profile, ask, even_if_locked=True)
    try:
        with closing(connect(workspace.replica)) as http:
            problem = Engine(workspace.replica, http).sync().problem
        still = leases.problem_of(workspace.standing())
    except CrmError:
        workspace.close()
        raise
    if problem is not None and problem.code in ending.ENDS:
        workspace.reader.close()
        ending.wipe(profile, workspace.replica, problem)
        raise problem
    if still is not None:
        workspace.close()
        raise problem or still
    return workspace


def give_up(profile: Profile, key: bytes | None, problem: CrmError) -> None:
    """Destroy a profile that is open nowhere in this process, its unsent work sealed first: see `sync.wiping`."""
    from crmdesk.sync import wiping as ending

    workspace = open_workspace(profile, key, even_if_locked=True)
    workspace.reader.close()
    try:
        ending.wipe(profile, workspace.replica, problem)
    finally:
        workspace.replica.close()


def finish_wiping(profile: Profile) -> None:
    """Go on with a destruction that was begun and interrupted. Raises `database_busy`."""
    wiping.carry_out(profile)


def hand_in(profile: Profile) -> int:
    """Hand in what was sealed, and tell the company that this laptop was wiped; returns how many files still wait."""
    from crmdesk.sync.wiping import hand_in

    hand_in(profile)
    return wiping.still_sealed(profile)


def _open(profile: Profile, ask: Callable[[], str | None], *, even_if_locked: bool) -> Workspace:
    from crmdesk.system import secrets

    key = secrets.existing_key(profile, ask)
    try:
        return open_workspace(profile, key, even_if_locked=even_if_locked)
    except CrmError as error:
        if error.code == "wrong_passphrase" and not secrets.needs_passphrase(profile):
            # A key from the keychain is right by itself: then it is the file that is not.
            raise CrmError("database_corrupt", path=profile.database) from error
        raise


def has_keychain() -> bool:
    """Whether a new profile can do without a passphrase."""
    from crmdesk.system import secrets

    return secrets.has_keychain()


def work_alone(profile: Profile, name: str, passphrase: str | None) -> Workspace:
    """A new profile for working alone; one that a broken try to join left behind is taken for it.

    Raises `no_keychain`, `already_enrolled`, `passphrase_short` or `database_unwritable`.
    """
    from crmdesk.system import secrets

    if profile.exists():
        workspace = open_existing(profile, lambda: passphrase)
        if is_unfinished(workspace):
            rename_person(workspace, name)
            return workspace
        workspace.close()
        raise CrmError("already_enrolled")
    if passphrase:
        secrets.check_new_passphrase(passphrase)
    _writable(profile)
    return create_workspace(profile, secrets.new_key(profile, passphrase), user_name=name)


def join(
    profile: Profile,
    address: str,
    proof: str | Account,
    device: str,
    passphrase: str | None,
    invitation: Invitation | None = None,
) -> Workspace:
    """A new profile that belongs to a company; one that a broken try left behind is gone on with.

    `invitation` says which server it must be.
    Raises what `sync.enrolment.enrol` raises; then there is no profile, unless the code may have been used.
    """
    from crmdesk.sync.enrolment import enrol
    from crmdesk.sync.http import Http

    expected, pins = promised(invitation)
    server = Http(address, expected=expected, pins=pins)
    try:
        server.hello()
    finally:
        server.close()
    is_new = not profile.exists()
    workspace = work_alone(profile, "", passphrase) if is_new else open_existing(profile, lambda: passphrase)
    try:
        enrol(workspace.replica, address, proof, device, expected=expected, pins=pins)
    except CrmError as error:
        workspace.close()
        if is_new and error.code not in _UNTOLD:
            _remove(profile)
        raise
    return workspace


def promised(invitation: Invitation | None) -> tuple[Expected | None, tuple[str, ...]]:
    """What an invitation says of the server: whose it is, and the certificates that it may show."""
    from crmdesk.sync.http import Expected

    if invitation is None:
        return None, ()
    return Expected(invitation.server_id, invitation.server_key), invitation.pins


def is_unfinished(workspace: Workspace) -> bool:
    """Whether a company was being joined when the line broke, and nothing else happened here yet."""
    device = workspace.reader.setting("device", Device)
    nameless = not workspace.identity().user_name
    return nameless and workspace.server() is None and device is not None


def sample(profile: Profile, language: Language, gauge: Gauge) -> Workspace | None:
    """The sample profile beside `profile`, made and filled on first use; None if that was stopped.

    `gauge` shows the number of records written.
    """
    from crmdesk.system import secrets
    from crmdesk.usecases import sample as invention
    from crmdesk.usecases import sample_loading

    place = profile.sample
    if place.exists():
        return open_existing(place, lambda: _SAMPLE_PASSPHRASE)
    _writable(place)
    name = "示例" if language == "zh_CN" else "Sample"
    workspace = create_workspace(place, secrets.new_key(place, _SAMPLE_PASSPHRASE), user_name=name)
    records = invention.generate(
        seed=1, customers=SAMPLE_CUSTOMERS, authors=[workspace.identity().user], today=workspace.today()
    )
    sample_loading.load(workspace.replica, records, progress=gauge.show, cancelled=gauge.is_stopped)
    if gauge.is_stopped():
        workspace.close()
        _remove(place)
        return None
    return workspace


def _writable(profile: Profile) -> None:
    try:
        profile.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CrmError("database_unwritable", path=profile.folder) from error


def _remove(profile: Profile) -> None:
    """Remove the files of a profile that never came to be; whatever else is in its folder stays."""
    for path in profile.folder.glob(f"{profile.database.name}*"):
        path.unlink(missing_ok=True)
    (profile.folder / "key.json").unlink(missing_ok=True)
