"""All measures: what they are called, and what their values mean."""

from __future__ import annotations

from collections.abc import Mapping

from audits.wording import data_records, drift, explanation, fairness, performance

_KINDS = (performance, fairness, explanation, drift, data_records)

MEASURE_NAMES: Mapping[str, str] = {
    code: name for kind in _KINDS for code, name in kind.NAMES.items()
}
MEASURE_MEANINGS: Mapping[str, str] = {
    code: meaning for kind in _KINDS for code, meaning in kind.MEANINGS.items()
}
