"""The embedded PostgreSQL and Redis, started for real in folders of the tests' own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings

import embedded_postgres
import embedded_redis
import services
from places import ROOT, Places

SERVE = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import places, services
from crew import Crew
here = places.Places(places.ROOT, Path(sys.argv[2]))
places.prepare(here)
with Crew(here, dict(os.environ)) as crew, services.running(crew, throwaway=True):
    print(crew.environment["DATABASE_URL"], crew.environment["REDIS_URL"], flush=True)
    sys.stdin.read()
"""
# Longer than the 107 bytes the kernel keeps for a socket's path, with what people put in names.
DEEP = Path("a folder, with signs %20", "x" * 60, "y" * 60)


def test_both_start_in_a_deep_folder_and_leave_nothing_behind(tmp_path: Path) -> None:
    var = tmp_path / DEEP / "var"
    launch = Path(services.__file__).parent
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, launch, var],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as launcher:
        assert launcher.stdout is not None
        lines = iter(launcher.stdout.readline, "")
        database_url, redis_url = next(line for line in lines if "postgres://" in line).split()
        with psycopg.connect(database_url) as connection:
            assert connection.info.host.startswith("/")
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
            folder = Path(connection.info.host)
        assert folder.stat().st_mode & 0o077 == 0
        with redis.from_url(redis_url) as queue:
            assert queue.ping()
        note = var / "run" / "services.env"
        assert note.read_text() == f"DATABASE_URL={database_url}\nREDIS_URL={redis_url}\n"
        assert note.stat().st_mode & 0o777 == 0o600
        launcher.terminate()
        launcher.communicate(timeout=30)
    assert not folder.exists()
    assert {path.name for path in (var / "run").iterdir()} == set()
    assert not (var / "postgres" / "postmaster.pid").exists()


def test_redis_answers_nobody_without_its_password() -> None:
    address = settings.REDIS_URL.rpartition("@")[2]
    with (
        redis.from_url(f"redis://{address}") as stranger,
        pytest.raises(redis.exceptions.AuthenticationError),
    ):
        stranger.ping()


def test_the_socket_stays_under_var_while_the_kernel_takes_its_path(tmp_path: Path) -> None:
    room = embedded_postgres.LONGEST_SOCKET_PATH - len(f"{tmp_path}//run/postgres/.s.PGSQL.5432")
    for length, stays in ((room, True), (room + 1, False)):
        places = Places(tmp_path, tmp_path / ("v" * length))
        places.run.mkdir(parents=True)
        folder = embedded_postgres.socket_folder(places)
        assert folder.is_relative_to(tmp_path) is stays
        embedded_postgres.stop(places)
        assert not folder.exists()


def test_a_folder_becomes_part_of_the_address_whatever_is_in_its_name() -> None:
    address = embedded_postgres.address(Path("/a b/%20"))
    assert address == "postgres://postgres@%2Fa%20b%2F%2520/mlops_gov"


def test_tests_do_not_wait_for_the_disk_but_runs_do() -> None:
    run = embedded_postgres.options(Path("/v"), throwaway=False)
    test = embedded_postgres.options(Path("/v"), throwaway=True)
    assert "fsync=off" in test
    assert "fsync=off" not in run


def test_what_is_queued_outlasts_a_restart_but_not_in_tests() -> None:
    kept = embedded_redis.settings(Path("/v"), 1, "word", throwaway=False)
    assert "appendonly yes" in kept
    assert "appendonly no" in embedded_redis.settings(Path("/v"), 1, "word", throwaway=True)


@pytest.mark.parametrize("variable", ["DATABASE_URL", "DATABASE_URL_FILE"])
def test_a_database_of_ones_own_is_used(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert not services.is_named("DATABASE_URL")
    monkeypatch.setenv(variable, "something")
    assert services.is_named("DATABASE_URL")


def test_the_project_s_own_folder_is_found() -> None:
    assert (ROOT / "manage.py").exists()
