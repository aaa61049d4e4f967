"""What can be wrong with a file of the store, and how that is said."""

from __future__ import annotations

from enum import StrEnum

from registry.rules.wording import gettext_noop


class Wrong(StrEnum):
    """What a check found; a file that is as it was kept has none of it."""

    MISSING = "missing"
    CHANGED = "changed"
    LOCKED = "locked"


WRONGS = {
    Wrong.MISSING: gettext_noop("Missing: restore it from a backup."),
    Wrong.CHANGED: gettext_noop("Changed: its bytes do not have its digest; restore it."),
    Wrong.LOCKED: gettext_noop("Locked: its key is missing or damaged; see ROWS_OLD_KEYS."),
}
