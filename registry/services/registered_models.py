"""Register models, and revise what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.text import slugify

from registry.models import Membership, ModelRevision, RegisteredModel, Unit, User
from registry.rules.catalogue import TASKS
from registry.rules.policies import TIERS
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import journal, rights


@dataclass(frozen=True)
class Statement:
    """What one revision says of a model."""

    purpose: str
    intended_use: str
    tier: int
    owner: User
    deputy: User | None = None
    maintainers: Sequence[User] = ()


@journal.verb
def register(
    *, unit: Unit, name: str, task: str, statement: Statement, by: User
) -> RegisteredModel:
    """Register a model with its first revision."""
    Unit.objects.select_for_update().get(pk=unit.pk)
    role = rights.require(by=by, verb="model.register", unit=unit)
    slug = slugify(name)[:80]
    objections = _objections_to(statement, unit)
    if not name.strip() or not slug:
        objections.append(
            Objection("model.name", gettext_noop("The model needs a name with letters or digits."))
        )
    elif RegisteredModel.objects.filter(slug=slug).exists():
        # Said also when the other model is in a unit this person cannot see: it tells
        # no more than the name.
        objections.append(
            Objection(
                "model.exists",
                gettext_noop("A model is registered under this name already; choose another."),
            )
        )
    if task not in TASKS:
        objections.append(
            Objection(
                "model.task",
                gettext_noop("The task %(task)s is not known; choose one of %(known)s."),
                {"task": task, "known": ", ".join(TASKS)},
            )
        )
    if objections:
        raise Refused(*objections)
    model = RegisteredModel.objects.create(
        unit=unit,
        slug=slug,
        name=name.strip(),
        task=task,
        registered_at=timezone.now(),
        registered_by=by,
    )
    journal.record(
        "model.registered", by=by, subject=model, role=role, model=model, changes={"task": task}
    )
    _revise(model=model, statement=statement, reason="", role=role, by=by)
    return model


@journal.verb
def revise(*, model: RegisteredModel, statement: Statement, reason: str, by: User) -> ModelRevision:
    """Say something new of a model from now on; earlier revisions stay readable."""
    model = (
        RegisteredModel.objects.select_for_update(of=("self",))
        .select_related("unit")
        .get(pk=model.pk)
    )
    role = rights.require(by=by, verb="model.revise", unit=model.unit)
    objections = _objections_to(statement, model.unit)
    if not reason.strip():
        objections.append(
            Objection("model.no_reason", gettext_noop("Say why this changes; the reason is kept."))
        )
    if objections:
        raise Refused(*objections)
    return _revise(model=model, statement=statement, reason=reason.strip(), role=role, by=by)


def _revise(
    *, model: RegisteredModel, statement: Statement, reason: str, role: str, by: User
) -> ModelRevision:
    before = _told(model.revision) if model.revision else {}
    revision = ModelRevision.objects.create(
        model=model,
        number=model.revisions.count() + 1,
        purpose=statement.purpose.strip(),
        intended_use=statement.intended_use.strip(),
        tier=statement.tier,
        owner=statement.owner,
        deputy=statement.deputy,
        reason=reason,
        revised_at=timezone.now(),
        revised_by=by,
    )
    revision.maintainers.set(statement.maintainers)
    model.revision = revision
    model.save(update_fields=["revision"])
    after = _told(revision)
    changed = {
        name: [before.get(name), after[name]] for name in after if before.get(name) != after[name]
    }
    journal.record(
        "model.revised",
        by=by,
        subject=revision,
        role=role,
        model=model,
        changes=changed,
        reason=reason,
    )
    return revision


def _told(revision: ModelRevision) -> dict[str, object]:
    return {
        "purpose": revision.purpose,
        "intended_use": revision.intended_use,
        "tier": revision.tier,
        "owner": revision.owner.username,
        "deputy": revision.deputy.username if revision.deputy else None,
        "maintainers": sorted(person.username for person in revision.maintainers.all()),
    }


def _objections_to(statement: Statement, unit: Unit) -> list[Objection]:
    objections = []
    if not statement.purpose.strip() or not statement.intended_use.strip():
        objections.append(
            Objection(
                "model.purpose",
                gettext_noop("Say what the model is for and how it is meant to be used."),
            )
        )
    if statement.tier not in TIERS:
        objections.append(
            Objection("model.tier", gettext_noop("The tier goes from 1 (strictest) to 4."))
        )
    if statement.deputy and statement.deputy == statement.owner:
        objections.append(
            Objection(
                "model.deputy", gettext_noop("The deputy has to be another person than the owner.")
            )
        )
    members = set(Membership.objects.current().filter(unit=unit).values_list("user_id", flat=True))
    people = [statement.owner, statement.deputy, *statement.maintainers]
    objections += [
        Objection(
            "model.outsider",
            gettext_noop("%(person)s holds no role in the unit %(unit)s; name somebody who does."),
            {"person": person.printed_name, "unit": unit.name},
        )
        for person in people
        if person and person.pk not in members
    ]
    return objections
