"""Load policies from YAML as editions, and find the one in force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from registry.models import PolicyAdoption, PolicyEdition, User
from registry.models.policies import PolicyEditionQuerySet
from registry.rules import casefile
from registry.rules import policies as rules
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop
from registry.services import journal
from registry.services.policy_texts import parse

FOLDER = Path(__file__).resolve().parent.parent / "policies"


def text_of(path: Path) -> str:
    """Return the text of a policy file. Raises Refused for what is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused.because(
            "policy.unreadable",
            gettext_noop("%(file)s is not readable as YAML: %(error)s."),
            file=path.name,
            error=error,
        ) from error


def read(path: Path) -> dict[str, Any]:
    """Read a policy file into plain JSON data. Raises Refused for what is no policy."""
    return parse(text_of(path), path.name)


@journal.verb
def load(*, definition: Mapping[str, Any], text: str = "", by: None) -> PolicyEdition:
    """Load a policy and adopt it at once, unless the edition in force says the same.

    Only for an installation that has no policy yet, and for tests: afterwards an edition is
    proposed and approved, see ``policy_proposals``.
    """
    objections = rules.objections_to(definition)
    if objections:
        raise Refused(*objections)
    hold(definition["name"])
    last = adopted(definition["name"])
    if last is not None and last.digest == digest_of(definition):
        return last
    edition = add(definition=definition, text=text, base=last, by=None)
    journal.wrote("policy", edition)
    adoption = PolicyAdoption.objects.create(edition=edition, adopted_at=edition.loaded_at)
    journal.wrote("policy adoption", adoption, about=edition)
    journal.record(
        "policy.loaded", by=by, subject=edition, role="system", changes={"digest": edition.digest}
    )
    return edition


def add(
    *,
    definition: Mapping[str, Any],
    text: str,
    base: PolicyEdition | None,
    note: str = "",
    by: User | None,
) -> PolicyEdition:
    """Write an edition down under the next number; inside a verb that holds the policy."""
    last = PolicyEdition.objects.filter(name=definition["name"]).first()
    edition: PolicyEdition = PolicyEdition.objects.create(
        name=definition["name"],
        edition=(last.edition if last else 0) + 1,
        definition=dict(definition),
        digest=digest_of(definition),
        text=text,
        note=note,
        base=base,
        proposed_by=by,
        loaded_at=timezone.now(),
    )
    return edition


def hold(name: str) -> None:
    """Have every other verb on the editions of this policy wait until this one is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('policy'), hashtext(%s))", [name])


def adopted(name: str) -> PolicyEdition | None:
    """Return the newest adopted edition of a policy; None where there is none."""
    editions = PolicyEdition.objects.filter(name=name, adoption__isnull=False)
    found: PolicyEdition | None = editions.order_by("-edition").first()
    return found


def digest_of(definition: Mapping[str, Any]) -> str:
    """Return the digest of a definition: the same for the same content, however it is written."""
    return casefile.digest(casefile.canonical(dict(definition)))


def in_force() -> PolicyEdition:
    """Return the newest adopted edition of the policy. Raises Refused where there is none."""
    return _first(PolicyEdition.objects.in_force())


def in_force_at(instant: datetime) -> PolicyEdition:
    """Return the edition that was in force at an instant. Raises Refused where there was none."""
    return _first(PolicyEdition.objects.in_force_at(instant))


def _first(editions: PolicyEditionQuerySet) -> PolicyEdition:
    edition: PolicyEdition | None = editions.first()
    if edition is None:
        raise Refused.because(
            "policy.none", gettext_noop("No policy is loaded; run manage.py load_policies.")
        )
    return edition
