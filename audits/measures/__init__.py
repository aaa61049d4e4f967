"""Measures: scored rows in, measurements out.

The law of this room: pure arithmetic. No Django, no Celery, no settings; of the project it imports
``registry.rules``, and ``registry.connections`` to ask data where it lies, the one way to a
network. Rows stay where they are: one group-by brings back counts (and moments, where a figure
needs them), and everything else is computed from those. What cannot be estimated is named with its
reason and is never shown as 0; what rests on too few rows is shown but decides nothing; no verdict
rests on a point figure alone. Heavy libraries are imported inside the function that needs them.
"""

from audits.measures.of_drift import measure_drift
from audits.measures.of_fairness import measure_fairness
from audits.measures.of_performance import measure_performance

__all__ = ["measure_drift", "measure_fairness", "measure_performance"]
