"""Shapes of what is told as of a past instant; instants in them are UTC, to the microsecond."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from registry.api.shapes import Shape


def listed(told: str) -> serializers.ListField:
    """Return a list of objects, for the schema."""
    return serializers.ListField(child=serializers.DictField(), help_text=told)


def one(told: str, **more: Any) -> serializers.DictField:
    """Return an object, for the schema."""
    return serializers.DictField(help_text=told, **more)


class EditionsSerializer(Shape):
    """Which editions were in force."""

    policy = one("Name, edition and digest; null before there was one.", allow_null=True)
    matrix = one("Name, edition and digest; null before there was one.", allow_null=True)


class SurroundingsSerializer(Shape):
    """What stood beside it at that instant."""

    as_of = serializers.CharField(help_text="The instant.")
    model = one("Short name, name, task, unit, and whether it was retired.")
    editions = EditionsSerializer(help_text="The policy and the matrix in force.")
    releases = listed("State then, what time made of it, decision, validity and gate.")
    decisions = listed("Every act signed by then for these releases, each with its release.")
    findings = listed("With the severity and the state each of them had.")
    incidents = listed("With the facts known then, and how each clock stood.")
    reviews = listed("Open or closed then.")
    overrides = listed("Emergency releases, and whether each let its version through.")
    live = listed("What ran, by all that had been reported until then.")
    roles = listed("Who held which role in the unit, since when.")


class ModelAsOfSerializer(SurroundingsSerializer):
    """A model as it stood."""

    stated = one("The revision in force: purpose, tier, owner, deputy, maintainers.")
    maintainer_deputies = serializers.ListField(
        child=serializers.CharField(), help_text="Printed names."
    )
    business = one("Goal, KPI, benefit and cost.")
    use_case = serializers.CharField(help_text="Its code, or empty.")
    ai_act = one("Class, operator role and ground.")
    tier_basis = serializers.CharField(help_text="What the tier rested on.")
    scorecard = one("The newest filling then, or null.", allow_null=True)
    tier_override = one("The override in force then, or null.", allow_null=True)
    feeds = listed("Models that it fed, of one's units.")
    feeds_of_other_units = serializers.IntegerField(help_text="How many others it fed.")
    fed_by = listed("Models that fed it, of one's units.")
    fed_by_of_other_units = serializers.IntegerField(help_text="How many others fed it.")
    versions = listed("Those registered by then, with card and assessment in effect.")


class VersionAsOfSerializer(SurroundingsSerializer):
    """A version as it stood."""

    version = one("Number, label, and the card and the assessment in effect.")
    subject = one("Every fact whose change voids an approval, as a case file states it.")
    context = one(  # type: ignore[assignment]
        "What a case file states beside it, of one's units; null before a policy.", allow_null=True
    )
    exhibits = listed("The evidence filed by then.")


class ReleaseAsOfSerializer(Shape):
    """A release as it stood."""

    as_of = serializers.CharField(help_text="The instant.")
    id = serializers.IntegerField(help_text="Its number.")
    model = one("Short name, name, task, unit, and whether it was retired.")
    version = one("Number and label.")
    environment = serializers.CharField(help_text="Where it was to run.")
    state = serializers.CharField(help_text="The state written down by then.")
    stands = serializers.CharField(help_text="What time alone had made of it by then.")
    tier = serializers.IntegerField(help_text="The model's tier at the submission in force then.")
    policy = one("Name and edition of the policy it was submitted under.")
    submitted_at = serializers.CharField(help_text="Of its last submission by then.")
    submitted_by = serializers.CharField(help_text="Printed name.")
    decided_at = serializers.CharField(allow_null=True, help_text="Null before it was decided.")
    valid_until = serializers.CharField(allow_null=True, help_text="Null before it was approved.")
    case_file = one("Revision and digest; null before it was submitted.", allow_null=True)
    gate = one("Whether it was open, and every reason why not.")
    stages = listed("Each stage with how many had signed, and whether it could be signed then.")
    decisions = listed("Every act signed by then.")
    conditions = listed("What bound the approval, as far as it was fulfilled.")
    moves = listed("Every change of its state until then.")
    changed = serializers.ListField(
        child=serializers.CharField(), help_text="Facts that differed from the frozen ones."
    )
    roles = listed("Who held which role in the unit, since when.")
    editions = EditionsSerializer(help_text="The policy and the matrix in force.")


class PortfolioAsOfSerializer(Shape):
    """The models of one's units as they stood."""

    as_of = serializers.CharField(help_text="The instant.")
    units = listed("One's units that were there then, each with who held which role in it.")
    editions = EditionsSerializer(help_text="The policy and the matrix in force.")
    models = listed(
        "Tier, owner, newest version, residual risk, releases in review or approved, what ran,"
        " and what was open against each."
    )
    counts = serializers.DictField(
        child=serializers.IntegerField(), help_text="The figures of the first page."
    )
    cells = listed("Models in each cell of the matrix, by likelihood and impact.")
