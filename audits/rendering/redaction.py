"""The public profile: no names of people, no small cells, and files to match.

The digests of the redacted exhibits are left out as well: with everything else in the open, a
suppressed count could be found by trying all of them against the digest of the full file.
"""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext

from audits.rendering import words
from audits.rendering.exhibits import is_measurement
from audits.suppression import bounded, suppress
from registry.rules.casefile import canonical

EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
# Facts in prose, where a person may be called by surname alone. Elsewhere a surname may be a group
# or a column ("White"), and replacing it would falsify the figures.
PROSE = frozenset(
    {
        "purpose", "intended_use", "sections", "title", "controls", "provenance", "summary",
        "reason", "reasons", "subject", "before", "after", "cause", "consequence", "affected",
        "vulnerable", "likelihood_ground", "impact_ground", "residual_ground",
        "business", "ground", "what",
        "found", "quote", "question", "plan", "said", "description", "immediate_action",
        "root_cause", "corrective_action",
        "asked", "offer", "acceptance", "end_reason", "led_to", "rests_on", "exception",
    }
)  # fmt: skip
REDACTED = ("names", "small_cells", "exhibit_digests", "journal_facts", "targets")
# Signed or counted over as they stand, and without a word that a person wrote.
AS_THEY_STAND = ("journal_extract", "checkpoint", "serial", "verify_url", "recalled")
# What is left of an entry: that it is there, when, and what proves it.
PROVEN = ("number", "at", "action")


