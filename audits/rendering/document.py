"""Renders a dossier: checks that it is whole, sets the chapters, presses them with the files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.template import Context, Engine
from django.utils import translation

from audits.rendering import completeness, fonts, portfolio
from audits.rendering.attachments import attachments
from audits.rendering.contexts import of_version
from audits.rendering.press import PROJECT, Attachment, press
from audits.rendering.redaction import published
from audits.rendering.times import parsed
from audits.rules.reports import RENDERER
from registry.rules.casefile import digest
from registry.rules.refusals import Refused

TEMPLATES = PROJECT / "templates"
# The house writes British English; hyphens and readers go by this.
LOCALES = {"en": "en-GB"}
MOST_IN_RUNNING_HEAD = 90
# These stand in the attached files alone.
NEVER_PRINTED = frozenset({"journal_extract", "case_file_text"})


def render(dossier: Mapping[str, Any]) -> bytes:
    """Return the unsealed PDF/A-3a of a dossier; the same dossier gives the same bytes.

    Raises Refused with one objection for each gap of an incomplete dossier.
    """
    objections = completeness.objections_to(dossier, RENDERER)
    if objections:
        raise Refused(*objections)
    page, files = set_out(dossier)
    return press(
        page,
        files,
        moment=parsed(dossier["as_of"]),
        identifier=identifier(page, files),
    )


def set_out(dossier: Mapping[str, Any]) -> tuple[str, list[Attachment]]:
    """Return what goes to press: the page, and the files that are attached to it."""
    with translation.override(dossier["language"]):
        stated = published(dossier) if dossier["profile"] == "public" else dossier
        return html(stated), attachments(stated, readme(stated))


def html(dossier: Mapping[str, Any]) -> str:
    """Return the report as HTML, in the language that is active."""
    name = "portfolio" if dossier["scope"] == "portfolio" else "report"
    return _engine().get_template(f"report/{name}.html").render(Context(context(dossier)))


def readme(dossier: Mapping[str, Any]) -> str:
    """Return the text that says how to check the report by hand, in the language that is active."""
    template = _engine().get_template("report/README.txt")
    return template.render(Context({"dossier": dossier}, autoescape=False))


def identifier(page: str, files: list[Attachment]) -> str:
    """Return the PDF's file identifier: it depends on the content, and on nothing else."""
    content = hashlib.sha256(page.encode("utf-8"))
    for file in files:
        content.update(hashlib.sha256(file.text.encode("utf-8")).digest())
    return content.hexdigest()[:32]


def context(dossier: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the templates read: the dossier, and what follows from it."""
    is_portfolio = dossier["scope"] == "portfolio"
    stated = digest(portfolio.text(dossier)) if is_portfolio else dossier["case_file_digest"]
    # What the typefaces cannot print is made visible here, once, for every chapter.
    dossier = fonts.printable({k: part for k, part in dossier.items() if k not in NEVER_PRINTED})
    told = portfolio.of_portfolio(dossier) if is_portfolio else of_version(dossier)
    return {
        "digest": stated,
        "locale": LOCALES.get(dossier["language"], dossier["language"]),
        "dossier": dossier,
        "running_title": _cut(told["title"]),
        "public": dossier["profile"] == "public",
        **told,
    }


def _cut(title: str) -> str:
    return title if len(title) <= MOST_IN_RUNNING_HEAD else f"{title[:MOST_IN_RUNNING_HEAD]}…"


@cache
def _engine() -> Engine:
    """Return an engine of our own: the page's context processors have no business on paper."""
    return Engine(
        dirs=[str(TEMPLATES)],
        libraries={
            "i18n": "django.templatetags.i18n",
            "report": "audits.rendering.filters",
        },
    )
