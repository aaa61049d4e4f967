"""File evidence: exhibits are written once, whoever made them."""

from __future__ import annotations

from pathlib import Path

from django.utils import timezone

from registry.models import DatasetVersion, Evidence, ModelVersion, Release, User
from registry.rules.catalogue import EVIDENCE_KINDS, VERDICT_NAMES
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop
from registry.services import case_files, files, journal, rights


@journal.verb
def file_exhibit(
    *,
    version: ModelVersion,
    kind: str,
    title: str,
    verdict: str,
    summary: str,
    content: bytes | Path,
    file_name: str,
    producer: str,
    origin: str,
    reproduced: bool,
    data: DatasetVersion | None,
    by: User,
) -> Evidence:
    """File one exhibit; filing the same origin again returns the one that is there.

    A release of the version that is in review gets a new revision of its case file, since its
    signers have to have seen every exhibit.
    """
    version = (
        ModelVersion.objects.select_for_update(of=("self",))
        .select_related("model__unit")
        .get(pk=version.pk)
    )
    role = rights.require(by=by, verb="evidence.file", unit=version.model.unit)
    filed = Evidence.objects.filter(origin=origin).first()
    if filed and filed.version_id != version.pk:
        raise Refused.because(
            "evidence.origin",
            gettext_noop("What is named %(origin)s was filed for another version already."),
            origin=origin,
        )
    if filed:
        return filed
    if kind not in EVIDENCE_KINDS or verdict not in VERDICT_NAMES or not title.strip():
        raise Refused.because(
            "evidence.shape",
            gettext_noop(
                "Evidence needs a title, a kind (%(kinds)s) and a verdict (%(verdicts)s)."
            ),
            kinds=", ".join(EVIDENCE_KINDS),
            verdicts=", ".join(VERDICT_NAMES),
        )
    stored = files.keep(content)
    exhibit = Evidence.objects.create(
        version=version,
        kind=kind,
        title=title[:200],
        verdict=verdict,
        summary=summary,
        file=stored,
        file_name=file_name[:255],
        digest=stored.sha256,
        data=data,
        reproduced=reproduced,
        producer=producer,
        origin=origin,
        filed_at=timezone.now(),
        filed_by=by,
    )
    journal.record(
        "evidence.filed",
        by=by,
        subject=exhibit,
        role=role,
        model=version.model,
        changes={
            "kind": kind,
            "verdict": verdict,
            "sha256": stored.sha256,
            "reproduced": reproduced,
        },
    )
    for release in Release.objects.open().filter(version=version).select_for_update(of=("self",)):
        _renew_case_file(release, version, role, by)
    return exhibit


def _renew_case_file(release: Release, version: ModelVersion, role: str, by: User) -> None:
    """Freeze the same subject with the exhibits as they are now.

    Earlier signatures fall with it.
    """
    before = release.case_file
    content = {**before.content, "exhibits": case_files.exhibits_of(version)}
    after = case_files.freeze(release, content)
    journal.record(
        "case_file.renewed",
        by=by,
        subject=release,
        role=role,
        model=version.model,
        changes={"digest": [before.digest, after.digest]},
    )
