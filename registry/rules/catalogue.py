"""Words the catalogue uses: tasks, use cases, data roles, kinds of evidence, verdicts."""

from __future__ import annotations

from registry.rules.wording import gettext_noop

TASKS = {
    "binary": gettext_noop("Binary classification"),
    "multiclass": gettext_noop("Multiclass classification"),
    "regression": gettext_noop("Regression"),
}
DATA_ROLES = {
    "train": gettext_noop("Training"),
    "test": gettext_noop("Test"),
    "reference": gettext_noop("Reference"),
    "production": gettext_noop("Production"),
}
EVIDENCE_KINDS = {
    "performance": gettext_noop("Performance"),
    "fairness": gettext_noop("Fairness"),
    "explanation": gettext_noop("Explanation"),
    "drift": gettext_noop("Drift"),
    "data": gettext_noop("Data record"),
    "validation": gettext_noop("Independent validation"),
    "other": gettext_noop("Other"),
}
VERDICT_NAMES = {
    "pass": gettext_noop("Pass"),
    "warn": gettext_noop("Warning"),
    "undecided": gettext_noop("Undecided"),
    "fail": gettext_noop("Fail"),
    "none": gettext_noop("Not judged"),
}
# What a model is used for; the catalogue of hazards goes by it.
USE_CASES = {
    "credit": gettext_noop("Credit"),
    "hiring": gettext_noop("Hiring"),
    "insurance": gettext_noop("Insurance"),
    "health": gettext_noop("Health"),
    "marketing": gettext_noop("Marketing"),
    "fraud": gettext_noop("Fraud"),
    "other": gettext_noop("Another use"),
}
# A sensitive column with more groups than this says nothing about any of them.
MOST_SENSITIVE_GROUPS = 100
