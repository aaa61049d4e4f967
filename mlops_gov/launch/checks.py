"""The checks that need no test: form, types, migrations, and settings fit for production."""

from __future__ import annotations

import secrets

from crew import Crew
from processes import Command

# mypy's plugin reads the settings, which want a database's address but do not connect to it.
ANY_DATABASE = {"DATABASE_URL": "postgres://nobody@localhost/none"}


def form(crew: Crew) -> None:
    """Check form and types."""
    python = crew.places.python
    crew.finish("ruff", [python, "-m", "ruff", "check", "."])
    crew.finish("format", [python, "-m", "ruff", "format", "--check", "."])
    crew.finish("mypy", [python, "-m", "mypy"], extra=ANY_DATABASE)


def project(crew: Crew) -> None:
    """Check that the models have their migrations and that Django finds nothing to deplore."""
    manage: Command = [crew.places.python, "manage.py"]
    crew.finish("migrations", [*manage, "makemigrations", "--check", "--dry-run"])
    deploy = ["check", "--deploy", "--fail-level", "WARNING"]
    crew.finish("deploy", [*manage, *deploy], extra=production())


def production() -> dict[str, str]:
    """Return the environment of a server that others reach, behind TLS."""
    return {
        "LISTEN": "0.0.0.0",
        "ALLOWED_HOSTS": "governance.example.org",
        "CSRF_TRUSTED_ORIGINS": "https://governance.example.org",
        "SECRET_KEY": secrets.token_urlsafe(64),
    }


def reshape(crew: Crew) -> None:
    """Bring the code into form."""
    python = crew.places.python
    crew.finish("ruff", [python, "-m", "ruff", "check", "--fix", "."])
    crew.finish("format", [python, "-m", "ruff", "format", "."])
