"""The shapes of risk: places on the matrix, hazards with their controls, and assessing them."""

from __future__ import annotations

from rest_framework import serializers

from registry.api.shapes import ObjectionSerializer, PersonSerializer, Shape, StrictSerializer, Text
from registry.rules.matrices import LEVELS
from registry.rules.risk import EFFECTIVENESS, KNOWLEDGE


class PlaceSerializer(Shape):
    """A cell of the matrix."""

    likelihood = serializers.IntegerField(help_text="From 1 to 5.")
    impact = serializers.IntegerField(help_text="From 1 to 5.")
    score = serializers.IntegerField(help_text="Likelihood times impact.")
    level = serializers.CharField(help_text=f"One of {', '.join(LEVELS)}.")


class MatrixSerializer(Shape):
    """The matrix that was assessed on; numbers 1 to 5 stand for the names in this order."""

    name = serializers.CharField(help_text="Which matrix it is.")
    edition = serializers.IntegerField(help_text="And which edition of it.")
    likelihoods = serializers.ListField(child=serializers.CharField(), help_text="Names of 1 to 5.")
    impacts = serializers.ListField(child=serializers.CharField(), help_text="Names of 1 to 5.")


class AssessedControlSerializer(Shape):
    """One control, and whether it works."""

    text = serializers.CharField(help_text="What it does.")
    design = serializers.CharField(help_text=f"One of {', '.join(EFFECTIVENESS)}.")
    operating = serializers.CharField(help_text=f"One of {', '.join(EFFECTIVENESS)}.")
    evidence = serializers.ListField(
        child=serializers.IntegerField(), help_text="Ids of exhibits that show it."
    )


class HazardSerializer(Shape):
    """One thing that can go wrong, before and after the controls; empty is not stated."""

    title = serializers.CharField(help_text="What happens.")
    cause = serializers.CharField(help_text="Why it would happen.")
    consequence = serializers.CharField(help_text="What follows from it.")
    affected = serializers.CharField(help_text="Whom it would befall.")
    vulnerable = serializers.CharField(help_text="Vulnerable groups among them, or why none.")
    inherent = PlaceSerializer()
    likelihood_ground = serializers.CharField(help_text="Why this likelihood.")
    impact_ground = serializers.CharField(help_text="Why this impact.")
    controls = serializers.CharField(help_text="What lowers the risk.")
    assessed_controls = AssessedControlSerializer(many=True, help_text="The controls one by one.")
    residual = PlaceSerializer()
    residual_ground = serializers.CharField(help_text="Why the controls lower it to this.")


class RiskChangeSerializer(Shape):
    """One fact that two assessments state differently."""

    fact = serializers.CharField(help_text="Its path, such as hazards.Fire.likelihood.")
    before = serializers.JSONField(help_text="In the revision before; null if absent.")
    after = serializers.JSONField(help_text="In this revision; null if absent.")


class RiskSerializer(Shape):
    """The newest assessment of a version; a draft while it is not the one in effect."""

    version = serializers.IntegerField(help_text="Id of the version.")
    revision = serializers.IntegerField(help_text="0 while nothing was assessed.")
    effective_revision = serializers.IntegerField(
        allow_null=True, help_text="The assessment that a release rests on."
    )
    matrix = MatrixSerializer()
    hazards = HazardSerializer(many=True, help_text="What can go wrong.")
    inherent = PlaceSerializer(allow_null=True, help_text="The worst cell before the controls.")
    residual = PlaceSerializer(allow_null=True, help_text="The worst cell after them.")
    knowledge = serializers.CharField(
        help_text=f"Strength of knowledge: {', '.join(KNOWLEDGE)}, or empty if not stated."
    )
    knowledge_ground = serializers.CharField(help_text="Why the knowledge is that strong.")
    changes = RiskChangeSerializer(
        many=True, help_text="What it says otherwise than the revision before, field by field."
    )
    lacking = ObjectionSerializer(many=True, help_text="What it leaves unsaid.")
    starting_hazards = serializers.ListField(
        child=serializers.CharField(),
        help_text=(
            "What every model has to reckon with; the last one has to be in an assessment, under"
            " this title, while fewer than two maintainers and deputies of theirs are named."
        ),
    )
    assessed_at = serializers.DateTimeField(
        allow_null=True, help_text="Null while nothing was assessed."
    )
    assessed_by = PersonSerializer(allow_null=True)


def _said(help_text: str) -> Text:
    return Text(required=False, default="", allow_blank=True, help_text=help_text)


def _effectiveness(help_text: str) -> Text:
    return Text(
        required=False,
        default="not_assessed",
        help_text=f"{help_text}: one of {', '.join(EFFECTIVENESS)}.",
    )


class ControlFactsSerializer(StrictSerializer):
    """One control, and whether it works."""

    text = Text(max_length=500, help_text="What it does.")
    design = _effectiveness("Whether it is made for that")
    operating = _effectiveness("Whether it works in operation")
    evidence = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        default=list,
        help_text="Ids of exhibits of the same version.",
    )


class HazardFactsSerializer(StrictSerializer):
    """One hazard to assess; all numbers go from 1 to 5."""

    title = Text(max_length=300, help_text="What happens.")
    likelihood = serializers.IntegerField(help_text="From 1, rare, to 5, very likely.")
    impact = serializers.IntegerField(help_text="From 1, very low, to 5, very large.")
    controls = Text(required=False, default="", allow_blank=True, help_text="What lowers the risk.")
    residual_likelihood = serializers.IntegerField(help_text="With the controls in place.")
    residual_impact = serializers.IntegerField(help_text="With the controls in place.")
    cause = _said("Why it would happen.")
    consequence = _said("What follows from it.")
    affected = _said("Whom it would befall.")
    vulnerable = _said("Vulnerable groups among them, or “None, because …”.")
    likelihood_ground = _said("Why this likelihood.")
    impact_ground = _said("Why this impact.")
    residual_ground = _said("Why the controls lower it to this.")
    assessed_controls = ControlFactsSerializer(
        many=True, required=False, default=list, help_text="The controls one by one."
    )


class AssessSerializer(StrictSerializer):
    """All hazards of the version; they replace those of the earlier assessment."""

    hazards = HazardFactsSerializer(
        many=True, help_text="All of them; they replace the earlier ones."
    )
    knowledge = _said(f"Strength of knowledge: {', '.join(KNOWLEDGE)}, or empty.")
    knowledge_ground = _said("Why the knowledge is that strong.")


class AssessmentNumberSerializer(StrictSerializer):
    """An assessment, by its number."""

    revision = serializers.IntegerField(help_text="The number of an assessment.")


class SuggestedHazardSerializer(Shape):
    """A hazard to start from, with what is commonly said of it."""

    title = serializers.CharField(help_text="What happens.")
    cause = serializers.CharField(help_text="Why it would happen.")
    consequence = serializers.CharField(help_text="What follows from it.")
    affected = serializers.CharField(help_text="Whom it would befall.")


class UseCaseSerializer(Shape):
    """The hazards known from a use case."""

    use_case = serializers.CharField(help_text="Stable, for scripts.")
    name = serializers.CharField(help_text="For people.")
    hazards = SuggestedHazardSerializer(many=True, help_text="Suggestions.")
