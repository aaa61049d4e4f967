"""Tables of monitors, runs and reports. Foreign keys point down into the registry, never back."""

from audits.models.monitors import Monitor
from audits.models.reports import Report
from audits.models.runs import Run

__all__ = ["Monitor", "Report", "Run"]
