"""What the doors of the API say now and as of an instant, and the facts that both have to share."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from rest_framework.test import APIClient

from registry.models import ModelVersion, Release, User
from registry.rules.findings import UNSETTLED
from registry.rules.incidents import State as IncidentState
from registry.rules.releases import OPEN, STANDING
from registry.services.case_files import instant

DOOR = "/api/v1"
Told = dict[str, Any]
LISTS = ("findings", "incidents", "reviews", "overrides", "conditions", "releases")


class Doors:
    """The doors of the API for one reader, whatever the clock says: a token would have ended."""

    def __init__(self, version: ModelVersion, reader: User) -> None:
        self.client = APIClient()
        self.client.force_authenticate(reader)
        self.version = version.pk
        self.model = version.model.slug
        self.unit = version.model.unit.slug

    def get(self, address: str, **asked: str) -> Any:
        """Return what a door answers."""
        answer = self.client.get(f"{DOOR}/{address}/", asked)
        assert answer.status_code == 200, (address, answer.json())
        return answer.json()

    def rows(self, address: str, **asked: str) -> list[Told]:
        """Return all that a list holds; on one page, in a story of this size."""
        page = self.get(address, **asked)
        assert page["next"] is None, address
        found: list[Told] = page["results"]
        return found

    def as_of(self, at: datetime) -> Told:
        """Return what the four doors say of an instant."""
        asked = {"as_of": instant(at)}
        moved = Release.objects.filter(version=self.version, moves__at__lte=at).distinct()
        return {
            "model": self.get(f"models/{self.model}", **asked),
            "version": self.get(f"versions/{self.version}", **asked),
            "releases": [self.get(f"releases/{one.pk}", **asked) for one in moved.order_by("pk")],
            "portfolio": self.get("portfolio", **asked),
        }

    def now(self) -> Told:
        """Return the facts as the ordinary doors tell them, which know of no instant."""
        told: dict[str, list[Told]] = {name: self.rows(name) for name in LISTS}
        version = f"versions/{self.version}"
        mine = [one for one in told["releases"] if one["version"] == self.version]
        standing = {
            name: _standing(name, [one for one in told[name] if one["model"] == self.model])
            for name in LISTS[:4]
        }
        return {
            "model": _model_now(self.get(f"models/{self.model}")),
            "version": self._version_now(version),
            "roles": sorted(
                (one["role"], one["user"]["name"], _moment(one["granted_at"]))
                for one in self.rows("memberships", unit=self.unit, current="true")
            ),
            "releases": sorted(
                (_release_now(one, told["conditions"]) for one in mine), key=lambda one: one["id"]
            ),
            **standing,
            "live": [
                (one["id"], one["environment"], _moment(one["live_from"]), one["covered"])
                for one in self.rows("live", model=self.model)
            ],
            "portfolio": self._portfolio_now(told),
        }

    def _version_now(self, address: str) -> Told:
        built, card, risk = (self.get(f"{address}{part}") for part in ("", "/card", "/risk"))
        return {
            "label": built["label"],
            "features": built["features"],
            "threshold": built["threshold"],
            "card": card["effective_revision"],
            "risk": risk["effective_revision"],
            "plan": self.get(f"{address}/plan")["revision"],
            "data": [one["data"]["sha256"] for one in self.rows(f"{address}/data")],
            "exhibits": sorted(one["digest"] for one in self.rows(f"{address}/evidence")),
        }

    def _portfolio_now(self, told: dict[str, list[Told]]) -> dict[str, Told]:
        """Return each model's row, gathered from the lists."""
        more = {name: self.rows(name) for name in ("versions", "live")}
        return {one["slug"]: _row_now(one, {**told, **more}) for one in self.rows("models")}


def facts(told: Told) -> Told:
    """Return, from what the doors say of an instant, what ``Doors.now`` told at that instant."""
    model, version = told["model"], told["version"]
    subject = version["subject"]
    card, risk = version["version"]["card"], version["version"]["risk"]
    return {
        "model": _model_then(model),
        "version": {
            "label": version["version"]["label"],
            "features": subject["version"]["features"],
            "threshold": subject["version"]["threshold"],
            "card": card and card["revision"],
            "risk": risk and risk["revision"],
            "plan": subject["plan"]["revision"] if "plan" in subject else 0,
            "data": [one["sha256"] for one in subject["data"]],
            "exhibits": sorted(one["digest"] for one in version["exhibits"]),
        },
        "roles": sorted((x["role"], x["person"], x["granted_at"]) for x in version["roles"]),
        "releases": [_release_then(one) for one in told["releases"]],
        **{name: _standing(name, model[name]) for name in LISTS[:4]},
        "live": [
            (one["number"], one["environment"], one["live_from"], not one["uncovered_since"])
            for one in model["live"]
        ],
        "portfolio": {one["slug"]: _row_then(one) for one in told["portfolio"]["models"]},
    }


def _model_now(told: Told) -> Told:
    said = told["stated"]
    return {
        **{name: told[name] for name in ("slug", "name", "task", "tier_basis")},
        **{name: said[name] for name in ("revision", "purpose", "intended_use", "tier", "reason")},
        **{name: _who(said[name]) for name in ("owner", "deputy", "revised_by", "confirmed_by")},
        "maintainers": sorted(one["name"] for one in said["maintainers"]),
        "maintainer_deputies": sorted(one["name"] for one in said["maintainer_deputies"]),
        "goal": said["business_goal"],
        "use_case": said["use_case"],
        "class": said["ai_act_class"],
        "revised_at": _moment(said["revised_at"]),
        "retired_at": _moment(told["retired_at"]),
        "retirement_reason": told["retirement_reason"],
    }


