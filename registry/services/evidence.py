"""File evidence: exhibits are written once, whoever made them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from registry.models import DatasetVersion, Evidence, ModelVersion, Release, User
from registry.rules import row_digests
from registry.rules.catalogue import EVIDENCE_KINDS, VERDICT_NAMES
from registry.rules.evidence import LONGEST_SUMMARY, read
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import case_files, files, journal, review_events, rights, stages

# How the origin of what was handed in begins.
HANDED_IN = "upload"
# An exhibit is never changed, so it holds nobody's name; who handed it in is `filed_by`.
BY_HAND = "whoever handed it in"


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
    watched: bool = False,
    by: User,
) -> Evidence:
    """File one exhibit; filing the same origin again returns the one that is there.

    A release of the version that is in review gets a new revision of its case file, since its
    signers have to have seen every exhibit. A failing one may open a review; of what is
    ``watched`` the monitor that found it tells, with more than is known here.
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
        independent=reproduced and stages.is_independent(version, by),
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
            "facts": row_digests.digest_of(exhibit, row_digests.EVIDENCE),
        },
    )
    for release in Release.objects.open().filter(version=version).select_for_update(of=("self",)):
        _renew_case_file(release, version, role, by)
    if not watched:
        review_events.exhibit_filed(exhibit, by)
    return exhibit


@dataclass(frozen=True)
class Finding:
    """What somebody says of a file they hand in: the verdict is theirs, and stands as theirs."""

    kind: str
    title: str
    verdict: str
    summary: str


@journal.verb
def hand_in(
    *,
    version: ModelVersion,
    finding: Finding,
    file: Path,
    file_name: str,
    data: DatasetVersion | None,
    by: User,
    producer: str = "",
) -> Evidence:
    """File what was made elsewhere: a JSON file, never marked as reproduced.

    The same file handed in again with the same finding is the exhibit that is there; with another
    finding it is refused, since evidence is written once.
    """
    rights.require(by=by, verb="evidence.file", unit=version.model.unit)
    objections = _objections_to_handing_in(version, finding, data)
    if objections:
        raise Refused(*objections)
    content_of(file)
    origin = f"{HANDED_IN}, {finding.kind}, version {version.pk}, {files.sha256_of(file)[:40]}"
    exhibit = file_exhibit(
        version=version,
        kind=finding.kind,
        title=finding.title.strip(),
        verdict=finding.verdict,
        summary=finding.summary.strip(),
        content=file,
        file_name=file_name,
        producer=(producer or BY_HAND)[:200],
        origin=origin,
        reproduced=False,
        data=data,
        by=by,
    )
    said = Finding(exhibit.kind, exhibit.title, exhibit.verdict, exhibit.summary)
    if said != _kept(finding) or exhibit.data_id != (data.pk if data else None):
        raise Refused.because(
            "evidence.handed_in_already",
            gettext_noop(
                "This very file was handed in before, as exhibit %(number)s “%(title)s” with"
                " another finding. Evidence is written once; hand in a corrected file."
            ),
            number=exhibit.pk,
            title=exhibit.title,
        )
    return exhibit


def was_handed_in(exhibit: Evidence) -> bool:
    """Say whether somebody handed the exhibit in, instead of a run that filed it."""
    return exhibit.origin.startswith(f"{HANDED_IN}, ")


def content_of(file: Path) -> dict[str, Any]:
    """Return what a file handed in says. Raises Refused for one that no report could show."""
    size = file.stat().st_size
    if size > settings.DOCUMENT_LIMIT:
        raise Refused.because(
            "evidence.too_large",
            gettext_noop(
                "The file has %(size)s MiB; %(limit)s MiB is the limit. Hand in the figures"
                " without the rows behind them."
            ),
            size=size // 2**20,
            limit=settings.DOCUMENT_LIMIT // 2**20,
        )
    return read(file.read_bytes())


def _kept(finding: Finding) -> Finding:
    """Return a finding as its exhibit keeps it."""
    return Finding(
        finding.kind, finding.title.strip()[:200], finding.verdict, finding.summary.strip()
    )


def _objections_to_handing_in(
    version: ModelVersion, finding: Finding, data: DatasetVersion | None
) -> list[Objection]:
    objections = []
    if not 0 < len(finding.summary.strip()) <= LONGEST_SUMMARY:
        objections.append(
            Objection(
                "evidence.summary",
                gettext_noop(
                    "Say in a sentence or two what was found, in up to %(most)s characters."
                ),
                {"most": LONGEST_SUMMARY},
            )
        )
    if data is not None and not version.data_links.attached().filter(data=data).exists():
        objections.append(
            Objection(
                "evidence.data_not_attached",
                gettext_noop(
                    "This data is not attached to the version; attach it first, or leave it out."
                ),
            )
        )
    return objections


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
        changes={
            "digest": [before.digest, after.digest],
            "facts": row_digests.digest_of(after, row_digests.CASE_FILE),
        },
    )
