"""What the measures of fairness are called, and what their values mean."""

from __future__ import annotations

from registry.rules.wording import gettext_noop

NAMES = {
    "selection_rate": gettext_noop("Selection rate"),
    "true_positive_rate": gettext_noop("True positive rate"),
    "false_positive_rate": gettext_noop("False positive rate"),
    "true_negative_rate": gettext_noop("True negative rate"),
    "false_negative_rate": gettext_noop("False negative rate"),
    "impact_ratio": gettext_noop("Impact ratio"),
    "demographic_parity_difference": gettext_noop("Demographic parity difference"),
    "demographic_parity_ratio": gettext_noop("Demographic parity ratio"),
    "equal_opportunity_difference": gettext_noop("Equal opportunity difference"),
    "equal_opportunity_ratio": gettext_noop("Equal opportunity ratio"),
    "equalized_odds_difference": gettext_noop("Equalised odds difference"),
    "equalized_odds_ratio": gettext_noop("Equalised odds ratio"),
    "predictive_parity_difference": gettext_noop("Predictive parity difference"),
    "predictive_parity_ratio": gettext_noop("Predictive parity ratio"),
    "accuracy_difference": gettext_noop("Accuracy difference"),
    "accuracy_ratio": gettext_noop("Accuracy ratio"),
    "predictive_equality_difference": gettext_noop("Predictive equality difference"),
    "predictive_equality_ratio": gettext_noop("Predictive equality ratio"),
    "treatment_ratio": gettext_noop("Treatment ratio"),
    "treatment_equality_difference": gettext_noop("Treatment equality difference"),
    "treatment_equality_ratio": gettext_noop("Treatment equality ratio"),
    "selection_rate_difference": gettext_noop("Difference of selection rate"),
    "selection_rate_ratio": gettext_noop("Ratio of selection rate"),
    "true_positive_rate_difference": gettext_noop("Difference of true positive rate"),
    "true_positive_rate_ratio": gettext_noop("Ratio of true positive rate"),
    "false_positive_rate_difference": gettext_noop("Difference of false positive rate"),
    "false_positive_rate_ratio": gettext_noop("Ratio of false positive rate"),
    "true_negative_rate_difference": gettext_noop("Difference of true negative rate"),
    "true_negative_rate_ratio": gettext_noop("Ratio of true negative rate"),
    "false_negative_rate_difference": gettext_noop("Difference of false negative rate"),
    "false_negative_rate_ratio": gettext_noop("Ratio of false negative rate"),
    "precision_difference": gettext_noop("Difference of precision"),
    "precision_ratio": gettext_noop("Ratio of precision"),
    "conditional_selection_ratio": gettext_noop("Selection ratio within strata"),
    "scoring_rate": gettext_noop("Scoring rate"),
    "ll144_impact_ratio": gettext_noop("Impact ratio (Local Law 144)"),
    "mean_error": gettext_noop("Mean error"),
    "mean_prediction": gettext_noop("Mean prediction"),
    "mean_error_difference": gettext_noop("Difference of mean error"),
    "mae_difference": gettext_noop("Difference of mean absolute error"),
    "rmse_difference": gettext_noop("Difference of root mean squared error"),
    "mean_prediction_difference": gettext_noop("Difference of mean prediction"),
    "mean_error_gap": gettext_noop("Gap of mean error"),
    "mae_gap": gettext_noop("Gap of mean absolute error"),
    "rmse_gap": gettext_noop("Gap of root mean squared error"),
    "mean_prediction_gap": gettext_noop("Gap of mean prediction"),
}
MEANINGS = {
    "selection_rate": gettext_noop(
        "Share of a group that the model selects (predicts as positive)."
    ),
    "true_positive_rate": gettext_noop("Share of the truly positive who are selected."),
    "false_positive_rate": gettext_noop(
        "Share of the truly negative who are selected all the same."
    ),
    "true_negative_rate": gettext_noop("Share of the truly negative who are not selected."),
    "false_negative_rate": gettext_noop("Share of the truly positive who are not selected."),
    "impact_ratio": gettext_noop(
        "Selection rate of a group divided by the largest one; 1 when equal."
        " Below 0.8 is the usual warning sign of adverse impact (four-fifths rule)."
    ),
    "demographic_parity_difference": gettext_noop(
        "Largest minus smallest selection rate; 0 when every group is selected equally often."
    ),
    "demographic_parity_ratio": gettext_noop(
        "Smallest divided by largest selection rate; 1 when every group is selected equally."
    ),
    "equal_opportunity_difference": gettext_noop(
        "Largest minus smallest true positive rate; 0 when the deserving fare alike."
    ),
    "equalized_odds_difference": gettext_noop(
        "The larger of the gaps in true and in false positive rates; 0 when both are equal."
    ),
    "equalized_odds_ratio": gettext_noop(
        "The smaller of the ratios of true and of false positive rates; 1 when equal."
    ),
    "predictive_parity_difference": gettext_noop(
        "Largest minus smallest precision; 0 when a selection means the same in every group."
    ),
    "accuracy_difference": gettext_noop(
        "Largest minus smallest accuracy; 0 when the model errs as often for every group."
    ),
    "equal_opportunity_ratio": gettext_noop(
        "Smallest divided by largest true positive rate; 1 when the deserving fare alike."
    ),
    "predictive_parity_ratio": gettext_noop(
        "Smallest divided by largest precision; 1 when a selection means the same in every group."
    ),
    "accuracy_ratio": gettext_noop(
        "Smallest divided by largest accuracy; 1 when the model errs as often for every group."
    ),
    "predictive_equality_difference": gettext_noop(
        "Largest minus smallest false positive rate; 0 when the undeserving fare alike."
    ),
    "predictive_equality_ratio": gettext_noop(
        "Smallest divided by largest false positive rate; 1 when the undeserving fare alike."
    ),
    "treatment_ratio": gettext_noop(
        "False negatives of a group divided by its false positives; above 1 when the errors mostly"
        " go against it."
    ),
    "treatment_equality_difference": gettext_noop(
        "Largest minus smallest treatment ratio; 0 when errors go against every group as often."
    ),
    "treatment_equality_ratio": gettext_noop(
        "Smallest divided by largest treatment ratio; 1 when errors go against every group as"
        " often."
    ),
    "selection_rate_difference": gettext_noop(
        "A group's selection rate minus that of the reference group; below 0 when it is lower."
    ),
    "selection_rate_ratio": gettext_noop(
        "A group's selection rate divided by that of the reference group; below 1 when it is lower."
    ),
    "true_positive_rate_difference": gettext_noop(
        "A group's true positive rate minus that of the reference group; below 0 when the"
        " deserving of the group are missed more often."
    ),
    "true_positive_rate_ratio": gettext_noop(
        "A group's true positive rate divided by that of the reference group; below 1 when the"
        " deserving of the group are missed more often."
    ),
    "false_positive_rate_difference": gettext_noop(
        "A group's false positive rate minus that of the reference group; 0 when both are equal."
    ),
    "false_positive_rate_ratio": gettext_noop(
        "A group's false positive rate divided by that of the reference group; 1 when equal."
    ),
    "true_negative_rate_difference": gettext_noop(
        "A group's true negative rate minus that of the reference group; 0 when both are equal."
    ),
    "true_negative_rate_ratio": gettext_noop(
        "A group's true negative rate divided by that of the reference group; 1 when equal."
    ),
    "false_negative_rate_difference": gettext_noop(
        "A group's false negative rate minus that of the reference group; above 0 when the"
        " deserving of the group are missed more often."
    ),
    "false_negative_rate_ratio": gettext_noop(
        "A group's false negative rate divided by that of the reference group; above 1 when the"
        " deserving of the group are missed more often."
    ),
    "precision_difference": gettext_noop(
        "A group's precision minus that of the reference group; 0 when a selection means the same."
    ),
    "precision_ratio": gettext_noop(
        "A group's precision divided by that of the reference group; 1 when a selection means the"
        " same."
    ),
    "conditional_selection_ratio": gettext_noop(
        "A group's selection rate divided by that of the reference group among people of the same"
        " stratum, pooled over all strata (Mantel-Haenszel); 1 when they are selected equally."
    ),
    "scoring_rate": gettext_noop(
        "Share of a category that scores above the median of the sample (6 RCNY 5-300)."
    ),
    "ll144_impact_ratio": gettext_noop(
        "Selection or scoring rate of a category divided by the highest one (6 RCNY 5-300); 1 for"
        " the category that fares best. The law sets no limit."
    ),
    "mean_error": gettext_noop(
        "Mean of prediction minus outcome; above 0 when a group is predicted too high."
    ),
    "mean_prediction": gettext_noop("Mean of what is predicted for a group."),
    "mean_error_difference": gettext_noop(
        "A group's mean error minus that of the reference group; 0 when both are equal."
    ),
    "mae_difference": gettext_noop(
        "A group's mean absolute error minus that of the reference group; above 0 when the model"
        " lies further off for the group."
    ),
    "rmse_difference": gettext_noop(
        "A group's root mean squared error minus that of the reference group; above 0 when the"
        " model lies further off for the group."
    ),
    "mean_prediction_difference": gettext_noop(
        "A group's mean prediction minus that of the reference group; 0 when both are equal."
    ),
    "mean_error_gap": gettext_noop(
        "Largest minus smallest mean error; 0 when every group is predicted as high."
    ),
    "mae_gap": gettext_noop(
        "Largest minus smallest mean absolute error; 0 when the model errs alike for every group."
    ),
    "rmse_gap": gettext_noop(
        "Largest minus smallest root mean squared error; 0 when the model errs alike for every"
        " group."
    ),
    "mean_prediction_gap": gettext_noop(
        "Largest minus smallest mean prediction; 0 when every group is predicted alike."
    ),
}
