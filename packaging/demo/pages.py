"""Draw every page of the desktop over one person's profile: `pages.py PROFILE FOLDER [PAGE ...]`."""

from __future__ import annotations

import sys
from pathlib import Path

from crmdesk.system import secrets
from crmdesk.system.paths import Profile
from crmdesk.ui.gallery import render_pages
from crmdesk.usecases.workspace import open_workspace


def main() -> None:
    profile, folder = Profile(Path(sys.argv[1])), Path(sys.argv[2])
    workspace = open_workspace(profile, secrets.existing_key(profile, secrets.passphrase_from_environment))
    render_pages(workspace, folder, only=sys.argv[3:])
    workspace.close()


if __name__ == "__main__":
    main()
