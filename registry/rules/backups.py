"""Backups: what the manifest of an archive says, and what is kept apart from the archive."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from registry.rules.casefile import canonical
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop

FORMAT = "mlops-gov/backup/1"
KEYS_FORMAT = "mlops-gov/backup-keys/1"
MANIFEST = "manifest.json"
DATABASE, FILES, KEYS = "database", "files", "keys"

PLACE = re.compile(
    rf"{FILES}/(?P<place>(?P<sealed>sealed/)?(?P<start>[0-9a-f]{{2}})/"
    r"(?P<digest>(?P=start)[0-9a-f]{62}))"
)
PART = re.compile(rf"{DATABASE}/(?P<table>[a-z0-9_]+)/[0-9]{{6,}}")
KEY_FILE = re.compile(rf"{KEYS}/(?!(.*/)?\.\.?(/|$))[^/\0]+(/[^/\0]+)*")

# Tables that a backup leaves out: what signs somebody in must not come back after it was ended.
LEFT_OUT = frozenset({"django_migrations", "django_session", "knox_authtoken"})

# Tables that go into the archive of keys alone, whole.
KEY_TABLES = ("registry_personkey",)

# Columns that go into the archive of keys, and what stands in the other one instead. Whoever is
# erased, or whatever is deleted, is then gone from every archive once the keys' archives are.
KEPT_APART: Mapping[str, Mapping[str, str]] = {
    "registry_storedfile": {
        "wrapped_key": "CASE WHEN wrapped_key IS NULL THEN NULL ELSE ''::bytea END",
        "wrapped_by": "wrapped_by",
    },
    "registry_user": {
        "username": "'person_' || id",
        "first_name": "'-'",
        "last_name": "'-'",
        "email": "''",
        "password": "'!'",
    },
    "account_emailaddress": {"email": "'address_' || id || '@invalid'"},
    "registry_mailchoice": {"address": "''"},
    # A mail server's refusal repeats the address.
    "registry_mail": {"last_answer": "''"},
}

# Which rows have something in those columns, where not all have.
HAVE_IT: Mapping[str, str] = {"registry_storedfile": "wrapped_key IS NOT NULL"}

APART = frozenset({*KEY_TABLES, *KEPT_APART})


@dataclass(frozen=True)
class Member:
    """One file of an archive: how long it is, and the sha256 of its bytes."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an archive holds, and of which moment it is.

    ``head`` and ``seal`` are the journal's last entry then. ``tables`` counts rows, ``sequences``
    are the last numbers given out. ``lost`` are the digests of files that the store had lost, or
    held changed, when the backup was made. An archive of keys has the members, and in ``known``
    the public halves of every key that ever signed here. ``public_key`` and ``signature`` are
    hexadecimal; the signature is over the text without it.
    """

    format: str
    made_at: str
    head: int
    seal: str
    source_commit: str = ""
    migrations: tuple[str, ...] = ()
    tables: Mapping[str, int] = field(default_factory=dict)
    sequences: Mapping[str, int] = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    members: Mapping[str, Member] = field(default_factory=dict)
    public_key: str = ""
    signature: str = ""

    def as_text(self) -> str:
        """Return it as canonical JSON."""
        return canonical(asdict(self))

    def signed_text(self) -> str:
        """Return what the signature is over."""
        return replace(self, signature="").as_text()

    def wrong_members(self) -> Iterator[str]:
        """Yield the members that an archive of this kind has no place for, or that belie it."""
        for name, member in self.members.items():
            if self.format == KEYS_FORMAT:
                is_right = table_of(name) in APART or KEY_FILE.fullmatch(name) is not None
            elif place := PLACE.fullmatch(name):
                is_right = bool(place["sealed"]) or place["digest"] == member.sha256
            else:
                is_right = table_of(name) in self.tables
            if not is_right:
                yield name


def read_manifest(text: bytes, *, expected: str) -> Manifest:
    """Return the manifest. Raises Refused where it is not one of the expected format."""
    try:
        said = json.loads(text)
        found = _manifest(said) if said.get("format") == expected else None
    except (ValueError, TypeError, AttributeError, KeyError):
        found = None
    if found is None:
        raise Refused.because(
            "backup.format",
            gettext_noop(
                "This is no archive of the kind %(format)s; name the archive that"
                " `manage.py backup` wrote."
            ),
            format=expected,
        )
    return found


def _manifest(said: dict[str, Any]) -> Manifest:
    members = {name: Member(**member) for name, member in said["members"].items()}
    lists = {name: tuple(said[name]) for name in ("migrations", "lost", "known") if name in said}
    for key in said.get("known", ()):
        bytes.fromhex(key)
    return Manifest(**said | lists | {"members": members})


def place_of(member: str) -> str | None:
    """Return where in the store a member's bytes belong; None where it names no such place."""
    found = PLACE.fullmatch(member)
    return found["place"] if found else None


def table_of(member: str) -> str | None:
    """Return the table whose rows a member holds; None where it holds none."""
    found = PART.fullmatch(member)
    return found["table"] if found else None


def objections_to_tables(named: Collection[str], here: Collection[str]) -> list[Objection]:
    """Say which tables a backup lacks, and which it brings that no backup has."""
    if set(named) == set(here):
        return []
    return [
        Objection(
            "backup.tables",
            gettext_noop(
                "The backup lacks tables, or brings some that no backup has: %(names)s. It is not"
                " as it was written; take another copy of it."
            ),
            {"names": ", ".join(sorted(set(named) ^ set(here)))},
        )
    ]


def part_name(table: str, number: int) -> str:
    """Return the name under which a part of a table's rows lies in an archive."""
    return f"{DATABASE}/{table}/{number:06d}"


def objections_to_state(asked: Iterable[str], here: Iterable[str]) -> list[Objection]:
    """Say which migrations differ; rows fit tables of exactly the state they were taken from."""
    wanted, found = set(asked), set(here)
    objections = []
    if wanted - found:
        objections.append(
            Objection(
                "backup.migrations_missing",
                gettext_noop(
                    "The backup was made with migrations that this database lacks: %(names)s."
                    " Install the release it was made with, run `manage.py migrate`, and restore"
                    " again."
                ),
                {"names": ", ".join(sorted(wanted - found))},
            )
        )
    if found - wanted:
        objections.append(
            Objection(
                "backup.migrations_ahead",
                gettext_noop(
                    "This database is ahead of the backup by the migrations %(names)s. Restore"
                    " with the release it was made with, then upgrade."
                ),
                {"names": ", ".join(sorted(found - wanted))},
            )
        )
    return objections
