"""Words for what was measured: names of measures, reasons, and verdicts as sentences.

Every function takes ``translate``; what is stored is in English, what is shown is in the reader's
language. What a measure is called and means stands in the module of its kind.
"""

from audits.wording.measures import MEASURE_MEANINGS, MEASURE_NAMES
from audits.wording.sentences import (
    DROPPED,
    ORDER,
    decisive,
    figure,
    measure_name,
    reason_words,
    sentence,
    summary,
    title,
)

__all__ = [
    "DROPPED",
    "MEASURE_MEANINGS",
    "MEASURE_NAMES",
    "ORDER",
    "decisive",
    "figure",
    "measure_name",
    "reason_words",
    "sentence",
    "summary",
    "title",
]
