"""What the measures of drift are called, and what their values mean."""

from __future__ import annotations

from registry.rules.wording import gettext_noop

NAMES: dict[str, str] = {
    "psi": gettext_noop("Stability index (PSI)"),
    "ks": gettext_noop("Kolmogorov-Smirnov distance"),
    "cramers_v": gettext_noop("Cramér's V"),
    "wasserstein": gettext_noop("Wasserstein distance"),
    "missing_rate_difference": gettext_noop("Change of the missing rate"),
    "max_psi": gettext_noop("Largest stability index"),
    "share_of_features_drifted": gettext_noop("Share of features drifted"),
    "prediction_psi": gettext_noop("Stability index of the predictions"),
    "prediction_ks": gettext_noop("Kolmogorov-Smirnov distance of the scores"),
    "prediction_cramers_v": gettext_noop("Cramér's V of the predictions"),
    "mean_score_change": gettext_noop("Change of the mean score"),
    "selection_rate_change": gettext_noop("Change of the selection rate"),
    "selection_rate_before": gettext_noop("Selection rate in the reference"),
    "selection_rate_after": gettext_noop("Selection rate in the batch"),
    "selection_gap_change": gettext_noop("Change of the gap in selection rates"),
    "impact_ratio_change": gettext_noop("Change of the impact ratio"),
    "roc_auc_change": gettext_noop("Change of the ROC AUC"),
    "accuracy_change": gettext_noop("Change of the accuracy"),
    "balanced_accuracy_change": gettext_noop("Change of the balanced accuracy"),
    "brier_score_change": gettext_noop("Change of the Brier score"),
    "mae_change": gettext_noop("Change of the mean absolute error"),
    "rmse_change": gettext_noop("Change of the root mean squared error"),
}
MEANINGS: dict[str, str] = {
    "psi": gettext_noop(
        "How far the values of a feature have moved between bins that the reference fixes; missing"
        " values are a bin. 0 when the shares are the same; by usage stable under 0.1 and shifted"
        " over 0.2. With few rows the value is too large, which its interval allows for."
    ),
    "ks": gettext_noop(
        "The largest distance between the distribution functions of the reference and the batch. 0"
        " when they are the same, 1 when they do not overlap."
    ),
    "cramers_v": gettext_noop(
        "How strongly the categories tell the reference and the batch apart. 0 when their shares"
        " are the same, 1 when they have no category in common."
    ),
    "wasserstein": gettext_noop(
        "How far the values have moved on average, in standard deviations of the reference. 0 when"
        " nothing has moved."
    ),
    "missing_rate_difference": gettext_noop(
        "The share of missing values in the batch minus that in the reference. Above 0 when more is"
        " missing."
    ),
    "max_psi": gettext_noop("The largest stability index of all features."),
    "share_of_features_drifted": gettext_noop(
        "The share of features whose stability index is over the limit. Its lower end counts those"
        " that surely are, its upper end those that may be."
    ),
    "prediction_psi": gettext_noop(
        "The stability index of what the model answers. 0 when it answers as on the reference; by"
        " usage stable under 0.1 and shifted over 0.2."
    ),
    "prediction_ks": gettext_noop(
        "The largest distance between the distribution functions of the scores. 0 when they are the"
        " same, 1 when they do not overlap."
    ),
    "prediction_cramers_v": gettext_noop(
        "How strongly the predicted classes tell the reference and the batch apart, 0 to 1."
    ),
    "mean_score_change": gettext_noop(
        "The mean score of the batch minus that of the reference. Above 0 when scores rose."
    ),
    "selection_rate_change": gettext_noop(
        "The share of rows predicted positive in the batch minus that in the reference."
    ),
    "selection_rate_before": gettext_noop("The share of the reference's rows predicted positive."),
    "selection_rate_after": gettext_noop("The share of the batch's rows predicted positive."),
    "selection_gap_change": gettext_noop(
        "How much wider the gap between the group selected most and the one selected least has"
        " become. Above 0 when the groups moved apart."
    ),
    "impact_ratio_change": gettext_noop(
        "The smallest selection rate over the largest in the batch, minus the same in the"
        " reference. Below 0 when the groups moved apart."
    ),
    "roc_auc_change": gettext_noop(
        "The ROC AUC on the batch minus that on the reference. Below 0 when the model ranks worse."
    ),
    "accuracy_change": gettext_noop(
        "The accuracy on the batch minus that on the reference. Below 0 when the model errs more."
    ),
    "balanced_accuracy_change": gettext_noop(
        "The balanced accuracy on the batch minus that on the reference. Below 0 when it fell."
    ),
    "brier_score_change": gettext_noop(
        "The Brier score on the batch minus that on the reference. Above 0 when the scores lie"
        " further from the truth."
    ),
    "mae_change": gettext_noop(
        "The mean absolute error on the batch minus that on the reference. Above 0 when it grew."
    ),
    "rmse_change": gettext_noop(
        "The root mean squared error on the batch minus that on the reference. Above 0 when it"
        " grew."
    ),
}
CHANGES: dict[str, str] = {
    "added": gettext_noop("came in"),
    "removed": gettext_noop("is gone"),
    "type": gettext_noop("changed its type"),
}
"""What may happen to a column, as the end of a sentence that begins with its name."""