def _model_then(told: Told) -> Told:
    said = told["stated"]
    about = ("owner", "deputy", "revised_by", "confirmed_by", "maintainers", "revised_at")
    return {
        **{name: told["model"][name] for name in ("slug", "name", "task")},
        "tier_basis": told["tier_basis"],
        **{name: said[name] for name in ("revision", "purpose", "intended_use", "tier", "reason")},
        **{name: said[name] for name in about},
        "maintainer_deputies": sorted(told["maintainer_deputies"]),
        "goal": told["business"]["goal"],
        "use_case": told["use_case"],
        "class": told["ai_act"]["class"],
        "retired_at": told["model"]["retired_at"],
        "retirement_reason": told["model"]["retirement_reason"],
    }


DATES = ("submitted_at", "decided_at", "valid_until")
SIGNED = ("act", "stage", "printed_name", "role", "meaning", "reason", "method", "case_file_digest")


def _release_now(told: Told, conditions: list[Told]) -> Told:
    mine = [one for one in conditions if one["release"] == told["id"]]
    return {
        **{name: told[name] for name in ("id", "environment", "state", "tier")},
        **{name: _moment(told[name]) for name in DATES},
        "policy": told["policy"],
        "submitted_by": told["submitted_by"]["name"],
        "case_file": told["case_file_digest"],
        "stages": [(x["name"], x["needed"], x["signed"], x["open"]) for x in told["stages"]],
        "decisions": sorted(
            (_moment(x["signed_at"]), _who(x["on_behalf_of"]), [x[name] for name in SIGNED])
            for x in told["decisions"]
        ),
        "conditions": sorted(
            (x["number"], x["text"], _who(x["owner"]), _moment(x["due_at"]), x["offer"])
            + (_moment(x["offered_at"]), _moment(x["accepted_at"]), _who(x["accepted_by"]))
            for x in mine
        ),
        "gate": told["gate"],
    }


def _release_then(told: Told) -> Told:
    policy = told["policy"]
    return {
        **{name: told[name] for name in ("id", "environment", "state", "tier", *DATES)},
        "policy": f"{policy['name']}, edition {policy['edition']}",
        "submitted_by": told["submitted_by"],
        "case_file": told["case_file"] and told["case_file"]["digest"],
        "stages": [(x["name"], x["needed"], x["signed"], x["open"]) for x in told["stages"]],
        "decisions": sorted(
            (x["signed_at"], x["on_behalf_of"], [x[name] for name in SIGNED])
            for x in told["decisions"]
        ),
        "conditions": sorted(
            (x["number"], x["text"], x["owner"], x["due"], x["offer"])
            + (x["offered_at"], x["accepted_at"], x["accepted_by"])
            for x in told["conditions"]
        ),
        "gate": told["gate"],
    }


def _row_now(model: Told, told: dict[str, list[Told]]) -> Told:
    of = {
        name: [one for one in rows if one.get("model") == model["slug"]]
        for name, rows in told.items()
    }
    unsettled = [one["severity"] for one in of["findings"] if one["state"] in UNSETTLED]
    return {
        "name": model["name"],
        "owner": model["stated"]["owner"]["name"],
        "tier": model["stated"]["tier"],
        "retired": model["retired_at"] is not None,
        "newest": max((one["number"] for one in of["versions"]), default=None),
        "releases": sorted(
            (one["id"], one["state"], one["gate"]["allowed"])
            for one in of["releases"]
            if one["state"] in STANDING | OPEN
        ),
        "live": sorted((one["id"], one["environment"]) for one in of["live"]),
        "open_findings": dict(Counter(unsettled)),
        "open_incidents": sum(one["state"] != IncidentState.CLOSED for one in of["incidents"]),
        "open_reviews": sum(not one["closed_at"] for one in of["reviews"]),
        "overdue_reviews": sum(one["overdue"] for one in of["reviews"]),
    }


def _row_then(told: Told) -> Told:
    same = ("name", "owner", "tier", "retired", "open_findings", "open_incidents")
    return {
        **{name: told[name] for name in (*same, "open_reviews", "overdue_reviews")},
        "newest": told["version"] and told["version"]["number"],
        "releases": sorted((x["id"], x["state"], x["gate"]["allowed"]) for x in told["releases"]),
        "live": sorted((x["number"], x["environment"]) for x in told["live"]),
    }


COMMON: dict[str, tuple[str, ...]] = {
    "findings": ("title", "severity", "state", "due", "overdue"),
    "incidents": ("kind", "state"),
    "reviews": ("cause", "state", "outcome", "overdue"),
    "overrides": ("environment", "reason"),
}
TIMES: dict[str, tuple[str, ...]] = {
    "findings": ("opened_at",),
    "incidents": ("occurred_at", "aware_at", "reported_at", "notified_at"),
    "reviews": ("opened_at", "closed_at"),
    "overrides": ("asked_at", "starts_at", "ends_at", "ended_at"),
}


def _standing(kind: str, told: list[Told]) -> list[Told]:
    """Return what both sides tell of findings, incidents, reviews, emergency releases."""
    rows = [
        {
            "number": one["id"] if "id" in one else one["number"],
            **{name: one[name] for name in COMMON[kind]},
            **{name: _moment(one[name]) for name in TIMES[kind]},
        }
        for one in told
    ]
    return sorted(rows, key=lambda one: one["number"])


def _moment(said: str | None) -> str | None:
    """Return a time as what is told of an instant writes it: UTC, to the microsecond."""
    moment = parse_datetime(said) if said else None
    return instant(moment) if moment else None


def _who(person: Told | None) -> str | None:
    return person["name"] if person else None
