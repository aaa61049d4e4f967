"""The demo's acts of governance: scorecard, findings, conditions, and what runs live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.utils import timezone

from audits.management.demo.people import PASSWORD, Cast
from audits.management.demo.steps import Stage
from registry.models import ModelVersion, RegisteredModel, Release
from registry.rules.conditions import Asked
from registry.rules.deployments import Report
from registry.services import (
    deployments,
    finding_moves,
    findings,
    mail_choices,
    releases,
    scorecards,
)
from registry.services.signatures import Proof

# The digest of an image that the demo says was deployed; nothing is pulled by it.
IMAGE = "sha256:" + "5e9c" * 16


def reachable(cast: Cast) -> None:
    """Give everybody a mail address; without a mail server the demo's mail goes into files."""
    for username, person in cast.people.items():
        if not mail_choices.address_of(person):
            mail_choices.choose(
                address=f"{username}@example.org",
                acts="at_once",
                reminders="digest",
                time_zone="",
                by=person,
            )


def scored(stage: Stage, model: RegisteredModel, answers: Mapping[str, int]) -> None:
    """Fill the model's scorecard, unless it is filled."""
    if not model.scorecards.exists():
        scorecards.fill(model=model, answers=answers, by=stage.cast["scientist"])


def challenged(stage: Stage, version: ModelVersion) -> None:
    """Have the validator question the card, the scientist answer, and a manager settle it."""
    if version.findings.exists():
        return
    finding = findings.open_finding(
        version=version,
        severity="medium",
        title="Who may overrule the officer",
        text="The card says that an officer decides, and not who decides when somebody objects.",
        owner=stage.cast["scientist"],
        due=timezone.localdate() + timedelta(days=30),
        section="intended_use",
        paragraph="1",
        question="Who looks at a refusal again, and do they see the model's recommendation?",
        ground="An appeal decided by the same person on the same screen is none.",
        by=stage.cast["validator"],
    )
    finding = finding_moves.answer(
        finding=finding,
        text="The head of the branch does, from the application alone; the branch manual says so.",
        by=stage.cast["scientist"],
    )
    finding_moves.close(
        finding=finding,
        text="Read the manual; the appeal is independent of the score.",
        by=stage.cast["manager2"],
    )


def appeals_condition() -> Asked:
    """Name the condition under which the mortgage model is released by exception."""
    return Asked(
        text="Report how many refused applicants asked for a person, and how many were granted.",
        owner="owner",
        due=timezone.localdate() + timedelta(days=60),
    )


def signed_with(
    stage: Stage, release: Release, username: str, reason: str, conditions: Sequence[Asked]
) -> None:
    """Have somebody sign under conditions, unless they did."""
    if not release.decisions.filter(signer=stage.cast[username]).exists():
        releases.approve_with_conditions(
            release=release,
            digest=release.case_file.digest,
            reason=reason,
            conditions=conditions,
            proof=Proof(password=PASSWORD),
            by=stage.cast[username],
        )


def runs_live(stage: Stage, version: ModelVersion, environment: str) -> None:
    """Report that the version runs in an environment, as its pipeline would."""
    if not version.model.deployments.filter(environment=environment).exists():
        said = Report(
            environment=environment,
            label=version.label,
            artefact_sha256=version.artefact.sha256 if version.artefact else "",
            image_digest=IMAGE,
            cluster="credit-1",
            namespace="mortgages",
            endpoint="/score",
        )
        deployments.report(model=version.model, said=said, by=stage.cast["deployer"])
