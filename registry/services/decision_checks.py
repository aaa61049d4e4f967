"""What stands against a decision: the seat it is signed from, and what it is signed over."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import Membership, Release, User
from registry.rules import conditions as condition_rules
from registry.rules import stages as stage_rules
from registry.rules.fact_names import fact_words
from registry.rules.refusals import Objection, Refused
from registry.rules.releases import Act
from registry.rules.roles import ROLE_NAMES, Role
from registry.rules.wording import gettext_noop
from registry.services import case_files, risk, seats, stages


def seat_for(release: Release, progress: stages.Progress, by: User) -> seats.Seat:
    """Return the seat the person signs from: the first from which nothing stands against them."""
    free = seats.of(by, release, progress)
    if not free:
        raise _no_seat(release, progress, by)
    return next(
        (seat for seat in free if not seats.objections_to(by, release, progress, seat)),
        free[0],
    )


def _no_seat(release: Release, progress: stages.Progress, by: User) -> Exception:
    waiting = [progress.stages[place] for place in progress.open]
    roles = [role for stage in waiting for role in stage.roles]
    if set(roles) & seats.roles_in(by, release):
        return Refused.because(
            "release.seats_taken",
            gettext_noop(
                "Enough people of your role have signed the stage “%(stage)s”; it waits for"
                " somebody of another role."
            ),
            stage=", ".join(stage.name for stage in waiting),
        )
    return PermissionDenied(
        _("The stage “%(stage)s” is signed by a %(role)s of the unit %(unit)s.")
        % {
            "stage": ", ".join(_(stage.name) for stage in waiting),
            "role": ", ".join(_(ROLE_NAMES[Role(role)]).lower() for role in dict.fromkeys(roles)),
            "unit": release.version.model.unit,
        }
    )


def against_content(release: Release, digest: str, act: Act) -> list[Objection]:
    """Refuse a signature on something else than the signer saw, or than is there now."""
    objections = []
    if digest != release.case_file.digest:
        objections.append(
            Objection(
                "release.other_case_file",
                gettext_noop(
                    "The case file is a newer one (%(digest)s) than the page you signed on showed."
                    " Read what changed, then sign again."
                ),
                {"digest": release.case_file.digest[:12]},
            )
        )
    changed = case_files.changes_since_frozen(release)
    # What changed can still be returned to its author: that is the way out of it.
    if changed and act is not Act.RETURN:
        objections.append(
            Objection(
                "release.content_changed",
                gettext_noop(
                    "The version changed after it was submitted (%(facts)s)."
                    " It has to be withdrawn and submitted again."
                ),
                {"facts": [fact_words(change.fact) for change in changed]},
                tuple(change.fact for change in changed),
            )
        )
    return objections


def against_sending_back(
    progress: stages.Progress, seat: seats.Seat, act: Act, sent_to: int | None
) -> list[Objection]:
    """Refuse sending it back to where it stands, or further on."""
    if act is not Act.SEND_BACK:
        return []
    first_open = min(progress.open)
    group = next(group for group in stage_rules.groups(progress.stages) if first_open in group)
    if sent_to is not None and 0 <= sent_to < group[0]:
        return []
    return [
        Objection(
            "release.sent_where",
            gettext_noop("Choose an earlier stage to send it back to, or return it to its author."),
        )
    ]


def against_conditions(
    release: Release, act: Act, asked: Sequence[condition_rules.Asked]
) -> list[Objection]:
    """Refuse conditions that bind nobody, or that the policy does not allow."""
    ruling = stages.ruling_of(release)
    members = Membership.objects.current().filter(unit=release.version.model.unit)
    return condition_rules.objections_to(
        asked,
        members=list(members.values_list("user__username", flat=True)),
        today=timezone.localdate(),
        approval_days=ruling.approval_days,
        allowed=ruling.conditions_allowed,
        named=act is Act.APPROVE_WITH_CONDITIONS,
    )


def exception_missing(
    release: Release, progress: stages.Progress, seat: seats.Seat, act: Act, by: User
) -> list[Objection]:
    """Refuse the last signature where the risk needs an exception and nobody named conditions."""
    vote = stage_rules.Vote(by.pk, seat.stage, seat.role)
    if stage_rules.open_stages(progress.stages, [*progress.votes, vote]):
        return []
    counted = stages.decisions_that_count(release, progress)
    return condition_rules.objections_to_plain_approval(
        by_exception=risk.needs_exception(release.version),
        allowed=stages.ruling_of(release).conditions_allowed,
        named=act is Act.APPROVE_WITH_CONDITIONS or any(decision.asked for decision in counted),
    )
