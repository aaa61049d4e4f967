"""What the measures of a data record are called, and what their values mean."""

from __future__ import annotations

from registry.rules.wording import gettext_noop

NAMES: dict[str, str] = {
    "missing_rate": gettext_noop("Missing rate"),
    "missing_rate_max": gettext_noop("Largest missing rate"),
    "duplicate_share": gettext_noop("Share of duplicate rows"),
    "overlap_share": gettext_noop("Overlap with other data"),
    "overlap_share_max": gettext_noop("Largest overlap with other data"),
    "label_rate": gettext_noop("Rate of the positive label"),
}
MEANINGS: dict[str, str] = {
    "missing_rate": gettext_noop(
        "The share of a column's cells that hold no value, 0 to 1; counted, not estimated."
    ),
    "missing_rate_max": gettext_noop(
        "The missing rate of the column that lacks most, 0 to 1; counted, not estimated."
    ),
    "duplicate_share": gettext_noop(
        "The share of rows that repeat another row in all columns, 0 to 1; counted, not estimated."
    ),
    "overlap_share": gettext_noop(
        "The share of rows that stand in another data set of the version as well, in the columns"
        " both have. Anything above 0 between training and test data flatters what is measured."
    ),
    "overlap_share_max": gettext_noop(
        "The largest overlap with any other data set of the version, 0 to 1."
    ),
    "label_rate": gettext_noop(
        "The share of labelled rows with the positive label. Rates that differ between groups are"
        " what a model learns from."
    ),
}
TYPES: dict[str, str] = {
    "integer": gettext_noop("whole number"),
    "float": gettext_noop("number"),
    "decimal": gettext_noop("decimal number"),
    "boolean": gettext_noop("truth"),
    "text": gettext_noop("text"),
    "date": gettext_noop("date"),
    "time": gettext_noop("time"),
    "binary": gettext_noop("bytes"),
    "other": gettext_noop("nested values"),
    "empty": gettext_noop("empty"),
    "number": gettext_noop("number"),
}
"""The types of columns, in words."""
