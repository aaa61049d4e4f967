"""What every test has: real PostgreSQL with the policies loaded, a queue and a store of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings as project_settings
from django.core.management import call_command
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker, Settings

pytest_plugins = [
    "tests.scenes",
    "tests.cast",
    "tests.databases",
    "tests.stack",
    "tests.browser",
    "tests.registry.factors",
]


def pytest_configure() -> None:
    """Give each test process a numbered Redis database: 0 is left to `make run`."""
    process = os.environ.get("PYTEST_XDIST_WORKER", "gw-1")
    number = int(process.removeprefix("gw")) + 2
    url = urlsplit(project_settings.REDIS_URL)._replace(path=f"/{number}").geturl()
    # Processes that a test starts find it here, those of this process in the settings.
    os.environ["REDIS_URL"] = url
    project_settings.REDIS_URL = project_settings.CELERY_BROKER_URL = url
    project_settings.CACHES["default"]["LOCATION"] = url


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_keepdb: bool,
    django_db_createdb: bool,
) -> Iterator[None]:
    """Make the database and load, once, what every installation starts with.

    pytest-django's own fixture makes it only where a picked test takes `db`; a journey alone, which
    works on a copy, would find nothing to copy.
    """
    keep = django_db_keepdb and not django_db_createdb
    with django_db_blocker.unblock():
        made = setup_databases(
            verbosity=0,
            interactive=False,
            aliases={"default"},
            keepdb=keep,
            serialized_aliases=(),
        )
        call_command("load_policies", verbosity=0)
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            teardown_databases(made, verbosity=0)


@pytest.fixture(autouse=True)
def own_store(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the files of each test apart from those of all others."""
    keep_files_in(settings, tmp_path / "store")
    settings.SCRATCH_DIR = tmp_path / "scratch"
    settings.ERASURES_FILE = tmp_path / "erasures.jsonl"
    settings.CHECKPOINT_SINKS = [(tmp_path / "checkpoints.jsonl").as_uri()]
    # Processes that a test starts write their checkpoints to the same place.
    monkeypatch.setenv("CHECKPOINT_SINKS", settings.CHECKPOINT_SINKS[0])


def keep_files_in(settings: Settings, folder: Path) -> None:
    """Point the store at another folder for the rest of the test."""
    moved = {**settings.STORAGES["default"], "OPTIONS": {"location": folder}}
    settings.STORAGES = {**settings.STORAGES, "default": moved}


@pytest.fixture
def quick_passwords(settings: Settings) -> None:
    """Hash passwords without the slowness that protects real ones; not for the journeys."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
