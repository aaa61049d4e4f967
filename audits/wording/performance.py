"""What the measures of performance are called, and what their values mean."""

from __future__ import annotations

from registry.rules.wording import gettext_noop

NAMES = {
    "accuracy": gettext_noop("Accuracy"),
    "balanced_accuracy": gettext_noop("Balanced accuracy"),
    "precision": gettext_noop("Precision"),
    "recall": gettext_noop("Recall"),
    "specificity": gettext_noop("Specificity"),
    "f1": gettext_noop("F1"),
    "macro_f1": gettext_noop("Macro F1"),
    "mcc": gettext_noop("Matthews correlation"),
    "roc_auc": gettext_noop("ROC AUC"),
    "gini": gettext_noop("Gini coefficient"),
    "pr_auc": gettext_noop("Average precision (PR AUC)"),
    "ks": gettext_noop("Kolmogorov-Smirnov distance"),
    "brier": gettext_noop("Brier score"),
    "brier_score": gettext_noop("Brier score"),
    "log_loss": gettext_noop("Log loss"),
    "ece": gettext_noop("Expected calibration error"),
    "mean_score": gettext_noop("Mean score"),
    "calibration_gap": gettext_noop("Calibration gap"),
    "observed_rate": gettext_noop("Observed rate"),
    "mean_label": gettext_noop("Mean outcome"),
    "r2": gettext_noop("R²"),
    "mae": gettext_noop("Mean absolute error"),
    "rmse": gettext_noop("Root mean squared error"),
    "bias": gettext_noop("Mean error"),
    "base_rate": gettext_noop("Always the share of positives"),
    "majority_class": gettext_noop("Always the majority class"),
    "mean": gettext_noop("Always the mean"),
}
MEANINGS = {
    "accuracy": gettext_noop("Share of the rows that are predicted rightly; 1 when all are."),
    "balanced_accuracy": gettext_noop(
        "Mean of the true rates of the classes; 0.5 is guessing between two classes."
    ),
    "precision": gettext_noop("Share of those selected who are truly positive; 1 when all are."),
    "recall": gettext_noop("Share of the truly positive who are selected; 1 when all are."),
    "specificity": gettext_noop(
        "Share of the truly negative who are not selected; 1 when none is."
    ),
    "f1": gettext_noop("Harmonic mean of precision and recall; 1 when both are perfect."),
    "macro_f1": gettext_noop("F1 of each class, averaged with equal weight."),
    "mcc": gettext_noop(
        "Correlation of outcome and prediction; 1 when all are right, 0 says nothing."
    ),
    "roc_auc": gettext_noop(
        "Chance that a positive row scores above a negative one; 0.5 is guessing, 1 perfect."
    ),
    "gini": gettext_noop(
        "Twice the area under the ROC curve minus 1; 0 is guessing, 1 perfect, -1 all reversed."
    ),
    "pr_auc": gettext_noop(
        "Mean precision at the scores of the positive rows; 1 is perfect, the share of positives is"
        " guessing."
    ),
    "ks": gettext_noop(
        "Largest distance between the score distributions of the two classes; 0 when they are"
        " alike, 1 when a score separates them."
    ),
    "brier_score": gettext_noop("Mean squared distance of score and outcome; 0 is perfect."),
    "log_loss": gettext_noop("Mean surprise at the outcome, given the score; 0 is perfect."),
    "ece": gettext_noop(
        "Mean distance between score and observed rate over ten bins of the score; 0 is perfect."
    ),
    "mean_score": gettext_noop("How often the model expects the positive outcome, 0 to 1."),
    "calibration_gap": gettext_noop(
        "Mean score minus observed rate; 0 when as many positives are expected as there are, above"
        " 0 when too many are."
    ),
    "observed_rate": gettext_noop("Share of the rows of a bin that are truly positive."),
    "mean_label": gettext_noop("Mean of the true outcomes of a band of predictions."),
    "bias": gettext_noop(
        "Mean of prediction minus outcome; 0 when right on average, above 0 when too high."
    ),
    "r2": gettext_noop(
        "Share of the outcome's variance that is explained; 1 is perfect, 0 is the mean."
    ),
    "mae": gettext_noop("Mean distance of prediction and outcome; 0 is perfect."),
    "rmse": gettext_noop(
        "Like the mean absolute error, with large errors weighing more; 0 is perfect."
    ),
}
