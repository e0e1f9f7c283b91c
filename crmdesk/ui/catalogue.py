"""Every page of the product and where it stands in the rail. The one list that a new page is added to."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QCoreApplication

from crmdesk.ui.context import Context
from crmdesk.ui.page import Page, PageSpec, Shell
from crmdesk.ui.pages.customer_pages import CustomerPages
from crmdesk.ui.syncing import Syncing
from crmdesk.usecases import reviews

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Doors:
    """What pages ask of the desktop around them: to be built anew (another language, another role), to look at the
    sample data, to log a visit, to see what another person sees, to cover the window, to fetch again what another
    person sees.
    """

    speak: Callable[[], object]
    open_sample: Callable[[], object]
    visit: Callable[[str], object]
    see_as: Callable[[str], object] = lambda _user: None
    lock: Callable[[], object] = lambda: None
    refresh: Callable[[], object] = lambda: None


def page_specs(context: Context, syncing: Syncing, doors: Doors, customers: CustomerPages) -> list[PageSpec]:
    """The pages of a workspace, in the rail's order. Each is built on its first visit."""
    specs = [
        PageSpec("today", translate("Pages", "Today"), "house", partial(_today, context, doors)),
        *customers.specs(),
        PageSpec("inbox", translate("Pages", "Inbox"), "git-merge", partial(_inbox, context)),
    ]
    if context.directory.me.role in reviews.REVIEWERS:
        specs.append(
            PageSpec("review", translate("Pages", "Review"), "user-check", partial(_review, context))
        )
    if context.directory.me.role in ("manager", "administrator"):
        specs.append(
            PageSpec("company", translate("Pages", "Company"), "building-2", partial(_company, context))
        )
    if context.may_audit:
        specs.append(PageSpec("audit", translate("Pages", "Audit"), "shield-check", partial(_audit, context)))
    if context.directory.me.role == "administrator":
        page = partial(_administration, context, syncing)
        specs.append(PageSpec("console", translate("Pages", "Administration"), "users-round", page))
    specs += [
        PageSpec(
            "permissions",
            translate("Pages", "My permissions"),
            "user-check",
            partial(_permissions, context, doors),
            "hidden",
        ),
        PageSpec(
            "duplicates", translate("Pages", "Duplicates"), "copy", partial(_duplicates, context), "hidden"
        ),
        PageSpec("deeds", translate("Pages", "Done in bulk"), "undo-2", partial(_deeds, context), "hidden"),
        PageSpec(
            "dictionary",
            translate("Pages", "Data dictionary"),
            "database",
            partial(_dictionary, context),
            "hidden",
        ),
        PageSpec("import", translate("Pages", "Import"), "upload", partial(_import, context), "hidden"),
        PageSpec(
            "quality", translate("Pages", "Quality"), "chart-column", partial(_quality, context), "hidden"
        ),
        PageSpec("sync", translate("Pages", "Sync"), "refresh-cw", partial(_sync, context, syncing)),
        PageSpec(
            "settings", translate("Pages", "Settings"), "settings", partial(_settings, context, doors), "foot"
        ),
    ]
    return specs


def _today(context: Context, doors: Doors, shell: Shell) -> Page:
    from crmdesk.ui.pages.today import Today

    page = Today(shell, context)
    page.visit.connect(doors.visit)
    return page


def _inbox(context: Context, shell: Shell) -> Page:
    from crmdesk.ui.pages.inbox import Inbox

    return Inbox(shell, context)


def _permissions(context: Context, doors: Doors, shell: Shell) -> Page:
    from crmdesk.ui.pages.permissions import MyPermissions

    return MyPermissions(shell, context, doors.see_as)


def _duplicates(context: Context, shell: Shell) -> Page:
    from crmdesk.ui.pages.duplicates import Duplicates

    return Duplicates(shell, context)


def _deeds(context: Context, shell: Shell) -> Page:
    from crmdesk.ui.pages.deed_list import DeedList

    return DeedList(shell, context)


def _dictionary(context: Context, shell: Shell) -> Page:
    from crmdesk.ui.pages.dictionary import Dictionary

    return Dictionary(shell, context)


def _import(context: Context, shell: Shell) -> Page:
    from crmdesk.ui.pages.import_studio import ImportStudio

    return ImportStudio(shell, context)


def _quality(context: Context, shell: Shell) -> Page:
    from crmdesk.ui.pages.quality import Quality

    return Quality(shell, context)


def _company(context: Context, shell: Shell) -> Page:
    from crmdesk.ui.pages.company import Company

    return Company(shell, context)


def _audit(context: Context, shell: Shell) -> Page:
    from crmdesk.ui.pages.audit import Audit

    return Audit(shell, context)


def _review(context: Context, shell: Shell) -> Page:
    from crmdesk.ui.pages.review import Review

    return Review(shell, context)


def _administration(context: Context, syncing: Syncing, shell: Shell) -> Page:
    from crmdesk.ui.pages.console import Administration

    return Administration(shell, context, syncing)


def _sync(context: Context, syncing: Syncing, shell: Shell) -> Page:
    from crmdesk.ui.pages.sync_centre import SyncCentre

    return SyncCentre(shell, context, syncing)


def _settings(context: Context, doors: Doors, shell: Shell) -> Page:
    from crmdesk.ui.pages.settings import Settings

    return Settings(shell, context, doors.speak, doors.open_sample)
