"""Save model cards; every save is a revision, and one of them is in effect."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from registry.models import CardRevision, ModelCard, ModelVersion, User
from registry.rules import cards as rules
from registry.rules.refusals import Objection, Refused
from registry.rules.releases import OPEN, STANDING
from registry.rules.wording import gettext_noop
from registry.services import journal, rights

# While somebody reviews or relies on the version, an edit must not change what they signed.
HELD = sorted(OPEN | STANDING)


def is_held(version: ModelVersion) -> bool:
    """Say whether a new revision stays a draft.

    A release of the version waits for a decision, or its approval stands.
    """
    return version.releases.filter(state__in=HELD).exists()


@journal.verb
def save(
    *, version: ModelVersion, sections: Mapping[str, str], based_on: int | None = None, by: User
) -> CardRevision:
    """Save the sections as a new revision, in effect at once unless a release holds the card.

    ``based_on`` is the number of the revision the writer saw; saving over a newer one is refused.
    """
    card = _locked(version)
    role = rights.require(by=by, verb="card.save", unit=card.version.model.unit)
    last = card.revisions.first()
    objections = rules.objections_to(sections)
    if based_on is not None and based_on != (last.number if last else 0):
        objections.append(
            Objection(
                "card.saved_meanwhile",
                gettext_noop(
                    "Somebody saved revision %(number)s while you were writing."
                    " Copy your text, reload the page and put it in again."
                ),
                {"number": last.number if last else 0},
            )
        )
    if objections:
        raise Refused(*objections)
    before = last.sections if last else {}
    after = {code: sections.get(code, before.get(code, "")).strip() for code in rules.SECTION_CODES}
    revision = CardRevision.objects.create(
        card=card,
        number=(last.number if last else 0) + 1,
        sections=after,
        saved_at=timezone.now(),
        saved_by=by,
    )
    journal.record(
        "card.saved",
        by=by,
        subject=revision,
        role=role,
        model=card.version.model,
        changes={
            code: [before.get(code, ""), text]
            for code, text in after.items()
            if before.get(code, "") != text
        },
    )
    if not is_held(version):
        _put_into_effect(card, revision, role, by)
    return revision


@journal.verb
def make_effective(*, revision: CardRevision, by: User) -> CardRevision:
    """Put a draft into effect. An approval given on the earlier card becomes void by it."""
    card = _locked(revision.card.version)
    role = rights.require(by=by, verb="card.make_effective", unit=card.version.model.unit)
    if card.effective_id == revision.pk:
        raise Refused.because("card.in_effect", gettext_noop("This revision is in effect already."))
    _put_into_effect(card, revision, role, by)
    return revision


def _put_into_effect(card: ModelCard, revision: CardRevision, role: str, by: User) -> None:
    before = card.effective.number if card.effective else None
    card.effective = revision
    card.save(update_fields=["effective"])
    journal.record(
        "card.made_effective",
        by=by,
        subject=revision,
        role=role,
        model=card.version.model,
        changes={"revision": [before, revision.number]},
    )


def _locked(version: ModelVersion) -> ModelCard:
    return (
        ModelCard.objects.select_for_update(of=("self",))
        .select_related("version__model__unit", "effective")
        .get(version=version)
    )
