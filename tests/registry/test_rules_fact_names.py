"""What facts are called and what they say: words for every path, people's own names untouched."""

from __future__ import annotations

import pytest

from registry.rules import policy_parts, stages
from registry.rules.cards import SECTION_CODES
from registry.rules.fact_names import PARTS, ROOTS, fact_words
from registry.rules.fact_values import CODES, fact_value
from registry.rules.plan_shapes import CHECK_PARTS
from registry.rules.plan_shapes import PARTS as PLAN_PARTS
from registry.rules.refusals import as_written, in_one_line
from registry.rules.risk import TEXTS


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("version.threshold", "Version: Threshold"),
        ("card", "Model card"),
        ("card.sections.factors", "Model card: Factors"),
        ("risk.hazards", "Risk assessment: Hazards"),
        ("risk.inherent.level", "Risk assessment: Inherent risk, Level"),
        ("risk.hazards.It leaks. Badly.impact", "Risk assessment: It leaks. Badly, Impact"),
        (
            "risk.hazards.It leaks.assessed_controls.Watch v1.2.design",
            "Risk assessment: It leaks, Watch v1.2, Design",
        ),
        ("data.Loans v1.2 test.rows", "Data: Loans v1.2, Test, Rows"),
        ("data.Loans test.columns.age.type", "Data: Loans, Test, Columns, age, Type"),
        ("version.parameters.max_depth", "Version: Parameters, max_depth"),
        ("version.parameters.a.label", "Version: Parameters, a.label"),
        ("plan.fairness.smallest_group", "Evaluation plan: Fairness, Smallest group"),
        ("plans.drift.checks", "Limits of runs: Drift, Limits"),
        ("tiers.1.approval_days", "Tier 1: Days an approval lasts"),
        ("tiers.1, staging.stages", "Tier 1: staging, Stages of signing"),
        (
            "tiers.2.stages.Validation.needed",
            "Tier 2: Stages of signing, Validation, Signatures needed",
        ),
        ("title", "Title"),
        ("not_known_yet.to_anybody", "Not known yet: To anybody"),
    ],
)
def test_a_path_is_called_by_names_from_the_whole_to_the_part(path: str, words: str) -> None:
    assert in_one_line(fact_words(path)) == words


def test_each_name_is_translated_by_itself() -> None:
    said = in_one_line(fact_words("card.sections.factors"), str.upper)
    assert said == "MODEL CARD: FACTORS"


def test_everything_a_policy_or_a_hazard_may_say_has_a_name() -> None:
    parts = {
        *policy_parts.PARTS,
        *policy_parts.REQUIRED,
        *policy_parts.EVIDENCE_PARTS,
        *CHECK_PARTS,
        *PLAN_PARTS,
        *TEXTS,
        *SECTION_CODES,
        *stages.Ask.__dataclass_fields__,
    }
    assert not parts - set(PARTS)
    assert all({**PARTS, **ROOTS}.values())


@pytest.mark.parametrize(
    ("value", "path", "words"),
    [
        (None, "version.threshold", "–"),
        (0.5, "version.threshold", "0.5"),
        (1e-06, "version.threshold", "1e-06"),
        (True, "tiers.1.risk_assessed", "yes"),
        ("validator", "tiers.1.stages.Validation.role", "Validator"),
        ("severe", "risk.residual.level", "Severe"),
        # A section that says no more than "high" is a person's text, and nobody's code.
        ("high", "card.sections.factors", "high"),
        (["pass", "warn"], "tiers.1.evidence.fairness.verdicts", "Pass, Warning"),
        ({"max_depth": 3}, "version.parameters", "max_depth: 3"),
        (
            [{"role": "validator", "needed": 1}, {"role": "auditor", "needed": 2}],
            "tiers.1.stages",
            "Role: Validator; Signatures needed: 1 / Role: Auditor; Signatures needed: 2",
        ),
        (
            [{"limit": 0.8, "measure": "impact_ratio", "direction": "at_least"}],
            "plans.fairness.checks",
            "Measure: Impact ratio; Has to be: at least; Limit: 0.8",
        ),
    ],
)
def test_what_a_fact_says_is_in_words_where_it_is_a_code(
    value: object, path: str, words: str
) -> None:
    assert fact_value(value, path, as_written) == words


def test_every_table_of_codes_belongs_to_a_part_with_a_name() -> None:
    assert not set(CODES) - set(PARTS)
