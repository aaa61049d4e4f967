"""The words a report uses for stable codes: measures and their meaning, reasons, methods."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audits.wording import DROPPED, MEASURE_NAMES
from registry.rules.cards import SECTIONS
from registry.rules.catalogue import DATA_ROLES, EVIDENCE_KINDS, TASKS, VERDICT_NAMES
from registry.rules.releases import STATE_NAMES
from registry.rules.roles import ROLE_NAMES

Words = Mapping[str, "str | Promise"]

# What the values of a measure mean; the names are those of the pages.
MEANINGS: Words = {
    "accuracy": _("Share of the rows that are predicted rightly; 1 when all are."),
    "balanced_accuracy": _(
        "Mean of the true rates of the classes; 0.5 is guessing between two classes."
    ),
    "precision": _("Share of those selected who are truly positive; 1 when all are."),
    "recall": _("Share of the truly positive who are selected; 1 when all are."),
    "specificity": _("Share of the truly negative who are not selected; 1 when none is."),
    "mcc": _("Correlation of outcome and prediction; 1 when all are right, 0 says nothing."),
    "f1": _("Harmonic mean of precision and recall; 1 when both are perfect."),
    "macro_f1": _("F1 of each class, averaged with equal weight."),
    "roc_auc": _(
        "Chance that a positive row scores above a negative one; 0.5 is guessing, 1 perfect."
    ),
    "brier_score": _("Mean squared distance of score and outcome; 0 is perfect."),
    "log_loss": _("Mean surprise at the outcome, given the score; 0 is perfect."),
    "mae": _("Mean distance of prediction and outcome; 0 is perfect."),
    "rmse": _("Like the mean absolute error, with large errors weighing more; 0 is perfect."),
    "r2": _("Share of the outcome's variance that is explained; 1 is perfect, 0 is the mean."),
    "selection_rate": _("Share of a group that the model selects (predicts as positive)."),
    "impact_ratio": _(
        "Selection rate of a group divided by the largest one; 1 when equal. Below 0.8 is the"
        " usual warning sign of adverse impact (four-fifths rule)."
    ),
    "true_positive_rate": _("Share of the truly positive who are selected."),
    "false_positive_rate": _("Share of the truly negative who are selected all the same."),
    "true_negative_rate": _("Share of the truly negative who are not selected."),
    "false_negative_rate": _("Share of the truly positive who are not selected."),
    "demographic_parity_difference": _(
        "Largest minus smallest selection rate; 0 when every group is selected equally often."
    ),
    "demographic_parity_ratio": _(
        "Smallest divided by largest selection rate; 1 when every group is selected equally."
    ),
    "equal_opportunity_difference": _(
        "Largest minus smallest true positive rate; 0 when the deserving fare alike."
    ),
    "equalized_odds_difference": _(
        "The larger of the gaps in true and in false positive rates; 0 when both are equal."
    ),
    "equalized_odds_ratio": _(
        "The smaller of the ratios of true and of false positive rates; 1 when equal."
    ),
    "predictive_parity_difference": _(
        "Largest minus smallest precision; 0 when a selection means the same in every group."
    ),
    "accuracy_difference": _(
        "Largest minus smallest accuracy; 0 when the model errs as often for every group."
    ),
}
NOT_ESTIMABLE: Words = {
    "no_rows": _("no rows"),
    "no_positives": _("no positive rows"),
    "no_negatives": _("no negative rows"),
    "no_selected": _("nobody selected"),
    "constant_scores": _("all scores equal"),
    "constant_predictions": _("all predictions equal"),
    "constant_label": _("all outcomes equal"),
    "no_spread": _("no spread"),
    "one_group": _("only one group"),
    "largest_is_zero": _("largest rate is 0"),
    "too_few": _("too few rows"),
    "not_measured": _("not measured"),
    "withheld": _("withheld"),
}
ACTS: Words = {
    "approve": _("Approved"),
    "reject": _("Rejected"),
    "withdraw": _("Withdrawn"),
    "revoke": _("Revoked"),
}
METHODS: Words = {"password": _("Password")}
ARTEFACT_FORMATS: Words = {
    "skops": "skops",
    "xgboost-json": "XGBoost JSON",
    "xgboost-ubj": "XGBoost UBJ",
    "lightgbm": "LightGBM",
    "catboost": "CatBoost",
    "onnx": "ONNX",
    "csv": "CSV",
    "parquet": "Parquet",
}
BASELINES: Words = {
    "majority_class": _("always with the most frequent class"),
    "mean": _("always with the mean"),
}
INTERVALS: Words = {
    "wilson": _("Wilson"),
    "simultaneous_wilson": _("Wilson, for all groups at once (Sidak)"),
    "wilson_smaller_class": _("Wilson, over the smaller class"),
    "mover_r": _("MOVER-R from Wilson limits, for all pairs at once (Sidak)"),
    "delong": _("DeLong, on the logit scale"),
    "log_normal": _("Normal, on the logarithmic scale"),
    "multinomial": _("Multinomial draws over the counts"),
}
GROUPS: dict[str, Words] = {
    "task": TASKS,
    "data_role": DATA_ROLES,
    "kind": EVIDENCE_KINDS,
    "verdict": VERDICT_NAMES,
    "state": {state.value: name for state, name in STATE_NAMES.items()},
    "role": {role.value: name for role, name in ROLE_NAMES.items()},
    "section": {section.code: section.name for section in SECTIONS},
    "measure": MEASURE_NAMES,
    "reason": NOT_ESTIMABLE,
    "dropped": DROPPED,
    "act": ACTS,
    "method": METHODS,
    "format": ARTEFACT_FORMATS,
    "baseline": BASELINES,
    "interval": INTERVALS,
}


def word(group: str, code: object) -> str:
    """Return the word for a code in the report's language; an unknown code is shown as it is."""
    known = GROUPS[group].get(str(code))
    if known is None:
        return as_it_is(code)
    # The pure rooms mark their names and leave the translating to the doors.
    return gettext(known) if isinstance(known, str) else str(known)


def as_it_is(code: object) -> str:
    """Return a code nobody has a word for, made readable."""
    if code is None:
        return ""
    text = str(code).replace("_", " ").strip()
    return text[:1].upper() + text[1:]
