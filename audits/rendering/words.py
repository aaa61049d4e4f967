"""The words a report uses for stable codes: measures and their meaning, reasons, methods."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from audits.wording import DROPPED, MEASURE_MEANINGS, MEASURE_NAMES
from registry.rules import deployments, findings, incidents, outcomes, reviews, signatures
from registry.rules.attestations import SAYINGS
from registry.rules.cards import SECTIONS
from registry.rules.catalogue import DATA_ROLES, EVIDENCE_KINDS, TASKS, USE_CASES, VERDICT_NAMES
from registry.rules.eu_ai_act import CLASSES, OPERATOR_ROLES
from registry.rules.matrices import Label, label
from registry.rules.releases import STATE_NAMES
from registry.rules.roles import ROLE_NAMES
from registry.rules.tier_overrides import BASES

Words = Mapping[str, "str | Promise"]

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
    "one_feature": _("only one feature counts"),
    "largest_is_zero": _("largest rate is 0"),
    "no_false_positives": _("no false positives"),
    "reference_is_zero": _("rate of the reference group is 0"),
    "reference_not_estimable": _("reference group has no such rate"),
    "no_common_stratum": _("no stratum with both groups"),
    "too_few": _("too few rows"),
    "not_measured": _("not measured"),
    "no_interval": _("no interval is known for it"),
    "no_numbers": _("one side holds no number"),
    "infinite_values": _("infinite or too large values"),
    "constant_feature": _("one value in all rows of the reference"),
    "no_labels": _("one side has no labels yet"),
    "no_features": _("no feature in common"),
    "no_common_columns": _("no column in common"),
    "no_other_data": _("no other data"),
    "withheld": _("withheld"),
}
# What is signed, and what moves a release by itself.
ACTS: Words = {
    "draft": _("Drafted"),
    "submit": _("Submitted"),
    "begin": _("Review begun"),
    "approve": _("Approved"),
    "approve_with_conditions": _("Approved under conditions"),
    "reject": _("Rejected"),
    "send_back": _("Sent back to an earlier stage"),
    "return": _("Returned to its author"),
    "withdraw": _("Withdrawn"),
    "revoke": _("Revoked"),
    "retire": _("Retired"),
    "go_live": _("Went live"),
    "supersede": _("Superseded"),
    "expire": _("Expired"),
    "breach": _("Condition breached"),
    "mend": _("Breach mended"),
    "clear": _("Last condition fulfilled"),
    "void": _("Became void"),
}
APPETITE: Words = {
    "within": _("It is within the risk appetite."),
    "exception": _("By the risk appetite it is released by exception only, with conditions."),
    "blocks": _("It is above the risk appetite, which blocks a release."),
}
METHODS: Words = {
    **{method: method for method in signatures.METHODS.values()},
    "password": _("Password"),
}
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
    "base_rate": _("always with the share of positives"),
}
INTERVALS: Words = {
    "noncentral_chi_squared": _("Noncentral chi-squared, inverted"),
    "dkw": _("Dvoretzky-Kiefer-Wolfowitz bounds of both samples"),
    "two_means": _("Normal, for two means of unequal variances"),
    "counted_limits": _("Counted from the limits of all features at once (Sidak)"),
    "count": _("Counted, not estimated"),
    "wilson": _("Wilson"),
    "simultaneous_wilson": _("Wilson, for all groups at once (Sidak)"),
    "simultaneous_corrected_wilson": _(
        "Wilson with continuity correction, for all groups at once (Sidak)"
    ),
    "simultaneous_corrected_wilson_odds": _(
        "Wilson with continuity correction, as odds, for all groups at once (Sidak)"
    ),
    "wilson_smaller_class": _("Wilson, over the smaller class"),
    "mover_r": _("MOVER-R from Wilson limits, for all pairs at once (Sidak)"),
    "mover_r_reference": _("MOVER-R from Wilson limits, against the reference group (Sidak)"),
    "newcombe": _("Newcombe's hybrid score, against the reference group (Sidak)"),
    "wilson_odds": _("Wilson, as odds"),
    "simultaneous_wilson_odds": _("Wilson, as odds, for all groups at once (Sidak)"),
    "greenland_robins": _("Greenland and Robins, pooled over strata (Sidak)"),
    "student": _("Student"),
    "welch": _("Welch, against the reference group (Sidak)"),
    "welch_others": _("Welch, against all others (Sidak)"),
    "linearised_ratio": _("Student, on the linearised ratio"),
    "fisher_t": _("Student, on Fisher's scale"),
    "delong_normal": _("DeLong"),
    "computed_exactly": _("Computed over all rows explained"),
    "mover": _("MOVER, from the limits of both figures"),
    "simultaneous_limits": _("From the limits of all groups at once (Sidak)"),
    "delong": _("DeLong, on the logit scale"),
    "log_normal": _("Normal, on the logarithmic scale"),
    "logit": _("Normal, on the logit scale"),
    "normal": _("Normal"),
    "wilson_positives": _("Wilson, over the positive rows"),
    "smirnov": _("Bounds from Smirnov's test and Newcombe's interval"),
    "calibration_bounds": _("Bounds from the noise of each bin"),
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
    "meaning": MEASURE_MEANINGS,
    "reason": NOT_ESTIMABLE,
    "dropped": DROPPED,
    "act": ACTS,
    "appetite": APPETITE,
    "method": METHODS,
    "format": ARTEFACT_FORMATS,
    "baseline": BASELINES,
    "interval": INTERVALS,
    "use_case": USE_CASES,
    "ai_act_class": CLASSES,
    "operator_role": OPERATOR_ROLES,
    "tier_basis": BASES,
    "severity": findings.SEVERITIES,
    "finding_source": findings.SOURCES,
    "finding_state": {state.value: name for state, name in findings.STATE_NAMES.items()},
    "finding_act": {act.value: name for act, name in findings.ACT_NAMES.items()},
    "outcome": findings.OUTCOMES,
    "incident_kind": {code: kind.name for code, kind in incidents.KINDS.items()},
    "incident_link": incidents.LINKS,
    "incident_state": {state.value: name for state, name in incidents.STATE_NAMES.items()},
    "incident_act": {act.value: name for act, name in incidents.ACT_NAMES.items()},
    "clock": incidents.CLOCK_NAMES,
    "deployment_end": {end.value: name for end, name in deployments.END_NAMES.items()},
    "review_cause": reviews.CAUSE_NAMES,
    "review_outcome": {one.value: name for one, name in outcomes.OUTCOME_NAMES.items()},
    "attestation": SAYINGS,
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


def labelled(said: Label) -> str:
    """Return a label of the risk matrix in the report's language."""
    # Matrices from before there were two languages have plain texts, which the catalogue knows.
    return gettext(said) if isinstance(said, str) else label(said, get_language() or "en")
