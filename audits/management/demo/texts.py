"""What the demo's people wrote: cards, hazards, reasons."""

from __future__ import annotations

from registry.rules.risk import STARTING_HAZARDS, HazardFacts

MORTGAGE_CARD = {
    "model_details": "Built by Ada Brandt's team in Retail credit. Version 1.0 is a logistic"
    " regression on"
    " standardised inputs; missing values are replaced by the mean of the training rows.",
    "intended_use": "Recommends approval or refusal of a residential mortgage to a credit"
    " officer, who"
    " decides. Not for commercial property, not for refinancing, and never as the only"
    " ground of a refusal.",
    "factors": "Sex, race and ethnicity of the applicant, as recorded for fair-lending"
    " purposes. None of"
    " them is an input.",
    "metrics": "ROC AUC for order, selection rate and impact ratio for fairness, at the"
    " declared threshold."
    " A false refusal costs the applicant a home; a false approval costs the bank a default.",
    "evaluation_data": "Half of 1,989 applications, drawn at random with a fixed seed, never"
    " used in training."
    " In 15 of all applications the sex is not recorded.",
    "training_data": "The other half of the same applications, from the same years and the"
    " same lenders.",
    "quantitative_analyses": "See the performance and the fairness exhibit: per group, where"
    " groups meet, and"
    " with intervals.",
    "ethical_considerations": "Past approvals carry past discrimination, which a model can"
    " repeat through"
    " inputs that stand in for race. Every refusal is reviewed by an officer and can be appealed.",
    "caveats": "The applications are old and from one city. Groups under thirty are shown"
    " and not judged."
    " Watch the impact ratio monthly; retrain at the first fail.",
}
MORTGAGE_CARD_2 = {
    **MORTGAGE_CARD,
    "model_details": "Built by Ada Brandt's team in Retail credit. Version 2.0 uses"
    " gradient-boosted trees and a"
    " stricter threshold.",
}
PENSION_CARD = {
    "model_details": "Gradient-boosted trees by Ada Brandt's team, for the pension plans unit.",
    "intended_use": "Chooses which employees get a letter about the employer's pension plan."
    " Not for"
    " deciding on anybody's benefits.",
    "factors": "Sex and marital status; neither is an input.",
    "metrics": "ROC AUC, and the impact ratio of who gets a letter.",
    "evaluation_data": "Half of 9,275 households, drawn with a fixed seed.",
    "training_data": "The other half.",
    "quantitative_analyses": "See the exhibits, with intervals.",
    "ethical_considerations": "Nobody is worse off than without the letter; whoever is left"
    " out can still join.",
    "caveats": "The survey is from 1991; incomes have to be brought to today's money.",
}
BIRTH_CARD = {
    "model_details": "Bought from a vendor, who does not hand over the model, only its scores.",
    "intended_use": "Orders invitations to a prenatal course. Not for premiums.",
}

MORTGAGE_HAZARDS = [
    HazardFacts(STARTING_HAZARDS[0], 3, 3, "Manual scorecard, drilled twice a year", 3, 1),
    HazardFacts(STARTING_HAZARDS[1], 4, 4, "An officer decides; reasons are shown; appeal", 3, 4),
    HazardFacts(STARTING_HAZARDS[2], 3, 4, "Monthly fairness and drift checks with an owner", 2, 4),
    HazardFacts(
        STARTING_HAZARDS[3], 3, 4, "Two trained deputies; rebuild from the lock file tested", 1, 4
    ),
    HazardFacts(
        "It refuses members of a protected group more often",
        4,
        5,
        "Four-fifths line in the policy; gate closes",
        2,
        5,
    ),
]
PENSION_HAZARDS = [
    HazardFacts(STARTING_HAZARDS[0], 3, 1, "", 3, 1),
    HazardFacts(STARTING_HAZARDS[1], 4, 2, "Everybody can join without a letter", 3, 2),
    HazardFacts(STARTING_HAZARDS[2], 3, 2, "Yearly check", 2, 2),
    HazardFacts(STARTING_HAZARDS[3], 3, 2, "", 3, 2),
]

# What the scorecard of the mortgage model says: severe exposure and purpose, a human decides.
MORTGAGE_SCORES = {
    "exposure": 4,
    "purpose": 4,
    "complexity": 2,
    "reliance": 3,
    "autonomy": 2,
    "opacity": 2,
    "data_sensitivity": 4,
    "affected_rights": 3,
}
# Hundreds get the pension letter and nobody looks before it is sent; joining stays open to all.
PENSION_SCORES = {
    "exposure": 2,
    "purpose": 3,
    "complexity": 3,
    "reliance": 4,
    "autonomy": 2,
    "opacity": 3,
    "data_sensitivity": 3,
    "affected_rights": 2,
}
# Few ask for the course; the vendor keeps its model secret, and it is about people's health.
BIRTH_SCORES = {
    "exposure": 1,
    "purpose": 2,
    "complexity": 2,
    "reliance": 2,
    "autonomy": 1,
    "opacity": 4,
    "data_sensitivity": 4,
    "affected_rights": 2,
}
