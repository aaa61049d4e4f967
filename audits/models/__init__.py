"""Tables of runs and reports. Foreign keys point down into the registry and never back."""

from audits.models.reports import Report
from audits.models.runs import Run

__all__ = ["Report", "Run"]
