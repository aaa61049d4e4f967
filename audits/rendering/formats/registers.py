"""The tables of what people did: hazards, decisions, findings, incidents, versions, the journal."""

from __future__ import annotations

from django.utils.translation import gettext

from audits.rendering.formats.shapes import Facts, Row, Table


def of_version(dossier: Facts) -> list[Table]:
    """Return the tables of a report on a version, a release or a model."""
    return [
        _hazards(dossier),
        _decisions(dossier),
        _conditions(dossier),
        _findings(dossier),
        _incidents(dossier),
        _versions(dossier),
    ]


def of_portfolio(dossier: Facts) -> list[Table]:
    """Return the tables of a report on a portfolio."""
    return [_models(dossier), _cells(dossier)]


def journal(dossier: Facts) -> Table:
    """Return the entries of the extract, with their seals."""
    heads = [
        gettext("Number"), gettext("When"), gettext("Who"), gettext("Role"), gettext("What"),
        gettext("About"), gettext("Reason"), gettext("Seal"),
    ]  # fmt: skip
    parts = ("number", "at", "actor", "role", "action", "subject", "reason", "seal")
    rows: list[Row] = [[entry[part] for part in parts] for entry in dossier["journal"]]
    return Table("journal", gettext("Journal"), heads, rows)


def _hazards(dossier: Facts) -> Table:
    risk = dossier["case_file"]["subject"]["risk"] or {"hazards": []}
    heads = [
        gettext("Hazard"), gettext("Likelihood"), gettext("Impact"), gettext("Score"),
        gettext("Level"), gettext("Controls"), gettext("Residual likelihood"),
        gettext("Residual impact"), gettext("Residual score"), gettext("Residual level"),
    ]  # fmt: skip
    parts = (
        "title", "likelihood", "impact", "score", "level", "controls", "residual_likelihood",
        "residual_impact", "residual_score", "residual_level",
    )  # fmt: skip
    rows = [[_plain(one.get(part)) for part in parts] for one in risk["hazards"]]
    return Table("hazards", gettext("Hazards"), heads, rows)


def _decisions(dossier: Facts) -> Table:
    heads = [
        gettext("When"), gettext("Stage"), gettext("Act"), gettext("Who"), gettext("Role"),
        gettext("Meaning"), gettext("Reason"), gettext("Method"), gettext("Case file, sha256"),
        gettext("On this case file"),
    ]  # fmt: skip
    parts = (
        "at", "stage", "act", "printed_name", "role", "meaning", "reason", "method",
        "case_file_digest", "bound",
    )  # fmt: skip
    rows = [[_plain(one.get(part)) for part in parts] for one in dossier["decisions"]]
    return Table("decisions", gettext("Decisions"), heads, rows)


def _conditions(dossier: Facts) -> Table:
    heads = [
        gettext("Number"), gettext("Asked"), gettext("Owner"), gettext("Due"),
        gettext("Offered"), gettext("Accepted"), gettext("Accepted by"),
    ]  # fmt: skip
    parts = ("number", "asked", "owner", "due", "offered_at", "accepted_at", "accepted_by")
    rows = [[_plain(one.get(part)) for part in parts] for one in dossier["conditions"]]
    return Table("conditions", gettext("Conditions"), heads, rows)


def _findings(dossier: Facts) -> Table:
    heads = [
        gettext("Number"), gettext("Title"), gettext("Found"), gettext("Severity"),
        gettext("State"), gettext("Owner"), gettext("Opened"), gettext("Due"), gettext("Overdue"),
    ]  # fmt: skip
    parts = (
        "id", "title", "found", "severity", "state", "owner", "opened_at", "due", "overdue",
    )  # fmt: skip
    rows = [[_plain(one.get(part)) for part in parts] for one in dossier["findings"]]
    return Table("findings", gettext("Findings"), heads, rows)


def _incidents(dossier: Facts) -> Table:
    heads = [
        gettext("Number"), gettext("Kind"), gettext("State"), gettext("Occurred"),
        gettext("Aware since"), gettext("Notified"), gettext("What happened"),
    ]  # fmt: skip
    parts = ("id", "kind", "state", "occurred_at", "aware_at", "notified_at", "description")
    rows = [[_plain(one.get(part)) for part in parts] for one in dossier["incidents"]]
    return Table("incidents", gettext("Incidents"), heads, rows)


def _versions(dossier: Facts) -> Table:
    heads = [
        gettext("Version"), gettext("Registered"), gettext("Artefact, sha256"),
        gettext("Environment"), gettext("State"), gettext("Decided"), gettext("Valid until"),
        gettext("Gate open"),
    ]  # fmt: skip
    rows: list[Row] = []
    for version in dossier["versions"]:
        named = [version["label"], version["registered_at"], version["artefact_sha256"]]
        parts = ("environment", "state", "decided_at", "valid_until", "gate_allowed")
        for release in version["releases"] or [dict.fromkeys(parts)]:
            rows.append([*named, *(_plain(release[part]) for part in parts)])
    return Table("versions", gettext("Versions"), heads, rows)


def _models(dossier: Facts) -> Table:
    heads = [
        gettext("Model"), gettext("Unit"), gettext("Owner"), gettext("Tier"), gettext("Version"),
        gettext("Residual likelihood"), gettext("Residual impact"), gettext("Residual level"),
        gettext("Environment"), gettext("State"), gettext("Valid until"), gettext("Gate open"),
        gettext("Open findings"), gettext("Open incidents"), gettext("Overdue reviews"),
        gettext("Live without approval"), gettext("Retired"),
    ]  # fmt: skip
    rows: list[Row] = []
    for model in dossier["models"]:
        residual = model["residual"] or dict.fromkeys(("likelihood", "impact", "level"))
        release = model["release"] or dict.fromkeys(
            ("environment", "state", "valid_until", "gate_allowed")
        )
        rows.append(
            [
                model["name"],
                model["unit"],
                model["owner"],
                model["tier"],
                model["version"],
                residual["likelihood"],
                residual["impact"],
                residual["level"],
                release["environment"],
                release["state"],
                release["valid_until"],
                release["gate_allowed"],
                sum(model["open_findings"].values()),
                model["open_incidents"],
                model["overdue_reviews"],
                model["uncovered"],
                model["retired"],
            ]  # fmt: skip
        )
    return Table("models", gettext("Models"), heads, rows)


def _cells(dossier: Facts) -> Table:
    heads = [gettext("Likelihood"), gettext("Impact"), gettext("Models")]
    parts = ("likelihood", "impact", "models")
    rows: list[Row] = [[cell[part] for part in parts] for cell in dossier["matrix"]["cells"]]
    return Table("matrix", gettext("Models by residual risk"), heads, rows)


def _plain(value: object) -> str | int | float | bool | None:
    """Return a value that a cell can hold; a list or a record in one line."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list):
        return "; ".join(str(_plain(one)) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_plain(one)}" for name, one in value.items())
    return str(value)
