"""Register models, revise what is said of them, and retire them."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone
from django.utils.text import slugify

from registry.models import ModelRevision, RegisteredModel, Release, Unit, User
from registry.rules.catalogue import TASKS
from registry.rules.refusals import Objection, Refused
from registry.rules.releases import OPEN, STANDING
from registry.rules.wording import gettext_noop
from registry.services import journal, relations, reviews, rights, tiers
from registry.services.statements import UNSAID, Statement, objections_to, told

__all__ = ["Statement", "maintainers_of", "register", "retire", "revise", "write_revision"]


@journal.verb
def register(
    *, unit: Unit, name: str, task: str, statement: Statement, by: User
) -> RegisteredModel:
    """Register a model with its first revision."""
    Unit.objects.select_for_update().get(pk=unit.pk)
    role = rights.require(by=by, verb="model.register", unit=unit)
    slug = slugify(name)[:80]
    objections = objections_to(statement, unit)
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
    write_revision(model=model, statement=statement, reason="", role=role, by=by)
    return model


@journal.verb
def revise(*, model: RegisteredModel, statement: Statement, reason: str, by: User) -> ModelRevision:
    """Say something new of a model from now on; earlier revisions stay readable.

    Once there is a scorecard the tier comes from it: the statement has to name the tier in force,
    and a new AI Act class moves the tier by the card's own rule.
    """
    model = locked(model)
    role = rights.require(by=by, verb="model.revise", unit=model.unit)
    basis = tiers.basis_of(model, ai_act_class=statement.ai_act_class)
    follows = replace(statement, tier=tiers.tier_under(basis, statement.tier))
    objections = objections_to(follows, model.unit)
    if basis.filling and model.revision and statement.tier != model.revision.tier:
        objections.append(
            Objection(
                "model.tier_is_scored",
                gettext_noop(
                    "The tier comes from the scorecard; fill it anew or propose an override."
                ),
            )
        )
    if not reason.strip():
        objections.append(
            Objection("model.no_reason", gettext_noop("Say why this changes; the reason is kept."))
        )
    if objections:
        raise Refused(*objections)
    return write_revision(model=model, statement=follows, reason=reason.strip(), role=role, by=by)


def write_revision(
    *,
    model: RegisteredModel,
    statement: Statement,
    reason: str,
    role: str,
    by: User,
    proposed_by: User | None = None,
) -> ModelRevision:
    """Write the next revision of a model that is locked; inside a verb only.

    With ``proposed_by`` the revision is that person's, confirmed by ``by``. Another tier opens a
    review as soon as there is a version to be reviewed.
    """
    earlier = model.revision
    before = told(earlier) if earlier else {}
    revision = ModelRevision.objects.create(
        model=model,
        number=model.revisions.count() + 1,
        **statement.columns(),
        reason=reason,
        revised_at=timezone.now(),
        revised_by=proposed_by or by,
        confirmed_by=by if proposed_by else None,
    )
    revision.maintainers.set(statement.maintainers)
    revision.maintainer_deputies.set(statement.maintainer_deputies)
    model.revision = revision
    model.save(update_fields=["revision"])
    after = told(revision)
    journal.record(
        "model.revised",
        by=by,
        subject=revision,
        role=role,
        model=model,
        changes={
            name: [before.get(name), value]
            for name, value in after.items()
            if before.get(name, UNSAID.get(name)) != value
        },
        reason=reason,
    )
    if earlier and earlier.tier != revision.tier and model.versions.exists():
        reviews.open_for(
            model=model,
            version=None,
            cause="tier_changed",
            details={"tier": [earlier.tier, revision.tier], "revision": revision.number},
            by=by,
        )
    return revision


@journal.verb
def retire(*, model: RegisteredModel, reason: str, by: User) -> RegisteredModel:
    """Take a model out of use for good: it takes no new version and no new release."""
    model = locked(model)
    role = rights.require(by=by, verb="model.retire", unit=model.unit)
    objections = []
    if model.retired_at:
        objections.append(
            Objection("model.retired", gettext_noop("This model is retired already."))
        )
    if model.deployments.current().exists():
        objections.append(
            Objection(
                "model.runs",
                gettext_noop(
                    "Something of this model runs somewhere; have it taken down and reported first."
                ),
            )
        )
    standing = Release.objects.filter(version__model=model, state__in=sorted(OPEN | STANDING))
    objections += [
        Objection(
            "model.released",
            gettext_noop(
                "%(release)s is in review or approved; withdraw, revoke or retire it first."
            ),
            {"release": str(release)},
        )
        for release in standing.select_related("version__model").order_by("pk")
    ]
    if not reason.strip():
        objections.append(
            Objection(
                "model.no_reason", gettext_noop("Say why the model is retired; the reason is kept.")
            )
        )
    if objections:
        raise Refused(*objections)
    model.retired_at, model.retired_by = timezone.now(), by
    model.retirement_reason = reason.strip()
    model.save(update_fields=["retired_at", "retired_by", "retirement_reason"])
    journal.record(
        "model.retired",
        by=by,
        subject=model,
        role=role,
        model=model,
        reason=model.retirement_reason,
    )
    relations.open_downstream(model, {"change": "retired"}, by)
    return model


def objections_to_retired(model: RegisteredModel) -> list[Objection]:
    """Say that nothing new comes of a retired model."""
    if not model.retired_at:
        return []
    return [
        Objection(
            "model.retired",
            gettext_noop("The model is retired; register another one for what is new."),
        )
    ]


def maintainers_of(model: RegisteredModel) -> int:
    """Return how many people can maintain the model: maintainers and their deputies, each once."""
    if model.revision is None:
        return 0
    people = {person.pk for person in model.revision.maintainers.all()}
    return len(people | {person.pk for person in model.revision.maintainer_deputies.all()})


def locked(model: RegisteredModel) -> RegisteredModel:
    """Return the model as the database has it, held until the verb ends."""
    held: RegisteredModel = (
        RegisteredModel.objects.select_for_update(of=("self",))
        .select_related("unit", "revision")
        .get(pk=model.pk)
    )
    return held
