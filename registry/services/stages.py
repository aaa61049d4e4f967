"""Where a release stands between its stages, and whose work it is; reads only."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from registry.models import Decision, Membership, ModelVersion, RegisteredModel, Release, User
from registry.rules import plans as plan_rules
from registry.rules import policies as policy_rules
from registry.rules import releases as rules
from registry.rules import stages as stage_rules
from registry.rules.refusals import Objection
from registry.rules.roles import Role
from registry.rules.scorecards import STRICTEST
from registry.rules.stages import Stage, Vote
from registry.rules.wording import gettext_noop
from registry.services import twins


@dataclass(frozen=True)
class Progress:
    """The stages of a release, the votes that count on its case file, and what is open now."""

    stages: tuple[Stage, ...]
    votes: tuple[Vote, ...]
    open: tuple[int, ...]

    @property
    def stage(self) -> int | None:
        """The place of the first stage that waits; None when all are complete."""
        return self.open[0] if self.open else None

    def signed_by(self, place: int, role: str) -> int:
        """How many of a role have approved at a stage."""
        given = (vote for vote in self.votes if vote.stage == place and vote.role == role)
        return sum(1 for vote in given if vote.approves)

    def signed_at(self, place: int) -> int:
        """How many have approved at a stage."""
        return sum(1 for vote in self.votes if vote.stage == place and vote.approves)


def ruling_of(release: Release) -> policy_rules.Ruling:
    """Return what the policy says that the release was submitted under."""
    return policy_rules.ruling(release.policy.definition, release.tier, release.environment)


def progress_of(release: Release) -> Progress:
    """Return where the release stands; what was signed on an earlier case file does not count."""
    stages = ruling_of(release).stages
    votes = votes_on(release, stages)
    return Progress(stages, tuple(votes), stage_rules.open_stages(stages, votes))


def votes_on(release: Release, stages: tuple[Stage, ...]) -> list[Vote]:
    """Return the votes on the current case file, less those that a sending back undid."""
    votes: list[Vote] = []
    for decision in sorted(release.decisions.all(), key=lambda one: (one.signed_at, one.pk)):
        if decision.case_file_id != release.case_file_id or decision.stage is None:
            continue
        if decision.act == rules.Act.SEND_BACK:
            votes = stage_rules.standing_after(stages, votes, decision.sent_to or 0)
        elif decision.act in {*rules.APPROVALS, rules.Act.REJECT}:
            approves = decision.act != rules.Act.REJECT
            votes.append(
                Vote(
                    decision.signer_id,
                    decision.stage,
                    decision.role,
                    approves,
                    decision.on_behalf_of_id,
                )
            )
    return votes


def decisions_that_count(release: Release, progress: Progress) -> list[Decision]:
    """Return the approvals behind the votes that count, in the order they were signed."""
    counted = {(vote.signer_id, vote.stage) for vote in progress.votes if vote.approves}
    latest = {
        (decision.signer_id, decision.stage): decision
        for decision in sorted(release.decisions.all(), key=lambda one: (one.signed_at, one.pk))
        if decision.case_file_id == release.case_file_id and decision.act in rules.APPROVALS
    }
    return [decision for key, decision in latest.items() if key in counted]


def round_of(release: Release) -> int:
    """How often the release was sent back on its current case file."""
    return sum(
        1
        for decision in release.decisions.all()
        if decision.act == rules.Act.SEND_BACK and decision.case_file_id == release.case_file_id
    )


def objections_to(
    release: Release,
    progress: Progress,
    place: int | None,
    signer_id: int,
    for_id: int | None = None,
) -> list[Objection]:
    """Say why this person may not sign this stage: separation of duties.

    ``for_id`` is whose seat they would sit in by delegation: who may not decide themselves cannot
    have somebody else decide for them.
    """

    def against(person: int) -> list[Objection]:
        return rules.objections_to_signer(
            person,
            hands_on(release),
            progress.votes,
            stage=place,
            stages=progress.stages,
            excluded=ruling_of(release).excluded,
            validated=validators_of(release.version),
        )

    objections = against(signer_id)
    if for_id is not None and against(for_id):
        objections.append(
            Objection(
                "release.giver_excluded",
                gettext_noop(
                    "Who delegated this seat may not decide on this release or has signed it"
                    " already; nobody signs it in their place."
                ),
            )
        )
    return objections


def eligible(version: ModelVersion, role: str, excluded: tuple[str, ...]) -> set[int]:
    """Return who holds the role in the unit and has no excluding hand in the version."""
    held = Membership.objects.current().filter(unit=version.model.unit, role=role)
    people = set(held.filter(user__is_active=True).values_list("user_id", flat=True))
    hands = hands_on_version(version)
    worked = {person for part in excluded for person in hands.get(part, set())}
    if role != Role.VALIDATOR:
        worked |= validators_of(version)
    return people - worked


def hands_on(release: Release) -> dict[str, set[int | None]]:
    """Return whose work the release is, part by part, over the whole history of the version."""
    return hands_on_version(release.version)


def hands_on_version(version: ModelVersion) -> dict[str, set[int | None]]:
    """Return whose work the version is, part by part, over its whole history.

    With that of its twins: the same artefact under another name is the same work.
    """
    hands: dict[str, set[int | None]] = {part: set() for part in rules.HANDS}
    hands["purpose"] = _authors_of_the_purpose(version.model)
    hands["tier"] = _who_chose_the_tier(version.model)
    for one in (version, *twins.twins_of(version)):
        for part, people in _hands_on_one(one).items():
            hands[part] |= people
    return hands


def _hands_on_one(version: ModelVersion) -> dict[str, set[int | None]]:
    links = version.data_links.all()
    return {
        "submitted": _submitters(version),
        "registered": {version.registered_by_id},
        "card": {revision.saved_by_id for revision in version.card.revisions.all()},
        "data": {link.attached_by_id for link in links}
        | {link.data.registered_by_id for link in links}
        | {link.detached_by_id for link in links},
        "run": {
            one.filed_by_id
            for one in version.evidence.all()
            if one.reproduced and not one.independent
        },
        "evidence": {one.filed_by_id for one in version.evidence.all() if not one.reproduced},
        "plan": _who_loosened_the_plan(version),
        "risk": {assessment.assessed_by_id for assessment in version.risk.assessments.all()},
    }


def validators_of(version: ModelVersion) -> set[int | None]:
    """Return who examined the version as a validator: they validate, and do not approve.

    Who made an independent run of it, or signed as a validator, for whichever case file of
    whichever release; and whose seat it was, where that was delegated.
    """
    ran = {one.filed_by_id for one in version.evidence.all() if one.independent}
    signed = [
        decision
        for release in version.releases.all()
        for decision in release.decisions.all()
        if decision.role == Role.VALIDATOR and decision.act in rules.REVIEWING
    ]
    seats = {one.on_behalf_of_id for one in signed if one.on_behalf_of_id is not None}
    return ran | seats | {one.signer_id for one in signed}


def _submitters(version: ModelVersion) -> set[int | None]:
    """Return who drafted or submitted a release; one that was returned may have had several."""
    releases = version.releases.all()
    moved = {
        move.by_id
        for release in releases
        for move in release.moves.all()
        if move.act == rules.Act.SUBMIT
    }
    return moved | {release.submitted_by_id for release in releases}


def is_independent(version: ModelVersion, person: User) -> bool:
    """Say whether a run this person asks for is one of the validator's side.

    They are a validator of the unit, no data scientist of it, and have no hand in the version.
    """
    roles = Membership.objects.roles_of(person, version.model.unit)
    hands = hands_on_version(version)
    worked = any(person.pk in people for people in hands.values())
    return Role.VALIDATOR in roles and Role.DATA_SCIENTIST not in roles and not worked


def _authors_of_the_purpose(model: RegisteredModel) -> set[int | None]:
    """Return who wrote a purpose or an intended use; a revision of the tier alone is not that."""
    authors: set[int | None] = set()
    said = None
    for revision in sorted(model.revisions.all(), key=lambda one: one.number):
        if (revision.purpose, revision.intended_use) != said:
            authors.add(revision.revised_by_id)
        said = (revision.purpose, revision.intended_use)
    return authors


def _who_chose_the_tier(model: RegisteredModel) -> set[int | None]:
    """Return who revised the model into a lighter tier, under which fewer people have to sign.

    And who filled the newest scorecard, where a stricter tier was possible and it led to none.
    """
    revisions = sorted(model.revisions.all(), key=lambda one: one.number)
    people = {
        after.revised_by_id for before, after in pairwise(revisions) if after.tier > before.tier
    }
    card = max(model.scorecards.all(), key=lambda one: one.number, default=None)
    if card is not None:
        # A clock that was set back may put the card before every revision.
        before_it = [one for one in revisions if one.revised_at < card.filled_at]
        stood = before_it or revisions[:1]
        if STRICTEST < card.tier >= stood[-1].tier:
            people.add(card.filled_by_id)
    return people


def _who_loosened_the_plan(version: ModelVersion) -> set[int | None]:
    """Return who took a limit back that the version had set itself, though the policy allows it."""
    revisions = sorted(version.plans.all(), key=lambda one: one.number)
    return {
        after.revised_by_id
        for before, after in pairwise(revisions)
        if plan_rules.is_laxer(after.content, before.content)
    }
