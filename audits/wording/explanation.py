"""What the measures of an explanation are called, what their values mean, and its own codes."""

from __future__ import annotations

from registry.rules.wording import gettext_noop

NAMES = {
    "importance": gettext_noop("Importance"),
    "importance_share": gettext_noop("Share of all importance"),
    "top_share": gettext_noop("Share of the weightiest feature"),
    "additivity_residual": gettext_noop("Additivity residual"),
    "rank_stability": gettext_noop("Stability of the ranking"),
    "top_overlap": gettext_noop("Agreement on the five weightiest"),
    "contribution_difference": gettext_noop("Difference in contribution"),
    "largest_contribution_difference": gettext_noop("Largest difference in contribution"),
    "proxy_auc": gettext_noop("Attribute told by the features"),
}
MEANINGS = {
    "importance": gettext_noop(
        "Mean size of what a feature adds to or takes off the answer; 0 when it changes nothing."
    ),
    "importance_share": gettext_noop(
        "A feature's part of the importance of all; 1 when nothing else counts."
    ),
    "top_share": gettext_noop(
        "The weightiest feature's part of all importance; near 1 the model rests on it alone."
    ),
    "additivity_residual": gettext_noop(
        "How far the base value and the contributions miss the model's own answer at most; 0 is"
        " perfect."
    ),
    "rank_stability": gettext_noop(
        "Kendall's tau of the features' ranking between draws of other rows; 1 when they rank"
        " alike, 0 when by chance."
    ),
    "top_overlap": gettext_noop(
        "Share of the five weightiest features that two draws of rows have in common; 1 when all."
    ),
    "contribution_difference": gettext_noop(
        "Mean contribution of a feature in a group less that among all others; 0 when alike."
    ),
    "largest_contribution_difference": gettext_noop(
        "The largest difference between a group and all others in what a feature adds; 0 when every"
        " feature moves all groups alike."
    ),
    "proxy_auc": gettext_noop(
        "How well the features together give a sensitive attribute away, as an area under the ROC"
        " curve; 0.5 is guessing, 1 gives it away always."
    ),
}

SCALES = {
    "probability": gettext_noop("probability of %(label)s"),
    "margin": gettext_noop("log-odds of %(label)s (margin)"),
    "value": gettext_noop("predicted value"),
    "log_value": gettext_noop("logarithm of the predicted value"),
}
EXPLAINERS = {
    "tree_interventional": gettext_noop("trees, against the background (TreeExplainer)"),
    "tree_rescaled": gettext_noop(
        "trees, against the background (TreeExplainer): Shapley values of the log-odds, rescaled to"
        " probability for each row of the background"
    ),
    "tree_path_dependent": gettext_noop(
        "trees, along their own paths (TreeExplainer; their training rows stand in as background)"
    ),
    "linear": gettext_noop("coefficients, against the background (LinearExplainer)"),
    "exact": gettext_noop("black box, all coalitions of features (ExactExplainer)"),
    "permutation": gettext_noop("black box, random orders of features (PermutationExplainer)"),
}
DIRECTIONS = {
    "raises": gettext_noop("larger values raise it"),
    "lowers": gettext_noop("larger values lower it"),
    "mixed": gettext_noop("mixed"),
    "none": gettext_noop("changes nothing"),
}
MISSING, OTHERS, NOT_RECORDED = (
    gettext_noop("not given"),
    gettext_noop("%(values)s other values"),
    gettext_noop("not recorded"),
)
RANGE = gettext_noop("%(low)s to %(high)s")
STRENGTHS = {
    "auc": gettext_noop("ROC AUC"),
    "cramers_v": gettext_noop("Cramer's V"),
}
