"""What the sync centre shows, read in one go."""

from dataclasses import dataclass

from crmdesk.core.registry import Registry
from crmdesk.store.settings import Device, Identity, Testimony
from crmdesk.usecases import attachments, refusals, set_aside, status
from crmdesk.usecases.attachments import Holdings
from crmdesk.usecases.refusals import Refusal
from crmdesk.usecases.set_aside import Aside
from crmdesk.usecases.status import Share, Status, Unsent
from crmdesk.usecases.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Centre:
    """Everything the page shows."""

    status: Status
    unsent: list[Unsent]
    refused: list[Refusal]
    aside: list[Aside]
    shares: list[Share]
    identity: Identity
    device: Device | None
    holdings: Holdings
    testimony: Testimony | None


def read_centre(registry: Registry, workspace: Workspace) -> Centre:
    """Read the page's content with a reader of its own; for the reader's lane."""
    reader = workspace.another_reader()
    try:
        return Centre(
            status.status(reader),
            status.unsent(reader, registry),
            refusals.listed(reader, registry),
            set_aside.listed(reader, registry, workspace.clock.now_ms()),
            status.shares(reader),
            workspace.identity(),
            reader.setting("device", Device),
            attachments.holdings(workspace, reader),
            reader.setting("testimony", Testimony),
        )
    finally:
        reader.close()