def published(dossier: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of the dossier that anybody may read."""
    copied = copy.deepcopy(dict(dossier))
    kept = {part: copied.pop(part) for part in AS_THEY_STAND if part in copied}
    told = _portfolio(copied) if copied["scope"] == "portfolio" else _version(copied)
    if "journal_extract" in kept:
        kept["journal_extract"] = _closed(kept["journal_extract"])
    return {**told, **kept}


def _closed(extract: Mapping[str, Any]) -> dict[str, Any]:
    """Return the extract without what an entry says: its seal and its proof say that it is there.

    The seal is over names that stay closed, so nothing can be found out by guessing.
    """
    entries = []
    for entry in extract["entries"]:
        facts = entry.get("facts") or entry
        told = {part: facts[part] for part in PROVEN}
        entries.append({**told, "seal": entry["seal"], "path": entry["path"]})
    return {**extract, "entries": entries}


def _portfolio(copied: dict[str, Any]) -> dict[str, Any]:
    """Return where the models stand, without who owns them, holds a role and did what."""
    named = [(model["owner"], gettext("Owner")) for model in copied["models"]]
    people = (*named, *_people_in_journal(copied["journal"]), *_people_with_a_role(copied))
    labels = _labelled(people)
    copied["roles"] = []
    told: dict[str, Any] = _without_names(copied, labels)
    told["journal"] = _unnamed(copied["journal"], told["journal"], labels)
    return told


def _unnamed(
    named: Iterable[Mapping[str, Any]],
    entries: Iterable[Mapping[str, Any]],
    labels: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Return the entries without their seals, and without whoever no label is known for."""
    return [
        {
            **entry,
            "seal": None,
            "actor": labels.get(before["actor"]) or gettext("this installation"),
        }
        for before, entry in zip(named, entries, strict=True)
    ]


def _version(copied: dict[str, Any]) -> dict[str, Any]:
    labels = pseudonyms(copied)
    copied["roles"] = []
    for exhibit in copied["evidence"]:
        if not is_measurement(exhibit):
            exhibit["content"], exhibit["text"] = _left_out(), ""
    for exhibit in (*copied["evidence"], *copied["case_file"]["exhibits"]):
        exhibit["producer"] = labels.get(exhibit["producer"]) or _producer(exhibit)
    unnamed: dict[str, Any] = _without_names(copied, labels)
    for exhibit in unnamed["evidence"]:
        exhibit["content"] = suppress(exhibit["content"])
        exhibit["text"] = canonical(exhibit["content"])
    for exhibit in (*unnamed["evidence"], *unnamed["case_file"]["exhibits"]):
        exhibit["digest"] = None
    for data in unnamed["case_file"]["subject"]["data"]:
        for column in data["columns"]:
            if column["name"] in data["sensitive_columns"]:
                column["missing"] = bounded(column["missing"])
    unnamed["journal"] = _unnamed(copied["journal"], unnamed["journal"], labels)
    for gone in unnamed["tombstones"]:
        gone["digest"] = None
    for deployment in unnamed["deployments"]:
        # Where a model answers is of use to nobody but who would attack it.
        deployment["target"] = None
    for incident in unnamed["incidents"]:
        # A text about few people may point at one of them.
        incident["affected"] = None
        for move in incident["moves"]:
            move["mended"] = [one for one in move["mended"] if one["fact"] != "affected"]
    unnamed["case_file"]["redacted"] = list(REDACTED)
    unnamed["case_file_text"] = canonical(unnamed["case_file"])
    return unnamed


def _left_out() -> dict[str, str]:
    """Return what stands for a file somebody handed in.

    Where people's counts and names stand in a file of any shape, nobody can tell.
    """
    told = gettext("This file was handed in and is not published; its verdict and summary are.")
    return {gettext("left out"): told}


def pseudonyms(dossier: Mapping[str, Any]) -> dict[str, str]:
    """Return a label for every person named in a field for names: the role, numbered if shared."""
    return _labelled(_people(dossier))


def _labelled(people: Iterable[tuple[str | None, str]]) -> dict[str, str]:
    roles: dict[str, str] = {}
    for name, role in people:
        if name:
            roles.setdefault(name, role)
    shared = Counter(roles.values())
    seen: Counter[str] = Counter()
    labels = {}
    for name, role in roles.items():
        seen[role] += 1
        labels[name] = f"{role} {seen[role]}" if shared[role] > 1 else role
    return labels


def _people(dossier: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    context = dossier["case_file"]["context"]
    for decision in dossier["decisions"]:
        yield decision["printed_name"], words.word("role", decision["role"])
    yield context.get("owner"), gettext("Owner")
    yield context.get("deputy"), gettext("Deputy")
    for maintainer in context.get("maintainers") or []:
        yield maintainer, gettext("Maintainer")
    for deputy in context.get("maintainer_deputies") or []:
        yield deputy, gettext("Maintainer")
    override = context.get("tier_override") or {}
    yield override.get("proposed_by"), gettext("Proposer of the tier")
    yield override.get("confirmed_by"), gettext("Confirmer of the tier")
    yield (context.get("scorecard") or {}).get("filled_by"), gettext("Scorer")
    for release in (dossier["release"], dossier["case_file"]["release"]):
        if release:
            yield release.get("submitted_by"), gettext("Submitter")
    for told in (*dossier["findings"], *dossier["incidents"]):
        yield told.get("owner"), gettext("Owner of a finding")
        for move in told["moves"]:
            yield move["who"], words.word("role", move["role"])
    for version in dossier["versions"]:
        yield version["registered_by"], gettext("Maintainer")
    yield from _people_in_journal(dossier["journal"])
    yield from _people_in_use(dossier)


def _people_in_journal(entries: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str | None, str]]:
    for entry in entries:
        # Whoever acts without a role is no person, but a part of the installation.
        if entry["role"]:
            yield entry["actor"], words.word("role", entry["role"])


def _people_in_use(dossier: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    for delegation in dossier["delegations"]:
        yield delegation["giver"], words.word("role", delegation["role"])
        yield delegation["delegate"], gettext("Delegate")
        yield delegation["ended_by"], gettext("Delegate")
    for decision in dossier["decisions"]:
        yield decision["on_behalf_of"], words.word("role", decision["role"])
        for condition in decision["conditions"]:
            yield condition["owner"], gettext("Owner of a condition")
    for condition in dossier["conditions"]:
        yield condition["owner"], gettext("Owner of a condition")
        yield condition["named_by"], gettext("Decider")
        yield condition["offered_by"], gettext("Owner of a condition")
        yield condition["accepted_by"], gettext("Accepter of a condition")
    for override in dossier["overrides"]:
        for signature in override["signatures"]:
            yield signature["printed_name"], words.word("role", signature["role"])
        yield override["asked_by"], gettext("Requester")
        yield override["ended_by"], gettext("Requester")
    for attestation in dossier["attestations"]:
        yield attestation["owner"], gettext("Owner")
        yield (attestation["confirmation"] or {}).get("printed_name"), gettext("Owner")
    for deployment in dossier["deployments"]:
        yield deployment["reported_by"], gettext("Deployer")
        yield deployment["ended_by"], gettext("Deployer")
    for review in dossier["reviews"]:
        for part in ("opened_by", "decided_by", "closed_by"):
            yield review[part], gettext("Reviewer")
    for move in dossier["moves"]:
        yield move["who"], gettext("Mover")
    yield from _people_with_a_role(dossier)


def _people_with_a_role(dossier: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    for held in dossier.get("roles", []):
        yield held["person"], words.word("role", held["role"])


def _producer(exhibit: Mapping[str, Any]) -> str:
    return (
        gettext("this installation") if exhibit["reproduced"] else gettext("whoever handed it in")
    )


def _without_names(value: Any, labels: Mapping[str, str]) -> Any:
    # A name of one word is replaced where it stands alone, and in prose where it looks like a name.
    whole = {name: label for name, label in labels.items() if " " in name}
    capital = {name: label for name, label in labels.items() if name[:1].isupper()}
    surnames = {name.split()[-1]: label for name, label in whole.items()}
    everywhere = _replacer(whole, labels)
    in_prose = _replacer(
        {name: label for name, label in surnames.items() if len(name) > 2} | capital | whole, labels
    )

    def walk(part: Any, replace: Callable[[str], str]) -> Any:
        if isinstance(part, str):
            return replace(part)
        if isinstance(part, list):
            return [walk(inner, replace) for inner in part]
        if isinstance(part, dict):
            return {
                key: walk(inner, in_prose if key in PROSE and _is_prose(inner) else replace)
                for key, inner in part.items()
            }
        return part

    return walk(value, everywhere)


def _is_prose(value: Any) -> bool:
    """Tell texts from the subject of a case file, a record with columns and groups in it."""
    return isinstance(value, (str, list)) or (
        isinstance(value, dict) and all(isinstance(part, str) for part in value.values())
    )


def _replacer(found: Mapping[str, str], alone: Mapping[str, str]) -> Callable[[str], str]:
    names = sorted(found, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)") if names else None

    def replace(text: str) -> str:
        if text in alone:
            return alone[text]
        text = EMAIL.sub(lambda _match: gettext("[address withheld]"), text)
        return pattern.sub(lambda match: found[match[0]], text) if pattern else text

    return replace
