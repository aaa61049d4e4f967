"""What the templates read of a portfolio: where every model of some units stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext, ngettext

from audits.rendering import heat_map, journal
from audits.rendering.matrix import level_tones
from audits.rendering.standing import Standing
from audits.rendering.words import labelled, word
from registry.rules.casefile import canonical
from registry.rules.findings import BLOCKING, SEVERITIES
from registry.rules.releases import IN_FORCE

Facts = Mapping[str, Any]

FORMAT = "mlops-gov/portfolio/1"
STATED = ("as_of", "units", "models", "matrix")


def text(dossier: Facts) -> str:
    """Return all that the report states of the portfolio, as canonical JSON."""
    return canonical({"format": FORMAT, **{part: dossier[part] for part in STATED}})


def of_portfolio(dossier: Facts) -> dict[str, Any]:
    """Return what the templates of a portfolio read."""
    definition = dossier["matrix"]["definition"]
    models = [_told(one, definition) for one in dossier["models"]]
    names = [unit["name"] for unit in dossier["units"]]
    return {
        "title": gettext("Portfolio of %(units)s") % {"units": ", ".join(names)},
        "lead": _lead(models, names),
        "author": dossier["organisation"],
        "standing": _standing(models),
        "models": models,
        "units": [(name, [one for one in models if one["unit"] == name]) for name in names],
        "counts": _counts(models),
        "by_unit": [
            (name, _counts([one for one in models if one["unit"] == name])) for name in names
        ],
        "heat_map": heat_map.draw(dossier["matrix"]) if definition else None,
        "level_tones": level_tones(definition) if definition else {},
        "levels": definition["levels"] if definition else [],
        "not_assessed": sum(not one["residual"] and not one["retired"] for one in models),
        "journal": journal.parts(dossier["journal"]),
    }


def _told(model: Facts, definition: Facts | None) -> dict[str, Any]:
    """Return a model with what follows from its facts: is it live, may it be, what waits."""
    release = model["release"]
    in_force = bool(release and release["state"] in IN_FORCE)
    residual = model["residual"]
    findings = model["open_findings"]
    return {
        **model,
        "live": bool(release and release["state"] == "live"),
        "approved": in_force and release["gate_allowed"],
        "closed": in_force and not release["gate_allowed"],
        "level": residual["level"] if residual else None,
        "score": residual["likelihood"] * residual["impact"] if residual else None,
        "level_name": _level_name(residual, definition),
        "findings": sum(findings.values()),
        "blocking": sum(findings.get(severity, 0) for severity in BLOCKING),
        "by_severity": [
            (word("severity", code), findings[code])
            for code in reversed(SEVERITIES)
            if findings.get(code)
        ],
    }


def _level_name(residual: Facts | None, definition: Facts | None) -> str:
    if not residual:
        return ""
    steps = definition["levels"] if definition else []
    named = (labelled(step["name"]) for step in steps if step["code"] == residual["level"])
    return next(named, str(residual["level"]))


def _counts(models: Sequence[Facts]) -> dict[str, int]:
    in_use = [one for one in models if not one["retired"]]
    return {
        "models": len(in_use),
        "retired": len(models) - len(in_use),
        "approved": sum(one["approved"] for one in in_use),
        "live": sum(one["live"] for one in in_use),
        "closed": sum(one["closed"] for one in in_use),
        "uncovered": sum(one["uncovered"] > 0 for one in in_use),
        "blocking": sum(one["blocking"] for one in in_use),
        "findings": sum(one["findings"] for one in in_use),
        "incidents": sum(one["open_incidents"] for one in in_use),
        "overdue": sum(one["overdue_reviews"] for one in in_use),
    }


def _lead(models: Sequence[Facts], units: Sequence[str]) -> str:
    counts = _counts(models)
    in_use = ngettext("%(count)s model in use", "%(count)s models in use", counts["models"])
    within = ngettext("%(count)s unit", "%(count)s units", len(units))
    return gettext(
        "%(models)s in %(units)s: %(approved)s with a valid approval, %(live)s live. What each is"
        " allowed to do, what stands against it, and what waits to be done."
    ) % {
        "models": in_use % {"count": counts["models"]},
        "units": within % {"count": len(units)},
        "approved": counts["approved"],
        "live": counts["live"],
    }


def _standing(models: Sequence[Facts]) -> Standing:
    """Return the answer on the cover: the gravest thing there is, and the others as reasons."""
    counts = _counts(models)
    found = [
        (tone, template(counts[key]) % {"count": counts[key]})
        for key, tone, template in GRAVE
        if counts[key]
    ]
    if not found:
        return Standing("low", gettext("Nothing runs without approval, and nothing is overdue"))
    (tone, sentence), *others = found
    return Standing(tone, sentence, tuple(said for _tone, said in others))


# Gravest first: what is counted, its tone, and its sentence.
GRAVE: tuple[tuple[str, str, Callable[[int], str]], ...] = (
    (
        "uncovered",
        "severe",
        lambda n: ngettext(
            "%(count)s model runs without a valid approval",
            "%(count)s models run without a valid approval",
            n,
        ),
    ),
    (
        "closed",
        "severe",
        lambda n: ngettext(
            "The gate of %(count)s approved model is closed",
            "The gates of %(count)s approved models are closed",
            n,
        ),
    ),
    (
        "incidents",
        "high",
        lambda n: ngettext("%(count)s incident is open", "%(count)s incidents are open", n),
    ),
    (
        "blocking",
        "high",
        lambda n: ngettext(
            "%(count)s high or critical finding is open",
            "%(count)s high or critical findings are open",
            n,
        ),
    ),
    (
        "overdue",
        "medium",
        lambda n: ngettext("%(count)s review is overdue", "%(count)s reviews are overdue", n),
    ),
)
