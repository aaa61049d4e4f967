"""How each kind of run is carried out: a run in, the content of its exhibit out.

They open the files, let the pure rooms score, explain and measure, and write nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any

from audits.models import Run
from audits.rules.runs import Kind
from audits.services.claims import Claim
from audits.services.examinations import drifted, explained, recorded, scored

EXAMINATIONS: Mapping[Kind, Callable[[Run, Claim], dict[str, Any]]] = {
    Kind.PERFORMANCE: scored.performance,
    Kind.FAIRNESS: scored.fairness,
    Kind.EXPLANATION: explained.explanation,
    Kind.DRIFT: drifted.drift,
    Kind.DATA: recorded.data_record,
}

__all__ = ["EXAMINATIONS"]
