"""Load policies from YAML as editions, and find the one in force."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone

from registry.models import PolicyEdition, User
from registry.rules import casefile
from registry.rules import policies as rules
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop
from registry.services import journal

FOLDER = Path(__file__).resolve().parent.parent / "policies"


def read(path: Path) -> dict[str, Any]:
    """Read a policy file into plain JSON data. Raises Refused for what is no policy."""
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
        # Through JSON, so that keys are text and the stored definition equals the one judged here.
        definition: dict[str, Any] = json.loads(json.dumps(loaded))
    except (yaml.YAMLError, UnicodeDecodeError, TypeError) as error:
        raise Refused.because(
            "policy.unreadable",
            gettext_noop("%(file)s is not readable as YAML: %(error)s."),
            file=path.name,
            error=error,
        ) from error
    return definition


@journal.verb
def load(*, definition: Mapping[str, Any], by: User | None) -> PolicyEdition:
    """Load a policy as a new edition, unless the last edition says the same."""
    objections = rules.objections_to(definition)
    if objections:
        raise Refused(*objections)
    digest = casefile.digest(casefile.canonical(dict(definition)))
    last = PolicyEdition.objects.filter(name=definition["name"]).first()
    if last and last.digest == digest:
        return last
    edition = PolicyEdition.objects.create(
        name=definition["name"],
        edition=(last.edition if last else 0) + 1,
        definition=dict(definition),
        digest=digest,
        loaded_at=timezone.now(),
    )
    journal.record(
        "policy.loaded", by=by, subject=edition, role="system", changes={"digest": digest}
    )
    return edition


def in_force() -> PolicyEdition:
    """Return the newest edition of the policy. Raises Refused where none was loaded."""
    edition = PolicyEdition.objects.filter(name="default").first()
    if edition is None:
        raise Refused.because(
            "policy.none", gettext_noop("No policy is loaded; run manage.py load_policies.")
        )
    return edition
